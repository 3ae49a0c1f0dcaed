//! What browsers report that a page's policy forbade: a line for each that is new, and a count of all.
//!
//! Anybody can send anything here, so nothing of it is stored, a line has words of a few kinds and lengths alone, and there are
//! only so many of them. A report is a hint, and no proof.

use std::{
    collections::HashSet,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use reqwest::Url;
use serde::Deserialize;

use super::TARGET;
use crate::{
    metrics::Metrics,
    vocabulary::{self, DIRECTIVES},
};

/// Lines a minute.
const LINES: NonZeroU32 = NonZeroU32::new(10).expect("not 0");
/// So many violations are remembered, so that each has one line; then all are forgotten.
const REMEMBERED: usize = 512;
/// A batch may have more reports; a browser's has a few.
const REPORTS: usize = 32;
/// Longer than any path of ours, and than any origin worth reading.
const LENGTH: usize = 100;

/// What a browser says in place of an address.
const WORDS: [&str; 7] = ["inline", "eval", "wasm-eval", "self", "data", "blob", "trusted-types-sink"];

/// Counts violations, and tells of those that are new.
pub(crate) struct Violations<C: Clock = DefaultClock> {
    metrics: Arc<Metrics>,
    origin: String,
    lines: RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<C::Instant>>,
    told: Mutex<HashSet<Violation>>,
}

/// What is told of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Violation {
    directive: &'static str,
    /// An origin, a scheme, or a word.
    blocked: String,
    /// The page's path.
    page: String,
}

impl Violations {
    /// For the pages of this web origin.
    pub(crate) fn new(metrics: Arc<Metrics>, origin: &str) -> Self {
        Self::by(metrics, origin, DefaultClock::default())
    }
}

impl<C: Clock> Violations<C> {
    fn by(metrics: Arc<Metrics>, origin: &str, clock: C) -> Self {
        let lines = RateLimiter::direct_with_clock(Quota::per_minute(LINES), clock);
        Self { metrics, origin: origin.to_owned(), lines, told: Mutex::default() }
    }

    /// A body of `application/csp-report`, or of `application/reports+json`. What is neither, and what is not about a page of
    /// ours, is passed over.
    pub(crate) fn reported(&self, body: &[u8]) {
        let reports = match serde_json::from_slice(body) {
            Ok(Body::One { report }) => vec![report],
            Ok(Body::Several(reports)) => reports.into_iter().filter_map(Report::csp).take(REPORTS).collect(),
            Err(_) => return,
        };
        for violation in reports.iter().filter_map(|report| self.violation(report)) {
            self.metrics.violated(violation.directive);
            self.tell(violation);
        }
    }

    fn violation(&self, report: &Csp) -> Option<Violation> {
        let page = Url::parse(&report.document).ok()?;
        (page.origin().ascii_serialization() == self.origin).then_some(())?;
        let said = report.directive.as_ref().unwrap_or(&report.violated);
        let word = said.split_ascii_whitespace().next().unwrap_or_default();
        let directive = DIRECTIVES.into_iter().find(|known| *known == word).unwrap_or("other");
        Some(Violation { directive, blocked: blocked(&report.blocked), page: shortened(page.path()) })
    }

    /// If it is new, and there is room for a line.
    fn tell(&self, violation: Violation) {
        // Whatever a thread that panicked left in it is a set.
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.contains(&violation) || self.lines.check().is_err() {
            return;
        }
        if told.len() >= REMEMBERED {
            told.clear();
        }
        let Violation { directive, blocked, page } = &violation;
        tracing::warn!(target: TARGET, event = vocabulary::CSP_VIOLATION, directive, blocked, page, "a browser reports it");
        told.insert(violation);
    }
}

/// Without path and query, which may hold what is nobody's business.
fn blocked(said: &str) -> String {
    if let Some(word) = WORDS.into_iter().find(|word| *word == said) {
        return word.to_owned();
    }
    match Url::parse(said) {
        Ok(url) if url.origin().is_tuple() => shortened(&url.origin().ascii_serialization()),
        Ok(url) => shortened(url.scheme()),
        Err(_) => "unknown".to_owned(),
    }
}

/// What a parsed address has is ASCII already, and escaped.
fn shortened(text: &str) -> String {
    text.chars().take(LENGTH).collect()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    One {
        #[serde(rename = "csp-report")]
        report: Csp,
    },
    Several(Vec<Report>),
}

/// One of a batch: there are other kinds beside violations.
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    body: serde_json::Value,
}

impl Report {
    fn csp(self) -> Option<Csp> {
        (self.kind == "csp-violation").then(|| serde_json::from_value(self.body).ok()).flatten()
    }
}

/// The two forms name the same things differently.
#[derive(Deserialize)]
struct Csp {
    #[serde(rename = "document-uri", alias = "documentURL")]
    document: String,
    #[serde(rename = "effective-directive", alias = "effectiveDirective")]
    directive: Option<String>,
    /// Older browsers send it alone, with all that stands in it.
    #[serde(rename = "violated-directive", default)]
    violated: String,
    #[serde(rename = "blocked-uri", alias = "blockedURL", default)]
    blocked: String,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;
    use serde_json::{Value, json};

    use super::*;
    use crate::metrics::Sample;

    fn violations(clock: &FakeRelativeClock) -> Violations<FakeRelativeClock> {
        Violations::by(Arc::default(), "https://id.example", clock.clone())
    }

