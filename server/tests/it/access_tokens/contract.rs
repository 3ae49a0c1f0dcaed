//! Where a token may stand, what the answers look like, and what a token says of a person.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::forge::{ALGORITHMS, Forge, now, with};
use crate::support::Answer;

/// AT-09: only in the header `Authorization`. Nowhere else is it even looked for.
#[tokio::test]
async fn a_token_at_any_other_place_is_not_seen() {
    let forge = Forge::start(ALGORITHMS[0]).await;
    let token = forge.token();
    let get = |path: &str| forge.app.direct().request(Method::GET, path);
    for request in [
        get(&format!("/api/me?access_token={token}")),
        get(&format!("/api/me?token={token}")),
        get("/api/me")
            .header("cookie", format!("access_token={token}; accessToken={token}; Authorization=Bearer {token}")),
        get("/api/me").header("sec-websocket-protocol", format!("bearer, {token}")),
        get("/api/me").header("x-access-token", token),
        get("/api/me").header("x-authorization", format!("Bearer {token}")),
        get("/api/me").header("proxy-authorization", format!("Bearer {token}")),
        get("/api/me")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("access_token={token}")),
        forge.app.direct().request(Method::PATCH, "/api/me").json(&json!({"displayName": null, "access_token": token})),
    ] {
        let what = format!("{request:?}");
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (401, "TOKEN_MISSING"), "{what}");
    }
    assert_eq!(forge.ada.me_with(&format!("BEARER {token}")).await.status, 200, "the scheme in any case");
}

/// AT-10: the answers to the letter, and no word on which check has failed.
#[tokio::test]
async fn each_refusal_of_a_token_has_its_words() {
    for algorithm in ALGORITHMS {
        let mut forge = Forge::start(algorithm).await;
        let expired = with(&with(&forge.claims, "exp", now() - 1), "iat", now() - 600);
        let expired = forge.signed(&forge.header, &expired);
        let forged = [
            forge.header_with("kid", "x"),
            forge.claims_with("aud", "x"),
            forge.signature(&[1; 64]),
            "x".into(),
            "a.b.c".into(),
        ];
        let missing = Answer::of(forge.ada.request(Method::GET, "/api/me").send().await.expect("sent")).await;
        check(&missing, 401, "TOKEN_MISSING", "Sign in first.", "Bearer");
        let expired = forge.ada.me_with(&format!("Bearer {expired}")).await;
        check(&expired, 401, "TOKEN_EXPIRED", "The access token has expired.", r#"Bearer error="invalid_token""#);
        for forged in forged {
            let answer = forge.ada.me_with(&format!("Bearer {forged}")).await;
            check(&answer, 403, "TOKEN_INVALID", "The access token is not valid.", "");
        }
        forge.ada.logout().await;
        let revoked = forge.ada.me().await;
        check(&revoked, 403, "TOKEN_REVOKED", "This session was ended. Sign in again.", "");
    }
}

#[track_caller]
fn check(answer: &Answer, status: u16, code: &str, error: &str, challenge: &str) {
    let id = answer.header("x-request-id");
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.body, json!({"error": error, "code": code, "requestId": id}));
    assert_eq!(answer.header("www-authenticate"), challenge, "{code}");
    assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "application/json"));
    assert!(answer.headers.get("set-cookie").is_none());
}

/// AT-15: ids and times, and nothing that tells who it is.
#[tokio::test]
async fn a_token_says_nothing_of_the_person() {
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        let names = |object: &serde_json::Value| -> BTreeSet<String> {
            object.as_object().expect("an object").keys().cloned().collect()
        };
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(names(&forge.header), set(&["alg", "kid", "typ"]));
        assert_eq!(names(&forge.claims), set(&["aud", "exp", "gen", "iat", "iss", "jti", "role", "sid", "sub", "ver"]));
        let said = forge.claims.to_string();
        // The email's name alone, "ada", is made of hexadecimal digits and stands in an id now and then.
        assert!(!said.contains('@') && !said.contains("example.com"), "{said}");
    }
}

/// AT-04: no longer than fifteen minutes, and `expiresIn` tells the truth.
#[tokio::test]
async fn a_token_lives_for_fifteen_minutes_at_most() {
    let forge = Forge::start(ALGORITHMS[0]).await;
    let time = |claim: &str| forge.claims[claim].as_i64().expect("a time");
    assert_eq!(time("exp") - time("iat"), 900);
    assert_eq!(forge.ada.copy().refresh().await.body["expiresIn"], 900);
}
