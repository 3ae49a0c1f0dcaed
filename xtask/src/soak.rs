//! `cargo xtask soak`: the fault test of `server/tests/it/faults/soak`, for as long as somebody likes.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process;
use crate::workspace::{EVERYTHING, cargo};

const TEST: &str = "faults::soak::honest_people_keep_their_sessions_and_ended_ones_stay_ended_whatever_breaks";

#[derive(Args)]
pub(crate) struct Soak {
    /// How long things break.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Repeats the choices of an earlier run, which has printed it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many clients there are.
    #[arg(long, default_value_t = 200)]
    clients: u64,
}

pub(crate) fn soak(soak: &Soak) -> Result<ExitCode> {
    // Not nextest: it shows nothing before the end, and takes a test that runs for minutes for one that hangs.
    let mut test = cargo(["test", "--locked"]);
    test.args(EVERYTHING).args(["--test", "it", "--", "--exact", TEST, "--nocapture"]);
    test.env("SOAK_SECONDS", (soak.minutes * 60).to_string()).env("SOAK_CLIENTS", soak.clients.to_string());
    if let Some(seed) = soak.seed {
        test.env("SOAK_SEED", seed.to_string());
    }
    Ok(if process::show(&mut test)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
