//! The program `sessionkeep`: one subcommand a file.

mod backup;
mod config_check;
mod doctor;
mod healthcheck;
mod import;
mod keys;
mod openapi;
mod output;
mod serve;
mod sessions;
mod user;

use std::{
    collections::HashMap,
    io::{self, ErrorKind},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use sessionkeep_types::{Role, limits};

use crate::{
    account::Account,
    auth::{Auth, email::Email},
    boot::Server,
    config::{EXIT_CONFIG, Settings, Sources, sources, table::SETTINGS},
    printable::printable,
    refusal::Refusal,
    session::Caller,
};

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    crate::memory::keep_out_of_dumps();
    let arguments = command().get_matches();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            // One line, causes included.
            eprintln!("sessionkeep: {}", printable(&format!("{error:#}").replace(['\n', '\r'], " ")));
            match error.downcast_ref::<Refusal>() {
                Some(_) => ExitCode::from(EXIT_CONFIG),
                None => ExitCode::FAILURE,
            }
        }
    }
}

fn run(arguments: &ArgMatches) -> anyhow::Result<()> {
    if let Some(("openapi", _)) = arguments.subcommand() {
        return openapi::run();
    }
    let settings = sources::environment(std::env::vars_os())
        .and_then(|environment| Settings::load(&Sources::new(flags(arguments), environment)?));
    let settings = match (settings, arguments.subcommand()) {
        (Err(refusal), Some(("doctor", arguments))) => return doctor::refused(&refusal, arguments),
        (settings, _) => settings?,
    };
    if let Some(("config", _)) = arguments.subcommand() {
        return config_check::run(&settings);
    }
    crate::telemetry::start(&settings.log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        match arguments.subcommand() {
            Some(("import", arguments)) => import::run(&settings, arguments).await,
            Some(("backup", arguments)) => backup::run(&settings, arguments).await,
            Some(("doctor", arguments)) => doctor::run(&settings, arguments).await,
            Some(("healthcheck", _)) => healthcheck::run(&settings).await,
            Some(("user", arguments)) => user::run(&settings, arguments).await,
            Some(("keys", arguments)) => keys::run(&settings, arguments),
            Some(("sessions", arguments)) => sessions::run(&settings, arguments).await,
            _ => serve::run(settings).await,
        }
    });
    // Whatever should be finished is. A thread that reads from a folder in the network may hang for ever.
    runtime.shutdown_background();
    crate::telemetry::finish();
    outcome
}

fn command() -> Command {
    let email = || Arg::new("email").required(true).help("The account's email address");
    Command::new("sessionkeep")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Session management for web applications: short access tokens, rotating refresh tokens")
        .args(SETTINGS.iter().filter(|setting| setting.has_flag()).map(|setting| {
            let help = match setting.default {
                Some(default) if !default.is_empty() => format!("{} [default: {default}]", setting.meaning),
                _ => setting.meaning.to_owned(),
            };
            Arg::new(setting.name)
                .long(sources::flag(setting.name).trim_start_matches('-').to_owned())
                .value_name("VALUE")
                .global(true)
                .help_heading("Settings (each is an environment variable, too)")
                .help(help)
        }))
        .subcommand(Command::new("serve").about("Runs the server (the default)"))
        .subcommand(Command::new("healthcheck").about("Checks that the server at BIND_ADDR is ready; exit status 1 if not"))
        .subcommand(
            Command::new("config")
                .about("Looks at the settings")
                .subcommand_required(true)
                .subcommand(Command::new("check").about("Says whether the server would start with these settings")),
        )
        .subcommand(
            Command::new("user")
                .about("Manages accounts")
                .subcommand_required(true)
                .subcommand(Command::new("list").about("Lists all accounts"))
                .subcommand(
                    Command::new("create")
                        .about("Makes an account; the password is asked for, or read from standard input")
                        .arg(email())
                        .arg(Arg::new("display-name").long("display-name").value_name("NAME"))
                        .arg(role().long("role").default_value("user")),
                )
                .subcommand(
                    Command::new("set-role")
                        .about("Sets what an account may do")
                        .arg(email())
                        .arg(role().required(true)),
                )
                .subcommand(Command::new("disable").about("Disables an account and ends its sessions").arg(email()))
                .subcommand(Command::new("enable").about("Lets an account that was disabled sign in again").arg(email())),
        )
        .subcommand(
            Command::new("keys")
                .about("Manages the keys that sign tokens. A running server sees within a second what is done here")
                .subcommand_required(true)
                .subcommand(Command::new("list").about("Lists the keys and what each does"))
                .subcommand(
                    Command::new("rotate")
                        .about("Makes a new key, which takes over when everybody knows it; removes keys that nothing needs any more")
                        .arg(kind())
                        .arg(Arg::new("in").long("in").value_name("DURATION").value_parser(humantime::parse_duration).help(
                            "When the new key begins to sign [default: 10m for a key that others verify with, 10s for a secret]",
                        )),
                )
                .subcommand(
                    Command::new("retire")
                        .about("Removes a key at once, whoever still has tokens of its. For a key that others may know")
                        .arg(
                            Arg::new("id")
                                .value_name("ID")
                                .required(true)
                                // One in sixty-four begins with one.
                                .allow_hyphen_values(true)
                                .help("Its name, as `keys list` shows it"),
                        )
                        .arg(
                            Arg::new("sign-people-out")
                                .long("sign-people-out")
                                .action(ArgAction::SetTrue)
                                .help("Confirms the removal of a key of refresh tokens: whoever holds one signs in again"),
                        ),
                ),
        )
        .subcommand(Command::new("openapi").about("Prints the API's OpenAPI document"))
        .subcommand(backup::command())
        .subcommand(doctor::command())
        .subcommand(import::command())
        .subcommand(
            Command::new("sessions")
                .about("Lists and ends sessions")
                .subcommand_required(true)
                .subcommand(
                    Command::new("list")
                        .about("Lists the living sessions, an account's newest sign-in first")
                        .arg(Arg::new("user").long("user").value_name("EMAIL").help("Of this account alone")),
                )
                .subcommand(
                    Command::new("revoke")
                        .about("Ends sessions at once, their access tokens included")
                        .arg(Arg::new("id").value_name("ID").help("One session"))
                        .arg(Arg::new("user").long("user").value_name("EMAIL").help("All sessions of this account"))
                        .arg(Arg::new("before").long("before").value_name("TIME").help(
                            "All sessions begun before this time: RFC 3339, or now. To be run after a backup was restored",
                        ))
                        .group(ArgGroup::new("which").args(["id", "user", "before"]).required(true)),
                ),
        )
}

