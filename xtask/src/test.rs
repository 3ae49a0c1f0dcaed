//! `cargo xtask test`: format, lints, Rust tests, tests with other languages, browser tests. Every part is run, whatever
//! became of those before it, and a summary closes.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::browser::{EDITED, NO_BROWSER, Playwright, TESTED};
use crate::client::Profile;
use crate::engines::{Engine, Tests};
use crate::postgres::Postgres;
use crate::redis::Redis;
use crate::setup::{cargo_deny, executable, nginx, node, on_path, postgres, prometheus, python, redis, wasm_target};
use crate::steps::{Step, Steps, seconds};
use crate::workspace::{CLIENT, EVERYTHING, PUBLISHED, cargo, ci, end2end, node_example, target};
use crate::{ports, process, sizes, workspace};

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Format, lints and Rust tests.
    Rust,
    /// Node and Python verify our tokens, and sign some.
    OtherLanguages,
    /// Schemathesis holds the server's answers against its OpenAPI document.
    Api,
    /// Tests on a PostgreSQL that is started for them, and on one with a Redis.
    Postgres,
    /// Tests behind an nginx that is started for them.
    Proxy,
    /// The alert rules, with promtool.
    Alerts,
    /// Licences, bans, sources and advisories of the dependencies, with cargo-deny.
    Dependencies,
    /// Whether the published crates can be packaged, and a program outside the workspace that uses them.
    Packages,
    /// How much of the released client each page downloads.
    Sizes,
    /// Browser tests, and those of the ports where Playwright is given no argument.
    Browser,
    /// Tests of the browser's ports alone.
    Ports,
    /// The main steps of a session in Firefox and in `WebKitGTK`.
    Engines,
    /// Whether sign-ins take as long whoever they are of; only if it is asked for. Nothing else runs beside it, and by chance alone
    /// it fails in one of thirty runs.
    Times,
}

pub(crate) fn test(part: Option<Part>, playwright_args: &[OsString]) -> ExitCode {
    let mut report = Report::default();
    let wanted = |this| part.is_none_or(|part| part == this);
    if wanted(Part::Rust) {
        report.part("format", || check(&mut cargo(["fmt", "--all", "--check"])));
        report.part("lints", || check(&mut lints(&EVERYTHING, &["--all-targets"])));
        report.part("lints of the client", client_lints);
        rust_tests(&mut report);
    }
    if wanted(Part::OtherLanguages) {
        report.part("tests with Node", node_tests);
        report.part("tests with Python", python_tests);
    }
    if wanted(Part::Api) {
        report.part("tests of the API's document", api_tests);
    }
    if wanted(Part::Postgres) {
        report.part("tests on PostgreSQL", || postgres_tests(Sessions::InPostgres));
        report.part("tests on PostgreSQL and Redis", || postgres_tests(Sessions::InRedis));
    }
    if wanted(Part::Proxy) {
        report.part("tests behind nginx", proxy_tests);
    }
    if wanted(Part::Alerts) {
        report.part("tests of the alert rules", alert_tests);
    }
    if wanted(Part::Dependencies) {
        dependencies(&mut report);
    }
    if wanted(Part::Packages) {
        report.part("packages", || check(cargo(["package", "--locked", "--allow-dirty"]).args(PUBLISHED)));
        report.part("a program outside the workspace", stranger);
    }
    if wanted(Part::Sizes) {
        report.part("sizes of the client", client_sizes);
    }
    if wanted(Part::Ports) || wanted(Part::Browser) && playwright_args.is_empty() {
        report.part("tests of the browser's ports", port_tests);
    }
    if wanted(Part::Browser) {
        report.part("browser tests", || browser_tests(playwright_args));
    }
    if wanted(Part::Engines) {
        report.part("tests in Firefox", || engine_tests(Engine::Firefox));
        report.part("tests in WebKitGTK", || engine_tests(Engine::WebKit));
    }
    if part == Some(Part::Times) {
        report.part("times", || ignored_tests("login::unknown_wrong_and_disabled_take_the_same_time", &[]));
    }
    report.close()
}

/// What is about PostgreSQL, and what every store has to hold to from outside. The rest is about SQLite's file. What measures times
/// is not for a machine on which others run beside it.
const ON_POSTGRES: &str = "binary(it) & not test(/^instances::redis::|take_the_same_time/) & (test(/^(import|instances)::|^storage::.*postgres/) | \
    test(/^(activity|admin|delete_account|login|logout|me|password|refresh|register|sessions)::/))";

