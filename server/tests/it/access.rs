//! What every route says to somebody who shows nothing. A route of the contract that has no row here fails.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use sessionkeep_types::routes;

use crate::support::{Answer, TestApp};

const BEARER: (u16, &str) = (401, "TOKEN_MISSING");
const OPEN: (u16, &str) = (200, "");

/// Route, method, and what a request without any credential is answered.
pub(crate) const TABLE: &[(&str, Method, (u16, &str))] = &[
    (routes::REGISTER, Method::POST, (422, "VALIDATION_FAILED")),
    (routes::LOGIN, Method::POST, (422, "VALIDATION_FAILED")),
    (routes::REFRESH, Method::POST, (401, "REFRESH_MISSING")),
    (routes::LOGOUT, Method::POST, (204, "")),
    (routes::PASSWORD, Method::POST, BEARER),
    (routes::CONNECTION, Method::POST, OPEN),
    (routes::ME, Method::GET, BEARER),
    (routes::ME, Method::PATCH, BEARER),
    (routes::ME, Method::DELETE, BEARER),
    (routes::MY_EVENTS, Method::GET, BEARER),
    (routes::REVIEW, Method::POST, BEARER),
    (routes::EXPORT, Method::GET, BEARER),
    (routes::SESSIONS, Method::GET, BEARER),
    (routes::SESSIONS, Method::DELETE, BEARER),
    (routes::SESSION, Method::DELETE, BEARER),
    (routes::ADMIN_USERS, Method::GET, BEARER),
    (routes::ADMIN_USER, Method::GET, BEARER),
    (routes::ADMIN_USER, Method::PATCH, BEARER),
    (routes::ADMIN_USER_SESSIONS, Method::GET, BEARER),
    (routes::ADMIN_USER_SESSIONS, Method::DELETE, BEARER),
    (routes::ADMIN_EVENTS, Method::GET, BEARER),
    (routes::ADMIN_EVENTS_STREAM, Method::GET, BEARER),
    (routes::JWKS, Method::GET, OPEN),
    (routes::OPENAPI, Method::GET, OPEN),
    (routes::DOCS, Method::GET, OPEN),
    (routes::CSP_REPORT, Method::POST, (415, "UNSUPPORTED_MEDIA_TYPE")),
    (routes::HEALTHZ, Method::GET, OPEN),
    (routes::READYZ, Method::GET, OPEN),
];

/// A body that every route can read, so that the credential is what is missing.
fn body(route: &str) -> serde_json::Value {
    match route {
        routes::REGISTER | routes::LOGIN => json!({}),
        _ => json!({"displayName": null, "currentPassword": "x", "newPassword": "y", "nonce": "z", "event": "1"}),
    }
}

#[tokio::test]
async fn whoever_shows_nothing_gets_nothing() {
    let app = TestApp::start().await;
    for (route, method, expected) in TABLE {
        let stranger = app.direct();
        let mut request =
            stranger.request(method.clone(), &route.replace("{id}", "x")).header("x-requested-by", "test");
        if *method != Method::GET {
            request = request.json(&body(route));
        }
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), *expected, "{method} {route}");
        let challenge = if *expected == BEARER { "Bearer" } else { "" };
        assert_eq!(answer.header("www-authenticate"), challenge, "{method} {route}");
        if ![routes::LOGOUT, routes::CONNECTION].contains(route) {
            assert_eq!(answer.header("set-cookie"), "", "{method} {route}");
        }
    }
}

#[tokio::test]
async fn any_other_method_is_refused_and_changes_nothing() {
    let app = TestApp::start().await;
    let all = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    for route in TABLE.iter().map(|(route, ..)| *route).collect::<BTreeSet<_>>() {
        for method in all.iter().filter(|method| !TABLE.iter().any(|(r, m, _)| (r, m) == (&route, *method))) {
            let request = app.direct().request(method.clone(), &route.replace("{id}", "x"));
            let answer = Answer::of(request.send().await.expect("sent")).await;
            assert_eq!(answer.outcome(), (405, "METHOD_NOT_ALLOWED"), "{method} {route}");
        }
    }
}

#[test]
fn every_route_of_the_contract_has_a_row() {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../types/src/routes.rs")).expect("text");
    let named = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once("\"/")?.1.split_once('"'));
    let in_table: BTreeSet<&str> = TABLE.iter().map(|(route, ..)| *route).collect();
    let mut count = 0;
    for (path, _) in named {
        let path = format!("/{path}");
        // The form that signs out is there with the pages alone (`forms.rs`).
        if ![routes::COOKIE_PATH, routes::SIGN_OUT].contains(&path.as_str()) {
            assert!(in_table.contains(path.as_str()), "{path} has no row");
            count += 1;
        }
    }
    assert_eq!(count, in_table.len());
}
