//! E17: an old and a new version use one database at the same time.

use async_trait::async_trait;
use server::{
    session::{Caller, EventKind, SecurityEvent, Session},
    storage::{Confirmation, EventFilter, Scope, Step, postgres::PostgresStore, sqlite::SqliteStore},
};
use sessionkeep_types::{EndReason, UserId};
use sqlx::{
    ConnectOptions as _, Connection as _, PgPool, SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;

use super::{
    Fixture, Store,
    contract::{self, AtNow, NOW},
};
use crate::support::database;

/// What a newer version may add beside this one: columns that may be left out, a table, an index.
const EXPAND: &str = "
    ALTER TABLE users ADD COLUMN later TEXT;
    ALTER TABLE sessions ADD COLUMN later TEXT;
    ALTER TABLE sessions ADD COLUMN later_count INTEGER NOT NULL DEFAULT 7;
    ALTER TABLE security_events ADD COLUMN later TEXT;
    ALTER TABLE tombstones ADD COLUMN later TEXT;
    CREATE TABLE later (id TEXT PRIMARY KEY);
    CREATE INDEX sessions_later ON sessions (later);";

/// The migrations of a newer version that this one does not know.
fn newer(sql: &'static str) -> Migrator {
    let migration = Migration::new(9999, "later".into(), MigrationType::Simple, sql.into_sql_str(), false);
    let mut migrator = Migrator::with_migrations(vec![migration]);
    migrator.set_ignore_missing(true);
    migrator
}

async fn migrate_sqlite(folder: &TempDir, sql: &'static str) {
    let file = folder.path().join("test.db");
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await.expect("opens");
    newer(sql).run(&pool).await.expect("runs");
    pool.close().await;
}

async fn migrate_postgres(address: &str, sql: &'static str) {
    let pool = PgPool::connect(address).await.expect("opens");
    newer(sql).run(&pool).await.expect("runs");
    pool.close().await;
}

async fn open_sqlite(folder: &TempDir) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(&folder.path().join("test.db")).await
}

async fn open_postgres(address: &str) -> anyhow::Result<PostgresStore> {
    PostgresStore::open(address.parse().expect("an address")).await
}

/// Everything that reads or writes a row, about one person.
async fn use_everything(store: &impl Store, name: &str) {
    let (account, id) = (contract::account_of(name), UserId::new(name));
    let event = |kind| SecurityEvent::new(kind, &Caller::default(), NOW).of(&id);
    let session = contract::session_of(name, &format!("session of {name}"));
    let registered = event(EventKind::Registered);
    assert!(server::storage::Accounts::insert(store, &account, &registered).await.expect("works"));
    assert!(contract::try_to_begin(store, &session, &account).await.expect("works"));
    assert_eq!(store.find(&session.id).await.expect("works").expect("there"), session);
    assert_eq!(store.by_email(&account.email).await.expect("works").expect("there").id, id);
    assert_eq!(store.by_id(&id).await.expect("works").expect("there").email, account.email);
    assert_eq!(server::storage::Accounts::page(store, Some(name), None, 9).await.expect("works").len(), 1);
    let mut rotate = |session: &Session, _| Step {
        next: Some(Session { generation: session.generation + 1, confirmed_at: None, ..session.clone() }),
        ..Step::default()
    };
    store.transact(&session.id, &AtNow, &mut rotate).await.expect("works");
    let used = Confirmation { session_id: session.id.clone(), generation: session.generation + 1, at: NOW };
    store.confirm(&[used], &AtNow).await.expect("works");
    assert_eq!(contract::living(store, name).await[0].generation, session.generation + 1);
    let ended = event(EventKind::SessionsEnded);
    contract::end_all(store, &Scope::Of(id.clone()), EndReason::Admin, &ended).await.expect("works");
    assert!(store.endings_since(NOW).await.expect("works").iter().any(|ending| ending.session_id == session.id));
    let of_them = EventFilter { user: Some(id), ..EventFilter::default() };
    assert_eq!(server::storage::Events::page(store, &of_them, None, 9).await.expect("works").len(), 3);
    assert!(store.after(0, 99).await.expect("works").len() >= 3);
}

/// Statements that were prepared before are used after.
#[tokio::test]
async fn a_running_version_goes_on_while_a_newer_one_expands_its_sqlite_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open_sqlite(&folder).await.expect("opens");
    use_everything(&store, "before").await;
    migrate_sqlite(&folder, EXPAND).await;
    use_everything(&store, "after").await;
}

/// As above. PostgreSQL takes no prepared statement any more whose answer has got another form.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_running_version_goes_on_while_a_newer_one_expands_its_postgresql() {
    let address = database::postgres().await;
    let store = open_postgres(&address).await.expect("opens");
    use_everything(&store, "before").await;
    migrate_postgres(&address, EXPAND).await;
    use_everything(&store, "after").await;
}

