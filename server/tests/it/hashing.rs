//! Hashing passwords takes memory and whole cores: it is bounded, and nothing else waits for it.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Answer, TestApp};

/// More than there can ever be permits and places in the queue.
const FLOOD: usize = 120;

/// Each is of somebody else, whom nobody knows; that costs as much as anybody.
fn sign_in_of_nobody(app: &TestApp, number: usize) -> impl Future<Output = Answer> + use<> {
    let body = json!({"email": format!("nobody{number}@example.com"), "password": "quiet river under the oak"});
    let request = app.direct().request(Method::POST, "/api/auth/login").json(&body);
    async move { Answer::of(request.send().await.expect("sent")).await }
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
