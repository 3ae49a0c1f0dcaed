//! What holds for PostgreSQL alone.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use server::{
    account::{Account, AccountChange},
    clock::{Clock, SystemClock},
    session::{Caller, Ended, EventKind, SecurityEvent, Session, UnixMillis},
    storage::{
        AccountTransacted, Accounts as _, Confirmation, Events as _, Scope, Sessions as _, Step,
        postgres::PostgresStore,
    },
};
use sessionkeep_types::{EndReason, Role, SessionId, UserId};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    Asked as _, Transact as _,
    contract::{self, AtNow, NOW},
};
#[cfg(unix)]
use crate::support::{TestApp, cluster::Cluster, program, tls};
use crate::support::{database, proxy::behind_a_line};

const COUNT: usize = 20;

async fn two_stores() -> (PostgresStore, PostgresStore) {
    two_stores_on(&database::postgres().await).await
}

async fn two_stores_on(address: &str) -> (PostgresStore, PostgresStore) {
    let open = async || PostgresStore::open(address.parse().expect("an address")).await.expect("opens");
    tokio::join!(open(), open())
}

fn event(kind: EventKind) -> SecurityEvent {
    SecurityEvent::new(kind, &Caller::default(), NOW)
}

async fn add(store: &PostgresStore, account: &Account) {
    assert!(server::storage::Accounts::insert(store, account, &event(EventKind::Registered)).await.expect("works"));
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn an_ending_of_one_instance_moves_the_others_marker_and_nothing_else_does() {
    let (one, two) = two_stores().await;
    let before = two.change_marker().await.expect("works");
    add(&one, &contract::account_of("u")).await;
    let (account, session) = (contract::account_of("u"), contract::session_of("u", "s"));
    let begun = contract::try_to_begin(&one, &session, &account).await;
    assert!(begun.expect("works"));
    assert_eq!(two.change_marker().await.expect("works"), before);
    let mut end = |session: &Session, _| Step {
        next: Some(Session { ended: Some(Ended { at: NOW, reason: EndReason::SignedOut }), ..session.clone() }),
        ..Step::default()
    };
    one.transact(&SessionId::new("s"), &AtNow, &mut end).await.expect("works");
    // The word of it may be under way for a moment.
    let moved = async { while two.change_marker().await.expect("works") == before {} };
    tokio::time::timeout(Duration::from_secs(1), moved).await.expect("within a second");
    assert_eq!(two.endings_since(NOW).await.expect("works").len(), 1);
}

/// CF-04
#[cfg(unix)]
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_server_is_spoken_to_only_if_its_certificate_is_vouched_for_and_names_it() {
    let cluster = Cluster::start_with_tls().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, _) = tls::files(folder.path());
    let root = format!("&sslrootcert={}", certificate.display());
    let at = |host: &str, root: &str| format!("{}?sslmode=verify-full{root}", cluster.url_at(host));
    for (host, root) in [("localhost", ""), ("127.0.0.1", &root)] {
        let output = program::output(folder.path(), &["user", "list"], &[("DATABASE_URL", &at(host, root))]);
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(!output.status.success() && said.contains("certificate"), "{host}{root}: {said}");
    }
    let app = TestApp::on_database(&at("localhost", &root)).await;
    assert_eq!(app.direct().register().await.status, 201);
    let encrypted = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE client_port IS NOT NULL AND pid <> pg_backend_pid()",
    );
    let mut operator =
        cluster.url().parse::<PgConnectOptions>().expect("an address").connect().await.expect("connects");
    let (all, encrypted): (i64, i64) = encrypted.fetch_one(&mut operator).await.expect("works");
    assert!(all > 0 && encrypted == all, "{encrypted} of {all}");
}

/// Each would leave the other: together they would leave nobody.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn two_administrators_who_demote_each_other_leave_one() {
    let (one, two) = two_stores().await;
    for round in 0..COUNT {
        let [ada, eve] =
            ["ada", "eve"].map(|name| Account { role: Role::Admin, ..contract::account_of(&format!("{name}{round}")) });
        add(&one, &ada).await;
        add(&one, &eve).await;
        let demote = |by: &Account| AccountChange {
            role: Some((Role::User, event(EventKind::RoleChanged))),
            by: Some(by.id.clone()),
            ..AccountChange::default()
        };
        let (by_eve, by_ada) = (demote(&eve), demote(&ada));
        let (first, second) = tokio::join!(one.change(&ada.id, &by_eve, NOW), two.change(&eve.id, &by_ada, NOW));
        let outcomes = [first.expect("works"), second.expect("works")];
        assert_eq!(
            outcomes.iter().filter(|outcome| matches!(outcome, AccountTransacted::Done { .. })).count(),
            1,
            "{outcomes:?}"
        );
        let left = if matches!(outcomes[0], AccountTransacted::Done { .. }) { &eve } else { &ada };
        // Out of the next round's way.
        let disable =
            AccountChange { disabled: Some((true, event(EventKind::AccountDisabled))), ..AccountChange::default() };
        assert!(matches!(one.change(&left.id, &disable, NOW).await.expect("works"), AccountTransacted::Done { .. }));
    }
}

