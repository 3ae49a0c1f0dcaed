//! PostgreSQL 15 or newer: any number of instances on one primary.
//!
//! `READ COMMITTED`, with the rows locked on which a decision rests, and a session's row changed by compare and set. A
//! transaction that the database gave up (a deadlock, a failed serialisation) is begun again, three times at most.
//! `synchronous_commit` is on: what was acknowledged survives a crash.

pub(super) mod accounts;
mod changes;
mod events;
mod sessions;
pub(super) mod tasks;
pub(super) mod their_sessions;

use std::time::Duration;

use sqlx::{
    PgPool, Postgres, Transaction,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Mutex;

use self::changes::Changes;
use super::{StorageError, migrations};

/// Connections of one instance, beside the one that listens.
const POOL: u32 = 16;
/// How long a request waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a transaction is begun again that the database gave up.
const RETRIES: u32 = 3;

/// The store in one PostgreSQL database.
pub struct PostgresStore {
    pool: PgPool,
    changes: Mutex<Changes>,
}

impl PostgresStore {
    /// Connects and migrates.
    ///
    /// # Errors
    /// When the server cannot be reached or is too old, or the database cannot be migrated.
    pub async fn open(options: PgConnectOptions) -> anyhow::Result<Self> {
        let options = options.application_name("sessionkeep");
        // Not through the pool of the requests: a migration may take longer than one of their statements.
        let once = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let version: i32 =
            sqlx::query_scalar("SELECT current_setting('server_version_num')::integer").fetch_one(&once).await?;
        anyhow::ensure!(version >= 15_00_00, "PostgreSQL 15 or newer is needed, this is {}", version / 10_000);
        // Several instances that start at once take turns: SQLx locks.
        let migrations = migrations::beside_newer(sqlx::migrate!("migrations/postgres"));
        migrations.run(&once).await?;
        let oldest = sqlx::query_scalar("SELECT oldest FROM compatibility").fetch_one(&once).await?;
        migrations::check(&migrations, oldest)?;
        once.close().await;
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
            .connect_with(options.clone())
            .await?;
        Ok(Self { pool, changes: Mutex::new(Changes::of(options)) })
    }

    async fn begin(&self) -> Result<Transaction<'static, Postgres>, StorageError> {
        Ok(self.pool.begin().await?)
    }
}

/// Text as PostgreSQL can have it, without NUL. Nothing that is kept has one, so nothing is found by it.
fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Commits. Every transaction but reads ends here.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
async fn commit(tx: Transaction<'static, Postgres>) -> Result<(), StorageError> {
    Ok(tx.commit().await?)
}

/// Does something, and does it again where the database has given it up: nothing of it has happened then.
macro_rules! retried {
    ($work:expr) => {{
        let mut left = $crate::storage::postgres::RETRIES;
        loop {
            match $work.await {
                Err(error) if left > 0 && $crate::storage::postgres::was_given_up(&error) => left -= 1,
                result => break result,
            }
        }
    }};
}
use retried;

/// `serialization_failure` or `deadlock_detected`.
fn was_given_up(error: &StorageError) -> bool {
    let StorageError::Unavailable(error) = error else { return false };
    let error = error.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    let code = error.and_then(DatabaseError::code);
    code.is_some_and(|code| code == "40001" || code == "40P01")
}