/// A version that is started on what a newer one has migrated: it is restarted beside it, or the newer one was taken back.
struct ExpandedSqlite(#[expect(dead_code, reason = "removed when the test ends")] TempDir);

#[async_trait]
impl Fixture for ExpandedSqlite {
    type Store = SqliteStore;

    async fn empty() -> (Self, SqliteStore) {
        let folder = tempfile::tempdir().expect("a folder");
        drop(open_sqlite(&folder).await.expect("opens"));
        migrate_sqlite(&folder, EXPAND).await;
        let store = open_sqlite(&folder).await.expect("opens again");
        (Self(folder), store)
    }
}

struct ExpandedPostgres;

#[async_trait]
impl Fixture for ExpandedPostgres {
    type Store = PostgresStore;

    async fn empty() -> (Self, PostgresStore) {
        let address = database::postgres().await;
        drop(open_postgres(&address).await.expect("opens"));
        migrate_postgres(&address, EXPAND).await;
        (Self, open_postgres(&address).await.expect("opens again"))
    }
}

contract::holds_for!(expanded_sqlite, super::ExpandedSqlite);
contract::holds_for!(
    expanded_postgres,
    super::ExpandedPostgres,
    ignore = "needs PostgreSQL: cargo xtask test postgres"
);

const CONTRACT: &str = "
    ALTER TABLE users DROP COLUMN display_name;
    UPDATE compatibility SET oldest = 9999;";

#[tokio::test]
async fn a_version_does_not_start_on_a_sqlite_file_from_which_a_newer_one_took_what_it_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open_sqlite(&folder).await.expect("opens"));
    migrate_sqlite(&folder, CONTRACT).await;
    let refused = open_sqlite(&folder).await.err().expect("refused").to_string();
    assert!(refused.contains("it takes a version with migration 9999"), "{refused}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_version_does_not_start_on_a_postgresql_from_which_a_newer_one_took_what_it_needs() {
    let address = database::postgres().await;
    drop(open_postgres(&address).await.expect("opens"));
    migrate_postgres(&address, CONTRACT).await;
    let refused = open_postgres(&address).await.err().expect("refused").to_string();
    assert!(refused.contains("it takes a version with migration 9999"), "{refused}");
}

/// A migration that was interrupted has done nothing: it is one transaction with the word of it.
#[tokio::test]
async fn a_migration_of_a_sqlite_file_that_fails_half_way_leaves_nothing_and_runs_again() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open_sqlite(&folder).await.expect("opens"));
    let options = SqliteConnectOptions::new().filename(folder.path().join("test.db"));
    let mut connection = options.connect().await.expect("opens");
    newer("CREATE TABLE later (id TEXT PRIMARY KEY); INSERT INTO nowhere VALUES (1);")
        .run(&mut connection)
        .await
        .expect_err("there is no such table");
    connection.close().await.expect("closes");
    migrate_sqlite(&folder, EXPAND).await;
    use_everything(&open_sqlite(&folder).await.expect("opens"), "after").await;
}

/// Its connection is cut when everything is done but the word of it.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_migration_of_a_postgresql_that_is_cut_half_way_leaves_nothing_and_runs_again() {
    let address = database::postgres().await;
    let options: PgConnectOptions = address.parse().expect("an address");
    let mut operator = options.connect().await.expect("opens");
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let migrations = Migrator::new(std::path::Path::new(migrations)).await.expect("found");
    migrations.run_to(1, &mut operator).await.expect("runs");
    sqlx::raw_sql("BEGIN; LOCK TABLE _sqlx_migrations IN SHARE MODE").execute(&mut operator).await.expect("locked");
    let cut = async {
        let waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = '_sqlx_migrations'::regclass";
        let pid: i32 = loop {
            let found = sqlx::query_scalar(waiting).fetch_optional(&mut operator).await.expect("works");
            if let Some(pid) = found {
                break pid;
            }
        };
        let cut = sqlx::query("SELECT pg_terminate_backend($1, 5000)").bind(pid);
        cut.execute(&mut operator).await.expect("works");
        sqlx::raw_sql("ROLLBACK").execute(&mut operator).await.expect("works");
    };
    let (opened, ()) = tokio::join!(open_postgres(&address), cut);
    opened.err().expect("it was cut");
    use_everything(&open_postgres(&address).await.expect("opens"), "after").await;
}

/// The first migration of another program.
async fn migrate_other(version: i64, run: impl AsyncFnOnce(Migrator)) {
    let sql = "CREATE TABLE theirs (id TEXT PRIMARY KEY)".into_sql_str();
    let migration = Migration::new(version, "theirs".into(), MigrationType::Simple, sql, false);
    run(Migrator::with_migrations(vec![migration])).await;
}

const OTHER_VERSIONS: [i64; 2] = [1, 20_240_101_000_000];
const OTHER: &str = "another program uses this database";

/// Two programs that migrate with `sqlx` would write into one table.
#[tokio::test]
async fn a_sqlite_file_of_another_program_is_refused_and_left_as_it_was() {
    for version in OTHER_VERSIONS {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("test.db");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = options.connect().await.expect("opens");
        database::make_private(&file);
        migrate_other(version, async |theirs| theirs.run(&mut connection).await.expect("runs")).await;
        let refused = open_sqlite(&folder).await.err().expect("refused").to_string();
        assert!(refused.contains(OTHER), "{refused}");
        let ran: i64 = sqlx::query_scalar("SELECT count(version) FROM _sqlx_migrations")
            .fetch_one(&mut connection)
            .await
            .expect("counted");
        assert_eq!(ran, 1);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_postgresql_of_another_program_is_refused_and_left_as_it_was() {
    for version in OTHER_VERSIONS {
        let address = database::postgres().await;
        let pool = PgPool::connect(&address).await.expect("opens");
        migrate_other(version, async |theirs| theirs.run(&pool).await.expect("runs")).await;
        let refused = open_postgres(&address).await.err().expect("refused").to_string();
        assert!(refused.contains(OTHER), "{refused}");
        let ran: i64 =
            sqlx::query_scalar("SELECT count(version) FROM _sqlx_migrations").fetch_one(&pool).await.expect("counted");
        assert_eq!(ran, 1);
    }
}
