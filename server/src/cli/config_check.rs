use crate::config::Settings;

/// `sessionkeep config check`: the settings have been loaded, so they are accepted.
pub(super) fn run(settings: &Settings) {
    println!("The settings are accepted: the server would answer for {}.", settings.public_origin.as_str());
}
