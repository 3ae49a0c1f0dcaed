//! What becomes of people's sessions when something breaks: the process, the connection, the disk, the clock.
//!
//! The files named after a fault break one thing at a time.

mod backup;
mod clock;
mod crash;
mod database;
mod disk_full;
mod lost_answer;
mod restore;
mod slow_commit;
mod soak;
mod token;
mod writes;

use crate::support::{Person, program::Program};

/// Starts the program again after it has ended; those who were there find it at its new address.
fn restart(folder: &tempfile::TempDir, people: &mut [&mut Person]) -> Program {
    let server = Program::start(folder.path(), &[]);
    for person in people {
        person.url.clone_from(&server.url);
    }
    server
}
