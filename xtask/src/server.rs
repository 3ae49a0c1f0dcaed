//! The server's half, built by Cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::process::{self, Running};
use crate::setup::executable;
use crate::steps::Step;
use crate::workspace::{EVERYTHING, cargo, root, target};

const LIMIT: Duration = Duration::from_hours(1);
const NAME: &str = "sessionkeep";

const RELEASE: [&str; 3] = ["--package", "server", "--release"];

/// As it is released.
pub(crate) fn build_release(step: &mut Step) -> Result<(PathBuf, String)> {
    build(step, "release", &RELEASE)
}

/// The same, begun ahead of its step: on a fresh checkout the tools and the client leave processors idle now and then.
pub(crate) struct HeadStart(Running);

impl HeadStart {
    /// Only where there is no program yet: later builds are short, and their errors are wanted in their place.
    pub(crate) fn on_a_fresh_checkout() -> Result<Option<Self>> {
        if program("release").exists() {
            return Ok(None);
        }
        eprintln!("The server is being compiled in the meantime.");
        Ok(Some(Self(Running::begin(&mut command(&RELEASE))?)))
    }

    /// As [`build_release`].
    pub(crate) fn finish(self, step: &mut Step) -> Result<(PathBuf, String)> {
        self.0.finish(step, LIMIT)?;
        Ok((program("release"), "built".to_owned()))
    }
}

/// For the edit loop.
pub(crate) fn build_debug(step: &mut Step) -> Result<(PathBuf, String)> {
    build(step, "debug", &["--package", "server"])
}

/// For the browser tests, which move its clock: from the very selection that the Rust tests are built from.
pub(crate) fn build_for_tests(step: &mut Step) -> Result<(PathBuf, String)> {
    build(step, "debug", &EVERYTHING)
}

fn build(step: &mut Step, profile: &str, selection: &[&str]) -> Result<(PathBuf, String)> {
    process::run(step, &mut command(selection), LIMIT)?;
    Ok((program(profile), "built".to_owned()))
}

fn command(selection: &[&str]) -> Command {
    let mut build = cargo(["build", "--locked", "--bin", NAME]);
    build.args(selection);
    build
}

fn program(profile: &str) -> PathBuf {
    executable(&target().join(profile), NAME)
}

/// The command that starts it with the given client, unless the environment names another.
pub(crate) fn serve(program: &Path, assets: PathBuf, args: &[OsString]) -> Command {
    let mut server = Command::new(program);
    server.current_dir(root()).arg("serve").args(args);
    if std::env::var_os("ASSETS_DIR").is_none() {
        server.env("ASSETS_DIR", assets);
    }
    server
}
