//! `cargo xtask run`: from a bare checkout to a running server.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::client::Profile;
use crate::server::{self, HeadStart};
use crate::steps::Steps;

pub(crate) fn run(server_args: &[OsString]) -> Result<ExitCode> {
    let (program, assets) = everything()?;
    take_over(server::serve(&program, assets, server_args))
}

/// `cargo xtask build`: the same, without a server in the end.
#[expect(clippy::print_stdout, reason = "where the things are is the command's output")]
pub(crate) fn build() -> Result<ExitCode> {
    let (program, assets) = everything()?;
    println!("{}\n{}", program.display(), assets.display());
    Ok(ExitCode::SUCCESS)
}

/// The server and the client's folder, as they are released.
fn everything() -> Result<(PathBuf, PathBuf)> {
    let client = Profile::Release;
    let mut steps = Steps::new(client.steps()? + 1);
    let head_start = HeadStart::on_a_fresh_checkout()?;
    client.build_from_nothing(&mut steps)?;
    let program = steps.step("server (release)", |step| match head_start {
        Some(begun) => begun.finish(step),
        None => server::build_release(step),
    })?;
    Ok((program, client.folder()))
}

/// The server takes this program's place: signals reach it without a go-between, and its exit status is ours.
#[cfg(unix)]
fn take_over(mut server: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::new(server.exec()).context("cannot start the server"))
}

#[cfg(not(unix))]
fn take_over(mut server: Command) -> Result<ExitCode> {
    crate::interrupt::listen()?;
    let status = server.status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
