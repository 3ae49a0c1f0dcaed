//! Moves everything from one store to another: row by row, exactly, in one transaction of the target.
//!
//! One transaction, so that there is no state in between: no server can be started on half of the sessions and refuse the others
//! for ever, and a run that was interrupted has left nothing for the next one to compare with. The target has to be
//! empty, so that a repeated run cannot undo what happened there since: revive a session, or bring an old password back.

use std::path::Path;

use anyhow::{Context as _, ensure};
use sqlx::postgres::PgConnectOptions;

use super::{postgres::Target, sqlite::Source};

/// Rows that are in memory at one time.
const AT_ONCE: u32 = 2000;

/// How many rows there are of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Accounts.
    pub accounts: u64,
    /// Sessions, ended and expired ones, too.
    pub sessions: u64,
    /// What is left of the sessions of deleted accounts.
    pub tombstones: u64,
    /// Security events.
    pub events: u64,
}

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being moved, in the plural.
    pub what: &'static str,
    /// How many were moved.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

/// Moves everything from an SQLite file that no server uses to an empty PostgreSQL database. Where it fails, or is given up,
/// nothing was moved.
///
/// # Errors
/// When the one cannot be read or is in use, or the other cannot be written or is not empty.
pub async fn import(
    from: &Path,
    to: &PgConnectOptions,
    told: &mut (dyn FnMut(Progress) + Send),
) -> anyhow::Result<Counts> {
    let mut source = Source::open(from).await.context("the source cannot be read")?;
    let mut target = Target::begin(to.clone()).await.context("the target cannot be filled")?;
    let counts = source.counts().await.context("the source cannot be read")?;
    move_table(
        Progress { what: "accounts", done: 0, of: counts.accounts },
        told,
        async |after: &String| source.accounts(after, AT_ONCE).await,
        |row| row.id.clone(),
        async |rows| target.add_accounts(rows).await,
    )
    .await?;
    move_table(
        Progress { what: "sessions", done: 0, of: counts.sessions },
        told,
        async |after: &String| source.sessions(after, AT_ONCE).await,
        |row| row.id.clone(),
        async |rows| target.add_sessions(rows).await,
    )
    .await?;
    move_table(
        Progress { what: "tombstones", done: 0, of: counts.tombstones },
        told,
        async |after: &String| source.tombstones(after, AT_ONCE).await,
        |row| row.session_id.clone(),
        async |rows| target.add_tombstones(rows).await,
    )
    .await?;
    move_table(
        Progress { what: "events", done: 0, of: counts.events },
        told,
        async |after: &i64| source.events(*after, AT_ONCE).await,
        |row| row.id,
        async |rows| target.add_events(rows).await,
    )
    .await?;
    target.commit().await.context("the target cannot be filled")?;
    Ok(counts)
}

/// Moves the rows of one table in the order of their keys.
async fn move_table<Row, Key: Default>(
    mut progress: Progress,
    told: &mut (dyn FnMut(Progress) + Send),
    mut read: impl AsyncFnMut(&Key) -> sqlx::Result<Vec<Row>>,
    key: impl Fn(&Row) -> Key,
    mut write: impl AsyncFnMut(&[Row]) -> sqlx::Result<()>,
) -> anyhow::Result<()> {
    let mut after = Key::default();
    loop {
        let rows = read(&after).await.with_context(|| format!("the source's {} cannot be read", progress.what))?;
        let Some(last) = rows.last() else { break };
        after = key(last);
        write(&rows).await.with_context(|| format!("{} cannot be written to the target", progress.what))?;
        progress.done += rows.len() as u64;
        told(progress);
    }
    ensure!(progress.done == progress.of, "{} of {} {} were read", progress.done, progress.of, progress.what);
    Ok(())
}
