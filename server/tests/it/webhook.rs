//! Who wants to hear of thefts hears of them, and nobody who refreshes waits for that.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, Uri, header},
    response::IntoResponse as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

use crate::support::{Person, TestApp};

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Hears what is told.
#[derive(Clone, Default)]
struct Receiver {
    heard: Arc<Mutex<Vec<(Uri, HeaderMap, Bytes)>>>,
    asked: Arc<AtomicUsize>,
}

impl Receiver {
    /// Answers with these, and then takes everything. Its address comes second. `None`: it never answers.
    async fn start(answers: &'static [Option<StatusCode>]) -> (Self, String) {
        let (receiver, listener) = (Self::default(), TcpListener::bind("127.0.0.1:0").await.expect("a port"));
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let hearing = receiver.clone();
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            hearing.heard.lock().expect("not poisoned").push((uri, headers, body));
            match answers.get(hearing.asked.fetch_add(1, SeqCst)).copied().unwrap_or(Some(StatusCode::NO_CONTENT)) {
                Some(status) => (status, [(header::LOCATION, "/elsewhere")]).into_response(),
                None => std::future::pending().await,
            }
        });
        tokio::spawn(async { axum::serve(listener, router).await });
        (receiver, url)
    }

    fn heard(&self) -> Vec<(Uri, HeaderMap, Bytes)> {
        self.heard.lock().expect("not poisoned").clone()
    }
}

async fn app(url: &str) -> TestApp {
    TestApp::with(&[("ALERT_WEBHOOK_URL", url), ("ALERT_WEBHOOK_SECRET", &format!("whsec_{SECRET}"))]).await
}

/// Ada, and somebody who has what she had two refreshes ago.
async fn stolen(app: &TestApp) -> (Person, Person) {
    let mut ada = app.direct().header("user-agent", "Ada/1");
    ada.register().await;
    let thief = ada.copy().header("user-agent", "Mallory/1");
    ada.refresh().await;
    ada.refresh().await;
    (ada, thief)
}

/// Ada's session is stolen, and the theft is noticed.
async fn theft(app: &TestApp) -> Person {
    let (ada, mut thief) = stolen(app).await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    ada
}

