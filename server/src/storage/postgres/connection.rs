//! The connections that requests share. None waits for ever, whatever becomes of the network: the library
//! takes no time limit for a connection that does not answer, and sets no keep-alive.

use std::{
    io::ErrorKind,
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

use super::StorageError;
use crate::storage::PoolVitals;

/// Connections of one instance, beside the one that listens.
const POOL: u32 = 16;
/// How long a request waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// A connection that has nothing to do answers within this, or is closed: others wait for its place.
const ALIVE: Duration = Duration::from_millis(500);

/// Bounded; makes connections as they are needed.
pub(super) struct Pool(PgPool);

impl Pool {
    pub(super) async fn open(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(POOL)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql(
                        "SET default_transaction_isolation = 'read committed';
                         SET synchronous_commit = on;
                         SET statement_timeout = '2s';
                         SET idle_in_transaction_session_timeout = '1s';",
                    )
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            // The same as the library's own test, which has no time limit.
            .test_before_acquire(false)
            .before_acquire(|connection, _| {
                Box::pin(async move {
                    match timeout(ALIVE, connection.ping()).await {
                        Ok(answer) => answer.map(|()| true),
                        Err(_) => Err(sqlx::Error::Io(ErrorKind::TimedOut.into())),
                    }
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self(pool))
    }

    pub(super) fn vitals(&self) -> PoolVitals {
        PoolVitals::of("postgres", &self.0)
    }

    pub(super) async fn connection(&self) -> Result<Connection, StorageError> {
        Ok(Connection { held: Some(self.0.acquire().await?), beginning: false })
    }
}

/// One of the pool's. When it is dropped, what it was doing is rolled back, and it goes back if it still answers.
pub(super) struct Connection {
    held: Option<PoolConnection<Postgres>>,
    /// Whether `BEGIN` was sent and not answered yet.
    beginning: bool,
}

const HELD: &str = "OK because only drop takes it";

impl Connection {
    /// Begins a transaction. The library knows of it only when the answer is there: given up before that, the connection would go
    /// back in the middle of a transaction, and whoever has it next would commit nothing.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
        self.beginning = true;
        let transaction = self.held.as_mut().expect(HELD).begin().await?;
        self.beginning = false;
        Ok(transaction)
    }
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.held.as_ref().expect(HELD)
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.held.as_mut().expect(HELD)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(mut connection) = self.held.take() else { return };
        if self.beginning {
            connection.close_on_drop();
            return;
        }
        // What the library does, too, but for ever: one that is black-holed would keep its place in the pool. Given up, it is
        // closed and its place is free.
        let going_back = connection.return_to_pool();
        tokio::spawn(async move { timeout(ALIVE, going_back).await });
    }
}
