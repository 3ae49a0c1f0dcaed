//! npm packages: those of end2end (the browser tests, and wasm-opt) and of the example in Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::steps::Step;
use crate::workspace::end2end;

pub(crate) const OLDEST: u32 = 20;
const LIMIT: Duration = Duration::from_mins(10);

/// Installs a folder's packages if they are missing or the lock file is newer than they are.
pub(crate) fn ensure_packages(step: &mut Step, folder: &Path) -> Result<String> {
    ensure!(
        is_there(),
        "Node.js {OLDEST} or newer is missing: install it from https://nodejs.org or with your system's packages"
    );
    if are_fresh(folder) {
        return Ok("found".to_owned());
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]);
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run(step, &mut npm, LIMIT)
        .with_context(|| format!("the npm packages of {} cannot be installed", folder.display()))?;
    Ok("installed with npm".to_owned())
}

/// Whether Node.js is there, and new enough.
pub(crate) fn is_there() -> bool {
    let version = process::answer(Command::new("node").arg("--version"));
    version.as_deref().and_then(major).is_some_and(|version| version >= OLDEST)
}

/// Where the packages' programs are.
pub(crate) fn programs() -> PathBuf {
    end2end().join("node_modules").join(".bin")
}

/// As make does: what npm wrote last is newer than the lock file.
fn are_fresh(folder: &Path) -> bool {
    let time = |path: PathBuf| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    let installed = time(folder.join("node_modules").join(".package-lock.json"));
    installed.is_some() && installed >= time(folder.join("package-lock.json"))
}

/// `v20.20.2`.
fn major(text: &str) -> Option<u32> {
    text.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }
}
