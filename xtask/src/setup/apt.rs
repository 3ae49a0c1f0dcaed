//! Packages of Debian and Ubuntu.

use std::process::Command;
use std::time::Duration;

use super::on_path;
use crate::process;
use crate::steps::Step;

const LIMIT: Duration = Duration::from_mins(10);

/// Installs a package where nobody else has to be asked: as root, in a container most likely. Whether that went well.
pub(crate) fn install(step: &mut Step, package: &str) -> bool {
    let root = process::answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !root || on_path("apt-get").is_none() {
        return false;
    }
    step.note(&format!("missing, installing Debian's package {package}"));
    [&["update"][..], &["install", "-y", "--no-install-recommends", package]].into_iter().all(|args| {
        let mut apt = Command::new("apt-get");
        process::run(step, apt.args(args).env("DEBIAN_FRONTEND", "noninteractive"), LIMIT).is_ok()
    })
}
