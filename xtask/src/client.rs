//! The browser's half: Trunk builds it, unless nothing that it is made of has changed.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process;
use crate::setup::{Tools, executable, trunk, wasm_bindgen};
use crate::stamp::Stamp;
use crate::steps::{self, Step, Steps};
use crate::workspace::{self, WASM, cargo, root};

const LIMIT: Duration = Duration::from_mins(40);
/// What the client is made of. `dev` watches the same.
pub(crate) const SOURCES: [&str; 12] = [
    "types",
    "client",
    "words",
    "password-rules",
    "app",
    "frontend",
    "strength",
    "style",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
];

/// How the client is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Small, for people: `dist/`.
    Release,
    /// Quick to build and talkative, for the edit loop and the tests: beside Cargo's own output.
    Debug,
}

impl Profile {
    /// Where the client goes, and from where the server takes it.
    pub(crate) fn folder(self) -> PathBuf {
        match self {
            Self::Release => root().join("dist"),
            Self::Debug => workspace::target().join("client-debug"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }

    fn optimised(self) -> bool {
        matches!(self, Self::Release)
    }

    fn stamp(self) -> Result<Stamp> {
        let inputs = SOURCES.map(|path| root().join(path));
        let file = workspace::target().join(format!("client-{}.stamp", self.name()));
        Stamp::new(file, self.folder(), &inputs, &[self.name(), trunk::VERSION, &wasm_bindgen::version()?])
    }

    /// Whether the client is already there as its sources make it.
    pub(crate) fn is_fresh(self) -> Result<bool> {
        Ok(self.stamp()?.is_fresh())
    }

    /// How many steps `build_from_nothing` takes.
    pub(crate) fn steps(self) -> Result<usize> {
        Ok(if self.is_fresh()? { 1 } else { Tools::steps(self.optimised()) + 1 })
    }

    /// The client, with all that its build needs; a fresh one needs nothing.
    pub(crate) fn build_from_nothing(self, steps: &mut Steps) -> Result<()> {
        let name = format!("client ({})", self.name());
        if self.is_fresh()? {
            return steps.step(&name, |_| Ok(((), "nothing has changed".to_owned())));
        }
        let tools = Tools::ready(steps, self.optimised())?;
        steps.step(&name, |step| Ok(((), self.build(step, &tools)?)))
    }

    /// The client, with tools that are there.
    pub(crate) fn build(self, step: &mut Step, tools: &Tools) -> Result<String> {
        let stamp = self.stamp()?;
        // Trunk works offline, so that it looks for no tools of its own; the crates have to be there by then.
        process::run(step, &mut cargo(["fetch", "--locked", "--target", WASM]), LIMIT)?;
        let path = tools.path()?;
        let program =
            std::env::split_paths(&path).map(|folder| executable(&folder, "trunk")).find(|file| file.is_file());
        let mut trunk = Command::new(program.context("Trunk is gone")?);
        trunk.current_dir(root()).args(["build", "--offline=true", "--dist"]).arg(self.folder());
        if self.optimised() {
            trunk.arg("--release");
        }
        // RUST_LOG is meant for the server, and Trunk refuses the customary NO_COLOR=1.
        trunk.env("PATH", path).env_remove("RUST_LOG").env_remove("NO_COLOR");
        if !steps::watched() {
            trunk.env("TRUNK_COLOR", "never");
        }
        process::run(step, &mut trunk, LIMIT)?;
        let compressed = self.compress();
        stamp.write()?;
        Ok(if compressed { "built and compressed" } else { "built" }.to_owned())
    }

    /// Puts a `.br` and a `.gz` beside every file: for people as small as they get; else quickly, since a server that was built for
    /// the edit loop takes seconds to compress what a page loads, and each test has one. Node can do it, and is there unless
    /// wasm-opt came from elsewhere; without them the server compresses as it goes.
    fn compress(self) -> bool {
        const SCRIPT: &str = "
            const fs = require('fs'), zlib = require('zlib'), [, folder, brotli, gzip] = process.argv;
            const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: Number(brotli) };
            for (const name of fs.readdirSync(folder).filter((name) => /\\.(js|wasm|css|svg)$/.test(name))) {
                const file = `${folder}/${name}`, bytes = fs.readFileSync(file);
                fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(bytes, { params }));
                fs.writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: Number(gzip) }));
            }";
        let [brotli, gzip] = if self.optimised() { ["11", "9"] } else { ["1", "1"] };
        process::answer(Command::new("node").args(["-e", SCRIPT]).arg(self.folder()).args([brotli, gzip])).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrows;

    #[test]
    fn a_change_in_any_crate_of_the_client_builds_it_anew() {
        for folder in arrows::folders_below(&["frontend", "strength"]).expect("manifests") {
            assert!(SOURCES.contains(&folder.as_str()), "{folder}");
        }
    }
}
