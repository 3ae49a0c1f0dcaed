//! `GET /api/me/export`: all that is kept of an account.

use serde_json::Value;

use crate::support::TestApp;

#[tokio::test]
async fn the_file_has_the_profile_the_sessions_and_all_events_of_one_person() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut phone = app.direct();
    phone.login().await;
    // Routine, which the list of events leaves out.
    let mut unlucky = phone.copy().attempt("one");
    unlucky.refresh_in_vain_after(&app).await;
    unlucky.refresh().await;
    let mut eve = app.direct();
    eve.register_as("eve@example.com").await;

    let answer = ada.get("/api/me/export").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"account-export.json\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.body["user"], ada.get("/api/me").await.body);
    let list = |name: &str| answer.body[name].as_array().expect("a list").clone();
    assert_eq!(
        list("sessions"),
        ada.get("/api/sessions").await.body["sessions"]
            .as_array()
            .map(|all| {
                let mut all = all.clone();
                all.reverse();
                all
            })
            .expect("a list")
    );
    let kinds: Vec<_> = list("events").iter().map(|event| event["kind"].as_str().expect("text").to_owned()).collect();
    assert_eq!(
        kinds,
        ["user_data_exported", "refresh_repeated", "authn_login_success", "authn_login_success", "user_created"]
    );
    assert!(!answer.body.to_string().contains("eve@example.com"));
}

/// What proves who somebody is stays where it is.
#[tokio::test]
async fn the_file_gives_away_no_hash_and_no_token() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let text = ada.get("/api/me/export").await.body.to_string();
    for secret in ["$argon2", "eyJ", "hash", "token\""] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_long_history_comes_whole() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut last = ada.copy();
    for _ in 0..205 {
        last.login().await;
        app.advance(60).await;
    }
    let export = last.get("/api/me/export").await.body;
    let events = export["events"].as_array().expect("a list");
    let mut ids: Vec<&str> = events.iter().map(|event| event["id"].as_str().expect("text")).collect();
    let count = ids.len();
    ids.dedup();
    assert!(count > 200 && ids.len() == count, "{count}");
    assert_eq!(events.last().map(|event| &event["kind"]), Some(&Value::from("user_created")));
}

#[tokio::test]
async fn it_may_be_asked_for_now_and_then() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for _ in 0..3 {
        assert_eq!(ada.get("/api/me/export").await.status, 200);
    }
    let refused = ada.get("/api/me/export").await;
    assert_eq!(refused.outcome(), (429, "RATE_LIMITED"));
    assert_ne!(refused.header("retry-after"), "");
}
