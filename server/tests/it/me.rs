use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Answer, EMAIL, Person, TestApp};

async fn ada(app: &TestApp) -> Person {
    let mut ada = app.direct();
    assert_eq!(ada.register().await.status, 201);
    ada
}

#[tokio::test]
async fn a_person_sees_their_own_account() {
    let app = TestApp::start().await;
    let answer = ada(&app).await.me().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["email"], EMAIL);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn without_a_token_the_answer_says_how_to_send_one() {
    let app = TestApp::start().await;
    let answer = Answer::of(app.direct().request(Method::GET, "/api/me").send().await.expect("sent")).await;
    assert_eq!(answer.outcome(), (401, "TOKEN_MISSING"));
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn an_expired_token_asks_for_a_refresh() {
    let app = TestApp::with(&[("ACCESS_TOKEN_EXPIRES", "2s")]).await;
    let mut ada = ada(&app).await;
    app.advance(2).await;
    let answer = ada.me().await;
    assert_eq!(answer.outcome(), (401, "TOKEN_EXPIRED"));
    assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn anything_but_one_bearer_token_of_ours_is_invalid() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let token = ada.access_token.clone().expect("a token");
    let refresh = ada.cookie.clone().expect("a cookie");
    for authorization in [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Bearer  {token}"),
        format!("Bearer{token}"),
        format!("Basic {token}"),
        format!("Bearer {token}x"),
        format!("Bearer {}", &token[..token.len() - 4]),
        format!("Bearer {refresh}"),
        token.clone(),
    ] {
        assert_eq!(ada.me_with(&authorization).await.outcome(), (403, "TOKEN_INVALID"), "{authorization}");
    }
    let twice = ada.request(Method::GET, "/api/me").bearer_auth(&token).bearer_auth(&token);
    assert_eq!(Answer::of(twice.send().await.expect("sent")).await.outcome(), (403, "TOKEN_INVALID"));
    assert_eq!(ada.me_with(&format!("bearer {token}")).await.status, 200, "the scheme's case does not matter");
}

/// CK-04, AT-09
#[tokio::test]
async fn a_token_counts_in_the_header_alone() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let token = ada.access_token.as_deref().expect("a token");
    let cookie = ada.cookie.as_deref().expect("a cookie");
    for (path, cookies) in [
        ("/api/me".to_owned(), format!("refreshToken={cookie}")),
        (format!("/api/me?access_token={token}"), format!("refreshToken={cookie}; access_token={token}")),
    ] {
        let request = ada.request(Method::GET, &path).header("cookie", cookies);
        assert_eq!(Answer::of(request.send().await.expect("sent")).await.outcome(), (401, "TOKEN_MISSING"), "{path}");
    }
}

/// ER-03
#[tokio::test]
async fn a_store_that_is_down_neither_lets_anybody_through_nor_throws_anybody_out() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    app.store_down(true).await;
    assert_eq!(ada.me().await.outcome(), (503, "UNAVAILABLE"));
    app.store_down(false).await;
    assert_eq!(ada.me().await.status, 200);
}

/// The first use of an access token is stored before it is answered, and later ones need no store.
#[tokio::test]
async fn a_first_use_that_cannot_be_stored_is_not_answered() {
    let app = TestApp::start().await;
    let mut ada = ada(&app).await;
    ada.refresh().await;
    app.store_down(true).await;
    assert_eq!(ada.be_verified().await.outcome(), (503, "UNAVAILABLE"));
    app.store_down(false).await;
    assert_eq!(ada.be_verified().await.status, 422);
    let id = ada.session_id();
    assert!(app.session(&id).await.confirmed_at.is_some());
    app.store_down(true).await;
    assert_eq!(ada.be_verified().await.status, 422);
}

#[tokio::test]
async fn a_person_changes_and_removes_the_display_name() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let rename = async |name: serde_json::Value| {
        let request = ada.request(Method::PATCH, "/api/me").bearer_auth(ada.access_token.as_deref().expect("a token"));
        Answer::of(request.json(&json!({"displayName": name})).send().await.expect("sent")).await
    };
    assert_eq!(rename(json!("Countess")).await.body["displayName"], "Countess");
    assert_eq!(ada.me().await.body["displayName"], "Countess");
    assert_eq!(rename(json!("x".repeat(65))).await.outcome(), (422, "VALIDATION_FAILED"));
    let misspelt = ada.request(Method::PATCH, "/api/me").bearer_auth(ada.access_token.as_deref().expect("a token"));
    let misspelt = Answer::of(misspelt.json(&json!({"display_name": "x"})).send().await.expect("sent")).await;
    assert_eq!(misspelt.outcome(), (422, "VALIDATION_FAILED"));
    assert_eq!(ada.me().await.body["displayName"], "Countess");
    assert_eq!(rename(json!(null)).await.body["displayName"], json!(null));
}

/// AT-13: `TOKEN_STALE`.
#[tokio::test]
async fn a_new_role_reaches_a_live_token_within_a_second() {
    let app = TestApp::start().await;
    let mut ada = ada(&app).await;
    app.set_role(EMAIL, "admin").await;
    app.until(async || ada.me().await.outcome() == (401, "TOKEN_STALE")).await;
    ada.refresh().await;
    assert_eq!(ada.me().await.body["role"], "admin");
}

/// AT-11: a request that is finished while the server stops is judged by what has happened since. Two things see to it: the
/// feed goes on until the last request, and a memory that was not checked for a second is not trusted.
#[tokio::test]
async fn a_session_that_is_ended_while_the_server_stops_is_seen_by_the_last_requests() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let token = ada.access_token.as_deref().expect("a token");
    let mut connection = TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("connects");
    let body = r#"{"displayName":"Mallory"}"#;
    let head = format!(
        "PATCH /api/me HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let (first, rest) = body.split_at(5);
    connection.write_all(format!("{head}{first}").as_bytes()).await.expect("sent");
    assert_eq!(ada.me().await.status, 200);
    app.begin_to_stop();
    app.disable(EMAIL).await;
    let mut answer = vec![0; 12];
    let early = tokio::time::timeout(Duration::from_secs(1), connection.read_exact(&mut answer)).await;
    assert!(early.is_err(), "nothing is answered before the body is whole; a second is what seeing an end may take");
    connection.write_all(rest.as_bytes()).await.expect("sent");
    connection.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 403");
}

/// RT-17.
#[tokio::test]
async fn a_disabled_account_is_out_within_a_second_and_stays_out() {
    let app = TestApp::start().await;
    let mut ada = ada(&app).await;
    app.disable(EMAIL).await;
    app.until(async || ada.me().await.outcome() == (403, "TOKEN_REVOKED")).await;
    let answer = ada.refresh().await;
    assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
    assert_eq!(answer.body["reason"], "ACCOUNT_DISABLED");
    assert_eq!(ada.login().await.outcome(), (401, "INVALID_CREDENTIALS"));
}

/// "No query for a verified access token", counted where nothing gets past: at the ports of the store.
#[tokio::test]
async fn a_thousand_verified_requests_ask_the_store_for_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let asked = async |requests: u64| {
        let before = app.questions().await;
        for _ in 0..requests {
            assert_eq!(ada.be_verified().await.status, 422);
        }
        app.questions().await - before
    };
    // On a machine that stands still for a second the memory of endings is out of date, and the store is asked.
    let count = asked(1000).await;
    assert!(count < 10, "{count}");
    // It is counted: what a person is shown is read, and nothing beside it.
    let before = app.questions().await;
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(app.questions().await - before, 1);
}
