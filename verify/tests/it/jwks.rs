//! Keys from a server, which here is one on this machine that says what a test wants. Time is moved, never waited for.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};
use sessionkeep_verify::{
    Algorithm, Refusal, Verifier, VerifyError,
    jwks::{KEEP_OLD, PAUSE, RETRY, RemoteKeys, Unavailable, Unusable},
};
use tokio::{sync::Semaphore, time};

use crate::mint::{AUDIENCE, ISSUER, Mint, NOW, mint, mints, with, without};

const SECOND: Duration = Duration::from_secs(1);

/// Time passes at once. Only then is the clock still: a clock that always is would run on while an answer is awaited.
async fn pass(duration: Duration) {
    time::pause();
    time::advance(duration).await;
    time::resume();
}

/// A server that publishes keys.
#[derive(Clone)]
pub(crate) struct Publisher {
    pub(crate) url: String,
    says: Arc<Mutex<Says>>,
    asked: Arc<AtomicUsize>,
    /// What may be answered; each answer takes one.
    permits: Arc<Semaphore>,
}

#[derive(Clone, Default)]
struct Says {
    status: StatusCode,
    headers: Vec<(header::HeaderName, String)>,
    body: String,
}

impl Publisher {
    pub(crate) async fn start(keys: &[&Value]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().expect("an address"));
        let this = Self {
            url,
            says: Arc::default(),
            asked: Arc::default(),
            permits: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        };
        this.publish(keys);
        let router = Router::new().route("/.well-known/jwks.json", get(answer)).with_state(this.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        this
    }

    fn publish(&self, keys: &[&Value]) {
        self.says(StatusCode::OK, &[], &json!({ "keys": keys }).to_string());
    }

    fn says(&self, status: StatusCode, headers: &[(header::HeaderName, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
        *self.says.lock().expect("not poisoned") = Says { status, headers, body: body.to_owned() };
    }

    fn good_for(&self, cache_control: &str, keys: &[&Value]) {
        let body = json!({ "keys": keys }).to_string();
        self.says(StatusCode::OK, &[(header::CACHE_CONTROL, cache_control)], &body);
    }

    fn fails(&self) {
        self.says(StatusCode::SERVICE_UNAVAILABLE, &[], "");
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }

    fn keys(&self) -> RemoteKeys {
        RemoteKeys::new(&self.url).expect("an address on this machine")
    }

    /// Answers nobody until [`Self::go_on`].
    fn hold(&self) {
        self.permits.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn go_on(&self) {
        self.permits.add_permits(1000);
    }

    /// Somebody has asked this often.
    async fn until_asked(&self, times: usize) {
        while self.asked() < times {
            tokio::task::yield_now().await;
        }
    }
}

async fn answer(State(this): State<Publisher>) -> Response {
    this.asked.fetch_add(1, SeqCst);
    this.permits.acquire().await.expect("never closed").forget();
    let Says { status, headers, body } = this.says.lock().expect("not poisoned").clone();
    let mut answer = (status, body).into_response();
    for (name, value) in headers {
        answer.headers_mut().insert(name, value.parse().expect("a value"));
    }
    answer
}

/// Whether there is a key of this name.
async fn has(keys: &RemoteKeys, id: &str) -> Result<bool, Unavailable> {
    Ok(keys.find(id).await?.is_some())
}

/// The same, while the least time between two requests passes.
async fn has_after_the_pause(keys: &Arc<RemoteKeys>, id: &str) -> Result<bool, Unavailable> {
    let (keys, id) = (Arc::clone(keys), id.to_owned());
    let asking = tokio::spawn(async move { has(&keys, &id).await });
    tokio::task::yield_now().await;
    pass(PAUSE).await;
    asking.await.expect("runs")
}

#[tokio::test]
async fn a_document_is_fetched_at_the_first_token_and_kept() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = publisher.keys();
    assert_eq!(publisher.asked(), 0);
    for _ in 0..3 {
        assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    }
    assert_eq!(publisher.asked(), 1);
}

#[tokio::test]
async fn all_kinds_of_keys_are_found_each_under_its_own_name() {
    let public: Vec<&Value> = mints()[1..].iter().map(|mint| &mint.jwk).collect();
    let keys = Publisher::start(&public).await.keys();
    for mint in &mints()[1..] {
        let key = keys.find(mint.key.id()).await.expect("available").expect("there");
        assert_eq!((key.id(), key.algorithm()), (mint.key.id(), mint.algorithm));
    }
}

#[tokio::test]
async fn whoever_invents_names_waits_and_makes_us_ask_once_in_a_pause() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = Arc::new(publisher.keys());
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    for round in 2..5 {
        let all = tokio::join!(has_after_the_pause(&keys, "x"), async { has(&keys, "y").await }, async {
            has(&keys, "").await
        });
        assert_eq!((all, publisher.asked()), ((Ok(false), Ok(false), Ok(false)), round));
        assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    }
}

#[tokio::test]
async fn between_two_requests_for_unknown_names_a_second_passes() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = Arc::new(publisher.keys());
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    let asking = tokio::spawn({
        let keys = Arc::clone(&keys);
        async move { has(&keys, "x").await }
    });
    tokio::task::yield_now().await;
    pass(PAUSE / 2).await;
    tokio::task::yield_now().await;
    assert!(!asking.is_finished() && publisher.asked() == 1);
    pass(PAUSE / 2).await;
    assert_eq!(asking.await.expect("runs"), Ok(false));
    assert_eq!(publisher.asked(), 2);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_only_after_a_while() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = publisher.keys();
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    publisher.fails();
    pass(Duration::from_mins(5)).await;
    for asked in 2..5 {
        for _ in 0..3 {
            assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
            assert_eq!(publisher.asked(), asked);
        }
        pass(RETRY).await;
    }
}

