//! What the builds need besides Rust: each tool is looked for first and fetched only if it is missing, into a folder of
//! the project's own; nothing of the user's is replaced.

pub(crate) mod apt;
pub(crate) mod cargo_deny;
pub(crate) mod cargo_tool;
pub(crate) mod chromium;
pub(crate) mod firefox;
pub(crate) mod nginx;
pub(crate) mod node;
pub(crate) mod postgres;
pub(crate) mod prometheus;
pub(crate) mod python;
pub(crate) mod redis;
pub(crate) mod trunk;
pub(crate) mod wasm_bindgen;
pub(crate) mod wasm_opt;
pub(crate) mod wasm_target;
pub(crate) mod webkit;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::steps::Steps;

/// A folder to put before PATH, if the tool is not on it, and how it was come by.
pub(crate) type Found = (Option<PathBuf>, String);

/// What Trunk needs to build the client.
pub(crate) struct Tools(Vec<PathBuf>);

impl Tools {
    /// How many steps `ready` takes.
    pub(crate) fn steps(optimised: bool) -> usize {
        3 + usize::from(optimised)
    }

    /// Looks for everything and gets what is missing. Only an optimised client needs wasm-opt.
    pub(crate) fn ready(steps: &mut Steps, optimised: bool) -> Result<Self> {
        let wasm_bindgen = wasm_bindgen::version()?;
        steps.step("wasm32 target", |step| Ok(((), wasm_target::ensure(step)?)))?;
        let mut folders = vec![
            steps.step(&format!("Trunk {}", trunk::VERSION), trunk::ensure)?,
            steps.step(&format!("wasm-bindgen {wasm_bindgen}"), |step| wasm_bindgen::ensure(step, &wasm_bindgen))?,
        ];
        if optimised {
            folders.push(steps.step("wasm-opt", wasm_opt::ensure)?);
        }
        Ok(Self(folders.into_iter().flatten().collect()))
    }

    /// PATH with the tools in front.
    pub(crate) fn path(&self) -> Result<OsString> {
        path_with(self.0.iter().cloned())
    }
}

/// PATH with these folders in front.
pub(crate) fn path_with(folders: impl IntoIterator<Item = PathBuf>) -> Result<OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(folders.into_iter().chain(env::split_paths(&rest)))?)
}

/// The program of this name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| executable(&folder, name)).find(|file| file.is_file())
}

/// The file that a program of this name has in a folder.
pub(crate) fn executable(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Where the project keeps its own copies of tools.
pub(crate) fn cache() -> Result<PathBuf> {
    let home = || env::home_dir().map(|home| home.join(".cache"));
    let folder = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(home);
    let folder = folder.ok_or_else(|| anyhow::anyhow!("there is no home folder for the tools: set XDG_CACHE_HOME"))?;
    Ok(folder.join("sessionkeep").join("tools"))
}
