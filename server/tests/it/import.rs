//! `sessionkeep import`: from SQLite to PostgreSQL without signing anybody out.

use std::{fs, path::PathBuf, process::Output};

use secrecy::ExposeSecret as _;
use server::{
    account::Account,
    session::{Caller, EventKind, SecurityEvent, Session, UnixMillis},
    storage::{
        Accounts, Events as _, Sessions as _,
        import::{Progress, import},
        postgres::PostgresStore,
        sqlite::SqliteStore,
    },
};
use sessionkeep_types::SessionId;
use sqlx::{ConnectOptions as _, SqliteConnection, postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::{
    storage::dumps,
    support::{PASSWORD, TestApp, database, program},
};

const DUMP: &str = include_str!("storage/dumps/sqlite-0002.sql");
const HOLDERS: &str = include_str!("storage/dumps/sqlite-0002.json");

/// A file that an older server has left and this version's has opened since, with people in every state.
struct Left(TempDir);

impl Left {
    async fn behind() -> Self {
        let left = Self(tempfile::tempdir().expect("a folder"));
        dumps::restore_sqlite(&left.file(), DUMP).await;
        drop(left.store().await);
        left
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("sessionkeep.db")
    }

    fn address(&self) -> String {
        format!("sqlite://{}", self.file().display())
    }

    async fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.file()).await.expect("opens")
    }

    async fn connection(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.file()).connect().await.expect("opens")
    }

    /// As an operator does it.
    fn import_to(&self, to: &str) -> Output {
        run(&["--from", &self.address(), "--to", to])
    }
}

fn run(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    program::output(folder.path(), &[&["import"], arguments].concat(), &[])
}

#[track_caller]
fn assert_refused(output: &Output, status: i32, why: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().last().expect("a line");
    assert!(line.starts_with("sessionkeep: ") && line.contains(why), "{text}");
    assert_eq!(output.status.code(), Some(status), "{text}");
}

#[track_caller]
fn assert_moved(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

async fn postgres(address: &str) -> PostgresStore {
    PostgresStore::open(address.parse().expect("an address")).await.expect("opens")
}

async fn accounts(store: &dyn Accounts) -> Vec<Account> {
    store.page(None, None, 100).await.expect("works")
}

/// Everything of an account, which does not print its hash.
fn whole(account: &Account) -> (String, String) {
    (format!("{account:?}"), account.password_hash.expose_secret().to_owned())
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn every_row_is_moved_as_it_was() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    assert_moved(&left.import_to(&address));
    let (old, new) = (left.store().await, postgres(&address).await);
    let (people, moved) = (accounts(&old).await, accounts(&new).await);
    assert_eq!(people.iter().map(whole).collect::<Vec<_>>(), moved.iter().map(whole).collect::<Vec<_>>());
    assert_eq!(people.len(), 4);

    let mut connection = left.connection().await;
    let ids = sqlx::query_scalar("SELECT id FROM sessions").fetch_all(&mut connection);
    let ids: Vec<String> = ids.await.expect("works");
    let mut sessions: Vec<Session> = vec![];
    for id in ids.into_iter().map(SessionId::new) {
        let session = old.find(&id).await.expect("works").expect("there");
        assert_eq!(new.find(&id).await.expect("works").as_ref(), Some(&session));
        sessions.push(session);
    }
    let some = |so: fn(&Session) -> bool| sessions.iter().any(so) && !sessions.iter().all(so);
    assert!(some(|session| session.sealed_head.is_some()) && some(|session| session.ended.is_some()));
    assert!(some(|session| session.served_attempts.iter().count() > 2) && some(|session| session.ver > 0));
    assert!(some(|session| session.prev_hash.is_none()) && some(|session| session.confirmed_at.is_none()));
    assert!(some(|session| session.origin.user_agent.contains('🦀')) && some(|session| session.remember_me));

    let endings = async |store: &dyn server::storage::Sessions| {
        let mut endings = store.endings_since(UnixMillis(0)).await.expect("works");
        endings.sort_by(|one, other| one.session_id.as_str().cmp(other.session_id.as_str()));
        endings
    };
    let ended = endings(&old).await;
    assert_eq!(ended, endings(&new).await);
    assert!(ended.iter().any(|ending| sessions.iter().all(|session| session.id != ending.session_id)), "a tombstone");

    let events = old.after(0, 1000).await.expect("works");
    assert_eq!(events, new.after(0, 1000).await.expect("works"));
    assert!(events.iter().any(|stored| stored.event.other.is_some()));
}

/// PostgreSQL cannot have NUL in a text, SQLite can. Nothing is found by such a text.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn what_postgresql_cannot_have_is_replaced() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    sqlx::raw_sql(
        "UPDATE sessions SET user_agent = 'a' || char(0) || 'b';
         UPDATE users SET display_name = 'a' || char(0) || 'b';
         UPDATE security_events SET user_agent = 'a' || char(0) || 'b', other_user_agent = char(0)",
    )
    .execute(&mut left.connection().await)
    .await
    .expect("works");
    assert_moved(&left.import_to(&address));
    let new = postgres(&address).await;
    let account = &accounts(&new).await[0];
    assert_eq!(account.display_name.as_deref(), Some("a\u{fffd}b"));
    assert_eq!(new.after(0, 1).await.expect("works")[0].event.origin.user_agent, "a\u{fffd}b");
}

