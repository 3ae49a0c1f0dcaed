use reqwest::Method;

use crate::support::{Answer, TestApp};

/// CK-01.
#[tokio::test]
async fn the_cookie_is_out_of_reach_for_scripts_other_sites_and_other_paths() {
    let app = TestApp::start().await;
    let answer = app.direct().register().await;
    let (pair, attributes) = answer.header("set-cookie").split_once("; ").expect("attributes");
    assert!(pair.starts_with("refreshToken=eyJ") && pair.len() < 4096, "{pair}");
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=604800");
    let cookies = answer.set_cookies();
    assert_eq!(cookies.iter().filter(|cookie| cookie.contains("refreshToken")).count(), 1, "{cookies:?}");
    assert!(!answer.text.contains(answer.cookie().expect("a cookie")), "the body never holds the refresh token");
}

/// CK-03
#[tokio::test]
async fn on_https_the_name_has_the_prefix_and_a_twin_without_it_is_ignored() {
    let app = TestApp::on_https(&[]).await;
    let mut ada = app.direct();
    let answer = ada.register().await;
    assert!(answer.header("set-cookie").starts_with("__Secure-refreshToken="));
    assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
    assert_eq!(ada.refresh().await.outcome(), (401, "REFRESH_MISSING"), "sent under the bare name");
}

#[tokio::test]
async fn a_neighbours_cookie_with_odd_bytes_hides_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let with_neighbour = |path: &str| {
        let cookie = format!("name=J\u{fc}rgen; refreshToken={}", ada.cookie.as_deref().expect("a cookie"));
        let bytes = reqwest::header::HeaderValue::from_bytes(cookie.as_bytes()).expect("a value");
        ada.request(Method::POST, path).header("x-requested-by", "test").header("cookie", bytes)
    };
    let answer = Answer::of(with_neighbour("/api/auth/refresh").send().await.expect("sent")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    with_neighbour("/api/auth/logout").send().await.expect("sent");
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

/// CK-06.
#[tokio::test]
async fn nobody_gets_a_cookie_without_signing_in() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz", "/api/me", "/"] {
        let answer = Answer::of(app.direct().request(Method::GET, path).send().await.expect("sent")).await;
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}
