//! PostgreSQL 15 or newer: any number of instances on one primary.
//!
//! `READ COMMITTED`, with the rows locked on which a decision rests, and a session's row changed by compare and set. A
//! transaction that the database gave up (a deadlock, a failed serialisation) is begun again, three times at most.
//! `synchronous_commit` is on: what was acknowledged survives a crash. Whatever is asked is answered [`within`] a time,
//! also when the network swallows everything.

pub(super) mod accounts;
mod attempts;
mod changes;
mod connection;
mod events;
mod session_store;
mod sessions;
mod target;
pub(super) mod tasks;
pub(super) mod their_sessions;

use std::time::Duration;

use anyhow::Context as _;
#[cfg(feature = "test-support")]
use sessionkeep_types::SessionId;
use sqlx::{
    ConnectOptions as _, Connection as _, Postgres, Transaction,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::timeout};

pub(in crate::storage) use self::target::Target;
use self::{
    changes::Changes,
    connection::{Connection, Pool},
};
use super::{PurgeTimes, StorageError, Vitals, Watched, migrations, turns::Turns};
use crate::{clock::Clock, session::UnixMillis};

/// Nobody waits longer, for connections, rows and answers together. Longer than a statement may take, which PostgreSQL
/// itself ends after 2 seconds: a connection on which that has happened is still good.
const LIMIT: Duration = Duration::from_millis(2500);
/// How often a transaction is begun again that the database gave up.
const RETRIES: u32 = 3;
/// Whoever was given up for somebody else lets that one go first. At once it would take again what the other waits for, which
/// would cost the other another second of the time that its statement has.
const GO_FIRST: Duration = Duration::from_millis(50);

/// So many rows are deleted at once: their locks are held for a moment.
const PURGE_BATCH: i64 = 200;

/// The store in one PostgreSQL database.
pub struct PostgresStore {
    pool: Pool,
    /// Has a connection of its own, which requests cannot use up.
    changes: Mutex<Changes>,
    turns: Turns,
}

impl PostgresStore {
    /// Connects and migrates.
    ///
    /// # Errors
    /// When the server cannot be reached or is too old, or the database cannot be migrated.
    pub async fn open(options: PgConnectOptions) -> anyhow::Result<Self> {
        let options = options.application_name("sessionkeep");
        // A pool tries again where it is refused, and does not say why.
        let connecting = async { options.connect().await?.close().await };
        timeout(LIMIT, connecting).await.context("it does not answer")??;
        // Not through the pool of the requests: a migration may take longer than one of their statements.
        let once = PgPoolOptions::new().max_connections(1).acquire_timeout(LIMIT).connect_with(options.clone()).await?;
        let version: i32 =
            sqlx::query_scalar("SELECT current_setting('server_version_num')::integer").fetch_one(&once).await?;
        anyhow::ensure!(version >= 15_00_00, "PostgreSQL 15 or newer is needed, this is {}", version / 10_000);
        // Several instances that start at once take turns: SQLx locks.
        let migrations = migrations::beside_newer(sqlx::migrate!("migrations/postgres"));
        let table = sqlx::query("SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL");
        if table.fetch_optional(&once).await?.is_some() {
            let first =
                sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version = $1 DESC LIMIT 1");
            let first = first.bind(migrations::FIRST).fetch_optional(&once).await?;
            migrations::check_owner(&migrations, first)?;
        }
        migrations.run(&once).await?;
        let oldest = sqlx::query_scalar("SELECT oldest FROM compatibility").fetch_one(&once).await?;
        migrations::check(&migrations, oldest)?;
        once.close().await;
        let pool = Pool::open(options.clone()).await?;
        Ok(Self { pool, changes: Mutex::new(Changes::of(options)), turns: Turns::default() })
    }

