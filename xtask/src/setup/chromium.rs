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
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser's program, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> Result<(Option<PathBuf>, String)> {
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