/// As after a key was removed in an emergency: there was no time to publish the next one before it signs.
#[tokio::test]
async fn a_token_of_a_new_key_waits_until_the_server_may_be_asked() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let (keys, next) = (Arc::new(publisher.keys()), Mint::new(Algorithm::ES256));
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    publisher.publish(&[&mint().jwk, &next.jwk]);
    assert_eq!(has_after_the_pause(&keys, next.key.id()).await, Ok(true));
    assert_eq!(publisher.asked(), 2);
}

#[tokio::test]
async fn many_that_ask_at_once_ask_once() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = Arc::new(publisher.keys());
    publisher.hold();
    let asking: Vec<_> = (0..10)
        .map(|_| {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move { has(&keys, mint().key.id()).await })
        })
        .collect();
    publisher.until_asked(1).await;
    publisher.go_on();
    for one in asking {
        assert_eq!(one.await.expect("runs"), Ok(true));
    }
    assert_eq!(publisher.asked(), 1);
}

/// A client that hangs up takes its request with it. The next one must not find that somebody has asked, but that nobody knows.
#[tokio::test]
async fn whoever_hangs_up_leaves_the_keys_to_the_next() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = Arc::new(publisher.keys());
    publisher.hold();
    let hangs_up = tokio::spawn({
        let keys = Arc::clone(&keys);
        async move { has(&keys, mint().key.id()).await }
    });
    publisher.until_asked(1).await;
    hangs_up.abort();
    assert!(hangs_up.await.expect_err("hung up").is_cancelled());
    publisher.go_on();
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
}