/// Each of a person's sessions ends all others: the database gives one of the transactions up, which is begun again.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn sessions_that_end_each_other_at_once_all_get_an_answer() {
    let (one, two) = two_stores().await;
    let account = contract::account_of("u");
    add(&one, &account).await;
    for round in 0..COUNT {
        let ids = [format!("a{round}"), format!("b{round}")];
        for id in &ids {
            let session = contract::session_of("u", id);
            assert!(contract::try_to_begin(&one, &session, &account).await.expect("works"));
        }
        let end = |session: &Session, _| match &session.ended {
            Some(_) => Step::default(),
            None => Step {
                next: Some(Session {
                    ended: Some(Ended { at: NOW, reason: EndReason::ReuseDetected }),
                    ..session.clone()
                }),
                end_others: Some(EndReason::ReuseDetected),
                ..Step::default()
            },
        };
        let [first, second] = ids.map(SessionId::new);
        let (mut end_first, mut end_second) = (end, end);
        let (of_one, of_two) =
            tokio::join!(one.transact(&first, &AtNow, &mut end_first), two.transact(&second, &AtNow, &mut end_second));
        of_one.expect("answers");
        of_two.expect("answers");
        for id in [first, second] {
            assert!(one.find(&id).await.expect("works").expect("there").ended.is_some());
        }
    }
}

/// A reader that goes on after the latest number misses none, although they are given out before they are committed.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn events_appear_in_the_order_of_their_numbers() {
    let (one, two) = two_stores().await;
    let (one, two) = (Arc::new(one), Arc::new(two));
    let writers = (0..COUNT).map(|writer| {
        let store = Arc::clone([&one, &two][writer % 2]);
        tokio::spawn(async move {
            for _ in 0..COUNT {
                store.record(&event(EventKind::LoginFailed)).await.expect("works");
            }
        })
    });
    let writers = join_all(writers);
    let reader = async {
        let (mut latest, mut seen) = (0, 0);
        while seen < COUNT * COUNT {
            for stored in one.after(latest, 1000).await.expect("works") {
                (latest, seen) = (stored.id, seen + 1);
            }
        }
    };
    let reading = tokio::time::timeout(Duration::from_secs(30), reader);
    let (_, read) = tokio::join!(writers, reading);
    read.expect("none was missed");
}

/// A machine whose clock is wrong by decades. What all share is the database's.
struct Wrong(UnixMillis);