    /// Adds copies of a session. Their ids begin with its id.
    ///
    /// # Errors
    /// When the database fails.
    #[cfg(feature = "test-support")]
    pub async fn copy_session(&self, id: &SessionId, count: u32) -> Result<(), StorageError> {
        // As many as one statement has time for.
        const AT_ONCE: u32 = 2000;
        for first in (0..count).step_by(AT_ONCE as usize) {
            let copy = sqlx::query(concat!(
                "INSERT INTO sessions (",
                super::rows::session_columns!(),
                ") SELECT id || '-' || to_char(number, 'FM00000'), ",
                super::rows::session_columns_but_id!(),
                " FROM sessions, generate_series($2 + 1, $3) AS number WHERE id = $1"
            ));
            copy.bind(id.as_str())
                .bind(i64::from(first))
                .bind(i64::from(count.min(first + AT_ONCE)))
                .execute(&mut *self.connection().await?)
                .await?;
        }
        Ok(())
    }

    /// The database's own clock.
    pub(in crate::storage) async fn now(&self) -> Result<UnixMillis, StorageError> {
        within(async { sessions::now(&mut *self.connection().await?).await }).await
    }

    async fn connection(&self) -> Result<Connection, StorageError> {
        Box::pin(self.pool.connection()).await
    }

    /// Deletes what was before then, which is `$1`, at most `$2` rows at once. The statement passes over rows that somebody
    /// holds, another instance that deletes them for one. Returns how many there were.
    async fn delete_in_batches(&self, statement: &'static str, before: UnixMillis) -> Result<u64, StorageError> {
        let mut deleted = 0;
        loop {
            let query = sqlx::query(statement).bind(before.0).bind(PURGE_BATCH);
            let batch = within(async { Ok(query.execute(&mut *self.connection().await?).await?) }).await?;
            if batch.rows_affected() == 0 {
                return Ok(deleted);
            }
            deleted += batch.rows_affected();
        }
    }
}

#[async_trait::async_trait]
impl Watched for PostgresStore {
    async fn vitals(&self) -> Vitals {
        Vitals { pools: vec![self.pool.vitals()], outbox: None }
    }

    async fn time(&self) -> Result<Option<UnixMillis>, StorageError> {
        self.now().await.map(Some)
    }

    async fn purge_times(&self, clock: &dyn Clock, _ran: Duration) -> Result<PurgeTimes, StorageError> {
        let now = clock.shared(self.now().await?);
        Ok(PurgeTimes { sessions: now, others: now })
    }
}

/// Text as PostgreSQL can have it, without NUL. Nothing that is kept has one, so nothing is found by it.
fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Commits. Every transaction but reads ends here.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
async fn commit(tx: Transaction<'_, Postgres>) -> Result<(), StorageError> {
    Ok(tx.commit().await?)
}

/// Does something in time or gives it up: a network that swallows everything says nothing. The connection on which that
/// happened is used again only if it still answers.
pub(super) async fn within<T>(work: impl Future<Output = Result<T, StorageError>>) -> Result<T, StorageError> {
    timeout(LIMIT, work).await.unwrap_or_else(|late| Err(StorageError::Unavailable(late.into())))
}

/// Does something [`within`] the limit, and does it again where the database has given it up: nothing of it has happened then.
macro_rules! retried {
    ($work:expr) => {{
        let again_and_again = async {
            let mut left = $crate::storage::postgres::RETRIES;
            loop {
                match $work.await {
                    Err(error) if left > 0 && $crate::storage::postgres::was_given_up(&error) => {
                        left -= 1;
                        tokio::time::sleep($crate::storage::postgres::GO_FIRST).await;
                    }
                    result => break result,
                }
            }
        };
        $crate::storage::postgres::within(again_and_again).await
    }};
}
use retried;

/// Whether PostgreSQL itself has refused this alone: it can be asked for the next thing.
fn is_an_answer(error: &StorageError) -> bool {
    let StorageError::Unavailable(error) = error else { return true };
    error.downcast_ref::<sqlx::Error>().is_some_and(|error| error.as_database_error().is_some())
}

/// `serialization_failure` or `deadlock_detected`.
fn was_given_up(error: &StorageError) -> bool {
    let StorageError::Unavailable(error) = error else { return false };
    let error = error.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    let code = error.and_then(DatabaseError::code);
    code.is_some_and(|code| code == "40001" || code == "40P01")
}