#[tokio::test]
async fn a_document_is_good_for_as_long_as_it_says_within_bounds() {
    for (cache_control, seconds) in [
        ("max-age=60", 60),
        ("public, max-age=60", 60),
        ("max-age=60, public", 60),
        ("max-age=0", 10),
        ("max-age=1", 10),
        ("max-age=999999999", 3600),
        ("max-age=18446744073709551615", 3600),
        ("max-age=18446744073709551616", 300),
        ("max-age=-1", 300),
        ("max-age=", 300),
        ("max-age=x", 300),
        ("s-maxage=60", 300),
        ("no-store", 10),
        ("No-Cache", 10),
        ("Public, Max-Age=60", 60),
        ("", 300),
    ] {
        let publisher = Publisher::start(&[]).await;
        publisher.good_for(cache_control, &[&mint().jwk]);
        let keys = publisher.keys();
        assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
        pass(Duration::from_secs(seconds - 5)).await;
        assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
        assert_eq!(publisher.asked(), 1, "{cache_control}: still good");
        pass(SECOND * 5).await;
        assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
        assert_eq!(publisher.asked(), 2, "{cache_control}: not any more");
    }
}

#[tokio::test]
async fn what_a_cache_on_the_way_has_used_up_is_not_ours() {
    let publisher = Publisher::start(&[]).await;
    let headers = [(header::CACHE_CONTROL, "max-age=60"), (header::AGE, "40")];
    publisher.says(StatusCode::OK, &headers, &json!({ "keys": [mint().jwk] }).to_string());
    let keys = publisher.keys();
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    pass(SECOND * 20).await;
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    assert_eq!(publisher.asked(), 2);
}

/// KM-04, elsewhere: a removed key is trusted until the document is fetched again.
#[tokio::test]
async fn a_removed_key_is_gone_with_the_next_document() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = publisher.keys();
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    publisher.publish(&[]);
    pass(Duration::from_mins(5)).await;
    assert_eq!(has(&keys, mint().key.id()).await, Ok(false));
}

#[tokio::test]
async fn while_the_server_cannot_be_reached_the_keys_go_on_for_a_while() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = Arc::new(publisher.keys());
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    publisher.fails();
    pass(Duration::from_mins(5)).await;
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    pass(KEEP_OLD.saturating_sub(SECOND * 5)).await;
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    pass(SECOND * 5).await;
    assert_eq!(has(&keys, mint().key.id()).await, Err(Unavailable));
    publisher.publish(&[&mint().jwk]);
    assert_eq!(has_after_the_pause(&keys, mint().key.id()).await, Ok(true));
}

/// It may be a new one, after the one before was removed in an emergency.
#[tokio::test]
async fn while_the_server_cannot_be_asked_it_is_not_said_that_it_has_no_such_key() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = publisher.keys();
    assert_eq!(has(&keys, "a new one").await, Ok(false));
    publisher.fails();
    pass(PAUSE).await;
    assert_eq!(has(&keys, "a new one").await, Err(Unavailable));
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
}

/// The server accepts the connection and says nothing.
#[tokio::test]
async fn a_server_that_hangs_keeps_nobody_waiting_whose_key_is_known() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = Arc::new(publisher.keys());
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    pass(Duration::from_mins(5)).await;
    publisher.hold();
    let asking = tokio::spawn({
        let keys = Arc::clone(&keys);
        async move { has(&keys, mint().key.id()).await }
    });
    publisher.until_asked(2).await;
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true), "one asks, and nobody waits for that one");
    pass(SECOND).await;
    // The request itself would be given up four seconds later.
    let answer = time::timeout(SECOND * 3, asking).await.expect("nobody waits for the server");
    assert_eq!(answer.expect("runs"), Ok(true));
}

