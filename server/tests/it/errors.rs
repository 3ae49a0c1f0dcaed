use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Answer, TestApp};

/// ER-01.
#[tokio::test]
async fn every_refusal_has_the_contracts_body_and_no_word_of_a_library() {
    let app = TestApp::start().await;
    let post = |path: &str, body: &'static str| {
        app.direct().request(Method::POST, path).header("content-type", "application/json").body(body)
    };
    let deep: &'static str = Box::leak(format!(r#"{{"unknown":{}"#, "[".repeat(10_000)).into_boxed_str());
    let large: &'static str = Box::leak("x".repeat(17_000).into_boxed_str());
    for (request, status, code) in [
        (app.direct().request(Method::GET, "/api/nothing"), 404, "NOT_FOUND"),
        (app.direct().request(Method::GET, "/api"), 404, "NOT_FOUND"),
        (app.direct().request(Method::GET, "/api/me/x.css"), 404, "NOT_FOUND"),
        (app.direct().request(Method::GET, "/nothing"), 404, "NOT_FOUND"),
        (app.direct().request(Method::GET, "/api/auth/login"), 405, "METHOD_NOT_ALLOWED"),
        (app.direct().request(Method::from_bytes(b"BREW").expect("a method"), "/api/me"), 405, "METHOD_NOT_ALLOWED"),
        (post("/api/auth/login", ""), 400, "MALFORMED_REQUEST"),
        (post("/api/auth/login", "{"), 400, "MALFORMED_REQUEST"),
        (post("/api/auth/login", "{} {}"), 422, "VALIDATION_FAILED"),
        (post("/api/auth/login", r#"{"email":"a","password":"b"} x"#), 400, "MALFORMED_REQUEST"),
        (post("/api/auth/login", deep), 400, "MALFORMED_REQUEST"),
        (post("/api/auth/login", "[]"), 422, "VALIDATION_FAILED"),
        (post("/api/auth/login", r#"["a@b.c", "password", true]"#), 422, "VALIDATION_FAILED"),
        (post("/api/auth/login", r#"{"email":"a","password":1}"#), 422, "VALIDATION_FAILED"),
        (post("/api/auth/login", r#"{"email":"a","email":"b","password":"c"}"#), 422, "VALIDATION_FAILED"),
        (post("/api/auth/login", large), 413, "PAYLOAD_TOO_LARGE"),
        (app.direct().request(Method::POST, "/test/panic"), 500, "INTERNAL"),
    ] {
        let what = format!("{request:?}");
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (status, code), "{what}: {}", answer.text);
        assert_eq!(answer.body["requestId"], answer.header("x-request-id"), "{what}");
        assert_eq!(answer.header("content-type"), "application/json");
        let sentence = answer.body["error"].as_str().expect("a sentence");
        assert!(!["serde", "axum", "line ", "column", "sql", "expected"].iter().any(|word| sentence.contains(word)));
    }
    assert_eq!(app.direct().register().await.status, 201, "and the process lives on");
}

#[tokio::test]
async fn a_refusal_speaks_the_language_that_the_request_prefers() {
    let app = TestApp::start().await;
    let person = json!({"email": "ada\u{200b}@example.com", "displayName": "\u{301}Ada", "password": "x".repeat(257)});
    for (accepted, language, error, password) in [
        ("", "en", "Check the marked fields.", "Use 256 characters or fewer; this has 257."),
        (
            "de, it-CH;q=0.5, en;q=0.2",
            "it",
            "Controlla i campi segnalati.",
            "Usa al massimo 256 caratteri; finora: 257.",
        ),
    ] {
        let answer = app.direct().header("accept-language", accepted).post("/api/auth/register", person.clone()).await;
        assert_eq!(answer.outcome(), (422, "VALIDATION_FAILED"));
        assert_eq!((answer.header("content-language"), &answer.body["error"]), (language, &json!(error)));
        assert_eq!(answer.body["fields"]["password"], password);
        assert_eq!(answer.body["fields"].as_object().map(serde_json::Map::len), Some(3));
        assert!(answer.header("vary").contains("accept-language"));
    }
}

/// ER-02
#[tokio::test]
async fn after_a_hundred_panics_everybody_is_served() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for _ in 0..100 {
        let answer = Answer::of(ada.request(Method::POST, "/test/panic").send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (500, "INTERNAL"));
    }
    assert_eq!((ada.me().await.status, ada.refresh().await.status), (200, 200));
}

#[tokio::test]
async fn a_request_id_is_ours_and_never_the_clients() {
    let app = TestApp::start().await;
    let mine = app.direct().header("x-request-id", "mine");
    let answer = Answer::of(mine.request(Method::GET, "/healthz").send().await.expect("sent")).await;
    assert_eq!(answer.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn what_is_no_http_gets_an_answer_and_the_server_goes_on() {
    let app = TestApp::start().await;
    let address = app.url.trim_start_matches("http://");
    for junk in ["\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"] {
        let mut connection = TcpStream::connect(address).await.expect("connects");
        connection.write_all(junk.as_bytes()).await.expect("sent");
        connection.shutdown().await.expect("half closed");
        let mut answer = String::new();
        let _until_closed = connection.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let many = "x-header: y\r\n".repeat(200);
    let mut connection = TcpStream::connect(address).await.expect("connects");
    connection
        .write_all(format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{many}\r\n").as_bytes())
        .await
        .expect("sent");
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 431");
    assert_eq!(app.direct().register().await.status, 201);
}