/// The same where sessions are in Redis.
const ON_REDIS: &str = "binary(it) & not test(/take_the_same_time/) & (test(/^instances::([a-z_]+$|keys::|redis::|restarted::a_rolling)|^storage::.*redis/) | \
    test(/^(activity|admin|delete_account|login|logout|me|password|refresh|register|sessions)::/))";

/// Where the tests of several instances keep sessions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sessions {
    InPostgres,
    InRedis,
}

fn lints(selection: &[&str], targets: &[&str]) -> Command {
    let mut clippy = cargo(["clippy", "--locked"]);
    clippy.args(selection).args(targets);
    // Only where CI says so: a newer compiler's lint must not fail a stranger's test run.
    if ci() {
        clippy.args(["--", "-D", "warnings"]);
    }
    clippy
}

fn client_lints() -> Result<Outcome> {
    Steps::new(1).step("wasm32 target", |step| Ok(((), wasm_target::ensure(step)?)))?;
    check(&mut lints(&CLIENT, &["--all-targets"]))
}

fn rust_tests(report: &mut Report) {
    if !nextest_is_there() {
        report.part("Rust tests", || libtest(cargo(["test", "--locked", "--no-fail-fast"]).args(EVERYTHING)));
        return;
    }
    report.part("Rust tests", || nextest(&[], &[]));
    report.part("Rust examples in the documentation", || {
        libtest(cargo(["test", "--locked", "--no-fail-fast", "--doc"]).args(EVERYTHING))
    });
}

fn nextest_is_there() -> bool {
    process::answer(&mut cargo(["nextest", "--version"])).is_some()
}

fn nextest(selection: &[&str], environment: &[(&str, &OsStr)]) -> Result<Outcome> {
    let results = target().join("nextest").join("default").join("junit.xml");
    let mut run = cargo(["nextest", "run", "--locked"]);
    run.args(EVERYTHING).args(selection).envs(environment.iter().copied());
    counted(&results, || process::show(&mut run))
}

fn node_tests() -> Result<Outcome> {
    let packages = |step: &mut Step| Ok(((), node::ensure_packages(step, &node_example())?));
    Steps::new(1).step("npm packages", packages)?;
    ignored_tests("interop::node::", &[])
}

fn python_tests() -> Result<Outcome> {
    tests_with_python("interop::python::")
}

fn api_tests() -> Result<Outcome> {
    tests_with_python("openapi::schemathesis::")
}

fn tests_with_python(module: &str) -> Result<Outcome> {
    let Some(python) = Steps::new(1).step("Python packages", python::ensure)? else {
        return Ok(Outcome::missing(
            "no Python that can make a virtual environment: install Python 3.9 or newer, with venv",
        ));
    };
    ignored_tests(module, &[("SESSIONKEEP_TEST_PYTHON", python.as_os_str())])
}

fn postgres_tests(sessions: Sessions) -> Result<Outcome> {
    let mut steps = Steps::new(if sessions == Sessions::InRedis { 4 } else { 2 });
    let Some(programs) = steps.step("PostgreSQL", |step| Ok(postgres::ensure(step)))? else {
        return Ok(Outcome::missing("no PostgreSQL: install 15 or newer"));
    };
    let redis = match sessions {
        Sessions::InPostgres => None,
        Sessions::InRedis => {
            let Some(program) = steps.step("Redis", |step| Ok(redis::ensure(step)))? else {
                return Ok(Outcome::missing("no Redis: install 7 or newer"));
            };
            Some(steps.step("a Redis for these tests", |_| {
                let server = Redis::start(&program)?;
                let url = server.url();
                Ok((server, url))
            })?)
        }
    };
    let server = steps.step("a PostgreSQL for these tests", |step| {
        let server = Postgres::start(step, &programs)?;
        let url = server.url();
        Ok((server, url))
    })?;
    let (url, redis_url) = (server.url(), redis.as_ref().map(Redis::url));
    let mut environment = vec![("SESSIONKEEP_TEST_POSTGRES", OsStr::new(&url))];
    environment.extend(redis_url.as_ref().map(|url| ("SESSIONKEEP_TEST_REDIS", OsStr::new(url))));
    if nextest_is_there() {
        let selection = if redis.is_some() { ON_REDIS } else { ON_POSTGRES };
        return nextest(&["--run-ignored", "all", "-E", selection], &environment);
    }
    let store = if redis.is_some() { "redis" } else { "postgres" };
    let mut run = cargo(["test", "--locked", "--no-fail-fast"]);
    run.args(EVERYTHING).args(["--test", "it", "--", "--ignored", store, "import::", "instances::"]).envs(environment);
    selected(&mut run)
}

