//! E8: rows that somebody holds for long, and requests that want them.

use futures::future::join_all;
use sqlx::PgConnection;

use super::{at, remembers_the_end, signed_in, two_instances, unavailable};
use crate::support::{Person, TestApp};

/// More than an instance has connections, and than it hashes passwords at once.
const MANY: usize = 40;

/// Those that an instance uses for requests.
pub(super) const ALL_CONNECTIONS: i64 = 16;
const SESSIONS_OF_ADA: &str =
    "SELECT 1 FROM sessions JOIN users ON users.id = user_id WHERE email = 'ada@example.com' FOR UPDATE OF sessions";

pub(super) async fn hold(operator: &mut PgConnection, rows: &'static str) {
    sqlx::query("BEGIN").execute(&mut *operator).await.expect("works");
    sqlx::query(rows).execute(&mut *operator).await.expect("works");
}

pub(super) async fn let_go(operator: &mut PgConnection) {
    sqlx::query("COMMIT").execute(operator).await.expect("works");
}

pub(super) async fn waiting_for_rows(observer: &mut PgConnection) -> i64 {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    count.fetch_one(observer).await.expect("works")
}

async fn somebody(app: &TestApp, name: &str) -> Person {
    let mut person = app.direct();
    let credentials = serde_json::json!({"email": format!("{name}@example.com"), "password": crate::support::PASSWORD});
    assert_eq!(person.post("/api/auth/register", credentials).await.status, 201);
    person
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_row_that_somebody_holds_is_503_in_time_and_afterwards_all_is_well() {
    let app = TestApp::on_postgres(&[]).await;
    let mut ada = app.direct();
    ada.register().await;
    let mut operator = app.postgres().await;
    hold(&mut operator, "SELECT 1 FROM sessions FOR UPDATE").await;
    for _time in 0..2 {
        let (mut refreshing, mut leaving) = (ada.copy(), ada.copy());
        tokio::join!(unavailable(refreshing.refresh()), unavailable(leaving.logout()));
    }
    assert_eq!(ada.me().await.status, 200, "whoever only reads does not wait");
    let_go(&mut operator).await;
    assert_eq!(ada.refresh().await.status, 200);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn refreshes_of_one_session_leave_connections_to_the_others() {
    let app = TestApp::on_postgres(&[("REFRESHES_PER_MINUTE", "0")]).await;
    let (ada, mut bob) = (somebody(&app, "ada").await, somebody(&app, "bob").await);
    let mut operator = app.postgres().await;
    hold(&mut operator, SESSIONS_OF_ADA).await;
    let refreshing = tokio::spawn(async move {
        let mut all: Vec<Person> = (0..100).map(|_| ada.copy()).collect();
        join_all(all.iter_mut().map(Person::refresh)).await
    });
    let mut answered = 0;
    // Until all of them have given up.
    while !refreshing.is_finished() {
        assert_eq!(bob.me().await.status, 200);
        assert_eq!(bob.refresh().await.status, 200);
        answered += 1;
    }
    assert!(answered > 1, "while the others waited");
    let answers = refreshing.await.expect("runs");
    assert!(answers.iter().all(|answer| answer.outcome() == (503, "UNAVAILABLE")));
    let_go(&mut operator).await;
}

/// The feed has a connection of its own.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn endings_are_seen_while_requests_have_all_connections() {
    let (one, two) = two_instances().await;
    let eve = somebody(&two, "eve").await;
    let here = at(&one, &eve);
    somebody(&one, "ada").await;
    let mut others = signed_in(&one, MANY).await;
    assert_eq!(here.be_verified().await.status, 422);
    let (mut operator, mut observer) = (one.postgres().await, one.postgres().await);
    hold(&mut operator, SESSIONS_OF_ADA).await;
    let waiting = join_all(others.iter_mut().map(Person::refresh));
    let ending = async {
        while waiting_for_rows(&mut observer).await < ALL_CONNECTIONS {}
        assert_eq!(eve.copy().logout().await.status, 204);
        one.until(async || remembers_the_end(&one, &here).await).await;
        assert_eq!(waiting_for_rows(&mut observer).await, ALL_CONNECTIONS, "they all still wait");
    };
    tokio::join!(waiting, ending);
    let_go(&mut operator).await;
}

/// Passwords are checked while others wait for the database.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn nobody_holds_a_hashing_permit_while_waiting_for_the_database() {
    let app = TestApp::on_postgres(&[]).await;
    let (ada, bob) = (somebody(&app, "ada").await, somebody(&app, "bob").await);
    let mut operator = app.postgres().await;
    hold(&mut operator, "SELECT 1 FROM users WHERE email = 'ada@example.com' FOR UPDATE").await;
    // Fewer than there are connections, more than permits.
    let mut waiting: Vec<Person> = (0..8).map(|_| ada.copy()).collect();
    let mut waiting = Box::pin(join_all(waiting.iter_mut().map(Person::login)));
    let credentials = serde_json::json!({"email": "bob@example.com", "password": crate::support::PASSWORD});
    let signing_in = async {
        // As many as show that it was no lucky moment.
        for _time in 0..8 {
            assert_eq!(bob.copy().post("/api/auth/login", credentials.clone()).await.status, 200);
        }
    };
    tokio::select! {
        biased;
        answers = &mut waiting => panic!("they wait for the row: {answers:?}"),
        () = signing_in => {}
    }
    let answers = waiting.await;
    assert!(answers.iter().all(|answer| answer.outcome() == (503, "UNAVAILABLE")));
    let_go(&mut operator).await;
}
