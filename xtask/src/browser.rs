//! The browser tests and the pictures: a client, a server whose clock the tests move, a browser, Playwright.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::client::Profile;
use crate::setup::chromium::{self, Chromium};
use crate::setup::node;
use crate::steps::Steps;
use crate::workspace::end2end;
use crate::{process, server};

/// The client of a whole test run: what people get. A page loads it in half of the time of a debug client.
pub(crate) const TESTED: Profile = Profile::Release;

/// The client of the edit loop, for chosen tests and for pictures: built in a minute, and with Leptos's warnings.
pub(crate) const EDITED: Profile = Profile::Debug;

/// Everything that Playwright needs is there.
pub(crate) struct Playwright(Command);

impl Playwright {
    /// Gets and builds it all; nothing where there is no browser.
    pub(crate) fn ready(client: Profile) -> Result<Option<Self>> {
        let mut steps = Steps::new(client.steps()? + 3);
        steps.step("npm packages", |step| Ok(((), node::ensure_packages(step, &end2end())?)))?;
        let Some(browser) = steps.step("Chromium", chromium::ensure)? else {
            return Ok(None);
        };
        let mut playwright = playwright(&browser);
        build(&mut steps, client, &mut playwright)?;
        Ok(Some(Self(playwright)))
    }

    /// Runs it with its own output; whether all went well.
    pub(crate) fn run(mut self, args: &[OsString]) -> Result<bool> {
        process::show(self.0.args(args))
    }
}

/// Builds the client and the server that the tests start.
pub(crate) fn build(steps: &mut Steps, client: Profile, tests: &mut Command) -> Result<()> {
    client.build_from_nothing(steps)?;
    let program = steps.step("server (debug, test-support)", server::build_for_tests)?;
    tests.env("SESSIONKEEP_BIN", program).env("SESSIONKEEP_ASSETS", client.folder());
    Ok(())
}

/// Playwright's program over this browser.
pub(crate) fn playwright(browser: &Chromium) -> Command {
    let mut playwright = runner();
    playwright.env("CHROMIUM", &browser.program);
    if let Some(shell) = &browser.shell {
        playwright.env("CHROMIUM_HEADLESS_SHELL", shell);
    }
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
    let Some(playwright) = Playwright::ready(EDITED)? else { bail!(NO_BROWSER) };
    let all: Vec<_> = ["--config".into(), "screenshots.config.ts".into()].into_iter().chain(args.to_vec()).collect();
    Ok(if playwright.run(&all)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
