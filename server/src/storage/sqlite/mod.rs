//! SQLite: one file, one writer.
//!
//! `synchronous=FULL`: what was acknowledged survives a power cut; a revocation that a crash undid would let a thief
//! back in. Writes begin with `BEGIN IMMEDIATE`: a transaction that reads first and then wants to write would fail at once
//! when another one wrote in between, whatever the busy time-out.

mod accounts;
mod attempts;
pub(crate) mod backup;
mod events;
#[cfg(feature = "test-support")]
mod faults;
mod sessions;
mod source;

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use anyhow::{Context as _, bail};
use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, Sqlite, SqlitePool, Transaction,
    migrate::Migrator,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Mutex;

pub(in crate::storage) use self::source::Source;
use super::{PoolVitals, PurgeTimes, StorageError, Vitals, Watched};
use crate::{clock::Clock, private_files, refusal::Refusal, session::UnixMillis};

/// How long a request waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long SQLite waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a checkpoint waits for readers. Writers wait as long.
const CHECKPOINT_TIMEOUT: Duration = Duration::from_millis(100);

/// How many times as fast as this process runs the time of deletions follows the machine's clock. A server that is off for most of
/// the day keeps up; a clock that is a year ahead for an hour deletes what it would have deleted six hours later.
const FOLLOWS: u32 = 6;

/// Rows deleted in one transaction: no request waits long behind it.
const PURGE_BATCH: i64 = 200;

/// The store in one SQLite file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Sees, as a connection of its own, every commit of every other one.
    watcher: Mutex<PoolConnection<Sqlite>>,
    #[expect(dead_code, reason = "says that the file is in use")]
    in_use: File,
    /// For a checkpoint, which has a connection of its own.
    options: SqliteConnectOptions,
    /// Whether the log beside the database may hold deleted rows. True at the start: a crash may have left some.
    deleted: AtomicBool,
    #[cfg(feature = "test-support")]
    faults: std::sync::Arc<crate::faults::Faults>,
}

impl SqliteStore {
    /// Opens the file, creates it where it is missing (0600, in a folder of 0700), and migrates it.
    ///
    /// # Errors
    /// When the file cannot be created, opened or migrated.
    pub async fn open(file: &Path) -> anyhow::Result<Self> {
        check_private(file)?;
        create_private(file)?;
        let in_use = use_file(file)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten.
            .pragma("secure_delete", "ON")
            .busy_timeout(BUSY_TIMEOUT)
            .with_regexp();
        let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).idle_timeout(None).max_lifetime(None);
        // A full disk makes SQLite roll back by itself; SQLx then fails to, takes the connection to be in a transaction
        // for ever, and would begin no other on it.
        let writer = pool.clone().max_connections(1).before_acquire(|writer, _| {
            let usable = !writer.is_in_transaction();
            Box::pin(async move { Ok(usable) })
        });
        let turn = turn_to_migrate(file).await?;
        let writer = writer.connect_with(options.clone()).await?;
        migrate(&writer).await?;
        drop(turn);
        let readers = pool.max_connections(5).connect_with(options.clone().read_only(true)).await?;
        let watcher = Mutex::new(readers.acquire().await?);
        Ok(Self {
            writer,
            readers,
            watcher,
            in_use,
            options,
            deleted: AtomicBool::new(true),
            #[cfg(feature = "test-support")]
            faults: std::sync::Arc::default(),
        })
    }

    /// How safely the writer commits: its `journal_mode`, and `synchronous` as SQLite numbers it (2 is FULL).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn durability(&self) -> Result<(String, i64), StorageError> {
        let journal_mode = sqlx::query("PRAGMA journal_mode").fetch_one(&self.writer).await?.try_get(0)?;
        let synchronous = sqlx::query("PRAGMA synchronous").fetch_one(&self.writer).await?.try_get(0)?;
        Ok((journal_mode, synchronous))
    }

    /// Deletes what was before then, which is `?1`, at most `?2` rows at once. Returns how many there were.
    async fn delete_in_batches(&self, statement: &'static str, before: UnixMillis) -> Result<u64, StorageError> {
        let mut deleted = 0;
        loop {
            let query = sqlx::query(statement).bind(before.0).bind(PURGE_BATCH);
            let batch = query.execute(&self.writer).await?.rows_affected();
            if batch == 0 {
                return Ok(deleted);
            }
            deleted += batch;
        }
    }

    /// The time by which rows are deleted. The machine's clock is the only one there is, and it may be wrong: after a boot
    /// without a battery or a network, for one. So the time of deletions is stored, and follows that clock slowly. It begins
    /// with the newest row, and is never later than the clock says.
    async fn follow_clock(&self, now: UnixMillis, ran: Duration) -> Result<UnixMillis, StorageError> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let stored = sqlx::query_scalar("SELECT at FROM purge_time").fetch_optional(&mut *tx).await?;
        let stored: Option<i64> = if stored.is_some() {
            stored
        } else {
            let newest = "SELECT MAX(at) FROM (SELECT MAX(last_used_at) AS at FROM sessions
                UNION ALL SELECT MAX(at) FROM security_events UNION ALL SELECT MAX(counted_at) FROM attempts)";
            sqlx::query_scalar(newest).fetch_one(&mut *tx).await?
        };
        let Some(stored) = stored.map(UnixMillis) else { return Ok(now) };
        let step = ran * FOLLOWS;
        let followed = now.clamp(stored.minus(step), stored.plus(step));
        sqlx::query("INSERT INTO purge_time (only, at) VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at")
            .bind(followed.0)
            .execute(&mut *tx)
            .await?;
        commit_in_the_background(tx).await?;
        Ok(followed.min(now))
    }

    /// Notes that the log has to be emptied.
    fn owe_the_log(&self) {
        self.deleted.store(true, Relaxed);
    }

    /// Writes the log into the database and truncates it, since it still holds pages from before a deletion. Returns false while
    /// another connection reads, a backup for one: writers wait for a checkpoint, so it gives up rather than wait for readers.
    async fn empty_the_log(&self) -> Result<bool, StorageError> {
        let mut connection = self.options.clone().busy_timeout(CHECKPOINT_TIMEOUT).connect().await?;
        let busy: bool = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await?.try_get(0)?;
        connection.close().await?;
        Ok(!busy)
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StorageError> {
        let tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        #[cfg(feature = "test-support")]
        let tx = self.fill_or_free_the_disk(tx).await?;
        Ok(tx)
    }

    /// Commits what somebody is told of afterwards. Whatever a test breaks about commits, it breaks here.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    async fn commit(&self, tx: Transaction<'static, Sqlite>) -> Result<(), StorageError> {
        #[cfg(feature = "test-support")]
        self.before_commit().await;
        tx.commit().await?;
        #[cfg(feature = "test-support")]
        self.after_commit();
        Ok(())
    }
}

