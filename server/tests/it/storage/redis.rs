//! What holds for sessions in Redis alone.

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use redis::pipe;
use server::{
    account::{Account, AccountChange},
    session::{Caller, Cap, Ended, EventKind, SecurityEvent, Session},
    storage::{
        AccountTransacted, Database, Events as _, Scope, Sessions as _, Step, StorageError, Stores,
        postgres::PostgresStore, redis::RedisStore,
    },
};
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tokio::sync::{Mutex, Notify};

use super::{
    Asked as _, Transact as _,
    contract::{self, AtNow, NOW},
};
use crate::support::{
    database, program,
    redis::{OwnRedis, SAFE, ask},
    tls,
};

/// Two stores that several instances share, to look into.
struct Shared {
    postgres: String,
    redis: String,
}

impl Shared {
    async fn empty() -> Self {
        Self { postgres: database::postgres().await, redis: database::redis().await }
    }

    async fn on(redis: &OwnRedis) -> Self {
        Self { postgres: database::postgres().await, redis: redis.url() }
    }

    async fn try_open(&self) -> anyhow::Result<RedisStore> {
        let database = PostgresStore::open(self.postgres.parse().expect("an address")).await.expect("opens");
        RedisStore::open(self.redis.parse().expect("an address"), database).await
    }

    async fn open(&self) -> RedisStore {
        self.try_open().await.expect("opens")
    }

    async fn sql(&self) -> PgConnection {
        self.postgres.parse::<PgConnectOptions>().expect("an address").connect().await.expect("PostgreSQL is there")
    }

    async fn execute(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&mut self.sql().await).await.expect("works");
    }
}

fn event(kind: EventKind) -> SecurityEvent {
    SecurityEvent::new(kind, &Caller::default(), NOW)
}

fn account() -> Account {
    contract::account_of("u")
}

async fn add_account(store: &RedisStore) {
    let added = server::storage::Accounts::insert(store, &account(), &event(EventKind::Registered)).await;
    assert!(added.expect("works"));
}

async fn begin(store: &RedisStore, id: &str) -> Result<bool, StorageError> {
    contract::try_to_begin(store, &contract::session_of("u", id), &account()).await
}

async fn end(store: &RedisStore, id: &str) -> Result<(), StorageError> {
    let mut step = |session: &Session, _| Step {
        next: Some(Session { ended: Some(Ended { at: NOW, reason: EndReason::SignedOut }), ..session.clone() }),
        events: vec![event(EventKind::SignedOut)],
        ..Step::default()
    };
    store.transact(&SessionId::new(id), &AtNow, &mut step).await.map(|_| ())
}

async fn is_living(store: &RedisStore, id: &str) -> bool {
    store.find(&SessionId::new(id)).await.expect("works").expect("there").ended.is_none()
}

/// A newer version has written to the outbox, and was replaced by this one.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn events_of_a_newer_version_do_not_hold_up_those_behind_them() {
    const NEWER: u32 = 1250;
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    let mut add = pipe();
    for number in 0..NEWER {
        let (name, value) = if number % 2 == 0 { ("event", "{\"new\":true}") } else { ("later", "x") };
        add.cmd("XADD").arg("sessionkeep:outbox").arg("*").arg(name).arg(value).ignore();
    }
    ask::<()>(&shared.redis, &add).await;
    let left = async || {
        let (left,): (u32,) = ask(&shared.redis, pipe().cmd("XLEN").arg("sessionkeep:outbox")).await;
        left
    };
    let kinds = async || {
        // As often as it takes: each call moves a bounded number.
        for _ in 0..3 {
            store.tend().await.expect("works");
        }
        let events = store.after(0, 10).await.expect("works").into_iter();
        events.map(|stored| stored.event.kind).collect::<Vec<_>>()
    };
    assert!(begin(&store, "s").await.expect("works"));
    assert_eq!(kinds().await, [EventKind::Registered, EventKind::LoginSucceeded]);
    assert_eq!(left().await, NEWER, "the newer version moves its own");
    end(&store, "s").await.expect("works");
    assert_eq!(kinds().await, [EventKind::Registered, EventKind::LoginSucceeded, EventKind::SignedOut]);
    assert_eq!(left().await, NEWER);
}

