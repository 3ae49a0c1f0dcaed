//! The answers of a service that uses the extractor or the layer, over real sockets.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::{Router, extract::Request, middleware, middleware::Next, response::Response, routing::get};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use sessionkeep_types::{Role, SessionId, UserId};
use sessionkeep_verify::{Claims, Verifier, require_access_token};

use crate::{
    jwks::Publisher,
    mint::{AUDIENCE, ISSUER, SECRET, claims, encode, mint, mints, with},
};

async fn who(claims: Claims) -> String {
    claims.user_id.to_string()
}

/// `/extracted` asks in its handler, `/layered` in a layer, `/both` in both.
async fn service(verifier: Verifier) -> String {
    let layer = middleware::from_fn_with_state(verifier.clone(), require_access_token);
    let router = Router::new()
        .route("/layered", get(|| async { "in" }))
        .route("/both", get(who))
        .layer(layer)
        .route("/extracted", get(who))
        .with_state(verifier);
    serve(router).await
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

fn shared() -> Verifier {
    Verifier::from_secret(SECRET, ISSUER, AUDIENCE).expect("long enough")
}

#[expect(clippy::disallowed_methods, reason = "the extractor has the machine's clock, too")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    since.as_secs().try_into().expect("not for long")
}

fn genuine() -> String {
    mints()[0].says(&claims(now()))
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("sent");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("the body") }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn code(&self) -> (u16, String) {
        (self.status, self.body()["code"].as_str().unwrap_or_default().to_owned())
    }
}

async fn with_authorization(url: &str, values: &[&str]) -> Answer {
    let request = values.iter().fold(Client::new().get(url), |request, value| request.header("authorization", *value));
    Answer::of(request).await
}

#[tokio::test]
async fn a_good_token_gets_through_with_what_it_says() {
    let url = service(shared()).await;
    for (path, text) in [("extracted", "u"), ("both", "u"), ("layered", "in")] {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let answer = with_authorization(&format!("{url}/{path}"), &[&format!("{scheme} {}", genuine())]).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, text), "{path}");
        }
    }
}

/// A service may take the tokens of two servers, at different routes.
#[tokio::test]
async fn a_layer_with_another_verifier_vouches_for_nothing() {
    let theirs = Verifier::from_secret(SECRET, ISSUER, AUDIENCE).expect("long enough");
    let ours = Verifier::from_secret(SECRET, ISSUER, "another audience").expect("long enough");
    let layer = middleware::from_fn_with_state(theirs, require_access_token);
    let url = serve(Router::new().route("/", get(who)).layer(layer).with_state(ours)).await;
    let answer = with_authorization(&url, &[&format!("Bearer {}", genuine())]).await;
    assert_eq!(answer.code(), (403, "TOKEN_INVALID".to_owned()));
}

/// AT-10: the same words as the server's, wherever the token is looked at.
#[tokio::test]
async fn each_refusal_has_the_words_of_the_contract() {
    let url = service(shared()).await;
    let expired = mints()[0].says(&claims(now() - 1000));
    let forged = mint().says(&claims(now()));
    for path in ["extracted", "layered", "both"] {
        for (values, status, code, error, challenge) in [
            (vec![], 401, "TOKEN_MISSING", "Sign in first.", "Bearer"),
            (
                vec![format!("Bearer {expired}")],
                401,
                "TOKEN_EXPIRED",
                "The access token has expired.",
                r#"Bearer error="invalid_token""#,
            ),
            (vec![format!("Bearer {forged}")], 403, "TOKEN_INVALID", "The access token is not valid.", ""),
        ] {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let answer = with_authorization(&format!("{url}/{path}"), &values).await;
            assert_eq!(answer.status, status, "{path} {code}");
            let id = answer.header("x-request-id").to_owned();
            assert!(id.len() >= 16, "{path} {code}: {id:?}");
            assert_eq!(answer.body(), json!({"error": error, "code": code, "requestId": id}), "{path}");
            assert_eq!(answer.header("www-authenticate"), challenge, "{path} {code}");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("content-type"), "application/json");
        }
    }
}