fn proxy_tests() -> Result<Outcome> {
    let Some(nginx) = Steps::new(1).step("nginx", |step| Ok(nginx::ensure(step)))? else {
        return Ok(Outcome::missing("no nginx: install 1.18 or newer"));
    };
    ignored_tests("proxy::", &[("SESSIONKEEP_TEST_NGINX", nginx.as_os_str())])
}

fn alert_tests() -> Result<Outcome> {
    let Some(promtool) = Steps::new(1).step("promtool", |step| Ok(prometheus::ensure(step)))? else {
        return Ok(Outcome::missing("no promtool: install Prometheus 2.40 or newer"));
    };
    ignored_tests("alerts::", &[("SESSIONKEEP_TEST_PROMTOOL", promtool.as_os_str())])
}

fn dependencies(report: &mut Report) {
    let mut deny = OsString::new();
    report.part("dependencies", || {
        let ensured = |step: &mut Step| cargo_deny::ensure(step);
        let folder = Steps::new(1).step(&format!("cargo-deny {}", cargo_deny::VERSION), ensured)?;
        let program = folder.map(|folder| executable(&folder, "cargo-deny")).or_else(|| on_path("cargo-deny"));
        deny = program.map(PathBuf::into_os_string).context("cargo-deny has gone")?;
        check(judge(&deny).args(["check", "bans", "licenses", "sources"]))
    });
    if deny.is_empty() {
        return;
    }
    report.part("known weaknesses of dependencies", || advisories(&deny));
    report.part("tests of what dependencies may be", || {
        ignored_tests("supply_chain::refused::", &[("SESSIONKEEP_TEST_CARGO_DENY", &deny)])
    });
}

/// Where the list of them cannot be had nothing can be said, on CI neither: a wire that is cut is no fault of a change.
fn advisories(deny: &OsStr) -> Result<Outcome> {
    if !process::show(judge(deny).args(["fetch", "db"]))? {
        let why = "the RustSec database cannot be reached (https://github.com/RustSec/advisory-db)";
        return Ok(Outcome::Skipped(why.to_owned()));
    }
    check(judge(deny).args(["check", "--disable-fetch", "advisories"]))
}

fn judge(deny: &OsStr) -> Command {
    let mut command = Command::new(deny);
    command.current_dir(workspace::root()).args(["--locked", "--workspace"]);
    command
}

/// Rust tests that run only when they are asked for, since they need more than Rust.
fn ignored_tests(module: &str, environment: &[(&str, &OsStr)]) -> Result<Outcome> {
    if nextest_is_there() {
        let module = format!("test(/^{module}/)");
        return nextest(&["--run-ignored", "only", "-E", &module], environment);
    }
    let mut run = cargo(["test", "--locked", "--no-fail-fast"]);
    run.args(EVERYTHING).args(["--test", "it", "--", "--ignored", module]).envs(environment.iter().copied());
    selected(&mut run)
}

/// It uses the crates as they were packaged just before.
fn stranger() -> Result<Outcome> {
    let mut run = cargo(["run", "--locked", "--quiet", "--manifest-path", "core/tests/stranger/Cargo.toml"]);
    for krate in ["sessionkeep-core", "sessionkeep-types"] {
        let folder = target().join("package").join(format!("{krate}-{}", env!("CARGO_PKG_VERSION")));
        run.arg("--config").arg(format!("patch.crates-io.{krate}.path={:?}", folder.display().to_string()));
    }
    check(run.arg("--target-dir").arg(target().join("stranger")))
}

fn client_sizes() -> Result<Outcome> {
    let client = Profile::Release;
    client.build_from_nothing(&mut Steps::new(client.steps()?))?;
    let (too_large, all) = sizes::judge(&client.folder())?;
    eprintln!("{}", all.join("\n"));
    Ok(if too_large.is_empty() { Outcome::Passed } else { Outcome::Failed(too_large.join(", ")) })
}

