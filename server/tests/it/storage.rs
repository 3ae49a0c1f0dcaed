//! What any store must hold. One adapter so far; the suite takes the port, so that others run it unchanged.

use std::sync::Arc;

use server::{
    session::{Client, Ended, EventKind, Origin, Policy, SecurityEvent, Session, UnixMillis},
    storage::{Account, Accounts, Confirmation, Sessions, Step, Transacted, sqlite::SqliteStore},
};
use sessionkeep_types::{EndReason, Role, SessionId, UserId};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

fn event(kind: EventKind) -> SecurityEvent {
    SecurityEvent::new(kind, &Origin::default(), NOW)
}

fn account() -> Account {
    Account {
        id: UserId::new("u"),
        email: "a@b.c".into(),
        display_name: None,
        role: Role::User,
        password_hash: "$argon2id$".into(),
        password_changed_at: NOW,
        disabled_at: None,
        created_at: NOW,
    }
}

fn session(id: &str) -> Session {
    let client = Client { browser: true, attempts: true };
    Session::begin(SessionId::new(id), UserId::new("u"), [7; 32], client, &Policy::default(), NOW)
}

async fn store() -> (tempfile::TempDir, Arc<SqliteStore>) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("data/test.db")).await.expect("opens");
    assert!(Accounts::insert(&store, &account(), &event(EventKind::Registered)).await.expect("works"));
    assert!(
        Sessions::insert(&store, &session("s"), &account(), &event(EventKind::LoginSucceeded)).await.expect("works")
    );
    (folder, Arc::new(store))
}

fn rotate(session: &Session) -> Session {
    Session { generation: session.generation + 1, prev_hash: Some(session.head_hash), ..session.clone() }
}

#[tokio::test]
async fn a_row_comes_back_as_it_was_written() {
    let (_folder, store) = store().await;
    let mut written = session("s");
    assert_eq!(store.find(&written.id).await.expect("works"), Some(written.clone()));
    written.prev_hash = Some([1; 32]);
    written.sealed_head = Some(vec![1, 2, 3]);
    written.head_attempt = Some("a".into());
    written.confirmed_at = None;
    written.hit = true;
    let mut step = |_: &Session| Step { next: Some(written.clone()), ..Step::default() };
    store.transact(&SessionId::new("s"), &mut step).await.expect("works");
    assert_eq!(store.find(&written.id).await.expect("works"), Some(written));
}

#[tokio::test]
async fn racing_transactions_on_one_session_see_each_others_work() {
    let (_folder, store) = store().await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut step = |session: &Session| Step { next: Some(rotate(session)), ..Step::default() };
                store.transact(&SessionId::new("s"), &mut step).await.expect("works")
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("runs"), Transacted::Done { ended: vec![] });
    }
    assert_eq!(store.find(&SessionId::new("s")).await.expect("works").expect("there").generation, 50);
}

#[tokio::test]
async fn an_end_is_committed_reported_and_final() {
    let (_folder, store) = store().await;
    let id = SessionId::new("s");
    let end = |session: &Session| Session {
        ended: Some(Ended { at: NOW, reason: EndReason::ReuseDetected }),
        ..session.clone()
    };
    let mut step = |session: &Session| Step { next: Some(end(session)), ..Step::default() };
    let done = store.transact(&id, &mut step).await.expect("works");
    assert_eq!(done, Transacted::Done { ended: vec![id.clone()] });
    let endings = store.endings_since(NOW).await.expect("works");
    assert_eq!(
        endings.iter().map(|ending| (&ending.session_id, ending.ended_at)).collect::<Vec<_>>(),
        [(&id, Some(NOW))]
    );
    let mut revive =
        |session: &Session| Step { next: Some(Session { ended: None, ..session.clone() }), ..Step::default() };
    store.transact(&id, &mut revive).await.expect_err("a revoked row is never written again");
    assert!(store.find(&id).await.expect("works").expect("there").ended.is_some());
}

#[tokio::test]
async fn a_session_is_not_begun_for_an_account_that_has_changed_since_it_was_read() {
    let (_folder, store) = store().await;
    let other_password = Account { password_changed_at: UnixMillis(NOW.0 - 1), ..account() };
    let other_role = Account { role: Role::Admin, ..account() };
    for read in [other_password, other_role] {
        let begun = Sessions::insert(&*store, &session("t"), &read, &event(EventKind::LoginSucceeded)).await;
        assert!(!begun.expect("works"));
    }
    assert_eq!(store.find(&SessionId::new("t")).await.expect("works"), None);
}

#[tokio::test]
async fn a_use_confirms_the_head_and_no_other_generation() {
    let (_folder, store) = store().await;
    let id = SessionId::new("s");
    let mut step =
        |session: &Session| Step { next: Some(Session { confirmed_at: None, ..rotate(session) }), ..Step::default() };
    store.transact(&id, &mut step).await.expect("works");
    for (generation, confirmed_at) in [(0, None), (1, Some(NOW))] {
        let used = Confirmation { session_id: id.clone(), generation, at: NOW };
        store.confirm(&[used]).await.expect("works");
        assert_eq!(store.find(&id).await.expect("works").expect("there").confirmed_at, confirmed_at);
    }
}

#[tokio::test]
async fn a_purge_takes_what_ended_long_ago_and_nothing_else() {
    let (_folder, store) = store().await;
    let absolute = session("s").absolute_deadline;
    assert_eq!(store.purge(absolute).await.expect("works"), 0);
    assert_eq!(store.purge(UnixMillis(absolute.0 + 1)).await.expect("works"), 1);
    assert_eq!(store.find(&SessionId::new("s")).await.expect("works"), None);
}

/// E13: an acknowledged commit survives a power cut.
#[tokio::test]
async fn sqlite_syncs_every_commit() {
    let (folder, _store) = store().await;
    let pragmas = SqliteStore::open(&folder.path().join("data/test.db")).await.expect("opens").durability().await;
    assert_eq!(pragmas.expect("works"), ("wal".to_owned(), 2));
}
