//! The commands of the README: set-up, run, the edit loop, tests.
//!
//! What lives here: how the product is built and started from a bare checkout. What never does: anything that the
//! product needs while it runs.

#[cfg(test)]
mod arrows;
mod bench;
mod browser;
mod client;
mod dev;
mod engines;
mod interrupt;
mod ports;
mod postgres;
mod process;
mod redis;
mod run;
mod server;
mod setup;
mod sizes;
mod soak;
mod stamp;
mod steps;
mod test;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Sets up, runs and tests Sessionkeep.")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Get what is missing, build the client and the server (release), start the server.
    Run {
        /// Arguments for `sessionkeep serve`.
        #[arg(last = true)]
        server_args: Vec<OsString>,
    },
    /// The same without starting it: prints where the program and the client's folder are.
    Build,
    /// The edit loop: rebuild client and server on change, and start the server again.
    Dev {
        /// Arguments for `sessionkeep serve`.
        #[arg(last = true)]
        server_args: Vec<OsString>,
    },
    /// Format, lints, all Rust tests, tests with other languages, browser tests. With CI set, lints are errors and nothing is skipped.
    Test {
        /// Only this part.
        part: Option<test::Part>,
        /// Arguments for Playwright.
        #[arg(last = true)]
        playwright_args: Vec<OsString>,
    },
    /// Kills the server, cuts connections and fills the disk under hundreds of clients, and checks what became of them.
    Soak(soak::Soak),
    /// Measures what a flood of sign-ins leaves of everything else, on the server as it is released.
    Bench {
        /// Arguments for the measurement: --rate, --seconds.
        #[arg(last = true)]
        args: Vec<OsString>,
    },
    /// Takes pictures of every state of the pages, at four widths, light and dark, into end2end/screenshots/.
    Screenshots {
        /// Arguments for Playwright.
        #[arg(last = true)]
        playwright_args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Run { server_args } => run::run(&server_args),
        Task::Build => run::build(),
        Task::Dev { server_args } => dev::dev(&server_args),
        Task::Test { part, playwright_args } => Ok(test::test(part, &playwright_args)),
        Task::Soak(soak) => soak::soak(&soak),
        Task::Bench { args } => bench::bench(&args),
        Task::Screenshots { playwright_args } => browser::screenshots(&playwright_args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