fn browser_tests(playwright_args: &[OsString]) -> Result<Outcome> {
    let client = if playwright_args.is_empty() { TESTED } else { EDITED };
    let Some(playwright) = Playwright::ready(client)? else {
        return Ok(Outcome::missing(NO_BROWSER));
    };
    let mut types = Command::new(node::programs().join("tsc"));
    if !process::show(types.current_dir(end2end()).arg("--noEmit"))? {
        return Ok(Outcome::Failed("the tests themselves do not type-check".to_owned()));
    }
    counted(&end2end().join("test-results").join("junit.xml"), || playwright.run(playwright_args))
}

fn engine_tests(engine: Engine) -> Result<Outcome> {
    let Some(tests) = engine.ready()? else { return Ok(Outcome::missing(engine.missing())) };
    counted(&Tests::results(), || tests.run())
}

fn port_tests() -> Result<Outcome> {
    let Some((good, text)) = ports::test()? else { return Ok(Outcome::missing(NO_BROWSER)) };
    Ok(Outcome::of_selected(good, Counts::of_libtest(&text)))
}

/// Something that succeeds or fails as a whole.
fn check(command: &mut Command) -> Result<Outcome> {
    Ok(if process::show(command)? { Outcome::Passed } else { Outcome::Failed(String::new()) })
}

/// Tests whose runner leaves its results in a `JUnit` file.
fn counted(results: &Path, run: impl FnOnce() -> Result<bool>) -> Result<Outcome> {
    // An old file must not speak for a run that did not get so far.
    let _ = fs::remove_file(results);
    let good = run()?;
    let counts = fs::read_to_string(results).ok().and_then(|xml| Counts::of_junit(&xml));
    Ok(Outcome::of_tests(good, counts))
}

/// Tests whose runner is `cargo test`.
fn libtest(command: &mut Command) -> Result<Outcome> {
    let (good, text) = process::show_and_keep(command)?;
    Ok(Outcome::of_tests(good, Some(Counts::of_libtest(&text))))
}

/// The same of tests that were chosen by name, of which there are some. (`cargo nextest` fails by itself where there are none.)
fn selected(command: &mut Command) -> Result<Outcome> {
    let (good, text) = process::show_and_keep(command)?;
    Ok(Outcome::of_selected(good, Counts::of_libtest(&text)))
}

enum Outcome {
    Passed,
    Tests(Counts),
    Failed(String),
    Skipped(String),
}

impl Outcome {
    fn of_tests(good: bool, counts: Option<Counts>) -> Self {
        match counts {
            Some(counts) if good == (counts.failed == 0) => Self::Tests(counts),
            Some(_) | None if good => Self::Passed,
            _ => Self::Failed("it did not run to its end".to_owned()),
        }
    }

    /// Where a name was misspelt, or a module renamed, nothing is run, and nothing would be noticed.
    fn of_selected(good: bool, counts: Counts) -> Self {
        if good && counts.passed == 0 {
            return Self::Failed("no test was run".to_owned());
        }
        Self::of_tests(good, Some(counts))
    }

    /// Something that the part needs is not there.
    fn missing(what: &str) -> Self {
        if ci() { Self::Failed(what.to_owned()) } else { Self::Skipped(what.to_owned()) }
    }

