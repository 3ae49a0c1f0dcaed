//! Measures, so that something can be claimed. Everything is a ratio of two numbers of one run on one machine: a time by itself
//! says more about the machine. `cargo xtask bench` builds the server as it is shipped and runs this.

mod flood;
mod latencies;
mod people;
mod server;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;

use self::{
    flood::{Attack, measure},
    server::Server,
};

/// Two attacks, and what each leaves of protected requests, of refreshes and of other people's sign-ins: a flood of wrong passwords, each
/// from one of many addresses and for an account of its own, which is what costs the server most; and one account that signs
/// in as often as it can.
#[derive(Parser)]
struct Options {
    /// The server's program.
    #[arg(long)]
    program: PathBuf,
    /// Wrong passwords a second.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Seconds of each attack, and of the quiet before them.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Options { program, rate, seconds } = Options::parse();
    let server = Server::start(&program).await?;
    let attacks = [Attack::WrongPasswords { rate }, Attack::OneAccount];
    let report = measure(&server, &attacks, Duration::from_secs(seconds)).await?;
    say(&report.to_string());
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn say(text: &str) {
    println!("{text}");
}