fn kind() -> Arg {
    let kinds = keys::KINDS.map(|(name, _)| name);
    Arg::new("kind").long("kind").value_parser(kinds).default_value("access").help("Which tokens the key is for")
}

fn role() -> Arg {
    Arg::new("role").value_parser(["user", "admin"]).help("What the account may do")
}

fn chosen_role(arguments: &ArgMatches) -> Role {
    Role::from(arguments.get_one::<String>("role").cloned().unwrap_or_default())
}

/// The use cases on the settings' store, for a command that serves nothing: so no page's bundle need be there.
async fn open(settings: &Settings) -> anyhow::Result<Arc<Auth>> {
    let settings = Settings { assets_dir: None, ..settings.clone() };
    Ok(Server::build(&settings).await?.auth)
}

/// The account with this email address.
async fn find(auth: &Auth, email: &str) -> anyhow::Result<Account> {
    let email = Email::entered(email);
    auth.account_of(&email).await?.with_context(|| format!("there is no account {}", email.as_str()))
}

/// Calls `show` with one page of all accounts after the other, newest first. Only one page is in memory.
async fn each_page(auth: &Auth, mut show: impl AsyncFnMut(&[Account]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut before = None;
    loop {
        let accounts = auth.accounts.page(None, before.as_ref(), limits::PAGE_MAX).await?;
        show(&accounts).await?;
        match accounts.into_iter().next_back() {
            Some(last) => before = Some(last.id),
            None => return Ok(()),
        }
    }
}

/// Who acts, in the events of what is done here.
fn operator() -> Caller {
    Caller { ip: String::new(), user_agent: "sessionkeep".to_owned() }
}

/// The settings that were given as flags, wherever on the line they stand.
fn flags(arguments: &ArgMatches) -> HashMap<&'static str, String> {
    let mut innermost = arguments;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    SETTINGS
        .iter()
        .filter(|setting| setting.has_flag())
        .filter_map(|setting| Some((setting.name, innermost.get_one::<String>(setting.name)?.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn a_setting_can_be_a_flag_before_or_after_the_subcommand() {
        for line in [["sessionkeep", "--bind-addr", "x", "serve"], ["sessionkeep", "serve", "--bind-addr", "x"]] {
            let arguments = command().try_get_matches_from(line).expect("accepted");
            assert_eq!(flags(&arguments).get("BIND_ADDR").map(String::as_str), Some("x"));
        }
    }

    #[test]
    fn a_keys_name_may_begin_with_a_hyphen() {
        let flag = "--sign-people-out";
        for (line, id) in [(["-lX", flag], "-lX"), ([flag, "-lX"], "-lX"), ([flag, "--X"], "--X")] {
            let line = ["sessionkeep", "keys", "retire"].into_iter().chain(line);
            let arguments = command().try_get_matches_from(line).expect("accepted");
            let (_, arguments) = arguments.subcommand().and_then(|(_, keys)| keys.subcommand()).expect("retire");
            assert!(arguments.get_flag("sign-people-out"));
            assert_eq!(arguments.get_one::<String>("id").map(String::as_str), Some(id));
        }
    }

    #[test]
    fn secrets_are_no_flags() {
        assert!(command().try_get_matches_from(["sessionkeep", "--access-token-secret", "x"]).is_err());
    }
}
