//! The database of one test: an SQLite file, or a new database on the PostgreSQL that the environment names.

use std::path::Path;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

/// Where a PostgreSQL listens that is there for tests alone, as somebody who may make databases.
const POSTGRES: &str = "SESSIONKEEP_TEST_POSTGRES";

/// Where a Redis listens that is there for tests alone, with very many databases.
const REDIS: &str = "SESSIONKEEP_TEST_REDIS";

/// Whether the tests run with sessions in Redis.
pub(crate) fn is_redis() -> bool {
    std::env::var_os(REDIS).is_some()
}

/// Whether the tests run on PostgreSQL.
pub(crate) fn is_postgres() -> bool {
    std::env::var_os(POSTGRES).is_some()
}

/// Settings for an empty one. It goes with the folder, or with the servers.
pub(crate) async fn fresh(folder: &Path) -> Vec<(&'static str, String)> {
    if is_postgres() {
        several().await
    } else {
        vec![("DATABASE_URL", format!("sqlite://{}/sessionkeep.db", folder.display()))]
    }
}

/// Settings for an empty one that several instances can share.
pub(crate) async fn several() -> Vec<(&'static str, String)> {
    let mut settings = vec![("DATABASE_URL", postgres().await)];
    if is_redis() {
        settings.push(("SESSION_STORE", redis().await));
    }
    settings
}

/// An empty database on Redis.
pub(crate) async fn redis() -> String {
    let server = std::env::var(REDIS).unwrap_or_else(|_| panic!("{REDIS} is not set: cargo xtask test postgres"));
    let client = redis::Client::open(server.as_str()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis is there");
    // The first one counts those that were given away.
    let (number,): (u32,) = redis::pipe().cmd("INCR").arg("given").query_async(&mut connection).await.expect("counts");
    format!("{server}/{number}")
}

fn address() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| panic!("{POSTGRES} is not set: cargo xtask test postgres"))
}

/// A connection to that server.
pub(crate) async fn server() -> PgConnection {
    let options: PgConnectOptions = address().parse().expect("an address");
    options.connect().await.expect("PostgreSQL is there")
}

/// An empty one on PostgreSQL.
pub(crate) async fn postgres() -> String {
    let mut connection = server().await;
    let name = format!("t{:032x}", rand::random::<u128>());
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.expect("made");
    connection.close().await.expect("closed");
    let server = address();
    let (start, _) = server.rsplit_once('/').expect("a database at its end");
    format!("{start}/{name}")
}

/// As the server makes its files. What makes one for a test leaves it to others.
pub(crate) fn make_private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("changed");
    }
    #[cfg(not(unix))]
    let _ = file;
}
