//! `/api/admin`

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::{session::EventKind, storage::sqlite::SqliteStore};
use sessionkeep_types::{SessionId, UserId};
use tokio::time::timeout;

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp, rounds};

const BOB: &str = "bob@example.com";

/// Ada administrates; Bob is a person like any other. Returns Bob's id, too.
async fn ada_and_bob(app: &TestApp) -> (Person, Person, String) {
    let mut ada = app.direct();
    ada.register().await;
    app.set_role(EMAIL, "admin").await;
    ada.login().await;
    let mut bob = app.direct();
    let registered =
        bob.post("/api/auth/register", json!({"email": BOB, "password": PASSWORD, "displayName": "Bob"})).await;
    let id = registered.body["user"]["id"].as_str().expect("text").to_owned();
    (ada, bob, id)
}

async fn patch(person: &mut Person, id: &str, body: Value) -> Answer {
    person.call(Method::PATCH, &format!("/api/admin/users/{id}"), Some(body)).await
}

fn emails(answer: &Answer) -> Vec<&str> {
    answer.body["items"].as_array().expect("a list").iter().map(|user| user["email"].as_str().expect("text")).collect()
}

/// AT-16
#[tokio::test]
async fn whoever_is_no_administrator_is_refused_everywhere_alike() {
    let app = TestApp::start().await;
    let (_, mut bob, id) = ada_and_bob(&app).await;
    for (method, path, body) in [
        (Method::GET, "/api/admin/users".to_owned(), None),
        (Method::GET, format!("/api/admin/users/{id}"), None),
        (Method::GET, "/api/admin/users/unknown".to_owned(), None),
        (Method::PATCH, format!("/api/admin/users/{id}"), Some(json!({"role": "admin"}))),
        (Method::GET, format!("/api/admin/users/{id}/sessions"), None),
        (Method::DELETE, format!("/api/admin/users/{id}/sessions"), None),
        (Method::GET, "/api/admin/events".to_owned(), None),
        (Method::GET, "/api/admin/events/stream".to_owned(), None),
    ] {
        let answer = bob.call(method.clone(), &path, body).await;
        assert_eq!(answer.outcome(), (403, "FORBIDDEN"), "{method} {path}");
        let nobody =
            Answer::of(app.direct().request(method.clone(), &path).json(&json!({})).send().await.expect("sent")).await;
        assert_eq!(nobody.outcome(), (401, "TOKEN_MISSING"), "{method} {path}");
    }
    assert_eq!(bob.me().await.body["role"], "user");
}

#[tokio::test]
async fn users_are_found_by_name_and_address_newest_first_and_in_parts() {
    let app = TestApp::start().await;
    let (mut ada, _, id) = ada_and_bob(&app).await;
    app.direct().post("/api/auth/register", json!({"email": "c_d@example.com", "password": PASSWORD})).await;
    assert_eq!(emails(&ada.get("/api/admin/users").await), ["c_d@example.com", BOB, EMAIL]);
    assert_eq!(emails(&ada.get("/api/admin/users?query=BOB").await), [BOB]);
    assert_eq!(emails(&ada.get("/api/admin/users?query=c_d").await), ["c_d@example.com"]);
    assert_eq!(emails(&ada.get("/api/admin/users?query=b_b").await), Vec::<&str>::new(), "no wildcard");
    assert_eq!(emails(&ada.get("/api/admin/users?query=%25").await), Vec::<&str>::new());
    for odd in ["%00", "%F0%9F%94%91", "'%20OR%201=1"] {
        assert_eq!(emails(&ada.get(&format!("/api/admin/users?query={odd}")).await), Vec::<&str>::new(), "{odd}");
    }
    let long = format!("/api/admin/users?query={}", "x".repeat(20_000));
    assert_eq!(ada.get(&long).await.outcome(), (422, "VALIDATION_FAILED"));
    let first = ada.get("/api/admin/users?limit=2").await;
    let next = first.body["next"].as_str().expect("there is more").to_owned();
    assert_eq!(emails(&ada.get(&format!("/api/admin/users?limit=2&before={next}")).await), [EMAIL]);
    let bob = ada.get(&format!("/api/admin/users/{id}")).await;
    assert_eq!(
        (&bob.body["displayName"], &bob.body["disabled"], &bob.body["role"]),
        (&json!("Bob"), &json!(false), &json!("user"))
    );
    assert!(!bob.text.contains("argon2"), "no hash leaves the server");
    assert_eq!(ada.get("/api/admin/users/unknown").await.outcome(), (404, "NOT_FOUND"));
}