#[tokio::test]
async fn without_any_document_the_keys_are_unavailable_and_the_server_is_not_asked_all_the_time() {
    let publisher = Publisher::start(&[]).await;
    publisher.fails();
    let keys = Arc::new(publisher.keys());
    assert_eq!(has(&keys, mint().key.id()).await, Err(Unavailable));
    for round in 2..5 {
        let both =
            tokio::join!(has_after_the_pause(&keys, mint().key.id()), async { has(&keys, mint().key.id()).await });
        assert_eq!((both, publisher.asked()), ((Err(Unavailable), Err(Unavailable)), round));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let keys = RemoteKeys::new(&format!("http://{nobody}/")).expect("an address");
    assert_eq!(has(&keys, "x").await, Err(Unavailable));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unavailable_after_five_seconds() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    publisher.hold();
    let keys = publisher.keys();
    let asking = tokio::spawn(async move { has(&keys, mint().key.id()).await });
    publisher.until_asked(1).await;
    pass(SECOND * 4).await;
    assert!(!asking.is_finished());
    pass(SECOND * 2).await;
    assert_eq!(asking.await.expect("runs"), Err(Unavailable));
}

#[test]
fn only_an_https_address_or_one_on_this_machine_is_used() {
    for good in [
        "https://auth.example.com/.well-known/jwks.json",
        "https://192.0.2.1/",
        "http://localhost:3000/keys",
        "http://127.0.0.1/",
        "http://127.9.9.9/",
        "http://[::1]:3000/",
        "HTTP://LOCALHOST/",
    ] {
        assert!(RemoteKeys::new(good).is_ok(), "{good}");
    }
    for insecure in [
        "http://auth.example.com/",
        "http://192.0.2.1/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::2]/",
        "http://[2001:db8::1]/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost@example.com/",
        "http://example.com/localhost",
        "http://example.com#localhost",
        "ftp://localhost/",
        "ws://localhost/",
    ] {
        assert!(matches!(RemoteKeys::new(insecure), Err(Unusable::Insecure)), "{insecure}");
    }
    for none in ["", "localhost", "/keys", "file:///etc/passwd", "data:application/json,{}", "https://", "mailto:a@b.c"]
    {
        assert!(matches!(RemoteKeys::new(none), Err(Unusable::Malformed)), "{none}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (publisher, elsewhere) = (Publisher::start(&[]).await, Publisher::start(&[&mint().jwk]).await);
    for status in [301, 302, 303, 307, 308] {
        let status = StatusCode::from_u16(status).expect("a status");
        publisher.says(status, &[(header::LOCATION, &elsewhere.url)], "");
        assert_eq!(has(&publisher.keys(), mint().key.id()).await, Err(Unavailable), "{status}");
    }
    assert_eq!(elsewhere.asked(), 0);
}

#[tokio::test]
async fn only_a_success_is_a_document() {
    let publisher = Publisher::start(&[]).await;
    let good = json!({"keys": [mint().jwk]}).to_string();
    for status in [400, 401, 403, 404, 418, 500, 503] {
        publisher.says(StatusCode::from_u16(status).expect("a status"), &[], &good);
        assert_eq!(has(&publisher.keys(), mint().key.id()).await, Err(Unavailable), "{status}");
    }
}

#[tokio::test]
async fn what_is_no_document_of_keys_is_not_taken() {
    let key = &mint().jwk;
    let long = " ".repeat(64 * 1024);
    for body in [
        String::new(),
        "<html>".into(),
        "null".into(),
        "[]".into(),
        "{}".into(),
        "[[]]".into(),
        key.to_string(),
        json!([key]).to_string(),
        json!({"keys": key}).to_string(),
        json!({"keys": null}).to_string(),
        json!({"keys": "x"}).to_string(),
        json!({"Keys": [key]}).to_string(),
        json!({"keys": [key]}).to_string() + "x",
        format!("{{\"keys\":[{key}]"),
        format!("{{\"keys\":[{key}],\"keys\":[]}}"),
        "[".repeat(60_000),
        format!("{{\"keys\":[{}", "[".repeat(60_000)),
        json!({"keys": [key]}).to_string() + &long,
    ] {
        let publisher = Publisher::start(&[]).await;
        publisher.says(StatusCode::OK, &[], &body);
        let start = &body[..body.len().min(80)];
        assert_eq!(has(&publisher.keys(), mint().key.id()).await, Err(Unavailable), "{start}");
    }
}

/// As long as it may be, it is read.
#[tokio::test]
async fn a_document_has_64_kib_at_most() {
    let publisher = Publisher::start(&[]).await;
    let good = json!({"keys": [mint().jwk]}).to_string();
    publisher.says(StatusCode::OK, &[], &(good.clone() + &" ".repeat(64 * 1024 - good.len())));
    assert_eq!(has(&publisher.keys(), mint().key.id()).await, Ok(true));
}

#[tokio::test]
async fn a_bad_document_does_not_replace_a_good_one() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let keys = publisher.keys();
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
    publisher.says(StatusCode::OK, &[], "{}");
    pass(Duration::from_mins(5)).await;
    assert_eq!(has(&keys, mint().key.id()).await, Ok(true));
}

/// KM-05.
#[tokio::test]
async fn a_document_with_two_keys_of_one_name_is_not_taken() {
    let key = &mint().jwk;
    for keys in [[key, key], [key, &without(key, "kid")]] {
        let keys = Publisher::start(&keys).await.keys();
        assert_eq!(has(&keys, mint().key.id()).await, Err(Unavailable));
    }
}

/// KM-05: a document may hold keys of other kinds, for others or from a later time.
#[tokio::test]
async fn keys_that_are_not_for_us_are_passed_over() {
    let (used_otherwise, good) = (Mint::new(Algorithm::ES256), mint());
    let secret = VerifyingSecret::new();
    let keys = [
        &Value::Null,
        &json!({}),
        &json!("x"),
        &json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "pq", "pub": "AA"}),
        &json!({"kty": "OKP", "crv": "X25519", "x": "AA", "kid": "x"}),
        &with(&used_otherwise.jwk, "use", "enc"),
        &with(&good.jwk, "kid", "another name"),
        &secret.jwk,
        &good.jwk,
    ];
    let keys = Publisher::start(&keys).await.keys();
    assert_eq!(has(&keys, good.key.id()).await, Ok(true));
    for other in ["pq", "x", "another name", used_otherwise.key.id(), &secret.id] {
        assert_eq!(has(&keys, other).await, Ok(false), "{other}");
    }
}

