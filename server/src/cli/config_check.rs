use crate::{
    boot,
    config::{Refusal, Settings},
};

/// `sessionkeep config check`: the settings have been loaded; what they name must be there, too.
pub(super) fn run(settings: &Settings) -> Result<(), Refusal> {
    boot::client(settings)?;
    println!("The settings are accepted: the server would answer for {}.", settings.public_origin.as_str());
    Ok(())
}
