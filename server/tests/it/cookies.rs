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
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    assert!(!answer.text.contains(answer.cookie().expect("a cookie")), "the body never holds the refresh token");
}

#[tokio::test]
async fn on_https_the_name_has_the_prefix_and_a_twin_without_it_is_ignored() {
    let app = TestApp::with(&[
        ("PUBLIC_ORIGIN", "https://id.example.com"),
        ("ACCESS_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
        ("REFRESH_TOKEN_SECRET", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
    ])
    .await;
    let mut ada = app.direct();
    let answer = ada.register().await;
    assert!(answer.header("set-cookie").starts_with("__Secure-refreshToken="));
    assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
    assert_eq!(ada.refresh().await.outcome(), (401, "REFRESH_MISSING"), "sent under the bare name");
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