/// They would hide the living ones from whoever looks for what exceeds the cap. A session that merely left the set would be
/// out of reach if its row could still be refreshed.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn sessions_that_expired_long_ago_are_ended_when_they_leave_the_living() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    let hours_ago = |hours| NOW.minus(Duration::from_hours(hours));
    let long_ago = Session { idle_deadline: hours_ago(2), ..contract::session_of("u", "long-ago") };
    let just_now =
        Session { idle_deadline: NOW.minus(Duration::from_mins(5)), ..contract::session_of("u", "just-now") };
    for session in [&long_ago, &just_now, &contract::session_of("u", "a")] {
        assert!(contract::try_to_begin(&store, session, &account()).await.expect("works"));
    }
    let cap = Cap { at_most: 3, report: event(EventKind::SessionLimitReached) };
    let (new, signed_in) = (contract::session_of("u", "b"), event(EventKind::LoginSucceeded));
    let endings = server::storage::Sessions::insert(&store, &new, &account(), &signed_in, &cap, &AtNow).await;
    assert_eq!(endings.expect("works").expect("begun"), [], "no living session exceeds the cap");
    let (mut living,): (Vec<String>,) = ask(&shared.redis, pipe().cmd("SMEMBERS").arg("sessionkeep:living-of:u")).await;
    living.sort();
    assert_eq!(living, ["a", "b", "just-now"]);
    assert!(!is_living(&store, "long-ago").await);
    assert!(is_living(&store, "just-now").await);
}

/// DR-04
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_redis_that_may_forget_sessions_is_refused() {
    for settings in [
        ["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"],
        ["--appendonly", "no", "--maxmemory-policy", "noeviction"],
    ] {
        let redis = OwnRedis::start(&settings).await;
        let refused = Shared::on(&redis).await.try_open().await.err().expect("refused").to_string();
        assert!(refused.contains("set it to `"), "{refused}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn an_event_that_the_database_does_not_take_waits_and_is_there_once() {
    let shared = Shared::empty().await;
    let (one, two) = (shared.open().await, shared.open().await);
    add_account(&one).await;
    assert!(begin(&one, "s").await.expect("works"));
    shared.execute("ALTER TABLE security_events RENAME TO gone").await;
    end(&one, "s").await.expect("what is done is done, and its event is safe");
    two.tend().await.expect_err("it cannot be moved");
    shared.execute("ALTER TABLE gone RENAME TO security_events").await;
    let (first, second) = tokio::join!(one.tend(), two.tend());
    first.expect("works");
    second.expect("works");
    let kinds: Vec<_> = one.after(0, 10).await.expect("works").into_iter().map(|stored| stored.event.kind).collect();
    assert_eq!(kinds, [EventKind::Registered, EventKind::LoginSucceeded, EventKind::SignedOut]);
    let left: (u32,) = ask(&shared.redis, pipe().cmd("XLEN").arg("sessionkeep:outbox")).await;
    assert_eq!(left, (0,));
}

/// As after a crash between the commit of the change and what it does in Redis.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn what_a_change_of_an_account_has_left_undone_is_done_by_whoever_sees_it() {
    let shared = Shared::empty().await;
    let one = shared.open().await;
    add_account(&one).await;
    assert!(begin(&one, "s").await.expect("works"));
    shared
        .execute(
            "INSERT INTO session_epochs VALUES ('u', 1);
             INSERT INTO session_tasks (user_id, epoch, task, at)
             VALUES ('u', 1, '{\"END\":\"PASSWORD_CHANGED\"}', 1800000000000)",
        )
        .await;
    let marker = one.change_marker().await.expect("works");
    let two = shared.open().await;
    let session = two.find(&SessionId::new("s")).await.expect("works").expect("there");
    assert_eq!(session.ended.expect("ended").reason, EndReason::PasswordChanged);
    assert_ne!(one.change_marker().await.expect("works"), marker, "and everybody hears of it");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM session_tasks")
        .fetch_one(&mut shared.sql().await)
        .await
        .expect("works");
    assert_eq!(left, 0);
}

/// As by an instance that was stopped for a while after it had read what to do.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn what_is_done_again_touches_no_session_that_began_since() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    let disabled =
        |flag| AccountChange { disabled: Some((flag, event(EventKind::AccountDisabled))), ..AccountChange::default() };
    for flag in [true, false] {
        let changed = store.change(&UserId::new("u"), &disabled(flag), NOW).await.expect("works");
        assert!(matches!(changed, AccountTransacted::Done { .. }));
    }
    assert!(begin(&store, "s").await.expect("works"));
    shared
        .execute(
            "INSERT INTO session_tasks (user_id, epoch, task, at)
             VALUES ('u', 1, '{\"END\":\"ACCOUNT_DISABLED\"}', 1800000000000)",
        )
        .await;
    store.tend().await.expect("works");
    assert!(is_living(&store, "s").await);
}

