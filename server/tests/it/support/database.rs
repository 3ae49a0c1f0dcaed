//! The database of one test: an SQLite file, or a new database on the PostgreSQL that the environment names.

use std::path::Path;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, postgres::PgConnectOptions};

/// Where a PostgreSQL listens that is there for tests alone, as somebody who may make databases.
const POSTGRES: &str = "SESSIONKEEP_TEST_POSTGRES";

/// Whether the tests run on PostgreSQL.
pub(crate) fn is_postgres() -> bool {
    std::env::var_os(POSTGRES).is_some()
}

/// An empty one. It goes with the folder, or with the server.
pub(crate) async fn fresh(folder: &Path) -> String {
    if is_postgres() { postgres().await } else { format!("sqlite://{}/sessionkeep.db", folder.display()) }
}

/// An empty one on PostgreSQL.
pub(crate) async fn postgres() -> String {
    let server = std::env::var(POSTGRES).unwrap_or_else(|_| panic!("{POSTGRES} is not set: cargo xtask test postgres"));
    let options: PgConnectOptions = server.parse().expect("an address");
    let mut connection = options.connect().await.expect("PostgreSQL is there");
    let name = format!("t{:032x}", rand::random::<u128>());
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.expect("made");
    connection.close().await.expect("closed");
    let (start, _) = server.rsplit_once('/').expect("a database at its end");
    format!("{start}/{name}")
}
