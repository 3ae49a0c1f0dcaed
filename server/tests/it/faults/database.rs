//! The database file after the program has ended.

use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

async fn open(folder: &TempDir) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.path().join("data/sessionkeep.db"));
    SqliteConnection::connect_with(&options).await.expect("opens")
}

/// What SQLite thinks of the file: `ok`, or what is wrong with it.
pub(super) async fn integrity(folder: &TempDir) -> String {
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(&mut open(folder).await).await.expect("a row");
    row.get(0)
}
