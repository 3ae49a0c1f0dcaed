//! The programs of PostgreSQL, to start one for tests alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{apt, executable, on_path};
use crate::process;
use crate::steps::Step;

const OLDEST: u32 = 15;
/// Debian keeps each version in a folder of its own, and puts none on PATH.
const DEBIANS: &str = "/usr/lib/postgresql";

/// The folder that has them, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> (Option<PathBuf>, String) {
    if let Some(found) = find() {
        return (Some(found), "found".to_owned());
    }
    if apt::install(step, &["postgresql"])
        && let Some(found) = find()
    {
        return (Some(found), "installed with apt-get".to_owned());
    }
    (None, "missing".to_owned())
}

fn find() -> Option<PathBuf> {
    // Behind a link: its other programs lie where it really is.
    let program = on_path("postgres").and_then(|program| program.canonicalize().ok());
    let on_path = program.and_then(|program| Some(program.parent()?.to_owned()));
    let versions = fs::read_dir(DEBIANS).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    on_path.into_iter().chain(versions).find(|folder| is_new_enough(folder))
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`. Where the server is, `initdb` is, too.
fn is_new_enough(folder: &Path) -> bool {
    let text = process::answer(Command::new(executable(folder, "postgres")).arg("--version"));
    text.is_some_and(|text| version(&text) >= Some(OLDEST)) && executable(folder, "initdb").is_file()
}

fn version(text: &str) -> Option<u32> {
    text.split_whitespace().nth(2)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_is_the_number_before_the_first_dot() {
        assert_eq!(version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(version("postgres"), None);
    }
}
