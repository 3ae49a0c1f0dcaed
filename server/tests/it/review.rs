//! `/api/me/review`, and `review` in `/api/me?include=review`: whether it was the owner who used a session in two places.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Person, TestApp};

/// Ada's session is used by a thief, and ends.
async fn stolen(app: &TestApp) -> Person {
    let mut ada = app.direct().header("user-agent", "Ada/1");
    ada.register().await;
    let mut thief = ada.copy().header("user-agent", "Thief/2");
    ada.refresh().await;
    ada.refresh().await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    app.advance(1).await;
    ada
}

async fn open(person: &mut Person) -> Value {
    person.get("/api/me?include=review").await.body["review"].clone()
}

async fn dismiss(person: &mut Person, event: &Value, password: Option<&str>) -> Answer {
    let mut body = json!({"event": event["id"]});
    if let Some(password) = password {
        body["currentPassword"] = password.into();
    }
    person.call(Method::POST, "/api/me/review", Some(body)).await
}

#[tokio::test]
async fn nothing_is_open_until_something_happened() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    assert_eq!(open(&mut ada).await, Value::Null);
}

#[tokio::test]
async fn a_reuse_is_open_on_every_device_until_it_is_answered_and_the_answer_is_recorded() {
    let app = TestApp::start().await;
    let mut phone = stolen(&app).await;
    let mut laptop = app.direct();
    phone.login().await;
    laptop.login().await;
    let event = open(&mut phone).await;
    assert_eq!(event["kind"], "authn_token_reuse");
    assert_eq!((&event["origin"]["userAgent"], &event["other"]["userAgent"]), (&json!("Thief/2"), &json!("Ada/1")));
    assert_eq!(open(&mut laptop).await, event);
    assert_eq!(dismiss(&mut laptop, &event, None).await.status, 204);
    assert_eq!((open(&mut phone).await, open(&mut laptop).await), (Value::Null, Value::Null));
    let latest = phone.get("/api/me/events?limit=1").await.body["items"][0].clone();
    assert_eq!(
        (&latest["kind"], &latest["sessionId"]),
        (&json!("authn_token_reuse_dismissed"), &json!(laptop.session_id()))
    );
    // Once more is no second answer.
    assert_eq!(dismiss(&mut laptop, &event, None).await.status, 204);
    assert_eq!(phone.get("/api/me/events?limit=1").await.body["items"][0], latest);
}

/// A thief may hold a session that is older than the theft that was noticed.
#[tokio::test]
async fn a_session_from_before_the_event_answers_with_the_password_alone() {
    let app = TestApp::start().await;
    let mut older = app.direct();
    older.register().await;
    app.advance(1).await;
    let mut ada = app.direct();
    ada.login().await;
    let mut thief = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    let event = open(&mut older).await;
    assert_eq!(dismiss(&mut older, &event, None).await.outcome(), (403, "PASSWORD_REQUIRED"));
    assert_eq!(dismiss(&mut older, &event, Some("another one")).await.outcome(), (403, "INVALID_CREDENTIALS"));
    assert_eq!(open(&mut older).await, event);
    assert_eq!(dismiss(&mut older, &event, Some(PASSWORD)).await.status, 204);
    assert_eq!(open(&mut older).await, Value::Null);
}

#[tokio::test]
async fn another_password_answers_it_too() {
    let app = TestApp::start().await;
    let mut ada = stolen(&app).await;
    ada.login().await;
    assert_ne!(open(&mut ada).await, Value::Null);
    assert_eq!(ada.change_password(PASSWORD, "seven lanterns by the harbour").await.status, 200);
    assert_eq!(open(&mut ada).await, Value::Null);
}

#[tokio::test]
async fn what_happened_after_the_look_stays_open() {
    let app = TestApp::start().await;
    let mut ada = stolen(&app).await;
    ada.login().await;
    let first = open(&mut ada).await;
    let mut thief = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    app.advance(1).await;
    ada.login().await;
    assert_eq!(dismiss(&mut ada, &first, None).await.status, 204);
    let second = open(&mut ada).await;
    assert!(second != Value::Null && second["id"] != first["id"], "{second}");
}

#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    let app = TestApp::start().await;
    let mut ada = stolen(&app).await;
    ada.login().await;
    let event = open(&mut ada).await;
    let mut eve = app.direct();
    eve.register_as("eve@example.com").await;
    assert_eq!(open(&mut eve).await, Value::Null);
    assert_eq!(dismiss(&mut eve, &event, None).await.status, 204);
    assert_eq!(open(&mut ada).await, event);
}
