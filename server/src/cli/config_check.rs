use super::output::say;
use crate::{
    boot,
    clock::{Clock as _, SystemClock},
    config::Settings,
    random::SystemRandom,
    storage::{Database, sqlite::check_private},
};

/// `sessionkeep config check`: the settings have been loaded; what they name must be there, too.
pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    boot::client(settings)?;
    if let Database::Sqlite(file) = &settings.database {
        check_private(file)?;
    }
    settings.keys.prepare(SystemClock.now(), &SystemRandom)?;
    say!("The settings are accepted: the server would answer for {}.", settings.public_origin.as_str());
    Ok(())
}
