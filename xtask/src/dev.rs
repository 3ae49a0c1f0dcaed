//! `cargo xtask dev`: the edit loop. It looks at the sources a few times a second, which works on every file system and
//! costs nothing at this size; a failed build leaves the old server running.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use crate::client::{Profile, SOURCES};
use crate::setup::Tools;
use crate::steps::Steps;
use crate::workspace::root;
use crate::{interrupt, process, server, stamp};

const LOOK_AGAIN: Duration = Duration::from_millis(300);
/// What the server is made of: it renders the client's pages itself.
const SERVER_SOURCES: [&str; 11] = [
    "types",
    "core",
    "client",
    "words",
    "password-rules",
    "verify",
    "app",
    "server",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
];
const CLIENT: Profile = Profile::Debug;

pub(crate) fn dev(server_args: &[OsString]) -> Result<ExitCode> {
    interrupt::listen()?;
    let tools = Tools::ready(&mut Steps::new(Tools::steps(false)), false)?;
    let mut seen = Snapshot::take()?;
    let mut owed = Changed { client: !CLIENT.is_fresh()?, server: true };
    let mut running: Option<Child> = None;
    while !interrupt::asked() {
        if let Some(program) = owed.build(&tools) {
            owed = Changed::default();
            stop(&mut running)?;
            let mut command = server::serve(&program, CLIENT.folder(), server_args);
            running = Some(command.spawn().context("cannot start the server")?);
        }
        let now = wait_for_change(&seen, &mut running)?;
        owed.add(&now.since(&seen));
        seen = now;
    }
    stop(&mut running)?;
    Ok(ExitCode::SUCCESS)
}

fn stop(running: &mut Option<Child>) -> Result<()> {
    if let Some(mut server) = running.take() {
        process::stop(&mut server)?;
    }
    Ok(())
}

/// Returns once the sources have changed and then stood still, or somebody asked to end.
fn wait_for_change(seen: &Snapshot, running: &mut Option<Child>) -> Result<Snapshot> {
    let mut last = Snapshot::take()?;
    loop {
        thread::sleep(LOOK_AGAIN);
        if let Some(server) = running
            && let Some(status) = server.try_wait()?
            && !interrupt::asked()
        {
            eprintln!("The server has ended ({status}). The next change starts it again.");
            *running = None;
        }
        let now = Snapshot::take()?;
        if interrupt::asked() || (now == last && now != *seen) {
            return Ok(now);
        }
        last = now;
    }
}

/// What has to be built. A build that failed is owed until one succeeds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changed {
    client: bool,
    server: bool,
}

impl Changed {
    fn add(&mut self, more: &Self) {
        self.client |= more.client;
        self.server |= more.server;
    }

    /// Builds it; the server's program if all went well and there is something new to start.
    fn build(&self, tools: &Tools) -> Option<PathBuf> {
        if !self.client && !self.server {
            return None;
        }
        match self.try_build(tools) {
            Ok(program) => Some(program),
            Err(_) if interrupt::asked() => None,
            Err(error) => {
                eprintln!("{error:#}. What ran before keeps running; waiting for a change.");
                None
            }
        }
    }

    fn try_build(&self, tools: &Tools) -> Result<PathBuf> {
        let mut steps = Steps::new(usize::from(self.client) + 1);
        if self.client {
            steps.step("client (debug)", |step| Ok(((), CLIENT.build(step, tools)?)))?;
        }
        steps.step("server (debug)", server::build_debug)
    }
}

/// When each source was last written.
#[derive(PartialEq, Eq)]
struct Snapshot(BTreeMap<PathBuf, SystemTime>);

impl Snapshot {
    fn take() -> Result<Self> {
        let mut paths: Vec<_> = SOURCES.into_iter().chain(SERVER_SOURCES).map(|path| root().join(path)).collect();
        paths.sort();
        paths.dedup();
        // A file that vanishes in between is a change like any other.
        let written = |path: PathBuf| {
            let time = fs::metadata(&path).and_then(|about| about.modified()).ok()?;
            Some((path, time))
        };
        Ok(Self(stamp::files(&paths)?.into_iter().filter_map(written).collect()))
    }

    fn since(&self, before: &Self) -> Changed {
        let differs = |path: &&PathBuf| self.0.get(*path) != before.0.get(*path);
        let changed: Vec<_> = self.0.keys().chain(before.0.keys()).filter(differs).collect();
        let touches = |sources: &[&str]| {
            let under = |path: &Path| sources.iter().any(|source| path.starts_with(root().join(source)));
            changed.iter().any(|path| under(path))
        };
        Changed { client: touches(&SOURCES), server: touches(&SERVER_SOURCES) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(files: &[(&str, u64)]) -> Snapshot {
        let entry =
            |(path, time): &(&str, u64)| (root().join(path), SystemTime::UNIX_EPOCH + Duration::from_secs(*time));
        Snapshot(files.iter().map(entry).collect())
    }

    #[test]
    fn a_style_sheet_concerns_the_client_alone() {
        let before = snapshot(&[("style/main.css", 1), ("server/src/lib.rs", 1)]);
        let now = snapshot(&[("style/main.css", 2), ("server/src/lib.rs", 1)]);
        assert_eq!(now.since(&before), Changed { client: true, server: false });
    }

    #[test]
    fn the_pages_concern_both_halves() {
        let now = snapshot(&[("app/src/lib.rs", 1)]);
        assert_eq!(now.since(&snapshot(&[])), Changed { client: true, server: true });
    }

    #[test]
    fn a_removed_file_is_a_change() {
        let before = snapshot(&[("server/src/clock.rs", 1)]);
        assert_eq!(snapshot(&[]).since(&before), Changed { client: false, server: true });
    }
}