/// As by an instance that was slower than another one, which has ended the sessions. Others ended many at the same time.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn what_another_instance_has_ended_for_a_change_is_found_among_thousands() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    let (v, other) = (contract::account_of("v"), contract::session_of("v", "o"));
    server::storage::Accounts::insert(&store, &v, &event(EventKind::Registered)).await.expect("works");
    assert!(contract::try_to_begin(&store, &other, &v).await.expect("works"));
    store.copy_session(&other.id, 1700).await.expect("works");
    let report = event(EventKind::SessionsEnded);
    contract::end_all(&store, &Scope::Of(v.id), EndReason::Admin, &report).await.expect("works").expect("may");
    end(&store, "s").await.expect("works");
    let ahead = 4_000_000_000_000_i64;
    let _: (String,) = ask(&shared.redis, pipe().cmd("SET").arg("sessionkeep:epoch-of:u").arg(ahead)).await;
    let disable =
        AccountChange { disabled: Some((true, event(EventKind::AccountDisabled))), ..AccountChange::default() };
    let changed = store.change(&UserId::new("u"), &disable, NOW).await.expect("works");
    let AccountTransacted::Done { endings, .. } = changed else { panic!("{changed:?}") };
    assert_eq!(endings.iter().map(|ending| &ending.session_id).collect::<Vec<_>>(), [&SessionId::new("s")]);
}

/// As after a backup of the database was restored: Redis has done what the database does not know of. A number that was used
/// would be one whose task is not done.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_database_that_is_behind_redis_catches_up_with_the_number_of_its_changes() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    let ahead = 4_000_000_000_000_i64;
    let _: (String,) = ask(&shared.redis, pipe().cmd("SET").arg("sessionkeep:epoch-of:u").arg(ahead)).await;
    assert!(begin(&store, "s").await.expect("works"));
    let disable =
        AccountChange { disabled: Some((true, event(EventKind::AccountDisabled))), ..AccountChange::default() };
    store.change(&UserId::new("u"), &disable, NOW).await.expect("works");
    assert!(!is_living(&store, "s").await);
}

