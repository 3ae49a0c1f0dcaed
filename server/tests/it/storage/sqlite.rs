//! What holds for SQLite alone.

use std::{sync::Arc, time::Duration};

use server::{
    account::Account,
    clock::{Clock as _, SystemClock},
    session::{Caller, EventKind, SecurityEvent},
    storage::{Accounts as _, Sessions as _, Watched as _, sqlite::SqliteStore},
};
use sessionkeep_types::{EndReason, Role, SessionId, UserId};
use sqlx::{Connection as _, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};

use super::contract::{self, Ahead, NOW};

/// E13: an acknowledged commit survives a power cut, because SQLite waits for the disk at every commit.
#[tokio::test]
async fn sqlite_syncs_every_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("test.db")).await.expect("opens");
    assert_eq!(store.durability().await.expect("works"), ("wal".to_owned(), 2));
}

#[tokio::test]
async fn names_are_found_whatever_their_case_in_any_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("test.db")).await.expect("opens");
    let name = Some("Émile (Ångström) Жанна".to_owned());
    contract::add_account(&store, &Account { display_name: name, ..contract::account_of("a") }).await;
    for (query, found) in
        [("émile", 1), ("ÅNGSTRÖM", 1), ("ЖАННА", 1), ("Émile (å", 1), ("É|a", 0), ("É.ile", 0), ("(?-i)", 0)]
    {
        assert_eq!(store.page(Some(query), None, 10).await.expect("works").len(), found, "{query}");
    }
}

/// PW-02: nobody is made to change a password because time has passed. When it was changed last is kept, for a session must
/// not begin with one that was changed meanwhile.
#[tokio::test]
async fn an_account_has_no_date_at_which_its_password_expires() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("test.db");
    drop(SqliteStore::open(&file).await.expect("opens"));
    let mut database =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&file)).await.expect("opens");
    let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info('users')");
    let columns: Vec<String> = columns.fetch_all(&mut database).await.expect("works");
    assert!(columns.iter().any(|name| name == "password_hash"), "{columns:?}");
    let expires = |name: &String| ["expir", "valid", "until", "deadline"].iter().any(|word| name.contains(word));
    assert_eq!(columns.iter().find(|name| expires(name)), None);
}

/// The machine's clock is the only one there is: a wrong one must not delete what people need, and a server that was off for
/// long must delete it some day.
#[tokio::test]
async fn the_time_of_deletions_follows_the_machines_clock_slowly() {
    const DAY: Duration = Duration::from_hours(24);
    const HOUR: Duration = Duration::from_hours(1);
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(SqliteStore::open(&folder.path().join("test.db")).await.expect("opens"));
    let hours_ahead = async |clock: Ahead, ran| {
        let times = store.purge_times(&clock, ran).await.expect("works");
        assert_eq!(times.sessions, times.others);
        // To the nearest hour.
        (times.others.0 - SystemClock.now().0 + 1_800_000).div_euclid(3_600_000)
    };
    contract::filled_now(&*store).await;
    assert_eq!(hours_ahead(Ahead(Duration::ZERO), Duration::ZERO).await, 0);
    // It follows at six times the speed at which the process runs, and at the start not at all.
    assert_eq!(hours_ahead(Ahead(DAY * 400), Duration::ZERO).await, 0);
    assert_eq!(hours_ahead(Ahead(DAY * 400), HOUR * 4).await, 24);
    // Never later than the clock, and as soon as that is right, so is this.
    assert_eq!(hours_ahead(Ahead(Duration::ZERO), Duration::ZERO).await, 0);
    assert_eq!(hours_ahead(Ahead(Duration::ZERO), HOUR * 4).await, 0);
    assert_eq!(hours_ahead(Ahead(DAY * 400), Duration::ZERO).await, 0);
    // The server was off for 100 days.
    let purge = contract::purge_of(&store, Ahead(DAY * 100));
    let hours = async |hours: u32| {
        for _ in 0..hours {
            purge.pass(HOUR).await;
        }
        contract::kept(&*store).await
    };
    let before = contract::kept(&*store).await;
    assert_eq!(hours(3).await, before);
    assert!(hours(140).await.0, "a session is kept for a month and a week");
    let after = hours(400).await;
    assert_eq!((after.0, after.2), (false, 0));
    assert!(after.1 < before.1);
}

/// RT-19: what an older version wrote lives on, and what it ended stays ended.
#[tokio::test]
async fn a_database_of_the_first_version_is_migrated_and_revives_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("old.db");
    let migrations = folder.path().join("migrations");
    std::fs::create_dir(&migrations).expect("a folder");
    let first = "0001_initial.sql";
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/");
    std::fs::copy(format!("{source}{first}"), migrations.join(first)).expect("copied");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut old = SqliteConnection::connect_with(&options).await.expect("opens");
    Migrator::new(migrations).await.expect("found").run(&mut old).await.expect("runs");
    sqlx::raw_sql(
        "INSERT INTO users VALUES ('u', 'a@b.c', NULL, 'user', '$argon2id$', 1, NULL, 1);
         INSERT INTO sessions (id, user_id, ver, ver_at, gen, head_hash, served_attempts, emitted_at, streak, hit, browser,
             attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at,
             revoked_reason, ip, user_agent)
         VALUES ('live', 'u', 0, 0, 3, zeroblob(32), '[]', 0, 0, 0, 1, 1, 1, 1, 1, 9, 9, NULL, NULL, '::1', 'x'),
                ('dead', 'u', 0, 0, 3, zeroblob(32), '[]', 0, 0, 0, 1, 1, 1, 1, 1, 9, 9, 5, 'REUSE_DETECTED', '', '');
         INSERT INTO security_events (at, kind, ip, user_agent) VALUES (1, 'a_kind_of_long_ago', '::1', 'x');",
    )
    .execute(&mut old)
    .await
    .expect("written");
    old.close().await.expect("closes");
    crate::support::database::make_private(&file);

    let store = SqliteStore::open(&file).await.expect("migrates");
    let find = async |id: &str| store.find(&SessionId::new(id)).await.expect("works").expect("there");
    let (live, dead) = (find("live").await, find("dead").await);
    assert_eq!((live.ended, live.generation, live.origin.user_agent.as_str()), (None, 3, "x"));
    assert_eq!(dead.ended.expect("ended").reason, EndReason::ReuseDetected);
    assert_eq!(store.by_id(&UserId::new("u")).await.expect("works").expect("there").role, Role::User);
    let events = server::storage::Events::after(&store, 0, 10).await.expect("works");
    assert_eq!(events[0].event.kind, EventKind::Unknown("a_kind_of_long_ago".into()));
    assert_eq!(events[0].event.other, None);
    drop(store);
    SqliteStore::open(&file).await.expect("a second time, too");
}

#[tokio::test]
async fn two_processes_share_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("test.db");
    let (one, two) = tokio::join!(SqliteStore::open(&file), SqliteStore::open(&file));
    let (one, two) = (one.expect("opens"), two.expect("opens"));
    let before = two.change_marker().await.expect("works");
    let event = SecurityEvent::new(EventKind::LoginFailed, &Caller::default(), NOW);
    server::storage::Events::record(&one, &event).await.expect("works");
    assert_ne!(two.change_marker().await.expect("works"), before, "the other one's commit is seen");
    assert_eq!(server::storage::Events::latest(&two).await.expect("works"), 1);
}