impl Clock for Wrong {
    fn now(&self) -> UnixMillis {
        self.0
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn what_is_decided_and_confirmed_has_the_databases_time() {
    let (one, _) = two_stores().await;
    let account = contract::account_of("u");
    add(&one, &account).await;
    let session = contract::session_of("u", "s");
    let begun = contract::try_to_begin(&one, &session, &account).await;
    assert!(begun.expect("works"));
    let id = SessionId::new("s");
    for wrong in [UnixMillis(0), UnixMillis(i64::MAX / 2)] {
        let mut told = None;
        let mut rotate = |session: &Session, now: UnixMillis| {
            told = Some(now);
            let generation = session.generation + 1;
            Step {
                next: Some(Session { generation, emitted_at: now, confirmed_at: None, ..session.clone() }),
                ..Step::default()
            }
        };
        one.transact(&id, &Wrong(wrong), &mut rotate).await.expect("works");
        let emitted = told.expect("asked");
        assert!((SystemClock.now().0 - emitted.0).abs() < 10_000, "{emitted:?}");
        let generation = one.find(&id).await.expect("works").expect("there").generation;
        let used = Confirmation { session_id: id.clone(), generation, at: wrong };
        one.confirm(&[used], &Wrong(wrong)).await.expect("works");
        let confirmed = one.find(&id).await.expect("works").expect("there").confirmed_at.expect("confirmed");
        assert!(confirmed >= emitted && confirmed.0 < emitted.0 + 10_000, "{emitted:?} {confirmed:?}");
    }
}

/// Sessions of one account, more than one transaction is given at once. Their ids count up.
async fn with_many_sessions() -> (PostgresStore, PgConnection, Vec<SessionId>) {
    let address = database::postgres().await;
    let (store, _) = two_stores_on(&address).await;
    let (account, session) = (contract::account_of("u"), contract::session_of("u", "s"));
    add(&store, &account).await;
    let begun = contract::try_to_begin(&store, &session, &account).await;
    assert!(begun.expect("works"));
    let options: PgConnectOptions = address.parse().expect("an address");
    let mut operator = options.connect().await.expect("PostgreSQL is there");
    let ids = sqlx::query_scalar(
        "INSERT INTO sessions SELECT (jsonb_populate_record(sessions, jsonb_build_object('id', 's' || 10000 + i, 'confirmed_at', NULL))).*
         FROM sessions, generate_series(0, 1199) AS i RETURNING id",
    );
    let ids: Vec<String> = ids.fetch_all(&mut operator).await.expect("works");
    (store, operator, ids.into_iter().map(SessionId::new).collect())
}

async fn hold(operator: &mut PgConnection, id: &SessionId) {
    sqlx::query("BEGIN").execute(&mut *operator).await.expect("works");
    let held = sqlx::query("SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE").bind(id.as_str());
    held.execute(operator).await.expect("works");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn everybodys_sessions_are_ended_in_parts_and_what_was_left_the_next_time() {
    let (store, mut operator, ids) = with_many_sessions().await;
    hold(&mut operator, &ids[700]).await;
    let (everybodys, report) = (Scope::BegunBefore(UnixMillis(i64::MAX)), event(EventKind::SessionsEnded));
    contract::end_all(&store, &everybodys, EndReason::Admin, &report).await.expect_err("somebody holds one of them");
    assert!(store.find(&ids[0]).await.expect("works").expect("there").ended.is_some(), "a part is ended");
    assert!(store.find(&ids[1199]).await.expect("works").expect("there").ended.is_none());
    sqlx::query("COMMIT").execute(&mut operator).await.expect("works");
    let left = contract::living(&store, "u").await.len();
    let ended = contract::end_all(&store, &everybodys, EndReason::Admin, &report).await.expect("works").expect("may");
    assert!(left > 500 && ended.len() == left, "{left}");
    assert!(contract::living(&store, "u").await.is_empty());
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_session_that_somebody_holds_keeps_few_others_from_being_confirmed() {
    let (store, mut operator, ids) = with_many_sessions().await;
    hold(&mut operator, &ids[0]).await;
    let at = |id: &SessionId| Confirmation { session_id: id.clone(), generation: 0, at: NOW };
    let used: Vec<Confirmation> = ids.iter().map(at).collect();
    store.confirm(&used, &SystemClock).await.expect_err("all are to be tried again");
    let confirmed = async |id: &SessionId| store.find(id).await.expect("works").expect("there").confirmed_at.is_some();
    assert!(!confirmed(&ids[0]).await && confirmed(&ids[1199]).await);
    sqlx::query("COMMIT").execute(&mut operator).await.expect("works");
    store.confirm(&used, &SystemClock).await.expect("works");
    assert!(confirmed(&ids[0]).await);
}

/// Whoever closes the tab drops the request wherever it is. A transaction that was begun for nobody would be the next one's.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_request_that_is_dropped_anywhere_leaves_no_transaction_to_the_next() {
    let address = database::postgres().await;
    let (proxy, through_the_line) = behind_a_line(&address).await;
    let store = PostgresStore::open(through_the_line.parse().expect("an address")).await.expect("opens");
    add(&store, &contract::account_of("u")).await;
    let mut operator: PgConnection =
        address.parse::<PgConnectOptions>().expect("an address").connect().await.expect("PostgreSQL is there");
    proxy.delay(Duration::from_millis(10));
    let (u, nobodys) = (UserId::new("u"), SessionId::new("none"));
    for after in (0..200).step_by(5) {
        let mut nothing = |_: &Session, _| Step::default();
        let dropped = store.transact(&nobodys, &AtNow, &mut nothing);
        // Any moment is right that falls between what the one sends and what the other answers.
        let _given_up = timeout(Duration::from_millis(after), dropped).await;
        let name = format!("after {after}");
        assert!(store.set_display_name(&u, Some(&name)).await.expect("works"));
        let seen: Option<String> =
            sqlx::query_scalar("SELECT display_name FROM users").fetch_one(&mut operator).await.expect("works");
        assert_eq!(seen, Some(name), "what was acknowledged is committed");
    }
}

/// A feed that waits for a table asks again and again. What it has given up must not stay with the server.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_feed_that_waits_for_a_locked_table_leaves_no_connection_behind() {
    let address = database::postgres().await;
    let store = PostgresStore::open(address.parse().expect("an address")).await.expect("opens");
    let mut operator: PgConnection =
        address.parse::<PgConnectOptions>().expect("an address").connect().await.expect("PostgreSQL is there");
    sqlx::raw_sql("BEGIN; LOCK TABLE sessions").execute(&mut operator).await.expect("works");
    for _ in 0..2 {
        store.endings_since(NOW).await.expect_err("nobody can read it");
    }
    let waiting: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .fetch_one(&mut operator)
    .await
    .expect("works");
    assert_eq!(waiting, 0);
}
