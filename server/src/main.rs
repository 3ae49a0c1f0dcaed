//! The program `sessionkeep`; [`server::cli`] is all of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
