//! `sessionkeep doctor`: looks at the settings, the store, the keys, and the way from the public origin to the server, and says
//! what to do about each thing that is not as it should be.

mod keys;
mod network;
mod settings;
mod store;

use std::fmt;

use anyhow::bail;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;

use super::output::{self, say};
use crate::{config::Settings, refusal::Refusal};

pub(super) fn command() -> Command {
    Command::new("doctor")
        .about("Looks for what is wrong with this deployment, and suggests a fix. To be run beside the running server")
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Prints the results as JSON"))
}

/// `sessionkeep doctor`. Status 1 where something fails; a warning is no failure.
pub(super) async fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    let mut checks = settings::look(settings);
    let (found, keys) = keys::look(&settings.keys);
    checks.extend(found);
    checks.extend(store::look(settings).await);
    checks.extend(match keys {
        Some(keys) => network::look(settings, &keys).await,
        None => vec![],
    });
    told(&checks, arguments)
}

/// Where the settings are refused nothing else can be looked at.
pub(super) fn refused(refusal: &Refusal, arguments: &ArgMatches) -> anyhow::Result<()> {
    told(&[Check::fail("settings", format!("{}: {}", refusal.variable, refusal.reason), &refusal.fix)], arguments)
}

fn told(checks: &[Check], arguments: &ArgMatches) -> anyhow::Result<()> {
    if arguments.get_flag("json") {
        output::json(&serde_json::json!({ "checks": checks }))?;
    } else {
        for check in checks {
            say!("{check}");
        }
    }
    match checks.iter().filter(|check| check.verdict == Verdict::Fail).count() {
        0 => Ok(()),
        1 => bail!("1 problem found"),
        count => bail!("{count} problems found"),
    }
}

/// What was looked at and what was found.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Check {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Ok, found: found.into(), fix: None }
    }

    fn warn(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    fn fail(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Fail, found: found.into(), fix: Some(fix.into()) }
    }
}

/// What a server in the network has answered is in it, so it is printed by [`say`].
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        let fix = self.fix.as_ref().map(|fix| format!(". {fix}")).unwrap_or_default();
        write!(f, "{verdict:4}  {:16}  {}", self.what, format_args!("{}{fix}", self.found))
    }
}