/// A reader goes on from where it was, and misses nothing.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn the_first_event_afterwards_has_the_next_number() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    assert_moved(&left.import_to(&address));
    let new = postgres(&address).await;
    let latest = left.store().await.latest().await.expect("works");
    assert_eq!(new.latest().await.expect("works"), latest);
    let event = SecurityEvent::new(EventKind::LoginFailed, &Caller::default(), UnixMillis(1));
    new.record(&event).await.expect("works");
    assert_eq!(new.after(latest, 9).await.expect("works")[0].id, latest + 1);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn whoever_was_signed_in_is_and_whoever_was_not_is_told_why() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    assert_moved(&left.import_to(&address));
    let app = TestApp::on(tempfile::tempdir().expect("a folder"), &address, &dumps::SECRETS).await;
    dumps::everybody_is_told_what_they_were_told_before(&app, HOLDERS).await;
}

/// Access tokens, too, on an instance that was there before anybody was.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn access_tokens_that_were_dead_are_dead_and_the_others_live() {
    let mut old = TestApp::on_sqlite().await;
    let new = old.beside_on(&database::postgres().await).await;
    let mut ada = old.browser();
    ada.register().await;
    let mut phone = old.direct();
    phone.login().await;
    phone.logout().await;
    let mut gone = old.direct();
    let credentials = serde_json::json!({"email": "gone@example.com", "password": PASSWORD});
    assert_eq!(gone.post("/api/auth/register", credentials).await.status, 201);
    assert_eq!(gone.delete_account(PASSWORD).await.status, 204);
    old.stop().await;
    assert_moved(&run(&["--from", old.database(), "--to", new.database()]));

    for person in [&mut ada, &mut phone, &mut gone] {
        person.url.clone_from(&new.url);
    }
    new.until(async || phone.me().await.outcome() == (403, "TOKEN_REVOKED")).await;
    assert_eq!(gone.me().await.outcome(), (403, "TOKEN_REVOKED"));
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(phone.refresh().await.body["reason"], "SIGNED_OUT");
}

/// A run that ends in the middle has moved nothing, so the next one finds an empty database.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn an_interrupted_run_leaves_nothing_and_is_repeated() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    let target = address.parse().expect("an address");
    for last in ["accounts", "sessions", "tombstones", "events"] {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let mut stop = Some(stop);
        let mut told = |progress: Progress| {
            if progress.what == last {
                stop.take().map(|stop| stop.send(()));
            }
        };
        let file = left.file();
        tokio::select! {
            biased;
            _ = stopped => {}
            moved = import(&file, &target, &mut told) => panic!("not interrupted: {moved:?}"),
        }
    }
    assert_moved(&left.import_to(&address));
}

/// The process is killed when everything is written and nothing is committed.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_run_that_is_killed_at_its_end_leaves_nothing_and_is_repeated() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    drop(postgres(&address).await);
    let mut operator = address.parse::<PgConnectOptions>().expect("an address").connect().await.expect("opens");
    // Where the next number is set, the last thing but one.
    let hold = "BEGIN; ALTER SEQUENCE security_events_id_seq CACHE 1";
    sqlx::raw_sql(hold).execute(&mut operator).await.expect("held");
    let mut process = program::spawn(left.0.path(), &["import", "--from", &left.address(), "--to", &address]);
    let waits =
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'security_events_id_seq'::regclass)";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut operator).await.expect("works") {
        assert!(process.try_wait().expect("it can be asked").is_none(), "it has ended");
    }
    process.kill().expect("killed");
    process.wait().expect("ends");
    sqlx::raw_sql("ROLLBACK").execute(&mut operator).await.expect("let go");
    assert_moved(&left.import_to(&address));
}