/// What is given out with the new session says the role that was read.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_role_that_changes_right_after_the_password_lets_no_session_begin() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    shared
        .execute(
            "CREATE FUNCTION promote() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN NEW.role = 'admin'; RETURN NEW; END $$;
             CREATE TRIGGER at_once BEFORE UPDATE OF password_hash ON users FOR EACH ROW EXECUTE FUNCTION promote();",
        )
        .await;
    let (session, report) = (contract::session_of("u", "n"), event(EventKind::PasswordChanged));
    let changed = store.change_password(&account(), &SessionId::new("s"), "$new$", &session, &report).await;
    assert!(matches!(changed, Err(StorageError::Unavailable(_))));
    assert_eq!(store.find(&SessionId::new("n")).await.expect("works"), None);
    assert!(!is_living(&store, "s").await);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn an_emptied_redis_signs_nobody_out_and_is_not_taken_for_the_one_that_has_the_sessions() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    assert_eq!(store.find(&SessionId::new("unknown")).await.expect("works"), None);
    let _: (String,) = ask(&shared.redis, pipe().cmd("FLUSHDB")).await;
    assert!(matches!(store.find(&SessionId::new("s")).await, Err(StorageError::Unavailable(_))));
    // What it took now would be lost with it, and what it does not know it cannot deny.
    assert!(matches!(begin(&store, "t").await, Err(StorageError::Unavailable(_))));
    let others = Scope::OthersOf { user: account().id, asking: SessionId::new("s"), begun_before: None };
    let ended = contract::end_all(&store, &others, EndReason::Admin, &event(EventKind::SessionsEnded)).await;
    assert!(matches!(ended, Err(StorageError::Unavailable(_))), "{ended:?}");
    assert!(matches!(store.living(&account().id, NOW, None, 10).await, Err(StorageError::Unavailable(_))));
    assert!(matches!(store.change_marker().await, Err(StorageError::Unavailable(_))));
    assert!(matches!(store.endings_since(NOW).await, Err(StorageError::Unavailable(_))));
    let (keys,): (u64,) = ask(&shared.redis, pipe().cmd("DBSIZE")).await;
    assert_eq!(keys, 0, "nothing was written to it");
    for redis in [shared.redis.clone(), database::redis().await] {
        let elsewhere = Shared { postgres: shared.postgres.clone(), redis };
        let refused = format!("{:#}", elsewhere.try_open().await.err().expect("refused"));
        assert!(refused.contains("another Redis than the one that has the sessions"), "{refused}");
    }
    let settings = Database::Postgres(Box::new(shared.postgres.parse().expect("an address")));
    let refused = Stores::open(&settings, &Arc::default()).await.err().expect("refused");
    assert!(format!("{refused:#}").contains("its sessions are in Redis"), "{refused:#}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn sessions_that_are_in_the_database_are_not_forgotten_by_the_way() {
    let shared = Shared::empty().await;
    let here = PostgresStore::open(shared.postgres.parse().expect("an address")).await.expect("opens");
    server::storage::Accounts::insert(&here, &account(), &event(EventKind::Registered)).await.expect("works");
    assert!(contract::try_to_begin(&here, &contract::session_of("u", "s"), &account()).await.expect("works"));
    let refused = format!("{:#}", shared.try_open().await.err().expect("refused"));
    assert!(refused.contains("it has 1 sessions"), "{refused}");
    let everybody = Scope::BegunBefore(NOW.plus(Duration::from_secs(1)));
    contract::end_all(&here, &everybody, EndReason::Admin, &event(EventKind::SessionsEnded)).await.expect("works");
    shared.open().await;
    // An instance that still runs without Redis begins none that the others would not find.
    let late = contract::try_to_begin(&here, &contract::session_of("u", "t"), &account()).await;
    assert!(matches!(late, Err(StorageError::Unavailable(_))), "{late:?}");
}

/// After a failover the same address may lead to what is no primary any more.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_replica_is_not_believed_and_a_new_primary_is_found() {
    let redis = OwnRedis::start(&SAFE).await;
    let shared = Shared::on(&redis).await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    let _: (String,) = redis.ask(pipe().cmd("REPLICAOF").arg("127.0.0.1").arg(1)).await;
    end(&store, "s").await.expect_err("it cannot be written to");
    store.find(&SessionId::new("s")).await.expect_err("what it says may be old");
    shared.try_open().await.err().expect("a start on it is refused");
    let _: (String,) = redis.ask(pipe().cmd("REPLICAOF").arg("NO").arg("ONE")).await;
    end(&store, "s").await.expect("works");
    assert!(!is_living(&store, "s").await);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn redis_removes_a_session_and_what_points_to_it_a_week_after_its_end() {
    let shared = Shared::empty().await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    let ends = contract::session_of("u", "s").absolute_deadline.plus(Duration::from_hours(24 * 7));
    let keys = ["sessionkeep:session:s", "sessionkeep:living-of:u"];
    let mut expiries = pipe();
    for key in keys {
        expiries.cmd("PEXPIRETIME").arg(key);
    }
    let expiries: Vec<i64> = ask(&shared.redis, &expiries).await;
    assert_eq!(expiries, [ends.0, ends.0]);
}

