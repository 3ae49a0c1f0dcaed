//! An unmodified Schemathesis makes requests of the document, good ones and bad ones, and holds the answers against it.

use std::{
    fs,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    access,
    support::{Person, program, program::Program},
};

const EMAIL: &str = "grace@example.com";
const PASSWORD: &str = "seven lamps over a cold harbour";

/// Where the token comes from. What signs out on the way is signed in again: else the rest of the run would be refused.
const SIGNED_IN: &str = r#"
[auth.dynamic.openapi.accessToken]
path = "/api/auth/login"
payload = { email = "grace@example.com", password = "seven lamps over a cold harbour" }
extract_selector = "/accessToken"
retry_on = [403]
"#;

/// Whom an administrator changes: somebody else. It makes others administrators, too, and who is not the last one could then
/// disable its own account, and be refused from there on.
fn changes_alone(id: &str) -> String {
    format!(
        "\n[[operations]]\ninclude-name = \"PATCH /api/admin/users/{{id}}\"\nparameters = {{ \"path.id\" = \"{id}\" }}\n"
    )
}

/// Lets it ask a server on which somebody has an account of this role. A stranger has none.
async fn asked_by(role: Option<&str>) -> Value {
    let python = std::env::var_os("SESSIONKEEP_TEST_PYTHON")
        .expect("SESSIONKEEP_TEST_PYTHON names no Python that has the packages; `cargo xtask test` makes one");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[("TRUSTED_PROXIES", "127.0.0.0/8")]);
    let mut configuration = include_str!("schemathesis.toml").to_owned();
    if let Some(role) = role {
        let mut grace = Person::at(&server.url);
        let answer = grace.post("/api/auth/register", json!({"email": EMAIL, "password": PASSWORD})).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let set = program::output(folder.path(), &["user", "set-role", EMAIL, role], &[]);
        assert!(set.status.success(), "{set:?}");
        configuration += SIGNED_IN;
        let ada = Person::at(&server.url).register().await;
        configuration += &changes_alone(ada.body["user"]["id"].as_str().expect("an id"));
    }
    let (settings, report) = (folder.path().join("schemathesis.toml"), folder.path().join("report.json"));
    fs::write(&settings, configuration).expect("written");
    let output = Command::new(python)
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(&settings)
        .args(["run", &format!("{}/api/openapi.json", server.url), "--no-color", "--report-json-path"])
        .arg(&report)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("starts");
    let (said, log) = (String::from_utf8_lossy(&output.stdout).into_owned(), server.kill());
    assert!(output.status.success(), "{said}\n{}\n{log}", String::from_utf8_lossy(&output.stderr));
    let report = serde_json::from_slice(&fs::read(&report).expect("a report")).expect("JSON");
    holds(&report);
    report
}

/// Everything was tried but the route that the document came from.
fn holds(report: &Value) {
    assert_eq!(report["operations"]["tested"], access::TABLE.len() - 1, "{}", report["operations"]);
    assert_eq!(report["complete"], true);
    for phase in ["examples", "coverage", "fuzzing", "stateful"] {
        assert_eq!(report["phases"][phase]["status"], "success", "{phase}");
    }
    assert!(report["test_cases"]["generated"].as_u64().expect("a number") > 500, "{}", report["test_cases"]);
}

/// In these, requests came through to the success.
#[track_caller]
fn came_through(report: &Value, operations: &[&str]) {
    for operation in operations {
        let phases = report["valid_rates"][operation].as_object();
        let accepted = phases.into_iter().flatten().filter_map(|(_, counts)| counts["accepted"].as_u64());
        assert!(accepted.sum::<u64>() > 0, "nothing came through to {operation}");
    }
}

const FOR_ANYBODY: &[&str] = &["POST /api/auth/register", "POST /api/auth/logout", "GET /healthz", "GET /readyz"];
const FOR_PEOPLE: &[&str] = &[
    "GET /api/me",
    "PATCH /api/me",
    "GET /api/me/events",
    "GET /api/sessions",
    "DELETE /api/sessions",
    "DELETE /api/sessions/{id}",
];
const FOR_ADMINISTRATORS: &[&str] = &[
    "GET /api/admin/users",
    "GET /api/admin/users/{id}",
    "PATCH /api/admin/users/{id}",
    "GET /api/admin/users/{id}/sessions",
    "DELETE /api/admin/users/{id}/sessions",
    "GET /api/admin/events",
    "GET /api/admin/events/stream",
];

#[tokio::test]
#[ignore = "needs Python packages; `cargo xtask test` gets them"]
async fn a_stranger_gets_no_answer_that_is_not_in_the_document() {
    let report = asked_by(None).await;
    came_through(&report, FOR_ANYBODY);
}

#[tokio::test]
#[ignore = "needs Python packages; `cargo xtask test` gets them"]
async fn a_person_gets_no_answer_that_is_not_in_the_document() {
    let report = asked_by(Some("user")).await;
    came_through(&report, FOR_ANYBODY);
    came_through(&report, FOR_PEOPLE);
}

#[tokio::test]
#[ignore = "needs Python packages; `cargo xtask test` gets them"]
async fn an_administrator_gets_no_answer_that_is_not_in_the_document() {
    let report = asked_by(Some("admin")).await;
    came_through(&report, FOR_ANYBODY);
    came_through(&report, FOR_PEOPLE);
    came_through(&report, FOR_ADMINISTRATORS);
}
