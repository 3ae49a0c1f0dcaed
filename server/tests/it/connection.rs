//! `POST /api/auth/connection`, as somebody who is signed in asks it. As an operator does: [`crate::doctor`].

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Person, TestApp};

async fn ask(person: &mut Person, nonce: &str) -> Answer {
    person.call(Method::POST, "/api/auth/connection", Some(json!({"nonce": nonce}))).await
}

#[tokio::test]
async fn somebody_learns_of_the_own_request_and_of_no_proxy() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let answer = ask(&mut ada, "abc123").await;
    assert_eq!(answer.status, 200);
    let probe = "sessionProbe=abc123; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=60";
    assert_eq!(answer.header("set-cookie"), probe);
    assert_eq!((&answer.body["address"], &answer.body["route"]), (&json!("127.0.0.1"), &Value::Null));
    assert_eq!((&answer.body["refreshCookies"], &answer.body["probes"]), (&json!(0), &json!([])));
}

/// CK-03: cookies of the name are counted, and those of them that count.
#[tokio::test]
async fn twins_of_cookies_and_probes_that_come_back_are_seen() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let own = ada.cookie.clone().expect("a cookie");
    let cookies = format!("refreshToken=a; sessionGen=1; refreshToken={own}; sessionProbe=abc; other=x");
    let mut ada = ada.header("cookie", &cookies);
    let answer = ask(&mut ada, "abc").await;
    let counts = ["refreshCookies", "refreshCounting", "generationCookies"].map(|name| answer.body[name].as_u64());
    assert_eq!(counts, [Some(2), Some(1), Some(1)]);
    assert_eq!(answer.body["probes"], json!(["abc"]));
}

#[tokio::test]
async fn a_request_that_would_be_refused_as_another_sites_is_told_why() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    assert_eq!(ask(&mut ada, "abc").await.body["refused"], Value::Null);
    let mut ada = ada.header("sec-fetch-site", "same-site");
    let answer = ask(&mut ada, "abc").await;
    assert_eq!(answer.body["refused"], "The header Sec-Fetch-Site must be same-origin.");
    assert_eq!(answer.body["secFetchSite"], "same-site");
}

#[tokio::test]
async fn a_nonce_cannot_write_attributes_of_a_cookie() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let long = "a".repeat(65);
    for nonce in ["", "a; Domain=example.com", "a\r\nb", "ä", &long] {
        let answer = ask(&mut ada, nonce).await;
        assert_eq!((answer.outcome(), answer.header("set-cookie")), ((422, "VALIDATION_FAILED"), ""), "{nonce:?}");
        assert!(answer.body["fields"]["nonce"].is_string());
    }
}

/// The page that finds out why people are signed out is for people who are.
#[tokio::test]
async fn a_stranger_may_ask_and_a_token_that_is_sent_must_be_good() {
    let app = TestApp::start().await;
    let mut stranger = app.direct();
    let answer = stranger.post("/api/auth/connection", json!({"nonce": "abc"})).await;
    assert_eq!((answer.status, &answer.body["refreshCookies"]), (200, &json!(0)));
    let mut forger = app.direct().header("authorization", "Bearer nonsense");
    let answer = forger.post("/api/auth/connection", json!({"nonce": "abc"})).await;
    assert_eq!(answer.outcome(), (403, "TOKEN_INVALID"));
}
