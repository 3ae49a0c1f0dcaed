//! Traces, in builds that have them.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, http::Uri};
use tokio::net::TcpListener;

use crate::support::{PASSWORD, Person, program::Program};

const TRACE: [u8; 16] = *b"canary-trace-id!";

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// LG-02 for traces; and what a stop has to send is sent.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_traced_without_what_they_hold_and_a_stop_sends_the_last() {
    let taken: Arc<Mutex<Vec<(Uri, Bytes)>>> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let collector = format!("http://{}", listener.local_addr().expect("an address"));
    let taking = Arc::clone(&taken);
    let router = Router::new().fallback(move |uri: Uri, body: Bytes| async move {
        taking.lock().expect("not poisoned").push((uri, body));
    });
    tokio::spawn(async { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str()), ("RUST_LOG", "trace")];
    let server = Program::start(folder.path(), &settings);
    let hex = format!("{:032x}", u128::from_be_bytes(TRACE));
    let mut ada = Person::at(&server.url)
        .header("user-agent", "canary-agent")
        .header("traceparent", &format!("00-{hex}-00f067aa0ba902b7-01"));
    ada.register().await;
    ada.me().await;
    let mut thief = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    thief.refresh().await;
    ada.get("/api/me?canary-query").await;
    let (status, log) = server.stop("-TERM");
    assert_eq!(status, Some(0), "{log}");

    let taken = taken.lock().expect("not poisoned").clone();
    assert!(!taken.is_empty(), "nothing was sent: {log}");
    assert!(taken.iter().all(|(uri, _)| uri.path() == "/v1/traces"));
    let sent: Vec<u8> = taken.iter().flat_map(|(_, body)| body.to_vec()).collect();
    for told in ["sessionkeep", "request", "/api/me", "/api/auth/refresh", "status"] {
        assert!(holds(&sent, told.as_bytes()), "{told} is not told");
    }
    let mut secrets =
        vec![PASSWORD.to_owned(), "canary".to_owned(), "ada@example.com".to_owned(), "127.0.0.1".to_owned()];
    secrets.extend([ada.cookie, ada.access_token, thief.cookie].into_iter().flatten());
    for secret in secrets {
        let part = if secret.starts_with("eyJ") { secret.rsplit('.').next().expect("a signature") } else { &secret };
        assert!(!holds(&sent, part.as_bytes()), "the traces hold {part}");
    }
    assert!(!holds(&sent, &TRACE), "a stranger does not choose the trace");
}
