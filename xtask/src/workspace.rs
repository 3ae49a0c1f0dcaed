//! Where things are, and the one selection of packages and features that every native build uses.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What clippy, the tests and the browser tests' server are built from. Always the same words: another selection
/// unifies features in another way, and Cargo then builds the dependencies a second time.
pub(crate) const EVERYTHING: [&str; 3] = ["--workspace", "--features", "server/test-support,server/otel,app/ssr"];

/// The client, as Trunk builds it.
pub(crate) const CLIENT: [&str; 10] =
    ["-p", "frontend", "-p", "app", "-p", "sessionkeep-client", "-p", "strength", "--target", WASM];

/// The published crates.
pub(crate) const PUBLISHED: [&str; 6] =
    ["-p", "sessionkeep-types", "-p", "sessionkeep-core", "-p", "sessionkeep-verify"];

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Cargo's output folder: where Cargo put this very program, so that every way to move it is respected.
pub(crate) fn target() -> PathBuf {
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR") {
        return root().join(folder);
    }
    let own = env::current_exe().ok();
    own.as_deref().and_then(|exe| exe.ancestors().nth(2)).map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// The browser tests and their npm packages.
pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}

/// The service in Node that the tests run, and its npm packages.
pub(crate) fn node_example() -> PathBuf {
    root().join("verify").join("examples").join("node-express")
}

/// The Cargo that runs this, in the root of the checkout.
pub(crate) fn cargo<I: AsRef<OsStr>>(args: impl IntoIterator<Item = I>) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(args);
    cargo
}

/// Continuous integration: lints are errors and nothing is skipped.
pub(crate) fn ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
