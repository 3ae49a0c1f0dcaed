//! A browser for the browser tests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::{apt, node, on_path};
use crate::process;
use crate::steps::Step;
use crate::workspace::end2end;

const LIMIT: Duration = Duration::from_mins(10);
/// Chromium without a window and without extensions: a page takes it half of the time.
const SHELL: &str = "chromium-headless-shell";
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browsers of the tests.
pub(crate) struct Chromium {
    /// Runs everything, extensions too.
    pub(crate) program: PathBuf,
    /// Runs pages, in less time. Where there is none, `program` does.
    pub(crate) shell: Option<PathBuf>,
}

/// The browsers, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> Result<(Option<Chromium>, String)> {
    let (program, how) = ensure_program(step)?;
    let Some(program) = program else { return Ok((None, how)) };
    // Only beside Debian's own: CHROMIUM names the browser to use, and Google's or Playwright's is another version.
    let is_debians = env::var_os("CHROMIUM").is_none() && on_path("chromium").is_some_and(|debians| debians == program);
    let shell = if is_debians { ensure_shell(step) } else { None };
    let how = if shell.is_some() { format!("{how}, and its headless shell") } else { how };
    Ok((Some(Chromium { program, shell }), how))
}

fn ensure_shell(step: &mut Step) -> Option<PathBuf> {
    let found = on_path(SHELL).or_else(|| apt::install(step, &[SHELL]).then(|| on_path(SHELL)).flatten());
    found.filter(|program| starts(program))
}

fn ensure_program(step: &mut Step) -> Result<(Option<PathBuf>, String)> {
    if let Some(named) = env::var_os("CHROMIUM").map(PathBuf::from) {
        anyhow::ensure!(named.is_file(), "CHROMIUM names {}, which is no file", named.display());
        return Ok((Some(named), "named by CHROMIUM".to_owned()));
    }
    if let Some(found) = NAMES.into_iter().find_map(on_path) {
        return Ok((Some(found), "found on PATH".to_owned()));
    }
    if let Some(found) = playwrights() {
        return Ok((Some(found), "found, Playwright's own".to_owned()));
    }
    if apt::install(step, &["chromium"])
        && let Some(found) = NAMES.into_iter().find_map(on_path).filter(|program| starts(program))
    {
        return Ok((Some(found), "installed with apt-get".to_owned()));
    }
    step.note("missing, asking Playwright for its own");
    let mut playwright = Command::new(node::programs().join("playwright"));
    playwright.current_dir(end2end()).args(["install", "chromium"]);
    if process::run(step, &mut playwright, LIMIT).is_ok()
        && let Some(found) = playwrights()
    {
        return Ok((Some(found), "installed by Playwright".to_owned()));
    }
    Ok((None, "missing".to_owned()))
}

/// Where Playwright has put its own Chromium, if it has.
fn playwrights() -> Option<PathBuf> {
    let mut node = Command::new("node");
    node.current_dir(end2end()).args(["-p", "require('@playwright/test').chromium.executablePath()"]);
    process::answer(&mut node).map(PathBuf::from).filter(|program| program.is_file())
}

/// Ubuntu's package only points to a snap.
fn starts(program: &Path) -> bool {
    process::answer(Command::new(program).arg("--version")).is_some()
}