/// AT-09.
#[tokio::test]
async fn anything_but_one_bearer_token_in_the_header_is_refused() {
    let url = format!("{}/extracted", service(shared()).await);
    let token = genuine();
    let bearer = format!("Bearer {token}");
    for values in [
        vec![""],
        vec!["Bearer"],
        vec!["Bearer "],
        vec![&format!("Bearer  {token}")],
        vec![&format!("Bearer{token}")],
        vec![&format!("Basic {token}")],
        vec![&format!("Bearer\t{token}")],
        vec![&format!("Bearer {token} x")],
        vec![&format!("Bearer {token},Bearer {token}")],
        vec![&format!("Bearer {token}\u{e9}")],
        vec![&token],
        vec![&bearer, &bearer],
        vec![&bearer, "Basic eDp5"],
        vec!["", &bearer],
    ] {
        let answer = with_authorization(&url, &values).await;
        assert_eq!(answer.code(), (403, "TOKEN_INVALID".into()), "{values:?}");
    }
    let elsewhere =
        Client::new().get(format!("{url}?access_token={token}")).header("cookie", format!("access_token={token}"));
    assert_eq!(Answer::of(elsewhere).await.code(), (401, "TOKEN_MISSING".into()));
}

/// 503, so that nobody is signed out because a document could not be fetched.
#[tokio::test]
async fn without_keys_the_service_is_unavailable_and_no_token_is_called_invalid() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let url = service(Verifier::from_jwks(&format!("http://{nobody}/"), ISSUER, AUDIENCE).expect("an address")).await;
    for path in ["extracted", "layered"] {
        let answer =
            with_authorization(&format!("{url}/{path}"), &[&format!("Bearer {}", mint().says(&claims(now())))]).await;
        assert_eq!(answer.code(), (503, "UNAVAILABLE".into()));
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(answer.header("www-authenticate"), "");
        let missing = with_authorization(&format!("{url}/{path}"), &[]).await;
        assert_eq!(missing.code(), (401, "TOKEN_MISSING".into()), "that much is known without keys");
    }
}

#[tokio::test]
async fn the_keys_of_a_server_do_as_well_as_a_shared_secret() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let url = service(Verifier::from_jwks(&publisher.url, ISSUER, AUDIENCE).expect("an address")).await;
    let answer =
        with_authorization(&format!("{url}/both"), &[&format!("Bearer {}", mint().says(&claims(now())))]).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "u"));
    let confused = {
        // AT-01: the public key as a secret.
        let public = mint().jwk.to_string();
        let key = jsonwebtoken::EncodingKey::from_secret(public.as_bytes()).expect("a secret");
        let header = with(&mint().header(), "alg", "HS256").to_string();
        let message = format!("{}.{}", encode(header), encode(claims(now()).to_string()));
        let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).expect("signed");
        format!("Bearer {message}.{mac}")
    };
    assert_eq!(with_authorization(&format!("{url}/both"), &[&confused]).await.code(), (403, "TOKEN_INVALID".into()));
}

#[tokio::test]
async fn the_request_id_of_a_proxy_is_taken_over_if_it_is_one() {
    let url = format!("{}/extracted", service(shared()).await);
    let id_for = async |given: &str| {
        let answer = Answer::of(Client::new().get(&url).header("x-request-id", given)).await;
        assert_eq!(answer.body()["requestId"], answer.header("x-request-id"));
        answer.header("x-request-id").to_owned()
    };
    let longest = "r".repeat(64);
    for good in ["0199b0e0-0000-7000-8000-000000000000", "x", &longest] {
        assert_eq!(id_for(good).await, good);
    }
    let too_long = "r".repeat(65);
    for bad in ["", "two words", "\u{e9}", &too_long] {
        assert_ne!(id_for(bad).await, bad);
    }
    assert_ne!(id_for("").await, id_for("").await, "each of our own is another one");
}

async fn forge_claims(mut request: Request, next: Next) -> Response {
    let (user_id, session_id) = (UserId::new("mallory"), SessionId::new("s"));
    let role = Role::from("admin".to_owned());
    request.extensions_mut().insert(Claims { user_id, session_id, generation: 0, ver: 0, role, expires_at: i64::MAX });
    next.run(request).await
}

#[tokio::test]
async fn claims_that_another_middleware_has_put_in_are_not_believed() {
    let router = Router::new().route("/", get(who)).with_state(shared()).layer(middleware::from_fn(forge_claims));
    let answer = with_authorization(&serve(router).await, &[]).await;
    assert_eq!(answer.code(), (401, "TOKEN_MISSING".into()));
}
