//! Firefox, for the tests that are not Chromium's alone.

use std::env;
use std::path::PathBuf;

use anyhow::Result;

use super::{apt, on_path};
use crate::steps::Step;

/// Debian's. A snap, which is what Ubuntu has, does not see the profile that a test makes.
const PROGRAM: &str = "firefox-esr";

/// The program, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> Result<(Option<PathBuf>, String)> {
    if let Some(named) = env::var_os("FIREFOX").map(PathBuf::from) {
        anyhow::ensure!(named.is_file(), "FIREFOX names {}, which is no file", named.display());
        return Ok((Some(named), "named by FIREFOX".to_owned()));
    }
    if let Some(found) = on_path(PROGRAM) {
        return Ok((Some(found), "found on PATH".to_owned()));
    }
    if apt::install(step, &["firefox-esr", "fonts-dejavu-core"])
        && let Some(found) = on_path(PROGRAM)
    {
        return Ok((Some(found), "installed with apt-get".to_owned()));
    }
    Ok((None, "missing".to_owned()))
}