/// AT-13: the old token is refused at once, and the next one says the new role.
#[tokio::test]
async fn a_new_role_reaches_a_live_session_at_once() {
    let app = TestApp::start().await;
    let (mut ada, mut bob, id) = ada_and_bob(&app).await;
    let answer = patch(&mut ada, &id, json!({"role": "admin"})).await;
    assert_eq!((answer.status, &answer.body["role"]), (200, &json!("admin")), "{answer:?}");
    assert_eq!(bob.me().await.outcome(), (401, "TOKEN_STALE"));
    assert_eq!(bob.refresh().await.status, 200);
    assert_eq!(bob.get("/api/admin/users").await.status, 200);
    patch(&mut ada, &id, json!({"role": "user"})).await;
    assert_eq!(bob.get("/api/admin/users").await.outcome(), (401, "TOKEN_STALE"));
    bob.refresh().await;
    assert_eq!(bob.get("/api/admin/users").await.outcome(), (403, "FORBIDDEN"));
}

/// SM-03, RT-17: no way of getting a token is left.
#[tokio::test]
async fn disabling_ends_every_session_and_enabling_lets_sign_in_again() {
    let app = TestApp::start().await;
    let (mut ada, mut bob, id) = ada_and_bob(&app).await;
    let answer = patch(&mut ada, &id, json!({"disabled": true})).await;
    assert_eq!((answer.status, &answer.body["disabled"]), (200, &json!(true)));
    assert_eq!(bob.me().await.outcome(), (403, "TOKEN_REVOKED"));
    let refresh = bob.refresh().await;
    assert_eq!((refresh.outcome(), &refresh.body["reason"]), ((403, "SESSION_REVOKED"), &json!("ACCOUNT_DISABLED")));
    assert_eq!(bob.change_password(PASSWORD, "seven lanterns by the harbour").await.outcome(), (403, "TOKEN_REVOKED"));
    let login = json!({"email": BOB, "password": PASSWORD});
    assert_eq!(bob.post("/api/auth/login", login.clone()).await.outcome(), (401, "INVALID_CREDENTIALS"));
    assert_eq!(patch(&mut ada, &id, json!({"disabled": false})).await.status, 200);
    assert_eq!(bob.refresh().await.outcome(), (403, "SESSION_REVOKED"), "what was ended stays ended");
    assert_eq!(bob.post("/api/auth/login", login).await.status, 200);
}

/// An account from before there was a cap: a new role only stales its tokens, and disabling ends its sessions part by part.
#[tokio::test]
async fn a_person_with_too_many_sessions_gets_another_role_and_is_disabled() {
    let app = TestApp::on_sqlite().await;
    let (mut ada, mut bob, id) = ada_and_bob(&app).await;
    let store = SqliteStore::open(&app.sqlite_file()).await.expect("opens");
    store.copy_session(&SessionId::new(bob.session_id()), 1700).await.expect("works");
    assert_eq!(patch(&mut ada, &id, json!({"role": "admin"})).await.status, 200);
    assert_eq!(bob.me().await.outcome(), (401, "TOKEN_STALE"));
    assert_eq!(bob.refresh().await.status, 200, "no session is ended");
    assert_eq!(patch(&mut ada, &id, json!({"disabled": true})).await.status, 200);
    assert_eq!(bob.refresh().await.body["reason"], "ACCOUNT_DISABLED", "the one that was used last");
    let kinds = app.events().await.into_iter().map(|event| event.kind).collect::<Vec<_>>();
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::SessionLimitReached).count(), 3, "{kinds:?}");
}

