//! The server's half, built by Cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::process;
use crate::setup::executable;
use crate::steps::Step;
use crate::workspace::{EVERYTHING, cargo, root, target};

const LIMIT: Duration = Duration::from_hours(1);
const NAME: &str = "sessionkeep";

/// As it is released.
pub(crate) fn build_release(step: &mut Step) -> Result<(PathBuf, String)> {
    build(step, "release", &["--package", "server", "--release"])
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
    process::run(step, cargo(["build", "--locked", "--bin", NAME]).args(selection), LIMIT)?;
    Ok((executable(&target().join(profile), NAME), "built".to_owned()))
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
