//! E17, RT-19: what every released version has left behind, opened by this one. `dumps/<database>-<migration>.sql` is the database,
//! written by that version; the file beside it has tokens of its people, and what each is to be told.

use std::path::Path;

use serde::Deserialize;
use sqlx::{
    ConnectOptions as _, Connection as _, SqlSafeStr as _, postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};

use crate::support::{TestApp, database};

/// What signed the tokens in the dumps.
pub(crate) const SECRETS: [(&str, &str); 2] = [
    ("ACCESS_TOKEN_SECRET", "dumps-access-Zq8X2mc4vB6nL0pK1sD3fG5h"),
    ("REFRESH_TOKEN_SECRET", "dumps-refresh-Re9w7tYh5hJ3fGs1dKp0nLb"),
];

/// Somebody's refresh token, and what it gets.
#[derive(Deserialize)]
struct Holder {
    is: String,
    token: String,
    attempt: Option<String>,
    status: u16,
    #[serde(default)]
    code: String,
    reason: Option<String>,
}

/// Whoever was signed in is; whoever was not is not, and is told why.
pub(crate) async fn everybody_is_told_what_they_were_told_before(app: &TestApp, holders: &str) {
    let holders: Vec<Holder> = serde_json::from_str(holders).expect("holders");
    for holder in holders {
        let mut person = app.direct();
        person.cookie = Some(holder.token);
        if let Some(attempt) = &holder.attempt {
            person = person.attempt(attempt);
        }
        let answer = person.refresh().await;
        assert_eq!(answer.outcome(), (holder.status, holder.code.as_str()), "{}: {answer:?}", holder.is);
        assert_eq!(answer.body["reason"].as_str(), holder.reason.as_deref(), "{}", holder.is);
        if holder.status == 200 {
            assert_eq!(person.me().await.status, 200, "{}", holder.is);
            assert_eq!(person.attempt("another").refresh().await.status, 200, "{}", holder.is);
        }
    }
}

/// Makes the SQLite file of a dump.
pub(crate) async fn restore_sqlite(file: &Path, dump: &'static str) {
    let mut connection =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await.expect("opens");
    sqlx::raw_sql(dump.into_sql_str()).execute(&mut connection).await.expect("restored");
    connection.close().await.expect("closes");
    database::make_private(file);
}

async fn restore_postgres(dump: &'static str) -> String {
    let address = database::postgres().await;
    let mut connection = address.parse::<PgConnectOptions>().expect("an address").connect().await.expect("opens");
    sqlx::raw_sql(dump.into_sql_str()).execute(&mut connection).await.expect("restored");
    connection.close().await.expect("closes");
    address
}

/// Released forms of the tables, by the number of their latest migration.
macro_rules! dumps {
    ($($test:ident $database:ident $file:literal $($ignored:literal)?;)+) => { $(
        #[tokio::test]
        $(#[ignore = $ignored])?
        async fn $test() {
            let dump = include_str!(concat!("dumps/", $file, ".sql"));
            let app = dumps!(@$database dump);
            let holders = include_str!(concat!("dumps/", $file, ".json"));
            everybody_is_told_what_they_were_told_before(&app, holders).await;
        }
    )+ };
    (@sqlite $dump:ident) => {{
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("sessionkeep.db");
        restore_sqlite(&file, $dump).await;
        TestApp::on(folder, &format!("sqlite://{}", file.display()), &SECRETS).await
    }};
    (@postgres $dump:ident) => {{
        let address = restore_postgres($dump).await;
        TestApp::on(tempfile::tempdir().expect("a folder"), &address, &SECRETS).await
    }};
}

dumps! {
    who_was_signed_in_on_sqlite_2_is_and_who_was_not_is_not sqlite "sqlite-0002";
    who_was_signed_in_on_postgresql_1_is_and_who_was_not_is_not postgres "postgres-0001" "needs PostgreSQL: cargo xtask test postgres";
}
