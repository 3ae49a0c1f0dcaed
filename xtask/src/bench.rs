//! Measurements, for people who have the time: nothing in them can fail a build.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::steps::Steps;
use crate::workspace::cargo;
use crate::{process, server};

/// Builds the server as it is released, and measures.
pub(crate) fn bench(args: &[OsString]) -> Result<ExitCode> {
    let mut steps = Steps::new(1);
    let program = steps.step("server (release)", server::build_release)?;
    let mut bench = cargo(["run", "--locked", "--quiet", "--release", "--package", "bench", "--", "--program"]);
    bench.arg(program).args(args);
    Ok(if process::show(&mut bench)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