/// E11: the process dies. What the machine itself would lose is for `appendfsync always` to prevent, and no test cuts the power.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let mut redis = OwnRedis::start(&SAFE).await;
    let shared = Shared::on(&redis).await;
    let store = shared.open().await;
    add_account(&store).await;
    let (begun, ended) = (Mutex::new(vec![]), Mutex::new(vec![]));
    let enough = Notify::new();
    let burst = async |writer: usize| {
        for number in 0.. {
            let id = format!("{writer}-{number}");
            if !begin(&store, &id).await.unwrap_or(false) {
                return;
            }
            begun.lock().await.push(id.clone());
            if number % 2 == 0 && end(&store, &id).await.is_ok() {
                let mut ended = ended.lock().await;
                ended.push(id);
                if ended.len() == 40 {
                    enough.notify_one();
                }
            }
        }
    };
    let kill = async {
        enough.notified().await;
        redis.kill();
    };
    tokio::join!(join_all((0..8).map(&burst)), kill);
    redis.start_again().await;
    let (begun, ended) = (begun.into_inner(), ended.into_inner());
    for id in &begun {
        assert!(store.find(&SessionId::new(id.as_str())).await.expect("works").is_some(), "{id}");
    }
    for id in &ended {
        assert!(!is_living(&store, id).await, "{id}");
    }
}

/// E11
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_full_redis_takes_nothing_and_forgets_nothing() {
    let redis = OwnRedis::start(&SAFE).await;
    let shared = Shared::on(&redis).await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    let limit = |bytes| {
        let mut set = pipe();
        set.cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes);
        set
    };
    let _: (String,) = redis.ask(&limit(1)).await;
    assert!(matches!(begin(&store, "t").await, Err(StorageError::Unavailable(_))));
    assert!(matches!(end(&store, "s").await, Err(StorageError::Unavailable(_))));
    assert!(is_living(&store, "s").await);
    let _: (String,) = redis.ask(&limit(0)).await;
    assert!(begin(&store, "t").await.expect("works"));
    end(&store, "s").await.expect("works");
}

/// E10
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_redis_that_answers_nothing_is_told_of_in_time_and_found_again() {
    let redis = OwnRedis::start(&SAFE).await;
    let shared = Shared::on(&redis).await;
    let store = shared.open().await;
    add_account(&store).await;
    assert!(begin(&store, "s").await.expect("works"));
    redis.signal("STOP");
    nothing_is_answered_in_time(&store).await;
    redis.signal("CONT");
    recovers(&store).await;
    // It accepts commands, and answers them later.
    let _: (String,) = redis.ask(pipe().cmd("CLIENT").arg("PAUSE").arg(4000).arg("ALL")).await;
    nothing_is_answered_in_time(&store).await;
    recovers(&store).await;
}

async fn nothing_is_answered_in_time(store: &RedisStore) {
    let asked = Instant::now();
    let id = SessionId::new("s");
    let (found, ended, begun) = tokio::join!(
        join_all((0..20).map(|_| store.find(&id))),
        join_all((0..20).map(|_| end(store, "s"))),
        begin(store, "t")
    );
    assert!(found.iter().all(|answer| matches!(answer, Err(StorageError::Unavailable(_)))));
    assert!(ended.iter().all(|answer| matches!(answer, Err(StorageError::Unavailable(_)))));
    assert!(matches!(begun, Err(StorageError::Unavailable(_))));
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
}

async fn recovers(store: &RedisStore) {
    let id = SessionId::new("s");
    let answers = async { while store.find(&id).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(5), answers).await.expect("it is found again");
}

/// CF-04: the certificate is asked for, whatever else says that it is Redis.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_server_is_spoken_to_only_if_its_certificate_is_vouched_for_and_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = tls::files(folder.path());
    let [certificate, key] = [&certificate, &key].map(|file| file.to_str().expect("text"));
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
    let port = port.to_string();
    let tls = ["--tls-port", &port, "--tls-auth-clients", "no", "--tls-cert-file", certificate, "--tls-key-file", key];
    let _redis = OwnRedis::start(&[&SAFE[..], &tls].concat()).await;
    let postgres = database::postgres().await;
    let list = |host: &str, more: &[(&str, &str)]| {
        let address = format!("rediss://{host}:{port}");
        let settings = [&[("DATABASE_URL", &*postgres), ("SESSION_STORE", &*address)], more].concat();
        program::output(folder.path(), &["user", "list"], &settings)
    };
    let vouched = [("SSL_CERT_FILE", certificate)];
    for (host, more) in [("localhost", &[][..]), ("127.0.0.1", &vouched)] {
        let output = list(host, more);
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(!output.status.success() && said.contains("certificate"), "{host}: {said}");
    }
    let output = list("localhost", &vouched);
    assert!(output.status.success(), "{output:?}");
}
