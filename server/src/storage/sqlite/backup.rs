//! A copy of a database that a server uses.
//!
//! `VACUUM INTO` reads the database as it is at one moment, as any reader does: in WAL mode nobody who writes waits for it.
//! The log only grows meanwhile, since what comes after that moment cannot leave it. SQLite's online backup does the same and
//! begins anew whenever somebody writes; `SQLx` has no safe form of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{BUSY_TIMEOUT, open_private, use_file};
use crate::private_files;

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) accounts: u64,
    pub(crate) sessions: u64,
    pub(crate) bytes: u64,
}

/// Copies the database in `file`, whether a server uses it or not, to `copy`, which must not be there yet. It is there when all
/// of it is, was found intact and is on the disk; until then it is beside that, its name ending in `.incomplete`.
///
/// # Errors
/// When there is no database of ours, the copy exists or cannot be written, or is not intact.
pub(crate) async fn backup(file: &Path, copy: &Path) -> anyhow::Result<Copied> {
    ensure!(file.is_file(), "there is no database {}", file.display());
    let exists = || format!("{} exists already: nothing is overwritten", copy.display());
    ensure!(fs::symlink_metadata(copy).is_err(), exists());
    let _in_use = use_file(file)?;
    let incomplete = Incomplete::create(copy)?;
    vacuum(file, &incomplete.0).await?;
    let copied = check(&incomplete.0).await?;
    open_private(&incomplete.0)?.sync_all()?;
    ensure!(fs::symlink_metadata(copy).is_err(), exists());
    fs::rename(&incomplete.0, copy).with_context(|| format!("{} cannot be named so", copy.display()))?;
    sync_folder(copy)?;
    Ok(copied)
}

/// The copy while it is made. Removed when it is dropped, if it is still there.
struct Incomplete(PathBuf);

impl Incomplete {
    fn create(copy: &Path) -> anyhow::Result<Self> {
        // Whole, so that SQLite takes no name for a URI.
        let mut name = std::path::absolute(copy)?.into_os_string();
        name.push(".incomplete");
        let path = PathBuf::from(name);
        // SQLite writes into a file that is empty, whose mode is ours.
        private_files::create_new(&path)
            .with_context(|| format!("{} cannot be made (one that was left by a kill may go)", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Incomplete {
    fn drop(&mut self) {
        for ending in ["", "-journal"] {
            let mut name = self.0.clone().into_os_string();
            name.push(ending);
            let _gone_already = fs::remove_file(name);
        }
    }
}

async fn vacuum(file: &Path, copy: &Path) -> anyhow::Result<()> {
    let copy = copy.to_str().context("the path of the copy is not UTF-8")?;
    let mut connection = open(file).await?;
    let copied = sqlx::query("VACUUM INTO ?").bind(copy).execute(&mut connection).await;
    copied.context("the database cannot be copied")?;
    Ok(connection.close().await?)
}

/// Every page and every index, and that it is a database of ours.
async fn check(copy: &Path) -> anyhow::Result<Copied> {
    let mut connection = open(copy).await?;
    let found: String = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await?.try_get(0)?;
    ensure!(found == "ok", "the copy is not intact: {found}");
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut connection).await?;
    ensure!(orphans.is_none(), "the copy is not intact: a row belongs to no account");
    let row = sqlx::query("SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM sessions)");
    let row = row.fetch_one(&mut connection).await.context("it is no database of Sessionkeep")?;
    let (accounts, sessions) = (row.try_get::<u64, _>(0)?, row.try_get::<u64, _>(1)?);
    connection.close().await?;
    Ok(Copied { accounts, sessions, bytes: fs::metadata(copy)?.len() })
}

async fn open(file: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_TIMEOUT).connect().await
}

/// So that the name is on the disk, too.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = std::path::absolute(file)?.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
