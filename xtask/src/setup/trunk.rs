//! Trunk, which builds the client.

use anyhow::Result;

use super::Found;
use super::cargo_tool::CargoTool;
use crate::steps::Step;

/// 0.22 needs a newer compiler than `rust-version` names.
pub(crate) const VERSION: &str = "0.21.14";

pub(crate) fn ensure(step: &mut Step) -> Result<Found> {
    CargoTool { package: "trunk", binary: "trunk", version: VERSION }.ensure(step)
}