async fn told(app: &TestApp, outcome: &str) -> f64 {
    app.metric("sessionkeep_alert_webhooks_total", &[&format!(r#"outcome="{outcome}""#)]).await
}

#[track_caller]
fn assert_signed(headers: &HeaderMap, body: &[u8]) {
    let header = |name: &str| headers[name].to_str().expect("text");
    let signed = [format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes(), body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(SECRET).expect("base64"));
    let signature = header("webhook-signature").strip_prefix("v1,").expect("version 1");
    hmac::verify(&key, &signed, &STANDARD.decode(signature).expect("base64")).expect("it is signed");
}

#[tokio::test]
async fn a_theft_is_told_once_and_signed_with_both_sides() {
    let (receiver, url) = Receiver::start(&[]).await;
    let app = app(&url).await;
    let ada = theft(&app).await;
    app.until(async || told(&app, "delivered").await > 0.0).await;
    // A sign-in, a refresh and a refusal afterwards are no thefts.
    assert_eq!(ada.copy().refresh().await.outcome(), (403, "SESSION_REVOKED"));
    ada.copy().login().await;
    let heard = receiver.heard();
    let [(uri, headers, body)] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!((uri.path(), &headers["content-type"]), ("/hook", &"application/json".parse().expect("a value")));
    assert_signed(headers, body);
    let message: Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(message["type"], "authn_token_reuse");
    assert!(message["timestamp"].as_str().expect("a time").ends_with('Z'));
    let data = &message["data"];
    assert_eq!((&data["origin"]["userAgent"], &data["other"]["userAgent"]), (&"Mallory/1".into(), &"Ada/1".into()));
    assert_eq!((&data["origin"]["ip"], &data["other"]["ip"]), (&"127.0.0.1".into(), &"127.0.0.1".into()));
    let reuse =
        app.events().await.into_iter().find(|event| event.kind.as_str() == "authn_token_reuse").expect("stored");
    assert_eq!(data["userId"], reuse.user_id.expect("somebody").as_str());
    assert_eq!(data["sessionId"], reuse.session_id.expect("a session").as_str());
}

#[tokio::test]
async fn who_does_not_take_it_is_told_again_and_is_not_followed_elsewhere() {
    let (receiver, url) = Receiver::start(&[Some(StatusCode::TEMPORARY_REDIRECT)]).await;
    let app = app(&url).await;
    theft(&app).await;
    app.until(async || told(&app, "delivered").await > 0.0).await;
    let heard = receiver.heard();
    assert_eq!(heard.iter().map(|(uri, ..)| uri.path()).collect::<Vec<_>>(), ["/hook", "/hook"]);
    assert_eq!(heard[0].1["webhook-id"], heard[1].1["webhook-id"], "the receiver can tell that it is the same");
    assert_signed(&heard[1].1, &heard[1].2);
}

#[tokio::test]
async fn nobody_waits_for_a_receiver_that_never_answers() {
    let (receiver, url) = Receiver::start(&[None, None, None, None]).await;
    let mut app = app(&url).await;
    let mut ada = theft(&app).await;
    app.until(async || app.metrics().await.status == 200 && !receiver.heard().is_empty()).await;
    assert_eq!(ada.login().await.status, 200);
    assert_eq!(ada.refresh().await.status, 200);
    // A server that stops does not wait long for it, either.
    tokio::time::timeout(std::time::Duration::from_secs(8), app.stop()).await.expect("it stops");
}

#[tokio::test]
async fn without_a_receiver_that_can_be_reached_the_theft_is_caught_all_the_same() {
    let app = app("http://127.0.0.1:1/nobody").await;
    let ada = theft(&app).await;
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

async fn thefts(app: &TestApp) -> f64 {
    app.metric("sessionkeep_security_events_total", &[r#"event="authn_token_reuse""#]).await
}

/// A thief cannot keep it quiet by hanging up before the answer.
#[tokio::test]
async fn a_theft_whose_thief_does_not_wait_for_the_answer_is_counted_and_told() {
    let (receiver, url) = Receiver::start(&[]).await;
    let app = app(&url).await;
    let (ada, thief) = stolen(&app).await;
    let address = app.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.expect("connects");
    let request = format!(
        "POST /api/auth/refresh HTTP/1.1\r\nhost: localhost\r\nx-requested-by: test\r\ncontent-length: 0\r\ncookie: refreshToken={}\r\n\r\n",
        thief.cookie.expect("a cookie")
    );
    app.hold_commits(true).await;
    connection.write_all(request.as_bytes()).await.expect("sent");
    app.commit_is_held().await;
    drop(connection);
    // It has read that nobody is there any more before it reads this.
    for _ in 0..3 {
        app.commit_is_held().await;
    }
    assert_eq!((thefts(&app).await, receiver.heard().len()), (0.0, 0), "nothing is committed yet");
    app.hold_commits(false).await;
    app.until(async || told(&app, "delivered").await > 0.0).await;
    assert_eq!((thefts(&app).await, receiver.heard().len()), (1.0, 1));
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

/// The instance that commits a theft tells of it, however many see it, or hear of it.
#[tokio::test]
async fn of_several_instances_one_tells() {
    let (receiver, url) = Receiver::start(&[]).await;
    let one = app(&url).await;
    let two = one.beside().await;
    let (ada, mut thief) = stolen(&one).await;
    let (mut accomplice, mut there) = (thief.copy(), ada.copy());
    for person in [&mut accomplice, &mut there] {
        person.url.clone_from(&two.url);
    }
    let (first, second) = tokio::join!(thief.refresh(), accomplice.refresh());
    let mut outcomes = [first.outcome(), second.outcome()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(403, "REFRESH_REUSED"), (403, "SESSION_REVOKED")]);
    let delivered = async || told(&one, "delivered").await + told(&two, "delivered").await;
    one.until(async || delivered().await > 0.0).await;
    for (app, person) in [(&one, &ada), (&two, &there)] {
        app.until(async || person.me().await.outcome() == (403, "TOKEN_REVOKED")).await;
    }
    assert_eq!((delivered().await, thefts(&one).await + thefts(&two).await, receiver.heard().len()), (1.0, 1.0, 1));
}
