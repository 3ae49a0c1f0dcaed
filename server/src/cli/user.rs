use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::bail;
use clap::ArgMatches;
use sessionkeep_types::Password;
use words::Language;

use super::{
    chosen_role, each_page, find, open, operator,
    output::{row, say},
};
use crate::{
    auth::{Auth, Credentials, register::RegisterError},
    config::Settings,
};

/// `sessionkeep user ...`. A running server sees within a second what is done here.
pub(super) async fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    let auth = open(settings).await?;
    match arguments.subcommand() {
        Some(("list", _)) => list(&auth).await,
        Some(("create", arguments)) => create(&auth, arguments).await,
        Some(("set-role", arguments)) => set_role(&auth, arguments).await,
        Some(("disable", arguments)) => set_disabled(&auth, arguments, true).await,
        Some(("enable", arguments)) => set_disabled(&auth, arguments, false).await,
        _ => bail!("there is no such subcommand"),
    }
}

async fn list(auth: &Auth) -> anyhow::Result<()> {
    each_page(auth, async |accounts| {
        for account in accounts {
            let state = if account.disabled_at.is_some() { "disabled" } else { "enabled" };
            row(&[&account.id, &account.role.as_str(), &state, &account.email])?;
        }
        Ok(())
    })
    .await
}

async fn create(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    let credentials = Credentials { email: email(arguments), password: ask_password()? };
    let display_name = arguments.get_one::<String>("display-name").cloned();
    let created = auth.create_account(credentials, display_name, chosen_role(arguments), &operator()).await;
    let account = created.map_err(|error| match error {
        RegisterError::Invalid(fields) => {
            let sentences: Vec<String> = fields
                .into_iter()
                .map(|(field, wrong)| format!("{field}: {}", wrong.said(Language::English)))
                .collect();
            anyhow::anyhow!(sentences.join(" "))
        }
        other => other.into(),
    })?;
    say!("{}", account.id);
    Ok(())
}

async fn set_role(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    let account = find(auth, &email(arguments)).await?;
    let role = chosen_role(arguments);
    auth.change_account(&account.id, Some(role.clone()), None, None, &operator()).await?;
    say!("{} is {} now.", account.email, role.as_str());
    Ok(())
}

async fn set_disabled(auth: &Auth, arguments: &ArgMatches, disabled: bool) -> anyhow::Result<()> {
    let account = find(auth, &email(arguments)).await?;
    auth.change_account(&account.id, None, Some(disabled), None, &operator()).await?;
    let state = if disabled { "disabled, its sessions are ended" } else { "enabled" };
    say!("{} is {state}.", account.email);
    Ok(())
}

fn email(arguments: &ArgMatches) -> String {
    arguments.get_one::<String>("email").cloned().unwrap_or_default()
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
