//! `/api/csp-report`: DS-08, LG-03.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Person, TestApp, program::Program};

const VIOLATIONS: &str = "sessionkeep_csp_violations_total";

async fn report(person: &Person, kind: &str, body: String) -> u16 {
    let request = person.request(Method::POST, "/api/csp-report").header("content-type", kind).body(body);
    let answer = Answer::of(request.send().await.expect("sent")).await;
    assert!(answer.status != 204 || answer.text.is_empty());
    answer.status
}

fn violation(page: &str, directive: &str, blocked: &str) -> String {
    json!({"csp-report": {"document-uri": page, "effective-directive": directive, "blocked-uri": blocked}}).to_string()
}

/// DS-08
#[tokio::test]
async fn whatever_a_report_says_it_has_arrived_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let (browser, before) = (app.browser(), app.questions().await);
    for (kind, body, status) in [
        ("application/csp-report", violation("http://localhost:3000/", "img-src", "inline"), 204),
        ("application/reports+json; charset=utf-8", "[]".to_owned(), 204),
        ("application/csp-report", String::new(), 204),
        ("application/csp-report", "\u{0}{\"csp".to_owned(), 204),
        ("application/reports+json", "[".repeat(16_000), 204),
        ("application/csp-report", "x".repeat(17_000), 413),
        ("application/json", "{}".to_owned(), 415),
        ("text/plain", "{}".to_owned(), 415),
    ] {
        assert_eq!(
            report(&browser, kind, body.clone()).await,
            status,
            "{kind} {}",
            body.chars().take(40).collect::<String>()
        );
    }
    for number in 0..300 {
        let body = violation("http://localhost:3000/account", "canary", &format!("https://x{number}.example/canary"));
        assert_eq!(report(&browser, "application/csp-report", body).await, 204);
    }
    assert_eq!(app.questions().await, before, "the store is never asked");
    assert!((app.metric(VIOLATIONS, &[r#"directive="other""#]).await - 300.0).abs() < 0.1);
    assert!((app.metric(VIOLATIONS, &[r#"directive="img-src""#]).await - 1.0).abs() < 0.1);
    assert!(!app.metrics().await.text.contains("canary"));
}

/// DS-08, LG-03
#[cfg(unix)]
#[tokio::test]
async fn a_flood_is_a_few_lines_and_none_of_them_is_forged() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[("LOG_FORMAT", "json")]);
    let browser = Person::at(&server.url);
    // Its origin is what it was told, which is not where it listens.
    let origin = "http://localhost:3000";
    for number in 0..200 {
        let page = format!("{origin}/{number}\"}}\n{{\"event\":\"forged\"}}\u{2028}?canary#canary");
        report(&browser, "application/csp-report", violation(&page, "canary\n", "https://evil.example/canary")).await;
        report(&browser, "application/csp-report", violation("https://evil.example/", "img-src", "inline")).await;
    }
    let (_, log) = server.stop("-TERM");
    assert!(!log.contains("canary") && !log.contains("https://evil.example/"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut told = BTreeMap::<_, u32>::new();
    for line in &lines {
        *told.entry(line["event"].as_str().unwrap_or_default()).or_default() += 1;
    }
    assert!((1..=20).contains(&told["csp_violation"]), "{told:?}");
    assert!(!told.contains_key("forged"));
    let line = lines.iter().find(|line| line["event"] == "csp_violation").expect("one");
    assert_eq!(
        (&line["directive"], &line["blocked"], &line["level"], &line["target"]),
        (&json!("other"), &json!("https://evil.example"), &json!("WARN"), &json!("sessionkeep::security"))
    );
    assert!(lines.iter().all(|line| line["message"] != "answered"), "nor has each a line of its request");
}
