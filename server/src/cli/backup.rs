use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command, value_parser};

use super::output::say;
use crate::{
    clock::{Clock as _, SystemClock},
    config::Settings,
    storage::{Database, sqlite::backup::backup},
};

pub(super) fn command() -> Command {
    Command::new("backup").about("Copies the SQLite database, while the server runs or not").arg(
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("Where to; nothing is overwritten"),
    )
}

/// `sessionkeep backup <file>`
pub(super) async fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    let copy = arguments.get_one::<PathBuf>("file").context("say where to")?;
    let Database::Sqlite(file) = &settings.database else {
        bail!(
            "{} is not copied by this command, which is for SQLite: use `pg_dump --format=custom`, which reads it as it is at \
             one moment, or your provider's backups",
            settings.database
        );
    };
    let begun = super::sessions::rfc3339(SystemClock.now())?;
    let copied = backup(file, copy).await?;
    say!(
        "{} has all that was acknowledged before {begun}: {} accounts, {} sessions, {} bytes. It was read whole and found intact.",
        copy.display(),
        copied.accounts,
        copied.sessions,
        copied.bytes
    );
    say!("Keep it apart from the keys. After it was restored, run `sessionkeep sessions revoke --before now` first.");
    Ok(())
}