    fn good(&self) -> bool {
        match self {
            Self::Passed | Self::Skipped(_) => true,
            Self::Tests(counts) => counts.failed == 0,
            Self::Failed(_) => false,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Passed => "passed".to_owned(),
            Self::Tests(counts) => counts.words(),
            Self::Failed(why) if why.is_empty() => "FAILED".to_owned(),
            Self::Failed(why) => format!("FAILED: {why}"),
            Self::Skipped(why) => format!("SKIPPED: {why}"),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Counts {
    /// The totals that stand in the first element.
    fn of_junit(xml: &str) -> Option<Self> {
        let head = xml.split_once("<testsuites")?.1.split_once('>')?.0;
        let number =
            |name: &str| -> Option<u32> { head.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.parse().ok() };
        let failed = number("failures")? + number("errors").unwrap_or(0);
        let skipped = number("skipped").unwrap_or(0);
        Some(Self { passed: number("tests")?.checked_sub(failed + skipped)?, failed, skipped })
    }

    /// `test result: ok. 5 passed; 0 failed; 1 ignored; ...`, once a test program.
    fn of_libtest(text: &str) -> Self {
        let mut counts = Self::default();
        for line in text.lines().filter_map(|line| line.strip_prefix("test result: ")) {
            let words: Vec<_> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
            for pair in words.windows(2) {
                let Ok(number) = pair[0].parse::<u32>() else { continue };
                match pair[1] {
                    "passed" => counts.passed += number,
                    "failed" => counts.failed += number,
                    "ignored" => counts.skipped += number,
                    _ => {}
                }
            }
        }
        counts
    }

    fn words(self) -> String {
        let skipped = if self.skipped == 0 { String::new() } else { format!(", {} skipped", self.skipped) };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

#[derive(Default)]
struct Report(Vec<(&'static str, Outcome, Duration)>);

impl Report {
    fn part(&mut self, name: &'static str, run: impl FnOnce() -> Result<Outcome>) {
        eprintln!("\n== {name}");
        let begun = Instant::now();
        let outcome = run().unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        let time = begun.elapsed();
        eprintln!("== {name}: {} ({})", outcome.words(), seconds(time));
        self.0.push((name, outcome, time));
    }

    /// A failed part that counted nothing counts as one failure.
    fn totals(&self) -> Counts {
        self.0.iter().fold(Counts::default(), |sum, (_, outcome, _)| match outcome {
            Outcome::Tests(counts) => Counts {
                passed: sum.passed + counts.passed,
                failed: sum.failed + counts.failed,
                skipped: sum.skipped + counts.skipped,
            },
            Outcome::Failed(_) => Counts { failed: sum.failed + 1, ..sum },
            Outcome::Passed | Outcome::Skipped(_) => sum,
        })
    }

    #[expect(clippy::print_stdout, reason = "the result is the command's output")]
    fn close(&self) -> ExitCode {
        println!();
        for (name, outcome, time) in &self.0 {
            println!("{name:<36} {:>14}  {}", seconds(*time), outcome.words());
        }
        let totals = self.totals();
        println!("{} passed, {} failed", totals.passed, totals.failed);
        if self.0.iter().all(|(_, outcome, _)| outcome.good()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read_from_a_junit_file() {
        let xml = r#"<?xml version="1.0"?>
            <testsuites name="run" tests="12" failures="2" errors="1" skipped="3"><testsuite tests="9" failures="9">"#;
        assert_eq!(Counts::of_junit(xml), Some(Counts { passed: 6, failed: 3, skipped: 3 }));
        assert_eq!(Counts::of_junit("<testsuites"), None);
    }

    #[test]
    fn totals_are_summed_over_test_programs() {
        let text = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
                    finished in 0.00s\ntest result: FAILED. 1 passed; 4 failed; 0 ignored; 0 measured";
        assert_eq!(Counts::of_libtest(text), Counts { passed: 3, failed: 4, skipped: 1 });
    }

    #[test]
    fn a_part_that_broke_down_is_a_failure_whatever_it_counted() {
        let none = Counts::default();
        assert!(!Outcome::of_tests(false, Some(none)).good());
        assert!(!Outcome::of_tests(false, None).good());
        assert!(Outcome::of_tests(true, Some(none)).good());
    }

    #[test]
    fn a_selection_of_which_nothing_was_run_is_a_failure() {
        let text = "running 0 tests\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 592 filtered out";
        assert!(!Outcome::of_selected(true, Counts::of_libtest(text)).good());
        assert!(Outcome::of_selected(true, Counts::of_libtest(&text.replace("0 passed", "1 passed"))).good());
        assert!(!Outcome::of_selected(false, Counts::of_libtest(text)).good());
    }

    #[test]
    fn the_last_line_adds_everything_up() {
        let tests = Outcome::Tests(Counts { passed: 3, failed: 1, skipped: 0 });
        let report = Report(vec![
            ("a", tests, Duration::ZERO),
            ("b", Outcome::Failed(String::new()), Duration::ZERO),
            ("c", Outcome::Passed, Duration::ZERO),
        ]);
        assert_eq!(report.totals(), Counts { passed: 3, failed: 2, skipped: 0 });
    }
}
