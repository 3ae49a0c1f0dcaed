use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use sessionkeep_types::Password;

use super::chosen_role;
use crate::{
    auth::{Auth, Credentials, normalise_email, register::RegisterError},
    boot::Server,
    config::Settings,
    session::{EventKind, Origin, SecurityEvent},
    storage::Account,
};

/// `sessionkeep user ...`. A running server sees within a second what is done here.
pub(super) async fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    // No page is served, so no bundle need be there.
    let settings = Settings { assets_dir: None, ..settings.clone() };
    let auth = Server::build(&settings).await?.auth;
    match arguments.subcommand() {
        Some(("list", _)) => list(&auth).await,
        Some(("create", arguments)) => create(&auth, arguments).await,
        Some(("set-role", arguments)) => set_role(&auth, arguments).await,
        Some(("disable", arguments)) => disable(&auth, arguments).await,
        _ => bail!("there is no such subcommand"),
    }
}

async fn list(auth: &Auth) -> anyhow::Result<()> {
    for account in auth.accounts.list().await? {
        let state = if account.disabled_at.is_some() { "disabled" } else { "enabled" };
        println!("{}\t{}\t{state}\t{}", account.id, account.role.as_str(), account.email);
    }
    Ok(())
}

async fn create(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    let credentials = Credentials { email: email(arguments), password: ask_password()? };
    let display_name = arguments.get_one::<String>("display-name").cloned();
    let created = auth.create_account(credentials, display_name, chosen_role(arguments), &operator()).await;
    let account = created.map_err(|error| match error {
        RegisterError::Invalid(fields) => {
            let sentences: Vec<String> =
                fields.into_iter().map(|(field, sentence)| format!("{field}: {sentence}")).collect();
            anyhow::anyhow!(sentences.join(" "))
        }
        other => other.into(),
    })?;
    println!("{}", account.id);
    Ok(())
}

async fn set_role(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    let account = find(auth, arguments).await?;
    let role = chosen_role(arguments);
    auth.accounts.set_role(&account.id, &role, auth.clock.now()).await?;
    println!("{} is {} now.", account.email, role.as_str());
    Ok(())
}

async fn disable(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    let account = find(auth, arguments).await?;
    let event = SecurityEvent {
        at: auth.clock.now(),
        kind: EventKind::AccountDisabled,
        user_id: Some(account.id.clone()),
        session_id: None,
        origin: operator(),
    };
    auth.accounts.disable(&account.id, &event).await?;
    println!("{} is disabled, its sessions are ended.", account.email);
    Ok(())
}

async fn find(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<Account> {
    let email = normalise_email(&email(arguments));
    auth.accounts.by_email(&email).await?.with_context(|| format!("there is no account {email}"))
}

fn email(arguments: &ArgMatches) -> String {
    arguments.get_one::<String>("email").cloned().unwrap_or_default()
}

fn operator() -> Origin {
    Origin { ip: String::new(), user_agent: "sessionkeep user".to_owned() }
}

fn ask_password() -> anyhow::Result<Password> {
    if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ")?;
        if rpassword::prompt_password("Again: ")? != password {
            bail!("the two passwords differ");
        }
        return Ok(Password::new(password));
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(Password::new(line.trim_end_matches(['\r', '\n'])))
}
