//! Rust's standard library for the browser.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process;
use crate::steps::Step;
use crate::workspace::WASM;

pub(crate) fn ensure(step: &mut Step) -> Result<String> {
    if is_there() {
        return Ok("found".to_owned());
    }
    // For the toolchain in use: rustup's own variables, which say which, are passed on.
    let mut rustup = Command::new("rustup");
    let got = process::run(step, rustup.args(["target", "add", WASM]), Duration::from_mins(5));
    if got.is_ok() && is_there() {
        return Ok("added with rustup".to_owned());
    }
    bail!(
        "this Rust has no {WASM} target and `rustup target add {WASM}` cannot add it: \
         install Rust with rustup (https://rustup.rs), or see docs/development.md for the way without it"
    )
}

fn is_there() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = process::answer(Command::new(rustc).args(["--print", "target-libdir", "--target", WASM]));
    folder.is_some_and(|folder| has_core(Path::new(&folder)))
}

fn has_core(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = Path::new(&name);
        name.extension().is_some_and(|end| end == "rlib")
            && name.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("libcore-"))
    })
}