#[async_trait::async_trait]
impl Watched for SqliteStore {
    async fn vitals(&self) -> Vitals {
        let pools = vec![PoolVitals::of("writer", &self.writer), PoolVitals::of("readers", &self.readers)];
        Vitals { pools, outbox: None }
    }

    async fn time(&self) -> Result<Option<UnixMillis>, StorageError> {
        Ok(None)
    }

    async fn purge_times(&self, clock: &dyn Clock, ran: Duration) -> Result<PurgeTimes, StorageError> {
        let now = self.follow_clock(clock.now(), ran).await?;
        Ok(PurgeTimes { sessions: now, others: now })
    }
}

/// Commits what nobody asked for and nobody waits for. A test that holds the next commit does not mean this one.
#[expect(clippy::disallowed_methods, reason = "the other place")]
async fn commit_in_the_background(tx: Transaction<'static, Sqlite>) -> Result<(), StorageError> {
    Ok(tx.commit().await?)
}

/// Two processes that start at once take turns: SQLite has no lock for migrations, and the first to come sets the journal's
/// mode, which fails where another one does the same.
async fn turn_to_migrate(file: &Path) -> anyhow::Result<File> {
    let lock = open_private(&file.with_extension("migrating"))?;
    Ok(tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??)
}

async fn migrate(writer: &SqlitePool) -> anyhow::Result<()> {
    let migrations = migrations();
    let table = sqlx::query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'");
    if table.fetch_optional(writer).await?.is_some() {
        let one = sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version = ? DESC LIMIT 1");
        let one = one.bind(super::migrations::FIRST).fetch_optional(writer).await?;
        super::migrations::check_owner(&migrations, one)?;
    }
    migrations.run(writer).await?;
    let oldest = sqlx::query("SELECT oldest FROM compatibility").fetch_one(writer).await?.try_get(0)?;
    super::migrations::check(&migrations, oldest)
}

fn migrations() -> Migrator {
    super::migrations::beside_newer(sqlx::migrate!("migrations/sqlite"))
}

/// Locked by all who use the file, together, for as long as they do; and by who must be alone, see [`Source`].
fn in_use_file(file: &Path) -> PathBuf {
    // By whatever name it was called.
    file.canonicalize().unwrap_or_else(|_| file.to_owned()).with_extension("in-use")
}

fn use_file(file: &Path) -> anyhow::Result<File> {
    let in_use = open_private(&in_use_file(file))?;
    match in_use.try_lock_shared() {
        Ok(()) => Ok(in_use),
        Err(TryLockError::WouldBlock) => bail!("`sessionkeep import` is reading it"),
        Err(TryLockError::Error(error)) => Err(error).context("it cannot be locked"),
    }
}

/// Refuses a database that other users can read, or replace: it holds password hashes and addresses. Files may have the modes that
/// keys may have. A database that does not exist yet is accepted.
///
/// # Errors
/// When other users can.
pub(crate) fn check_private(file: &Path) -> Result<(), Refusal> {
    let refused = |reason: String, fix: String| Err(Refusal::new("DATABASE_URL", reason, fix));
    for ending in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        let path = Path::new(&path);
        if fs::metadata(path).is_ok_and(|about| !private_files::is_private(&about)) {
            let path = path.display();
            return refused(format!("others can read or change {path}"), format!("Run `chmod 600 {path}`"));
        }
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if file.exists() && fs::metadata(folder).is_ok_and(|about| private_files::is_open(&about)) {
        let folder = folder.display();
        return refused(format!("others can replace the files in {folder}"), format!("Run `chmod go-w {folder}`"));
    }
    Ok(())
}

fn create_private(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_files::create_folder(folder)?;
    }
    open_private(file).map(drop)
}

fn open_private(file: &Path) -> std::io::Result<File> {
    private_files::open(file)
}
