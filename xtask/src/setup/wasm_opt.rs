//! wasm-opt, which halves the client: on PATH if it is new enough, else from npm.

use std::process::Command;

use anyhow::{Result, ensure};

use super::{Found, node, on_path};
use crate::process;
use crate::steps::Step;
use crate::workspace::end2end;

/// Older ones do not understand what today's compiler writes.
const OLDEST: u32 = 116;

pub(crate) fn ensure(step: &mut Step) -> Result<Found> {
    let version = on_path("wasm-opt").and_then(|program| process::answer(Command::new(program).arg("--version")));
    if let Some(version) = version.as_deref().and_then(number).filter(|version| *version >= OLDEST) {
        return Ok((None, format!("{version} found on PATH")));
    }
    ensure!(
        node::is_there(),
        "wasm-opt is missing: install binaryen {OLDEST} or newer, or Node.js {} or newer, whose npm gets it",
        node::OLDEST
    );
    let how = node::ensure_packages(step, &end2end())?;
    Ok((Some(node::programs()), how))
}

/// `wasm-opt version 132 (version_132)`.
fn number(text: &str) -> Option<u32> {
    text.strip_prefix("wasm-opt version ")?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_version_is_read_whether_or_not_a_commit_follows() {
        assert_eq!(number("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(number("wasm-opt version 108"), Some(108));
        assert_eq!(number("wasm-opt version 119-12-gabc"), Some(119));
        assert_eq!(number("command not found"), None);
    }
}
