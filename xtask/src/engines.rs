//! The main steps of a session in Firefox and in `WebKitGTK`, as Debian packages them. Playwright drives neither; it only runs the
//! tests, which speak to the browsers themselves.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::browser::{self, TESTED};
use crate::process;
use crate::setup::{firefox, node, webkit};
use crate::steps::Steps;
use crate::workspace::{end2end, target};

/// Both together take about a minute.
const LIMIT: Duration = Duration::from_mins(10);

#[derive(Clone, Copy)]
pub(crate) enum Engine {
    Firefox,
    WebKit,
}

impl Engine {
    /// Gets and builds all that its tests need: the command that runs them, or nothing where there is no such browser.
    pub(crate) fn ready(self) -> Result<Option<Tests>> {
        let mut steps = Steps::new(TESTED.steps()? + 3);
        let mut tests = browser::runner();
        tests.args(["--config", "engines.config.ts", "--project"]);
        match self {
            Self::Firefox => {
                let Some(program) = steps.step("Firefox", firefox::ensure)? else { return Ok(None) };
                tests.arg("firefox").env("FIREFOX", program);
            }
            Self::WebKit => {
                if !steps.step("WebKitGTK", |step| Ok(webkit::ensure(step)))? {
                    return Ok(None);
                }
                tests.arg("webkit");
            }
        }
        steps.step("npm packages", |step| Ok(((), node::ensure_packages(step, &end2end())?)))?;
        browser::build(&mut steps, TESTED, &mut tests)?;
        Ok(Some(Tests(tests)))
    }

    /// What to do where there is no such browser.
    pub(crate) fn missing(self) -> &'static str {
        match self {
            Self::Firefox => "no Firefox: install firefox-esr, or name it in the environment variable FIREFOX",
            Self::WebKit => "no WebKitGTK: install webkit2gtk-driver and xvfb",
        }
    }
}

/// The tests, with everything that they need.
pub(crate) struct Tests(Command);

impl Tests {
    /// Runs them with their own output; whether all went well. Whatever became of them, no browser is left, nor its profile.
    pub(crate) fn run(mut self) -> Result<bool> {
        let folder = target().join("engines");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let done = process::show_as_group(self.0.env("TMPDIR", &folder), LIMIT);
        let _ = fs::remove_dir_all(&folder);
        done
    }

    /// Where their results are written.
    pub(crate) fn results() -> PathBuf {
        end2end().join("test-results").join("engines.xml")
    }
}
