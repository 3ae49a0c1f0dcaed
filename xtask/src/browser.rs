//! The browser tests and the pictures: a debug client, a server whose clock the tests move, a browser, Playwright.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::client::Profile;
use crate::setup::{chromium, node};
use crate::steps::Steps;
use crate::workspace::end2end;
use crate::{process, server};

/// The client that the tests get.
pub(crate) const TESTED: Profile = Profile::Debug;

/// Everything that Playwright needs is there.
pub(crate) struct Playwright(Command);

impl Playwright {
    /// Gets and builds it all; nothing where there is no browser.
    pub(crate) fn ready() -> Result<Option<Self>> {
        let mut steps = Steps::new(TESTED.steps()? + 3);
        steps.step("npm packages", |step| Ok(((), node::ensure_packages(step, &end2end())?)))?;
        let Some(browser) = steps.step("Chromium", chromium::ensure)? else {
            return Ok(None);
        };
        let mut playwright = playwright(&browser);
        build(&mut steps, &mut playwright)?;
        Ok(Some(Self(playwright)))
    }

    /// Runs it with its own output; whether all went well.
    pub(crate) fn run(mut self, args: &[OsString]) -> Result<bool> {
        process::show(self.0.args(args))
    }
}

/// Builds the client and the server that the tests start.
pub(crate) fn build(steps: &mut Steps, tests: &mut Command) -> Result<()> {
    TESTED.build_from_nothing(steps)?;
    let program = steps.step("server (debug, test-support)", server::build_for_tests)?;
    tests.env("SESSIONKEEP_BIN", program).env("SESSIONKEEP_ASSETS", TESTED.folder());
    Ok(())
}

/// Playwright's program over this browser.
pub(crate) fn playwright(browser: &Path) -> Command {
    let mut playwright = runner();
    playwright.env("CHROMIUM", browser);
    playwright
}

/// Playwright's program, which also runs tests in browsers that are none of its own.
pub(crate) fn runner() -> Command {
    let mut runner = Command::new("node");
    runner.current_dir(end2end()).args(["node_modules/@playwright/test/cli.js", "test"]);
    runner
}

/// What to do where there is no browser.
pub(crate) const NO_BROWSER: &str = "no Chromium: install it, or name it in the environment variable CHROMIUM";

/// `cargo xtask screenshots`.
pub(crate) fn screenshots(args: &[OsString]) -> Result<ExitCode> {
    let Some(playwright) = Playwright::ready()? else { bail!(NO_BROWSER) };
    let all: Vec<_> = ["--config".into(), "screenshots.config.ts".into()].into_iter().chain(args.to_vec()).collect();
    Ok(if playwright.run(&all)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
