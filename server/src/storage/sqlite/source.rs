use std::{
    fs::{File, TryLockError},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use sqlx::{
    ConnectOptions as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{in_use_file, migrations};
use crate::storage::{
    import::Counts,
    rows::{AccountRow, EventRow, SessionRow, TombstoneRow, account_columns, event_columns, session_columns},
};

/// A file that is read from and never changed, as it is at one moment.
pub(in crate::storage) struct Source {
    connection: SqliteConnection,
    #[expect(dead_code, reason = "keeps servers from starting on the file")]
    lock: Option<File>,
}

impl Source {
    /// Opens a file that no server uses, and keeps it from being used.
    pub(in crate::storage) async fn open(file: &Path) -> anyhow::Result<Self> {
        ensure!(file.is_file(), "there is no such file");
        let lock = lock(file)?;
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let mut connection = options.connect().await?;
        // Whatever is read is of one moment, should somebody write all the same.
        sqlx::query("BEGIN").execute(&mut connection).await?;
        check_version(&mut connection).await?;
        Ok(Self { connection, lock })
    }

    pub(in crate::storage) async fn counts(&mut self) -> sqlx::Result<Counts> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM sessions), (SELECT COUNT(*) FROM tombstones),
                    (SELECT COUNT(*) FROM security_events)",
        );
        let row = row.fetch_one(&mut self.connection).await?;
        let count = |column| row.try_get::<u64, usize>(column);
        Ok(Counts { accounts: count(0)?, sessions: count(1)?, tombstones: count(2)?, events: count(3)? })
    }

    pub(in crate::storage) async fn accounts(&mut self, after: &str, limit: u32) -> sqlx::Result<Vec<AccountRow>> {
        sqlx::query_as(concat!("SELECT ", account_columns!(), " FROM users WHERE id > ? ORDER BY id LIMIT ?"))
            .bind(after)
            .bind(limit)
            .fetch_all(&mut self.connection)
            .await
    }

    pub(in crate::storage) async fn sessions(&mut self, after: &str, limit: u32) -> sqlx::Result<Vec<SessionRow>> {
        sqlx::query_as(concat!("SELECT ", session_columns!(), " FROM sessions WHERE id > ? ORDER BY id LIMIT ?"))
            .bind(after)
            .bind(limit)
            .fetch_all(&mut self.connection)
            .await
    }

    pub(in crate::storage) async fn tombstones(&mut self, after: &str, limit: u32) -> sqlx::Result<Vec<TombstoneRow>> {
        sqlx::query_as("SELECT session_id, ended_at FROM tombstones WHERE session_id > ? ORDER BY session_id LIMIT ?")
            .bind(after)
            .bind(limit)
            .fetch_all(&mut self.connection)
            .await
    }

    pub(in crate::storage) async fn events(&mut self, after: i64, limit: u32) -> sqlx::Result<Vec<EventRow>> {
        sqlx::query_as(concat!("SELECT ", event_columns!(), " FROM security_events WHERE id > ? ORDER BY id LIMIT ?"))
            .bind(after)
            .bind(limit)
            .fetch_all(&mut self.connection)
            .await
    }
}

/// Nothing is made beside the file: that might be another user's than the server's. Where there is no lock, no server has
/// ever opened the file.
fn lock(file: &Path) -> anyhow::Result<Option<File>> {
    let path = in_use_file(file);
    if !path.exists() {
        return Ok(None);
    }
    let lock = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => {
            bail!("a server uses it: stop that, so that nothing changes that has been read")
        }
        Err(TryLockError::Error(error)) => Err(error).context(format!("cannot lock {}", path.display())),
    }
}

/// Nothing is read in a form that this version does not know, and nothing is left behind that it does not know of.
async fn check_version(connection: &mut SqliteConnection) -> anyhow::Result<()> {
    let version: Option<SqliteRow> = sqlx::query("SELECT MAX(version) FROM _sqlx_migrations WHERE success")
        .fetch_optional(connection)
        .await
        .context("it is no database of Sessionkeep")?;
    let version: i64 = version.map(|row| row.try_get::<Option<i64>, _>(0)).transpose()?.flatten().unwrap_or_default();
    let ours = crate::storage::migrations::latest(&migrations());
    ensure!(version >= ours, "an older version was the last to use it: start this version's server on it once");
    ensure!(version <= ours, "a newer version has used it: import with that one");
    Ok(())
}
