//! What an operator reads of what happens, as it happens.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{EMAIL, HTTPS, PASSWORD, Person, program::Program};

/// A server that logs JSON and nothing below what is logged by default.
fn server(folder: &tempfile::TempDir, settings: &[(&str, &str)]) -> Program {
    Program::start(folder.path(), &[&[("LOG_FORMAT", "json")], settings].concat())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The lines about security, in their order.
fn security(log: &str) -> Vec<Value> {
    let lines =
        log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    lines.filter(|line| line["target"] == "sessionkeep::security").collect()
}

fn names(lines: &[Value]) -> Vec<(&str, &str)> {
    lines
        .iter()
        .map(|line| (line["event"].as_str().unwrap_or_default(), line["kind"].as_str().unwrap_or_default()))
        .collect()
}

/// LG-01: a sign-out from another device has two places as a theft has, and is none.
#[cfg(unix)]
#[tokio::test]
async fn a_sign_out_from_another_device_is_logged_with_that_device_and_no_alarm() {
    let folder = folder();
    let server = server(&folder, &[]);
    let mut phone = Person::at(&server.url).header("sec-fetch-site", "same-origin").header("user-agent", "phone/1");
    phone.register().await;
    let mut laptop = phone.copy().header("user-agent", "laptop/1");
    server.advance(1).await;
    laptop.login().await;
    assert_eq!(laptop.delete(&format!("/api/sessions/{}", phone.session_id())).await.status, 204);

    let (_, log) = server.stop("-TERM");
    let line = security(&log).into_iter().find(|line| line["kind"] == "session_ended").expect("a line");
    let of = |name: &str| line[name].as_str().unwrap_or_default();
    assert_eq!((of("level"), of("message")), ("INFO", "done"), "{line}");
    assert_eq!((of("user_agent"), of("other_user_agent")), ("laptop/1", "phone/1"), "{line}");
}

/// LG-01: what happens, from a sign-up to a theft, and what is tried.
#[cfg(unix)]
#[tokio::test]
async fn what_happens_is_logged_in_the_words_of_the_vocabulary() {
    let folder = folder();
    let server = server(&folder, &[]);
    let mut ada = Person::at(&server.url).header("sec-fetch-site", "same-origin").attempt("a");
    ada = ada.header("user-agent", "Ada's/1");
    ada.register().await;
    let user = ada.me().await.body["id"].as_str().expect("an id").to_owned();
    ada.post("/api/auth/login", json!({"email": EMAIL, "password": "another password"})).await;
    ada.post("/api/auth/login", json!({"email": "nobody@example.com", "password": PASSWORD})).await;
    ada.copy().header("sec-fetch-site", "cross-site").login().await;
    ada.get("/api/admin/users").await;
    ada.me_with("Bearer forged").await;
    let mut forger = ada.copy();
    forger.cookie = Some("for.ged.x".to_owned());
    forger.refresh().await;
    ada.copy().login().await;
    ada.delete("/api/sessions").await;
    ada.change_password("another password", "a new quiet river").await;
    ada.change_password(PASSWORD, "a new quiet river").await;
    server.advance(100).await;
    let mut thief = ada.copy().attempt("thief");
    let mut again = ada.copy();
    ada.refresh().await;
    again.refresh().await;
    ada.me().await;
    server.advance(100).await;
    ada = ada.attempt("b");
    ada.refresh().await;
    thief.refresh().await;
    ada.post("/api/auth/login", json!({"email": EMAIL, "password": "a new quiet river"})).await;
    ada.logout().await;

    let (_, log) = server.stop("-TERM");
    let lines = security(&log);
    assert_eq!(
        names(&lines),
        [
            ("user_created", "user_created"),
            ("authn_login_success", "authn_login_success"),
            ("authn_token_created", ""),
            ("authn_login_fail", "authn_login_fail"),
            ("authn_login_fail", "authn_login_fail"),
            ("malicious_csrf", "CSRF_REJECTED"),
            ("authz_fail", "FORBIDDEN"),
            ("authz_fail", "TOKEN_INVALID"),
            ("authz_fail", "REFRESH_INVALID"),
            ("authn_login_success", "authn_login_success"),
            ("authn_token_created", ""),
            ("authz_fail", "PASSWORD_REQUIRED"),
            ("authn_password_change_fail", "authn_password_confirmation_fail"),
            ("authn_password_change", "authn_password_change"),
            ("authn_token_created", ""),
            ("authn_token_revoked", ""),
            ("authn_token_created", ""),
            ("refresh_retry", "refresh_repeated"),
            ("authn_token_created", ""),
            ("authn_token_reuse", "authn_token_reuse"),
            ("authn_token_revoked", ""),
            ("authn_login_success", "authn_login_success"),
            ("authn_token_created", ""),
            ("authn_token_delete", "session_signed_out"),
            ("authn_token_revoked", ""),
        ]
    );
    let mut requests = HashSet::new();
    for line in &lines {
        let of = |name: &str| line[name].as_str().unwrap_or_default();
        assert!(of("timestamp").ends_with('Z'), "{line}");
        let request = line["span"]["id"].as_str().expect("a request id");
        requests.insert(request.to_owned());
        if of("event") == "authn_token_revoked" {
            assert!(line["sessions"].as_u64() >= Some(1), "{line}");
            continue;
        }
        assert_eq!((of("ip"), of("user_agent")), ("127.0.0.1", "Ada's/1"), "{line}");
        let nobody_knows = ["CSRF_REJECTED", "TOKEN_INVALID", "REFRESH_INVALID"].contains(&of("kind"));
        let of_nobody = of("event") == "authn_login_fail" && line["user_id"].is_null();
        assert!(nobody_knows || of_nobody || of("user_id") == user, "{line}");
        let of_a_session = !nobody_knows && !["user_created", "authn_login_fail"].contains(&of("event"));
        assert_eq!(of("session").len(), if of_a_session { 24 } else { 0 }, "{line}");
    }
    assert_eq!(requests.len(), 17, "each line names its request");
    let reuse = lines.iter().find(|line| line["event"] == "authn_token_reuse").expect("it was caught");
    assert_eq!((&reuse["other_ip"], &reuse["level"]), (&json!("127.0.0.1"), &json!("ERROR")));
    assert!(!log.contains(EMAIL), "no email address is logged");
    let all: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for event in ["sys_startup", "sys_shutdown"] {
        assert_eq!(all.iter().filter(|line| line["event"] == event).count(), 1, "{event}");
    }
}

/// LG-01: of whoever guesses, whence.
#[cfg(unix)]
#[tokio::test]
async fn a_row_of_wrong_passwords_is_logged_and_that_its_end_is_refused() {
    let folder = folder();
    let server = server(&folder, &[]);
    Person::at(&server.url).register().await;
    let mut mallory = Person::at(&server.url).header("user-agent", "Mallory/1");
    for (wait, status) in [(0, 401), (0, 401), (0, 401), (0, 401), (0, 401), (1, 401), (0, 429)] {
        server.advance(wait).await;
        let wrong = json!({"email": EMAIL, "password": "a wrong one"});
        assert_eq!(mallory.post("/api/auth/login", wrong).await.status, status);
    }
    let (_, log) = server.stop("-TERM");
    let mut lines = security(&log);
    lines.retain(|line| line["user_agent"] == "Mallory/1");
    let failed = ("authn_login_fail", "authn_login_fail");
    let often = ("authn_login_fail_max", "authn_login_fail_max");
    let refused = ("excess_rate_limit_exceeded", "RATE_LIMITED");
    assert_eq!(names(&lines), [failed, failed, failed, failed, often, failed, refused]);
    let requests: HashSet<_> = lines.iter().map(|line| line["span"]["id"].as_str().expect("a request id")).collect();
    assert_eq!(requests.len(), 7, "each line names its request");
    assert!(lines.iter().all(|line| line["ip"] == "127.0.0.1" && line["level"] == "WARN"), "{lines:?}");
}

/// LG-03: a client writes what it likes, and is quoted.
#[cfg(unix)]
#[tokio::test]
async fn what_a_client_sends_is_one_value_in_one_line() {
    let agent = "x\",\"event\":\"authn_login_success\",\"y\":\"\u{85}{\"event\":\"forged\"}\u{9b}2J\u{2028}";
    let email = "x\r\n{\"event\":\"forged\"}\u{1b}[31m@example.com";
    for format in ["json", "pretty"] {
        let folder = folder();
        let server = Program::start(folder.path(), &[("LOG_FORMAT", format), ("RUST_LOG", "trace")]);
        let mut mallory = Person::at(&server.url);
        let header = reqwest::header::HeaderValue::from_bytes(agent.as_bytes()).expect("a value");
        let request = mallory.request(Method::POST, "/api/auth/login").header("user-agent", header);
        request.json(&json!({"email": email, "password": email})).send().await.expect("sent");
        mallory.post("/api/auth/register", json!({"email": email, "password": email})).await;
        mallory.post("/test/panic", Value::Null).await;
        let (_, log) = server.stop("-TERM");
        assert!(!log.contains(['\r', '\u{1b}', '\u{85}', '\u{9b}', '\u{2028}']), "{log}");
        assert!(log.lines().any(|line| line.contains("a thread panicked")), "{log}");
        let mut failed = 0;
        for line in log.lines() {
            assert!(!line.starts_with("{\"event\""), "{line}");
            if format == "json" {
                let line: Value = serde_json::from_str(line).expect("JSON");
                if line["event"] == "authn_login_fail" {
                    assert_eq!(line["user_agent"], agent);
                    failed += 1;
                }
                assert_ne!(line["event"], "forged");
                assert_ne!(line["event"], "authn_login_success");
            } else if line.contains("authn_login_fail") {
                assert!(line.starts_with("20"), "each line begins with its time: {line}");
                failed += 1;
            }
        }
        assert!(failed >= 1, "{log}");
    }
}

/// LG-01: of a cookie whose name only looks like one of ours, whence it came, and nothing of what it holds.
#[cfg(unix)]
#[tokio::test]
async fn a_look_alike_of_a_cookie_is_logged_without_its_value() {
    let folder = folder();
    let server = server(&folder, &HTTPS);
    let mut victim = Person::at(&server.url).header("user-agent", "Ada's/1");
    victim.cookie = Some("x; \u{2000}__Secure-refreshToken=canary".to_owned());
    assert_eq!(victim.refresh().await.outcome(), (401, "REFRESH_MISSING"));
    let (_, log) = server.stop("-TERM");
    let lines = security(&log);
    assert_eq!(names(&lines), [("malicious_extraneous", "cookie_look_alike")]);
    assert_eq!((&lines[0]["ip"], &lines[0]["user_agent"]), (&json!("127.0.0.1"), &json!("Ada's/1")));
    assert!(lines[0]["level"] == "WARN" && !log.contains("canary"), "{log}");
}
