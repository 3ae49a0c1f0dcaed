use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, FromRedisValue, InfoDict, Pipeline, RedisError,
    RedisResult, Script, Value, aio::MultiplexedConnection, from_redis_value, pipe,
};
use serde::Serialize;
use tokio::time::timeout;

use crate::storage::StorageError;

/// How long a request waits for Redis, a new connection included, before it is told to come back. Each waits in one line,
/// which a disk that syncs slowly holds up.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it may take to connect. Shorter, so that whoever waits for the connection still hears why.
const CONNECT: Duration = Duration::from_secs(1);
/// Which Redis this is: PostgreSQL knows the same of the one that has the sessions.
pub(super) const STORE_ID: &str = "sessionkeep:store";
/// How many requests may be under way at once; more wait to be sent.
const IN_FLIGHT: usize = 1000;

/// One connection for all requests of this instance. One that breaks, or does not answer in time, is not asked again: the
/// next request makes another. What was sent on it may have been done or not, as with any lost answer.
pub(super) struct Connection {
    client: Client,
    /// What the right Redis says of itself, once it is known.
    store_id: OnceLock<String>,
    current: Mutex<Option<Numbered>>,
    /// Whoever holds it makes a new connection.
    connecting: tokio::sync::Mutex<u64>,
}

/// A connection, and which it is in the order of their making.
#[derive(Clone)]
struct Numbered(u64, MultiplexedConnection);

impl Connection {
    pub(super) fn to(server: ConnectionInfo) -> RedisResult<Self> {
        let (client, store_id) = (Client::open(server)?, OnceLock::new());
        Ok(Self { client, store_id, current: Mutex::default(), connecting: tokio::sync::Mutex::new(0) })
    }

    /// Calls `script` with a JSON object and the id of the right Redis. The script does nothing in any other.
    pub(super) async fn call<T: FromRedisValue>(
        &self,
        script: &Script,
        argument: &impl Serialize,
    ) -> Result<T, StorageError> {
        let argument = serde_json::to_string(argument).expect("OK because it is texts and numbers");
        let store_id = self.store_id.get().map_or("", String::as_str);
        self.with(async |mut connection| {
            script.arg(argument.as_str()).arg(store_id).invoke_async(&mut connection).await
        })
        .await
    }

    /// Sends commands together. What another Redis than the right one answers, or one that was emptied, is an error.
    pub(super) async fn query<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, StorageError> {
        let Some(wanted) = self.store_id.get() else {
            return self.with(async |mut connection| commands.query_async(&mut connection).await).await;
        };
        let mut commands = commands.clone();
        // Last: what an emptied Redis has answered is not believed either.
        commands.cmd("GET").arg(STORE_ID);
        self.with(async |mut connection| {
            let mut answers: Vec<Value> = commands.query_async(&mut connection).await?;
            let id: Option<String> = from_redis_value(answers.pop().unwrap_or(Value::Nil))?;
            if id.as_ref() != Some(wanted) {
                return Err(another_redis());
            }
            Ok(from_redis_value(Value::Array(answers))?)
        })
        .await
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
            Ok(Err(error)) => (is_broken(&error), error.into()),
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
        let mut connection = Box::pin(self.client.get_multiplexed_async_connection_with_config(&config)).await?;
        self.look(&mut connection).await?;
        *made += 1;
        let connection = Numbered(*made, connection);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection.clone());
        Ok(connection)
    }

    /// From now on every connection must lead to the Redis of this id.
    pub(super) fn insist_on(&self, store_id: String) {
        // OK because it is asked once, at start.
        let _ = self.store_id.set(store_id);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// After a failover the address may lead to a replica, to one that knows nothing, or to another's.
    async fn look(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let mut ask = pipe();
        ask.cmd("INFO").arg("replication").cmd("GET").arg(STORE_ID);
        let (replication, id): (InfoDict, Option<String>) = ask.query_async(connection).await?;
        if replication.get::<String>("role").is_some_and(|role| role != "master") {
            return Err((ErrorKind::Client, "this Redis is a replica").into());
        }
        if self.store_id.get().is_some_and(|wanted| id.as_ref() != Some(wanted)) {
            return Err(another_redis());
        }
        Ok(())
    }

    fn current(&self) -> Option<Numbered> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn another_redis() -> RedisError {
    (ErrorKind::Client, "this Redis is not the one that has the sessions").into()
}

/// Whether another connection may be better: one that a failover has left at a replica stays there.
fn is_broken(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_unrecoverable_error()
        || error.code().is_some_and(|code| code == "READONLY" || code == "MASTERDOWN")
}

impl From<RedisError> for StorageError {
    fn from(error: RedisError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
