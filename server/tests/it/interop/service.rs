//! What any service that verifies our tokens must do: one suite, [`holds_for`], for every service.

use std::{net::TcpListener, time::Duration};

use serde_json::{Value, json};
use server::keys::Key;
use sessionkeep_verify::Algorithm;
use tokio::time::{sleep, timeout};

use super::{ALGORITHMS, Issuer, jwt::Token};
use crate::support::Answer;

/// Where a service has its keys from.
pub(super) enum Keys {
    /// The document at this address.
    Published(String),
    /// The server's own secret.
    Shared(String),
}

/// A running service with the routes of `verify/examples/resource_server.rs`. It stops when it is dropped.
pub(super) trait Service: Sized {
    async fn start(keys: &Keys) -> Self;

    fn url(&self) -> &str;

    async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = reqwest::Client::new().get(format!("{}{path}", self.url()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Answer::of(request.send().await.expect("sent")).await
    }
}

/// A route whose handler checks the token, and one behind a layer that does.
const GUARDED: [&str; 2] = ["/whoami", "/orders"];

macro_rules! suite {
    ($($name:ident)*) => {
        /// Every test of the suite, for one service; each has the attribute.
        macro_rules! holds_for {
            ($service:ty, $attribute:meta) => {
                $(
                    #[tokio::test]
                    #[$attribute]
                    async fn $name() {
                        $crate::interop::service::$name::<$service>().await;
                    }
                )*
            };
        }
        pub(super) use holds_for;
    };
}

suite! {
    without_a_token_only_the_open_route_answers
    a_good_token_of_any_algorithm_is_accepted
    whatever_else_is_wrong_the_token_is_not_valid
    a_token_that_has_run_out_is_to_be_refreshed
    an_administrators_route_is_for_administrators
    a_new_key_is_accepted_as_soon_as_it_is_asked_for
    where_the_keys_cannot_be_had_nobody_is_refused_for_good
}

pub(super) async fn without_a_token_only_the_open_route_answers<S: Service>() {
    let service = S::start(&Issuer::start(Algorithm::EdDSA).keys()).await;
    assert_eq!(service.get("/", None).await.status, 200);
    for path in GUARDED {
        let answer = service.get(path, None).await;
        assert_eq!(answer.outcome(), (401, "TOKEN_MISSING"), "{path}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(answer.body["requestId"].is_string() && answer.body["error"].is_string(), "{answer:?}");
    }
}

pub(super) async fn a_good_token_of_any_algorithm_is_accepted<S: Service>() {
    for algorithm in ALGORITHMS {
        let issuer = Issuer::start(algorithm);
        let service = S::start(&issuer.keys()).await;
        let ada = issuer.ada().await;
        for path in GUARDED {
            let answer = service.get(path, ada.access_token.as_deref()).await;
            assert_eq!(answer.status, 200, "{algorithm:?} {path} {answer:?}");
            assert_eq!(answer.body["userId"], ada.me().await.body["id"]);
        }
    }
}

pub(super) async fn whatever_else_is_wrong_the_token_is_not_valid<S: Service>() {
    for algorithm in ALGORITHMS {
        let issuer = Issuer::start(algorithm);
        let service = S::start(&issuer.keys()).await;
        let ada = issuer.ada().await;
        for (what, token) in not_valid(&issuer.key(), ada.access_token.as_deref().expect("signed in")) {
            let answer = service.get("/whoami", Some(&token)).await;
            assert_eq!(answer.outcome(), (403, "TOKEN_INVALID"), "{algorithm:?}: {what}");
        }
        let answer = service.get("/orders", ada.cookie.as_deref()).await;
        assert_eq!(answer.outcome(), (403, "TOKEN_INVALID"), "{algorithm:?}: a refresh token");
    }
}

/// Tokens that look like `good`, which `key` has signed.
fn not_valid(key: &Key, good: &str) -> Vec<(&'static str, String)> {
    let token = Token::read(good);
    let stranger = Key::from_secret(&b"a secret that nobody here has ever seen".to_vec().into()).expect("long enough");
    let iat = token.claims["iat"].as_i64().expect("a number");
    let mut without_session = token.claims.clone();
    without_session.as_object_mut().expect("an object").remove("sid");
    let mut expired_for_another = token.with("aud", "another");
    expired_for_another["exp"] = (iat - 1).into();
    let signed = |claims: Value| key.sign("at+jwt", &claims);
    let unsigned = json!({"alg": "none", "typ": "at+jwt", "kid": key.id()});
    vec![
        ("no JWT", "x".to_owned()),
        (
            "other claims under the signature",
            Token::forged(&token.header, &token.with("role", "admin"), &token.signature),
        ),
        ("no signature", Token::forged(&unsigned, &token.claims, "")),
        ("another key", stranger.sign("at+jwt", &token.claims)),
        ("another type", key.sign("JWT", &token.claims)),
        ("another audience", signed(token.with("aud", "another"))),
        ("another issuer", signed(token.with("iss", "http://localhost:3001"))),
        ("a claim is missing", signed(without_session)),
        ("a longer life than ours have", signed(token.with("exp", iat + 15 * 60 + 1))),
        ("issued in the future", signed(token.with("iat", iat + 60))),
        ("run out, and for another audience", signed(expired_for_another)),
    ]
}

pub(super) async fn a_token_that_has_run_out_is_to_be_refreshed<S: Service>() {
    let issuer = Issuer::start(Algorithm::EdDSA);
    let service = S::start(&issuer.keys()).await;
    let token = issuer.expired_token().await;
    for path in GUARDED {
        let answer = service.get(path, Some(&token)).await;
        assert_eq!(answer.outcome(), (401, "TOKEN_EXPIRED"), "{path}");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    }
}

pub(super) async fn an_administrators_route_is_for_administrators<S: Service>() {
    let issuer = Issuer::start(Algorithm::EdDSA);
    let service = S::start(&issuer.keys()).await;
    let mut ada = issuer.ada().await;
    assert_eq!(service.get("/admin", ada.access_token.as_deref()).await.status, 403);
    issuer.make_admin();
    ada.login().await;
    assert_eq!(service.get("/admin", ada.access_token.as_deref()).await.status, 200);
}

pub(super) async fn a_new_key_is_accepted_as_soon_as_it_is_asked_for<S: Service>() {
    let issuer = Issuer::start(Algorithm::EdDSA);
    let service = S::start(&issuer.keys()).await;
    let mut ada = issuer.ada().await;
    let before = ada.access_token.clone().expect("signed in");
    assert_eq!(service.get("/whoami", Some(&before)).await.status, 200);

    issuer.rotate();
    let key = |token: &str| Token::read(token).header["kid"].clone();
    let rotated = async {
        while key(ada.access_token.as_deref().expect("signed in")) == key(&before) {
            let answer = ada.refresh().await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    };
    timeout(Duration::from_secs(5), rotated).await.expect("the server signs with the new key");

    // Ten seconds lie between two requests for the document, and this key is used without having been published before.
    let accepted = async {
        while service.get("/whoami", ada.access_token.as_deref()).await.status != 200 {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(Duration::from_secs(15), accepted).await.expect("the service has asked for the new key");
    assert_eq!(service.get("/whoami", Some(&before)).await.status, 200, "the old key's tokens live on");
}

pub(super) async fn where_the_keys_cannot_be_had_nobody_is_refused_for_good<S: Service>() {
    let ada = Issuer::start(Algorithm::EdDSA).ada().await;
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let service = S::start(&Keys::Published(format!("http://{gone}/.well-known/jwks.json"))).await;
    let answer = service.get("/whoami", ada.access_token.as_deref()).await;
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"));
    assert!(!answer.header("retry-after").is_empty());
}