#[tokio::test]
async fn somebody_who_can_administrate_always_remains() {
    let app = TestApp::start().await;
    let (mut ada, mut bob, bobs) = ada_and_bob(&app).await;
    let adas = ada.me().await.body["id"].as_str().expect("text").to_owned();
    for change in [json!({"role": "user"}), json!({"disabled": true})] {
        assert_eq!(patch(&mut ada, &adas, change).await.outcome(), (409, "LAST_ADMIN"));
    }
    assert_eq!(ada.me().await.body["role"], "admin");
    patch(&mut ada, &bobs, json!({"role": "admin"})).await;
    bob.refresh().await;
    // Each takes the other's right at once: one of them keeps it.
    let (one, two) =
        tokio::join!(patch(&mut ada, &bobs, json!({"role": "user"})), patch(&mut bob, &adas, json!({"role": "user"})));
    assert_eq!([one.status, two.status].iter().filter(|status| **status == 200).count(), 1, "{one:?} {two:?}");
}

#[tokio::test]
async fn a_change_that_is_none_reports_nothing_and_stales_nobody() {
    let app = TestApp::start().await;
    let (mut ada, bob, id) = ada_and_bob(&app).await;
    let before = app.events().await.len();
    for change in [json!({"role": "user"}), json!({"disabled": false}), json!({})] {
        assert_eq!(patch(&mut ada, &id, change).await.status, 200);
    }
    assert_eq!(app.events().await.len(), before);
    assert_eq!(bob.me().await.status, 200);
    assert_eq!(patch(&mut ada, &id, json!({"role": "owner"})).await.outcome(), (422, "VALIDATION_FAILED"));
    assert_eq!(patch(&mut ada, "unknown", json!({"role": "user"})).await.outcome(), (404, "NOT_FOUND"));
}

