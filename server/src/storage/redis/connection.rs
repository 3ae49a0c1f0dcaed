use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, FromRedisValue, Pipeline, RedisError, RedisResult, Script,
    aio::MultiplexedConnection,
};
use serde::Serialize;
use tokio::time::timeout;

use crate::storage::StorageError;

/// How long a request waits for Redis, a new connection included, before it is told to come back. Each waits in one line,
/// which a disk that syncs slowly holds up.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it may take to connect. Shorter, so that whoever waits for the connection still hears why.
const CONNECT: Duration = Duration::from_secs(1);
/// How many requests may be under way at once; more wait to be sent.
const IN_FLIGHT: usize = 1000;

/// One connection for all requests of this instance. One that breaks, or does not answer in time, is not asked again: the
/// next request makes another. What was sent on it may have been done or not, as with any lost answer.
pub(super) struct Connection {
    client: Client,
    current: Mutex<Option<Numbered>>,
    /// Whoever holds it makes a new connection.
    connecting: tokio::sync::Mutex<u64>,
}

/// A connection, and which it is in the order of their making.
#[derive(Clone)]
struct Numbered(u64, MultiplexedConnection);

impl Connection {
    pub(super) fn to(server: ConnectionInfo) -> RedisResult<Self> {
        Ok(Self { client: Client::open(server)?, current: Mutex::default(), connecting: tokio::sync::Mutex::new(0) })
    }

    /// Calls `script` with one argument, a JSON object.
    pub(super) async fn call<T: FromRedisValue>(
        &self,
        script: &Script,
        argument: &impl Serialize,
    ) -> Result<T, StorageError> {
        let argument = serde_json::to_string(argument).expect("OK because it is texts and numbers");
        self.with(async |mut connection| script.arg(argument.as_str()).invoke_async(&mut connection).await).await
    }

    /// Sends commands together.
    pub(super) async fn query<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, StorageError> {
        self.with(async |mut connection| commands.query_async(&mut connection).await).await
    }

    async fn with<T>(
        &self,
        work: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
    ) -> Result<T, StorageError> {
        let mut asked = None;
        let answer = timeout(PATIENCE, async {
            let Numbered(number, connection) = self.connected().await?;
            asked = Some(number);
            work(connection).await
        });
        let (broken, error) = match answer.await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => (error.is_io_error() || error.is_unrecoverable_error(), error.into()),
            Err(late) => (true, StorageError::Unavailable(late.into())),
        };
        if broken {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            // Another one may have taken its place already.
            if current.as_ref().is_some_and(|Numbered(number, _)| Some(*number) == asked) {
                *current = None;
            }
        }
        Err(error)
    }

    /// Whoever comes while it is being made waits for it, too.
    async fn connected(&self) -> RedisResult<Numbered> {
        if let Some(connection) = self.current() {
            return Ok(connection);
        }
        let mut made = self.connecting.lock().await;
        if let Some(connection) = self.current() {
            return Ok(connection);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(None)
            .set_concurrency_limit(IN_FLIGHT);
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        *made += 1;
        let connection = Numbered(*made, connection);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection.clone());
        Ok(connection)
    }

    fn current(&self) -> Option<Numbered> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl From<RedisError> for StorageError {
    fn from(error: RedisError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
