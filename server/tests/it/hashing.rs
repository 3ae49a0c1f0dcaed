//! Hashing passwords takes memory and whole cores: it is bounded, and nothing else waits for it.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Answer, PASSWORD, Person, TestApp};

/// More than there can ever be permits and places in the queue.
const FLOOD: usize = 120;

/// Each is of somebody else, whom nobody knows; that costs as much as anybody.
fn sign_in_of_nobody(app: &TestApp, number: usize) -> impl Future<Output = Answer> + use<> {
    let body = json!({"email": format!("nobody{number}@example.com"), "password": "quiet river under the oak"});
    let request = app.direct().request(Method::POST, "/api/auth/login").json(&body);
    async move { Answer::of(request.send().await.expect("sent")).await }
}

async fn login(person: &mut Person, email: &str) -> Answer {
    person.post("/api/auth/login", json!({"email": email, "password": PASSWORD})).await
}

/// DS-01: more requests hash, or wait for it, than the database has connections: were one held meanwhile, nobody else got any.
#[tokio::test]
async fn too_much_to_hash_is_turned_away_while_everything_else_goes_on() {
    let mut app = TestApp::with(&[("REFRESHES_PER_MINUTE", "0")]).await;
    let mut ada = app.direct();
    ada.register().await;
    // One hash takes longer now than any request that needs none.
    app.configure("ARGON2_ITERATIONS", "40").await;
    ada.url.clone_from(&app.url);
    let mut sent = JoinSet::new();
    for number in 0..FLOOD {
        sent.spawn(sign_in_of_nobody(&app, number));
    }
    let flood = tokio::spawn(sent.join_all());
    let mut went_on = 0;
    while !flood.is_finished() {
        assert_eq!(ada.me().await.status, 200);
        assert_eq!(ada.get("/api/sessions").await.status, 200);
        assert_eq!(ada.refresh().await.status, 200);
        went_on += 1;
    }
    let (judged, turned_away): (Vec<_>, Vec<_>) =
        flood.await.expect("runs").into_iter().partition(|answer| answer.status == 401);
    for answer in &turned_away {
        assert_eq!((answer.outcome(), answer.header("retry-after")), ((503, "UNAVAILABLE"), "2"));
    }
    assert!(turned_away.len() >= FLOOD - 68, "at most four hash and sixty-four wait: {}", turned_away.len());
    assert!(!judged.is_empty(), "those who were there first");
    assert!(went_on > 2, "{went_on}");
}

/// DS-01, the attack "sign-in for nobody": ninety connections of one address send the right password of one account of their own, each
/// again as soon as it is answered, without the limit for right passwords.
#[tokio::test]
async fn ninety_connections_that_sign_in_to_one_account_keep_nobody_else_out() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "127.0.0.0/8"), ("SIGN_INS_AT_ONCE", "0")]).await;
    let from = |address: &str| app.direct().header("x-forwarded-for", address);
    from("203.0.113.9").register_as("mallory@example.com").await;
    let mut others = vec![];
    for number in 0..4 {
        let mut person = from(&format!("192.0.2.{number}"));
        let email = format!("person{number}@example.com");
        assert_eq!(person.register_as(&email).await.status, 201);
        others.push((person, email));
    }
    let attack: JoinSet<()> = (0..90)
        .map(|_| {
            let mut mallory = from("203.0.113.9");
            async move {
                loop {
                    login(&mut mallory, "mallory@example.com").await;
                }
            }
        })
        .collect();
    let before = app.hashes().await;
    app.until(async || app.hashes().await > before + 2).await;
    for (person, email) in &mut others {
        let answer = login(person, email).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    drop(attack);
}

/// DS-01: whoever asks and disconnects keeps nobody waiting.
#[tokio::test]
async fn a_client_that_disconnects_gives_its_place_up() {
    let app = TestApp::with(&[("ARGON2_ITERATIONS", "40")]).await;
    let waiting = async || app.metric("sessionkeep_password_hash_waiting", &[]).await;
    let mut sent = JoinSet::new();
    for number in 0..8 {
        sent.spawn(sign_in_of_nobody(&app, number));
    }
    app.until(async || waiting().await > 2.5).await;
    sent.abort_all();
    app.until(async || waiting().await < 0.5).await;
    // They have not waited until it was too late, either.
    assert!(app.metric("sessionkeep_password_hash_refused_total", &[]).await < 0.5);
}

/// DS-01, E8: whoever waits for the database holds no permit, nor a place in the queue: a password can be judged meanwhile.
#[tokio::test]
async fn a_database_that_stands_still_keeps_nobody_from_hashing() {
    /// More than there are permits.
    const WAITING: u64 = 8;
    let app = TestApp::start().await;
    let before = app.hashes().await;
    app.hold_commits(true).await;
    let mut waiting = JoinSet::new();
    for number in 0..WAITING {
        let mut person = app.direct();
        waiting.spawn(async move { person.register_as(&format!("person{number}@example.com")).await.status });
    }
    app.commit_is_held().await;
    // Each was judged, and hashed, and none of them is written.
    app.until(async || app.hashes().await == before + 2 * WAITING).await;
    for _ in 0..WAITING {
        let weak = json!({"email": "bob@example.com", "password": "password1234"});
        let answer = app.direct().post("/api/auth/register", weak).await;
        assert_eq!(answer.outcome(), (422, "PASSWORD_TOO_WEAK"));
    }
    assert!(waiting.try_join_next().is_none(), "nobody was answered meanwhile");
    app.hold_commits(false).await;
    while let Some(status) = waiting.join_next().await {
        assert_eq!(status.expect("runs"), 201);
    }
}
