use serde_json::json;

use crate::support::{EMAIL, PASSWORD, TestApp};

const PATH: &str = "/api/auth/login";

#[tokio::test]
async fn the_right_password_signs_in() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let mut ada = app.direct();
    let answer = ada.login().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["user"]["email"], EMAIL);
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn unknown_wrong_and_too_long_are_answered_alike() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let mut bodies = vec![];
    for (email, password) in
        [("nobody@example.com", PASSWORD), (EMAIL, "a wrong one"), (EMAIL, &"x".repeat(300)), ("", "")]
    {
        let answer = app.direct().post(PATH, json!({"email": email, "password": password})).await;
        assert_eq!(answer.outcome(), (401, "INVALID_CREDENTIALS"));
        assert_eq!(answer.header("set-cookie"), "");
        let mut body = answer.body;
        body["requestId"] = json!(null);
        bodies.push(body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn a_password_is_compared_as_given_after_composition() {
    let app = TestApp::start().await;
    let decomposed = "A\u{30a}ngstro\u{308}m under the oak";
    app.direct().post("/api/auth/register", json!({"email": EMAIL, "password": decomposed})).await;
    let login =
        async |password: &str| app.direct().post(PATH, json!({"email": EMAIL, "password": password})).await.status;
    assert_eq!(login("\u{c5}ngstr\u{f6}m under the oak").await, 200);
    assert_eq!(login("\u{e5}ngstr\u{f6}m under the oak").await, 401);
    assert_eq!(login("\u{c5}ngstr\u{f6}m under the oak ").await, 401);
}

#[tokio::test]
async fn every_sign_in_begins_a_session_of_its_own_whatever_cookie_came_with_it() {
    let app = TestApp::start().await;
    let mut first = app.direct();
    first.register().await;
    let planted = first.cookie.clone().expect("a cookie");
    let mut second = app.direct().header("cookie", &format!("refreshToken={planted}"));
    let answer = second.login().await;
    assert_ne!(answer.cookie(), Some(planted.as_str()));
    assert_eq!(first.refresh().await.status, 200, "the other session is as it was");
}

#[tokio::test]
async fn not_to_be_remembered_means_a_cookie_without_max_age() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let body = json!({"email": EMAIL, "password": PASSWORD, "rememberMe": false});
    let mut ada = app.direct();
    assert!(!ada.post(PATH, body).await.header("set-cookie").contains("Max-Age"));
    assert!(!ada.refresh().await.header("set-cookie").contains("Max-Age"), "and the refresh keeps to it");
    assert!(ada.login().await.header("set-cookie").contains("Max-Age=604800"));
}

#[tokio::test]
async fn a_hash_with_old_parameters_is_renewed_by_logins_at_once() {
    let mut app = TestApp::with(&[("ARGON2_ITERATIONS", "3")]).await;
    app.direct().register().await;
    app.configure("ARGON2_ITERATIONS", "2").await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let mut person = app.direct();
            tokio::spawn(async move { person.login().await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("runs"), 200);
    }
    let hash = app.password_hash(EMAIL).await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert_eq!(app.direct().login().await.status, 200);
}
