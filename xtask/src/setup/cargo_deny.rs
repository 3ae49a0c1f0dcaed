//! cargo-deny, which judges dependencies by `deny.toml`.

use anyhow::Result;

use super::Found;
use super::cargo_tool::CargoTool;
use crate::steps::Step;

pub(crate) const VERSION: &str = "0.20.2";

pub(crate) fn ensure(step: &mut Step) -> Result<Found> {
    CargoTool { package: "cargo-deny", binary: "cargo-deny", version: VERSION }.ensure(step)
}
