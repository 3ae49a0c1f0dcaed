//! Programs from crates.io in one exact version: on PATH, else in the cache, else prebuilt, else compiled.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::{Found, cache, executable, on_path};
use crate::process;
use crate::steps::Step;
use crate::workspace::cargo;

/// A server of prebuilt programs that answers at all answers within this.
const PREBUILT: Duration = Duration::from_mins(1);
const COMPILED: Duration = Duration::from_mins(30);

pub(crate) struct CargoTool<'a> {
    pub(crate) package: &'a str,
    pub(crate) binary: &'a str,
    pub(crate) version: &'a str,
}

impl CargoTool<'_> {
    pub(crate) fn ensure(&self, step: &mut Step) -> Result<Found> {
        if on_path(self.binary).is_some_and(|program| self.is_right(&program)) {
            return Ok((None, "found on PATH".to_owned()));
        }
        let folder = cache()?.join(format!("{}-{}", self.binary, self.version));
        let bin = folder.join("bin");
        let program = executable(&bin, self.binary);
        if self.is_right(&program) {
            return Ok((Some(bin), "found".to_owned()));
        }
        if process::answer(&mut cargo(["binstall", "-V"])).is_some() {
            step.note("missing, looking for a prebuilt one with cargo binstall");
            let got = process::run(step, &mut self.prebuilt(&folder), PREBUILT);
            if got.is_ok() && self.is_right(&program) {
                return Ok((Some(bin), "got with cargo binstall".to_owned()));
            }
        }
        step.note("missing, compiling it once (a few minutes)");
        let got = process::run(step, &mut self.compiled(&folder, true), COMPILED).or_else(|_| {
            step.note("once more, without the dependencies' pinned versions");
            process::run(step, &mut self.compiled(&folder, false), COMPILED)
        });
        match got {
            Ok(()) if self.is_right(&program) => Ok((Some(bin), "compiled".to_owned())),
            _ => anyhow::bail!(
                "{0} {1} is missing and cannot be compiled here: install it with `cargo install {2} --version {1}`",
                self.binary,
                self.version,
                self.package,
            ),
        }
    }

    fn is_right(&self, program: &Path) -> bool {
        process::answer(Command::new(program).arg("--version")).is_some_and(|text| says_version(&text, self.version))
    }

    fn prebuilt(&self, folder: &Path) -> Command {
        let package = format!("{}@{}", self.package, self.version);
        let mut command = cargo(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]);
        command.arg(folder).arg(package);
        command
    }

    /// In the dev profile, which takes a third of the time: the client's build with the result is as quick.
    fn compiled(&self, folder: &PathBuf, locked: bool) -> Command {
        let mut command = cargo(["install", self.package, "--version", self.version, "--debug", "--root"]);
        command.arg(folder).env("CARGO_PROFILE_DEV_DEBUG", "0");
        if locked {
            command.arg("--locked");
        }
        // A build folder, a target or flags that are meant for the project have no place in a tool.
        for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        command
    }
}

/// `trunk 0.21.14`, `wasm-bindgen 0.2.130 (some commit)`: the second word.
fn says_version(text: &str, version: &str) -> bool {
    text.split_whitespace().nth(1) == Some(version)
}

#[cfg(test)]
mod tests {
    use super::says_version;

    #[test]
    fn only_the_very_version_will_do() {
        assert!(says_version("trunk 0.21.14", "0.21.14"));
        assert!(says_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!says_version("trunk 0.21.1", "0.21.14"));
        assert!(!says_version("", "0.21.14"));
    }
}
