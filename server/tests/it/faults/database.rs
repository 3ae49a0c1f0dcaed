//! The database file after the program has ended.

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

pub(super) fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("data/sessionkeep.db")
}

async fn open(folder: &TempDir) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file(folder));
    SqliteConnection::connect_with(&options).await.expect("opens")
}

/// What SQLite thinks of the file: `ok`, or what is wrong with it.
pub(super) async fn integrity(folder: &TempDir) -> String {
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(&mut open(folder).await).await.expect("a row");
    row.get(0)
}

/// A session as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) session: String,
    pub(super) generation: u64,
    pub(super) head_hash: Vec<u8>,
    pub(super) last_used_at: i64,
    /// Why it was ended, if it was.
    pub(super) ended: Option<String>,
}

/// All sessions.
pub(super) async fn sessions(folder: &TempDir) -> Vec<Row> {
    let rows = sqlx::query("SELECT id, gen, head_hash, last_used_at, revoked_reason FROM sessions");
    let rows = rows.fetch_all(&mut open(folder).await).await.expect("rows");
    rows.into_iter()
        .map(|row| Row {
            session: row.get("id"),
            generation: u64::try_from(row.get::<i64, _>("gen")).expect("generations count from 0"),
            head_hash: row.get("head_hash"),
            last_used_at: row.get("last_used_at"),
            ended: row.get("revoked_reason"),
        })
        .collect()
}

/// The email addresses of all accounts.
pub(super) async fn accounts(folder: &TempDir) -> Vec<String> {
    let rows = sqlx::query("SELECT email FROM users").fetch_all(&mut open(folder).await).await.expect("rows");
    rows.into_iter().map(|row| row.get("email")).collect()
}

/// How many security events of this kind were reported.
pub(super) async fn events(folder: &TempDir, kind: &str) -> i64 {
    let count = sqlx::query("SELECT count(*) FROM security_events WHERE kind = ?").bind(kind);
    count.fetch_one(&mut open(folder).await).await.expect("a row").get(0)
}

/// Every row of every table of ours, as text. Not the counts of attempts to sign in: those are written for themselves,
/// before anything is done, and one that was broken off stays counted.
pub(super) async fn everything(folder: &TempDir) -> Vec<String> {
    let mut connection = open(folder).await;
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_sqlx_*'
             AND name <> 'attempts'
         ORDER BY name";
    let mut everything = vec![];
    for table in sqlx::query(tables).fetch_all(&mut connection).await.expect("rows") {
        let table: String = table.get(0);
        let columns =
            sqlx::query("SELECT group_concat('quote(\"' || name || '\")', ' || '', '' || ') FROM pragma_table_info(?)");
        let columns = columns.bind(&table).fetch_one(&mut connection).await.expect("a row");
        let columns: String = columns.get(0);
        // Names from the schema itself.
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT {columns} FROM \"{table}\" ORDER BY rowid")));
        let rows = rows.fetch_all(&mut connection).await.expect("rows");
        everything.extend(rows.into_iter().map(|row| format!("{table}: {}", row.get::<String, _>(0))));
    }
    everything
}
