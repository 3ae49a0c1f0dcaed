//! The tests of the browser's ports: Rust that is compiled for a page. wasm-bindgen's test runner serves the page, and
//! Playwright opens it, so that no `WebDriver` is needed.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::browser;
use crate::process;
use crate::setup::{chromium, node, path_with, wasm_bindgen, wasm_target};
use crate::steps::Steps;
use crate::workspace::{WASM, cargo, end2end, target};

const LIMIT: Duration = Duration::from_mins(40);
const TESTS: [&str; 7] = ["test", "--locked", "-p", "sessionkeep-client", "--lib", "--target", WASM];

/// Gets and builds all that they need and runs them: whether they passed, and what they wrote. Nothing where there is no
/// browser.
pub(crate) fn test() -> Result<Option<(bool, String)>> {
    let mut steps = Steps::new(5);
    steps.step("npm packages", |step| Ok(((), node::ensure_packages(step, &end2end())?)))?;
    let Some(browser) = steps.step("Chromium", chromium::ensure)? else {
        return Ok(None);
    };
    steps.step("wasm32 target", |step| Ok(((), wasm_target::ensure(step)?)))?;
    let version = wasm_bindgen::version()?;
    let runner = steps.step(&format!("{} {version}", wasm_bindgen::TEST_RUNNER), |step| {
        wasm_bindgen::ensure_test_runner(step, &version)
    })?;
    steps.step("tests (debug)", |step| {
        process::run(step, cargo(TESTS).arg("--no-run"), LIMIT)?;
        Ok(((), "built".to_owned()))
    })?;

    // The runner is killed in the end and leaves the page behind.
    let page = target().join("browser-ports");
    let _ = fs::remove_dir_all(&page);
    fs::create_dir_all(&page).with_context(|| format!("cannot make {}", page.display()))?;
    let mut playwright = browser::playwright(&browser);
    playwright.args(["--config", "ports.config.ts"]);
    // The same Cargo again, or it would build everything again. Playwright's shell splits the words.
    let cargo = cargo(TESTS).get_program().to_string_lossy().into_owned();
    playwright.env("PORTS_COMMAND", format!("\"{cargo}\" {}", TESTS.join(" "))).env("PORTS_FOLDER", &page);
    playwright.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", wasm_bindgen::TEST_RUNNER);
    playwright.env("PATH", path_with(runner)?);
    playwright.env("NO_HEADLESS", "1").env("WASM_BINDGEN_TEST_ADDRESS", free_address()?);
    let done = process::show_and_keep(&mut playwright);
    let _ = fs::remove_dir_all(&page);
    done.map(Some)
}

/// Playwright looks there for the page, so it has to be known before the runner starts.
fn free_address() -> Result<String> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(probe.local_addr()?.to_string())
}