/// A secret, as a careless server might publish it.
struct VerifyingSecret {
    id: String,
    jwk: Value,
}

impl VerifyingSecret {
    fn new() -> Self {
        let id = mints()[0].key.id().to_owned();
        let jwk = json!({"kty": "oct", "k": crate::mint::encode(crate::mint::SECRET), "kid": id, "alg": "HS256", "use": "sig"});
        Self { id, jwk }
    }
}

#[tokio::test]
async fn a_verifier_judges_by_the_keys_of_the_server() {
    let (known, unknown) = (mint(), Mint::new(Algorithm::EdDSA));
    let publisher = Publisher::start(&[&known.jwk]).await;
    let verifier = Verifier::from_jwks(&publisher.url, ISSUER, AUDIENCE).expect("an address");
    assert!(verifier.verify_at(&known.token(), NOW).await.is_ok());
    let refused = async |token: &str, now| match tokio::join!(verifier.verify_at(token, now), pass(PAUSE)).0 {
        Err(VerifyError::Refused(refusal)) => Some(refusal),
        _ => None,
    };
    assert_eq!(refused(&unknown.token(), NOW).await, Some(Refusal::Invalid));
    assert_eq!(refused(&mints()[0].token(), NOW).await, Some(Refusal::Invalid), "a secret is not published");
    assert_eq!(refused(&known.token(), NOW + 900).await, Some(Refusal::Expired));
    assert_eq!(publisher.asked(), 3, "at the first token, and for each name that it did not know");
}

/// What has no form of a token costs the server nothing.
#[tokio::test]
async fn junk_makes_nobody_ask() {
    let publisher = Publisher::start(&[&mint().jwk]).await;
    let verifier = Verifier::from_jwks(&publisher.url, ISSUER, AUDIENCE).expect("an address");
    let with_header = mint().sign(&with(&mint().header(), "jku", "https://evil.example"), &json!({}));
    for junk in ["", "x", "a.b.c", &"A".repeat(5000), &with_header] {
        assert!(verifier.verify_at(junk, NOW).await.is_err());
    }
    assert_eq!(publisher.asked(), 0);
}