/// What happened on the new store is not undone: nobody is revived, no password and no token brought back.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_run_that_is_repeated_after_people_went_on_changes_nothing() {
    let mut old = TestApp::on_sqlite().await;
    let mut ada = old.direct();
    ada.register().await;
    let mut phone = old.direct();
    phone.login().await;
    let mut gone = old.direct();
    let credentials = serde_json::json!({"email": "gone@example.com", "password": PASSWORD});
    gone.post("/api/auth/register", credentials.clone()).await;
    old.stop().await;
    let address = database::postgres().await;
    let import = || run(&["--from", old.database(), "--to", &address]);
    assert_moved(&import());
    let new = old.beside_on(&address).await;
    for person in [&mut ada, &mut phone, &mut gone] {
        person.url.clone_from(&new.url);
    }
    phone.logout().await;
    gone.delete_account(PASSWORD).await;
    assert_eq!(ada.change_password(PASSWORD, "another river over the hill").await.status, 200);
    ada.refresh().await;
    // Without callers: those of the deleted account are removed meanwhile.
    let events = async || {
        let events = new.events().await.into_iter();
        events.map(|event| (event.at, event.kind, event.user_id, event.session_id)).collect::<Vec<_>>()
    };
    let before = events().await;

    assert_refused(&import(), 1, "it is not empty (1 accounts, ");
    assert_eq!(events().await, before);
    assert_eq!(phone.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    assert_eq!(gone.post("/api/auth/login", credentials).await.outcome(), (401, "INVALID_CREDENTIALS"));
    assert_eq!(phone.login().await.outcome(), (401, "INVALID_CREDENTIALS"), "the old password");
    assert_eq!(ada.refresh().await.status, 200);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn the_source_is_not_changed() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    let before = fs::read(left.file()).expect("a file");
    assert_moved(&left.import_to(&address));
    assert!(before == fs::read(left.file()).expect("a file"));
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_source_that_a_server_uses_is_refused() {
    let old = TestApp::on_sqlite().await;
    let refused = run(&["--from", old.database(), "--to", &database::postgres().await]);
    assert_refused(&refused, 1, "the source cannot be read: a server uses it");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn no_server_starts_on_a_source_that_is_being_read() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    let target = address.parse().expect("an address");
    let mut tried = vec![];
    let mut told = |_| {
        tried.push(program::output(left.0.path(), &["user", "list"], &[("DATABASE_URL", &left.address())]));
    };
    import(&left.file(), &target, &mut told).await.expect("moves");
    assert_refused(&tried[0], 1, "`sessionkeep import` is reading it");
}

/// What a newer version has added would be left behind; what an older one has not yet, cannot be read.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_source_of_another_version_is_refused() {
    let address = database::postgres().await;
    let left = Left::behind().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'later', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&mut left.connection().await).await.expect("works");
    assert_refused(&left.import_to(&address), 1, "a newer version has used it");
    let left = Left(tempfile::tempdir().expect("a folder"));
    dumps::restore_sqlite(&left.file(), DUMP).await;
    assert_refused(&left.import_to(&address), 1, "an older version was the last to use it");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn it_says_how_far_it_is_and_what_else_has_to_move() {
    let (left, address) = (Left::behind().await, database::postgres().await);
    let output = left.import_to(&address);
    let [said, shown] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text"));
    assert!(shown.contains("accounts: 4 of 4 (100 %), ") && shown.contains("events: "), "{shown}");
    assert!(!shown.contains('\r') && said.starts_with("4 accounts, "), "{said}");
    assert!(said.contains("ACCESS_TOKEN_SECRET") && said.contains("REFRESH_TOKEN_SECRET"), "{said}");
}

#[test]
fn what_cannot_be_imported_is_said_and_made_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = format!("sqlite://{}/none.db", folder.path().display());
    let to = "postgres://x@127.0.0.1:1/x";
    assert_refused(&run(&["--from", to, "--to", to]), 78, "--from: only SQLite can be imported from");
    assert_refused(&run(&["--from", &missing, "--to", &missing]), 78, "--to: only PostgreSQL can be imported to");
    assert_refused(&run(&["--from", "mysql://x", "--to", to]), 78, "--from: it names no database");
    assert_refused(&run(&["--from", &missing, "--to", to]), 1, "the source cannot be read: there is no such file");
    assert!(!folder.path().join("none.db").exists());
}
