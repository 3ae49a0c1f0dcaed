//! Packages of Debian and Ubuntu.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::on_path;
use crate::process;
use crate::steps::Step;

const LIMIT: Duration = Duration::from_mins(10);

/// Installs a package where nobody else has to be asked: as root, in a container most likely. Whether that went well.
pub(crate) fn install(step: &mut Step, packages: &[&str]) -> bool {
    let root = process::answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !root || on_path("apt-get").is_none() {
        return false;
    }
    step.note(&format!("missing, installing from Debian: {}", packages.join(", ")));
    process::run(step, &mut apt_get(["update"]), LIMIT).is_ok()
        && process::run(step, apt_get(["install", "-y", "--no-install-recommends"]).args(packages), LIMIT).is_ok()
}

/// Unpacks a package into `folder`, of which nothing is installed or started. Nobody has to be root for that. Whether that
/// went well.
pub(crate) fn unpack(step: &mut Step, package: &str, folder: &Path) -> bool {
    if on_path("apt-get").is_none() || on_path("dpkg-deb").is_none() {
        return false;
    }
    step.note(&format!("missing, getting Debian's package {package}"));
    let download = folder.join("download");
    // What an earlier try has left.
    let _ = fs::remove_dir_all(&download);
    if fs::create_dir_all(&download).is_err() {
        return false;
    }
    let mut got = process::run(step, apt_get(["download", package]).current_dir(&download), LIMIT).is_ok();
    if !got {
        // As a stranger it goes on with the lists that are there.
        let _ = process::run(step, &mut apt_get(["update"]), LIMIT);
        got = process::run(step, apt_get(["download", package]).current_dir(&download), LIMIT).is_ok();
    }
    let Some(file) = got.then(|| fs::read_dir(&download).ok()?.next()?.ok()).flatten() else { return false };
    let unpacked = process::run(step, Command::new("dpkg-deb").arg("-x").arg(file.path()).arg(folder), LIMIT).is_ok();
    let _ = fs::remove_dir_all(&download);
    unpacked
}

fn apt_get<const N: usize>(arguments: [&str; N]) -> Command {
    let mut apt = Command::new("apt-get");
    apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    apt
}
