//! What an operator watches: LG-04, and that nobody else sees it (CF-05).

use std::{collections::HashSet, net::TcpListener};

use reqwest::Method;
use server::metrics::table::{Kind, METRICS};

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp, program};

const REFRESHES: &str = "sessionkeep_refreshes_total";
const REQUESTS: &str = "sessionkeep_http_requests_total";

async fn ada(app: &TestApp) -> Person {
    let mut ada = app.browser();
    assert_eq!(ada.register().await.status, 201);
    ada
}

#[track_caller]
fn assert_is(value: f64, expected: u32) {
    assert!((value - f64::from(expected)).abs() < 0.001, "{value} is not {expected}");
}

/// LG-04: each cause has a counter of its own.
#[tokio::test]
async fn a_refresh_is_counted_by_what_became_of_it() {
    let app = TestApp::start().await;
    let mut ada = ada(&app).await;
    let mut thief = ada.copy().attempt("thief");
    let mut expected: Vec<&str> = vec![];
    let mut refresh = async |person: &mut Person, attempt: &str, outcome: &'static str| {
        *person = person.copy().attempt(attempt);
        person.refresh().await;
        expected.push(outcome);
    };
    refresh(&mut ada, "a", "rotated").await;
    refresh(&mut ada, "quiet", "quiet").await;
    app.advance(100).await;
    let before = ada.copy();
    refresh(&mut ada, "b", "rotated").await;
    refresh(&mut before.copy(), "b", "repeated").await;
    refresh(&mut before.copy(), "c", "answer_lost").await;
    app.advance(120).await;
    refresh(&mut before.copy(), "d", "superseded").await;
    refresh(&mut app.browser(), "e", "missing").await;
    let mut forger = ada.copy();
    forger.cookie = Some("x".to_owned());
    refresh(&mut forger, "f", "invalid").await;
    refresh(&mut ada.copy().header("sec-fetch-site", "cross-site"), "g", "csrf").await;
    refresh(&mut ada.copy(), &"x".repeat(65), "malformed").await;
    app.store_down(true).await;
    refresh(&mut ada.copy(), "h", "unavailable").await;
    app.store_down(false).await;
    let mut other = app.browser();
    other.login().await;
    let mut copy = other.copy();
    app.advance(100).await;
    refresh(&mut other, "i", "rotated").await;
    other.me().await;
    refresh(&mut copy, "j", "reused").await;
    refresh(&mut other, "k", "revoked").await;
    app.advance(8 * 24 * 3600).await;
    refresh(&mut thief, "l", "expired").await;
    let mut counted = vec![];
    let text = app.metrics().await.text;
    for line in text.lines().filter_map(|line| line.strip_prefix(REFRESHES)) {
        let (outcome, times) = line.trim_start_matches(r#"{outcome=""#).split_once(r#""} "#).expect("a series");
        counted.extend(vec![outcome; times.parse().expect("a number")]);
    }
    counted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn a_sign_in_and_a_hash_are_counted_by_what_became_of_them() {
    let app = TestApp::start().await;
    let mut ada = ada(&app).await;
    ada.login().await;
    ada.post("/api/auth/login", serde_json::json!({"email": EMAIL, "password": "another password"})).await;
    let logins =
        async |outcome: &str| app.metric("sessionkeep_logins_total", &[&format!(r#"outcome="{outcome}""#)]).await;
    assert_is(logins("succeeded").await, 1);
    assert_is(logins("invalid_credentials").await, 1);
    // The rules for the new password, its hash, and two comparisons.
    assert_is(app.metric("sessionkeep_password_hash_duration_seconds_count", &[]).await, 4);
    assert_is(app.metric("sessionkeep_password_hash_refused_total", &[]).await, 0);
}

/// Whatever a client sends, the number of series does not grow with it.
#[tokio::test]
async fn no_label_holds_what_a_client_sent() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let request = async |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Answer::of(ada.request(method, path).header("user-agent", "canary-agent").send().await.expect("sent")).await
    };
    request("GET", "/api/canary-path?canary-query").await;
    request("GET", "/canary-page").await;
    request("CANARY", "/api/me").await;
    request("DELETE", "/api/sessions/canary-id").await;
    let text = app.metrics().await.text;
    for sent in ["canary", "CANARY", EMAIL, PASSWORD, "127.0.0.1"] {
        assert!(!text.contains(sent), "{sent} is in {text}");
    }
    assert_is(app.metric(REQUESTS, &[r#"method="other""#]).await, 1);
    assert_is(app.metric(REQUESTS, &[r#"route="/api/sessions/{id}""#, r#"status="401""#]).await, 1);
    assert_is(app.metric(REQUESTS, &[r#"route="/api/{*rest}""#, r#"code="NOT_FOUND""#]).await, 1);
}

#[tokio::test]
async fn every_metric_of_the_table_is_told_and_no_other() {
    let app = TestApp::start().await;
    ada(&app).await;
    let answer = app.metrics().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let told: HashSet<(&str, &str)> =
        (answer.text.lines()).filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    for metric in METRICS {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        assert!(!metric.always || told.contains(&(metric.name, kind)), "{} is not told", metric.name);
        assert!(answer.text.contains(&format!("# HELP {} ", metric.name)) || !metric.always, "{}", metric.name);
    }
    for (name, _) in &told {
        assert!(METRICS.iter().any(|metric| metric.name == *name), "{name} is not in the table");
    }
    let numbers = ["sessionkeep_revocation_feed_age_seconds", "sessionkeep_database_connections_max"];
    for name in numbers {
        let value = app.metric(name, &[]).await;
        assert!(value.is_finite() && value >= 0.0, "{name} is {value}");
    }
    #[cfg(target_os = "linux")]
    assert!(app.metric("process_resident_memory_bytes", &[]).await > 1_000_000.0);
}

/// CF-05: on the address that everybody reaches there are no metrics, no version and no detail.
#[tokio::test]
async fn nobody_who_reaches_the_product_reaches_its_metrics() {
    let app = TestApp::start().await;
    let get = async |path: &str| Answer::of(reqwest::get(format!("{}{path}", app.url)).await.expect("sent")).await;
    assert_eq!(get("/metrics").await.outcome(), (404, "NOT_FOUND"));
    for path in ["/healthz", "/readyz"] {
        let answer = get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ok"}"#));
        for name in ["server", "x-powered-by", "via"] {
            assert!(!answer.headers.contains_key(name), "{name}");
        }
        for value in answer.headers.values() {
            assert!(!value.to_str().expect("text").contains(env!("CARGO_PKG_VERSION")), "{value:?}");
        }
    }
    app.store_down(true).await;
    let answer = get("/readyz").await;
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"));
    assert!(!answer.text.contains("test") && !answer.text.contains("sqlite"), "{}", answer.text);
}

#[tokio::test]
async fn without_the_store_metrics_are_told_all_the_same() {
    let app = TestApp::start().await;
    app.store_down(true).await;
    ada_is_refused(&app).await;
    assert_is(app.metric(REQUESTS, &[r#"status="503""#, r#"code="UNAVAILABLE""#]).await, 1);
}

async fn ada_is_refused(app: &TestApp) {
    assert_eq!(app.browser().login().await.status, 503);
}

#[test]
fn an_occupied_port_for_metrics_is_one_line_and_the_database_is_not_touched() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let output = program::output(folder.path(), &["--bind-addr", "127.0.0.1:0"], &[("METRICS_ADDR", &address)]);
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stderr).expect("text");
    assert!(line.starts_with("sessionkeep: METRICS_ADDR: cannot listen on ") && line.lines().count() == 1, "{line}");
    assert!(!folder.path().join("data/sessionkeep.db").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn port_0_prints_where_the_metrics_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = program::Program::start(folder.path(), &[("METRICS_ADDR", "127.0.0.1:0")]);
    let text = server.metrics().await;
    assert!(text.contains("sessionkeep_build_info{version="), "{text}");
    // A stop is not kept waiting by whoever watches.
    assert_eq!(server.stop("-TERM").0, Some(0));
}