    impl Violations<FakeRelativeClock> {
        fn hear(&self, report: &Value) {
            self.reported(report.to_string().as_bytes());
        }

        /// What had a line, as `directive blocked page`.
        fn lines(&self) -> Vec<String> {
            let told = self.told.lock().expect("whole");
            let mut lines: Vec<_> =
                told.iter().map(|told| format!("{} {} {}", told.directive, told.blocked, told.page)).collect();
            lines.sort();
            lines
        }

        fn counted(&self) -> Vec<String> {
            let text = self.metrics.render(&Sample::default());
            let of = |line: &str| line.strip_prefix("sessionkeep_csp_violations_total{directive=").map(str::to_owned);
            let mut counted: Vec<_> = text.lines().filter_map(of).filter(|line| !line.ends_with(" 0")).collect();
            counted.sort();
            counted
        }
    }

    /// As Chromium sends it to `report-uri`.
    fn report(directive: &str, blocked: &str, document: &str) -> Value {
        json!({"csp-report": {
            "document-uri": document, "referrer": "", "violated-directive": directive, "effective-directive": directive,
            "original-policy": "default-src 'none'", "disposition": "enforce", "blocked-uri": blocked, "status-code": 200,
            "script-sample": "alert('canary')",
        }})
    }

    #[test]
    fn both_forms_are_understood() {
        let violations = violations(&FakeRelativeClock::default());
        violations.hear(&report("script-src-elem", "inline", "https://id.example/account"));
        violations.hear(&json!([
            {"type": "deprecation", "body": {"id": "x"}},
            {"type": "csp-violation", "age": 1, "url": "https://id.example/sign-in", "user_agent": "x", "body": {
                "documentURL": "https://id.example/sign-in", "effectiveDirective": "img-src", "sample": "canary",
                "blockedURL": "https://evil.example/x.png",
            }},
        ]));
        violations.hear(&json!({"csp-report": {
            "document-uri": "https://id.example/", "violated-directive": "style-src 'self'", "blocked-uri": "self",
        }}));
        assert_eq!(
            violations.lines(),
            ["img-src https://evil.example /sign-in", "script-src-elem inline /account", "style-src self /"]
        );
        assert_eq!(violations.counted(), [r#""img-src"} 1"#, r#""script-src-elem"} 1"#, r#""style-src"} 1"#]);
    }

    /// LG-03
    #[test]
    fn nothing_of_an_address_is_told_but_its_origin_and_the_pages_path() {
        let violations = violations(&FakeRelativeClock::default());
        for blocked in [
            "https://user:canary@evil.example:8443/canary?canary#canary",
            "data:text/html,canary",
            "canary\nforged",
            "chrome-extension://abcdef/canary.js",
        ] {
            violations.hear(&report("canary\n", blocked, "https://id.example/sign-in?next=canary#canary"));
        }
        violations.hear(&report("img-src", "", &format!("https://id.example/\u{2028}\n{}", "x".repeat(9000))));
        assert_eq!(
            violations.lines(),
            [
                &format!("img-src unknown /%E2%80%A8{}", "x".repeat(90)),
                "other chrome-extension /sign-in",
                "other data /sign-in",
                "other https://evil.example:8443 /sign-in",
                "other unknown /sign-in",
            ]
        );
    }

    #[test]
    fn what_is_no_report_about_a_page_of_ours_is_passed_over() {
        let violations = violations(&FakeRelativeClock::default());
        for document in ["https://evil.example/", "https://id.example.evil/", "http://id.example/", "about", ""] {
            violations.hear(&report("img-src", "inline", document));
        }
        let deep = "[".repeat(16_000);
        for junk in
            [&b""[..], b"{", b"\xff\xfe", b"{}", b"[]", b"[1]", b"null", b"{\"csp-report\":[]}", deep.as_bytes()]
        {
            violations.reported(junk);
        }
        violations.hear(&json!([{"type": "csp-violation", "body": 1}, {"type": "csp-violation"}]));
        assert!(violations.lines().is_empty() && violations.counted().is_empty());
    }

    /// DS-08
    #[test]
    fn a_hundred_thousand_reports_are_a_few_lines_and_all_are_counted() {
        let clock = FakeRelativeClock::default();
        let violations = violations(&clock);
        for number in 0..100_000 {
            violations.hear(&report("img-src", &format!("https://x{number}.example"), "https://id.example/"));
        }
        assert_eq!(violations.lines().len(), 10);
        assert_eq!(violations.counted(), [r#""img-src"} 100000"#]);
        clock.advance(Duration::from_mins(1));
        for number in 0..100 {
            violations.hear(&report("img-src", &format!("https://y{number}.example"), "https://id.example/"));
        }
        assert_eq!(violations.lines().len(), 20);
    }

    /// DS-08
    #[test]
    fn the_same_violation_has_one_line_and_memory_is_bounded() {
        let clock = FakeRelativeClock::default();
        let violations = violations(&clock);
        let hear = |blocked: &str| violations.hear(&report("img-src", blocked, "https://id.example/"));
        for _ in 0..1000 {
            hear("inline");
        }
        assert_eq!(violations.lines().len(), 1, "nothing of the allowance is used up by what is known");
        for number in 0..2000 {
            clock.advance(Duration::from_secs(6));
            hear(&format!("https://x{number}.example"));
            assert!(violations.told.lock().expect("whole").len() <= REMEMBERED);
        }
    }
}
