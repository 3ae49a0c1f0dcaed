//! The alert rules and the dashboard that are shipped: LG-04.

use std::{collections::HashSet, fs, path::Path};

use server::metrics::table::{Kind, METRICS};

const RULES: &str = "deploy/prometheus/rules.yaml";
const RULES_TEST: &str = "deploy/prometheus/rules_test.yaml";
const DASHBOARD: &str = "deploy/grafana/sessionkeep.json";

fn shipped(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).expect("it is shipped")
}

/// The metrics that a text names, as they stand in the table.
fn metrics(text: &str) -> HashSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("sessionkeep_") || word.starts_with("process_"))
        .map(|word| {
            let parts = ["_bucket", "_sum", "_count"].iter().find_map(|part| word.strip_suffix(part));
            parts.filter(|name| is_a(Kind::Histogram, name)).unwrap_or(word)
        })
        .collect()
}

fn is_a(kind: Kind, name: &str) -> bool {
    METRICS.iter().any(|metric| metric.name == name && metric.kind == kind)
}

/// What stands after `key: ` in each alert of the rules.
fn of_alerts(key: &str) -> Vec<String> {
    let rules = shipped(RULES);
    let alerts = rules.split("- alert: ").skip(1).map(|alert| format!("alert: {alert}"));
    let value = |alert: String| {
        let value = alert.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(": ").map(str::to_owned));
        value.unwrap_or_else(|| panic!("no {key} in {alert}"))
    };
    alerts.map(value).collect()
}

#[test]
fn rules_and_dashboard_name_metrics_that_the_server_tells() {
    for file in [RULES, RULES_TEST, DASHBOARD] {
        let text = shipped(file);
        let named = metrics(&text);
        assert!(named.len() > 8, "{file} names {named:?}");
        for name in named {
            assert!(METRICS.iter().any(|metric| metric.name == name), "{file} names {name}");
        }
    }
    let dashboard: serde_json::Value = serde_json::from_str(&shipped(DASHBOARD)).expect("JSON");
    assert!(dashboard["panels"].as_array().expect("panels").len() > 10);
}

#[test]
fn every_alert_says_what_to_do_and_is_tested() {
    let alerts = of_alerts("alert");
    let tested = shipped(RULES_TEST);
    for alert in &alerts {
        assert!(
            tested.matches(&format!("alertname: {alert},")).count() >= 1,
            "{alert} has no case in which it is quiet"
        );
        assert!(tested.contains(&format!("alertname=\"{alert}\"")), "{alert} has no case in which it fires");
    }
    for key in ["summary", "description"] {
        assert_eq!(of_alerts(key).len(), alerts.len(), "{key}");
    }
    let guide = shipped("docs/operations.md");
    let headings =
        guide.lines().filter_map(|line| Some(line.trim_start_matches('#').strip_prefix(' ')?.to_lowercase()));
    let anchors: HashSet<String> =
        headings.map(|heading| heading.replace([',', '`', '.'], "").replace(' ', "-")).collect();
    for runbook in of_alerts("runbook") {
        let anchor = runbook.strip_prefix("docs/operations.md#").expect("a section of the guide");
        assert!(anchors.contains(anchor), "there is no section {anchor}");
    }
}

/// With Prometheus's own tool. `cargo xtask test alerts` runs these.
mod promtool {
    use std::{
        io::Write as _,
        path::Path,
        process::{Command, Output, Stdio},
    };

    use crate::support::TestApp;

    fn promtool(arguments: &[&str], input: &str) -> Output {
        let program = std::env::var_os("SESSIONKEEP_TEST_PROMTOOL").expect("SESSIONKEEP_TEST_PROMTOOL names promtool");
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/prometheus"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("sent");
        child.wait_with_output().expect("ends")
    }

    #[track_caller]
    fn is_content(output: &Output) {
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }

    #[test]
    #[ignore = "needs promtool: cargo xtask test alerts"]
    fn the_alert_rules_are_right() {
        is_content(&promtool(&["check", "rules", "rules.yaml"], ""));
    }

    #[test]
    #[ignore = "needs promtool: cargo xtask test alerts"]
    fn each_alert_fires_when_it_should_and_only_then() {
        is_content(&promtool(&["test", "rules", "rules_test.yaml"], ""));
    }

    #[tokio::test]
    #[ignore = "needs promtool: cargo xtask test alerts"]
    async fn what_the_server_tells_is_as_prometheus_wants_it() {
        let app = TestApp::start().await;
        let mut ada = app.browser();
        ada.register().await;
        ada.refresh().await;
        is_content(&promtool(&["check", "metrics"], &app.metrics().await.text));
    }
}
