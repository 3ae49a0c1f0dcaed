//! wasm-bindgen's program, whose version must be that of the library in Cargo.lock.

use std::fs;

use anyhow::{Context, Result};

use super::cargo_tool::CargoTool;
use super::{Found, executable};
use crate::steps::Step;
use crate::workspace;

/// Serves tests to a browser.
pub(crate) const TEST_RUNNER: &str = "wasm-bindgen-test-runner";

pub(crate) fn ensure(step: &mut Step, version: &str) -> Result<Found> {
    tool("wasm-bindgen", version).ensure(step)
}

/// The test runner comes with the program, which may yet have been put on PATH alone.
pub(crate) fn ensure_test_runner(step: &mut Step, version: &str) -> Result<Found> {
    match ensure(step, version)? {
        (Some(bin), how) if executable(&bin, TEST_RUNNER).is_file() => Ok((Some(bin), how)),
        _ => tool(TEST_RUNNER, version).ensure(step),
    }
}

fn tool<'a>(binary: &'a str, version: &'a str) -> CargoTool<'a> {
    CargoTool { package: "wasm-bindgen-cli", binary, version }
}

/// The version that Cargo.lock names.
pub(crate) fn version() -> Result<String> {
    let file = workspace::root().join("Cargo.lock");
    let lock = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    locked(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")
}

fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::locked;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"registry\"\n";

    #[test]
    fn the_version_is_that_of_the_package_of_the_very_name() {
        assert_eq!(locked(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked(LOCK, "wasm-bindgen-futures").as_deref(), Some("0.4.80"));
    }

    #[test]
    fn a_package_that_is_not_there_has_no_version() {
        assert_eq!(locked(LOCK, "wasm"), None);
        assert_eq!(locked("name = \"wasm\"", "wasm"), None);
    }
}