/// SM-03
#[tokio::test]
async fn an_administrator_sees_and_ends_a_persons_sessions() {
    let app = TestApp::start().await;
    let (mut ada, mut bob, id) = ada_and_bob(&app).await;
    let path = format!("/api/admin/users/{id}/sessions");
    let sessions = ada.get(&path).await;
    assert_eq!(sessions.body["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!((&sessions.body["sessions"][0]["current"], &sessions.body["next"]), (&json!(false), &Value::Null));
    bob.copy().post("/api/auth/login", json!({"email": BOB, "password": PASSWORD})).await;
    let part = ada.get(&format!("{path}?limit=1")).await;
    let next = part.body["next"].as_str().expect("there is more").to_owned();
    let rest = ada.get(&format!("{path}?limit=1&before={next}")).await;
    assert_eq!(rest.body["sessions"][0]["id"], sessions.body["sessions"][0]["id"], "the newest sign-in came first");
    assert_eq!(ada.get(&format!("{path}?before=x")).await.outcome(), (422, "VALIDATION_FAILED"));
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(bob.me().await.outcome(), (403, "TOKEN_REVOKED"));
    assert_eq!(bob.refresh().await.body["reason"], "ADMIN");
    assert_eq!(ada.delete("/api/admin/users/unknown/sessions").await.outcome(), (404, "NOT_FOUND"));
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.get("/api/admin/users?before=x").await.outcome(), (422, "VALIDATION_FAILED"));
    let events = app.events().await;
    let last = events.last().expect("an event");
    assert_eq!(last.kind, EventKind::SessionsEnded);
    assert_eq!(last.user_id.as_ref().map(UserId::as_str), Some(id.as_str()));
    bob.post("/api/auth/login", json!({"email": BOB, "password": PASSWORD})).await;
    let told = bob.get("/api/me/events").await.body["items"][1].clone();
    assert_eq!((&told["kind"], &told["origin"]["ip"]), (&json!("sessions_ended"), &json!("")), "and not from where");
    assert_eq!(last.by.as_ref().map(UserId::as_str), ada.me().await.body["id"].as_str(), "who did it is on record");
}

/// E6
#[tokio::test]
async fn a_refresh_that_races_an_administrator_wins_nothing() {
    let app = TestApp::with(&[("REFRESHES_PER_MINUTE", "0"), ("CHANGES_PER_MINUTE", "0")]).await;
    let (mut ada, mut bob, id) = ada_and_bob(&app).await;
    let path = format!("/api/admin/users/{id}/sessions");
    for _ in 0..rounds(20) {
        bob.post("/api/auth/login", json!({"email": BOB, "password": PASSWORD})).await;
        let ((_, refused), ended) = tokio::join!(bob.refresh_until_refused(), ada.delete(&path));
        assert_eq!((ended.status, refused.outcome()), (204, (403, "SESSION_REVOKED")));
        assert_eq!(bob.me().await.outcome(), (403, "TOKEN_REVOKED"));
        assert_eq!(bob.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    }
}

#[tokio::test]
async fn an_administrator_who_ends_the_own_sessions_is_signed_out() {
    let app = TestApp::start().await;
    let (mut ada, ..) = ada_and_bob(&app).await;
    let id = ada.me().await.body["id"].as_str().expect("text").to_owned();
    let answer = ada.delete(&format!("/api/admin/users/{id}/sessions")).await;
    assert!(answer.status == 204 && answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

#[tokio::test]
async fn everybodys_events_can_be_looked_through() {
    let app = TestApp::start().await;
    let (mut ada, _, id) = ada_and_bob(&app).await;
    let of = |answer: &Answer, field: &str| -> Vec<String> {
        let items = answer.body["items"].as_array().expect("a list");
        items.iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
    };
    let all = ada.get("/api/admin/events").await;
    assert_eq!(of(&all, "kind").len(), 6, "{all:?}");
    assert_eq!(of(&ada.get("/api/admin/events?kind=user_created").await, "kind"), ["user_created", "user_created"]);
    let bobs = ada.get(&format!("/api/admin/events?user={id}&limit=1")).await;
    assert_eq!(of(&bobs, "kind"), ["authn_login_success"]);
    let next = bobs.body["next"].as_str().expect("there is more").to_owned();
    let rest = ada.get(&format!("/api/admin/events?user={id}&before={next}")).await;
    assert_eq!((of(&rest, "kind"), &rest.body["next"]), (vec!["user_created".to_owned()], &Value::Null));
    assert_eq!(of(&ada.get("/api/admin/events?kind=nonsense").await, "kind").len(), 0);
}

/// Opens the stream of events.
async fn watch(ada: &Person, after: Option<i64>) -> reqwest::Response {
    let token = ada.access_token.as_deref().expect("a token");
    let mut request =
        ada.request(Method::GET, "/api/admin/events/stream").header("authorization", format!("Bearer {token}"));
    if let Some(after) = after {
        request = request.header("last-event-id", after);
    }
    let response = request.send().await.expect("sent");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

/// Everything up to and with the text, or to the end of the stream.
async fn read_until(stream: &mut reqwest::Response, text: &str) -> String {
    let mut read = String::new();
    let reading = async {
        while let Ok(Some(chunk)) = stream.chunk().await {
            read.push_str(&String::from_utf8_lossy(&chunk));
            if !text.is_empty() && read.contains(text) {
                break;
            }
        }
    };
    timeout(Duration::from_secs(10), reading).await.expect("it comes, or the stream ends");
    read
}

#[tokio::test]
async fn what_happens_is_streamed_as_it_happens() {
    let app = TestApp::start().await;
    let (ada, mut bob, _) = ada_and_bob(&app).await;
    let mut stream = watch(&ada, None).await;
    bob.logout().await;
    let read = read_until(&mut stream, "session_signed_out").await;
    assert!(read.contains("data: {") && !read.contains("user_created"), "{read}");
    let mut again = watch(&ada, Some(1)).await;
    let read = read_until(&mut again, "session_signed_out").await;
    assert!(read.contains("authn_login_success"), "whoever was away misses nothing: {read}");
}

#[tokio::test]
async fn the_stream_ends_with_the_token_the_role_and_the_server() {
    let mut app = TestApp::start().await;
    let (mut ada, ..) = ada_and_bob(&app).await;
    let mut stream = watch(&ada, None).await;
    app.advance(901).await;
    assert_eq!(read_until(&mut stream, "").await, "");
    ada.refresh().await;
    let mut stream = watch(&ada, None).await;
    app.set_role(EMAIL, "user").await;
    read_until(&mut stream, "").await;
    app.set_role(EMAIL, "admin").await;
    ada.login().await;
    let mut stream = watch(&ada, None).await;
    app.restart().await;
    read_until(&mut stream, "").await;
}
