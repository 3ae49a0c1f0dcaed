//! Sessionkeep's server. `ARCHITECTURE.md` has the map and the walkthroughs.

pub mod auth;
pub mod clock;
pub mod config;
#[cfg(feature = "test-support")]
pub mod faults;
mod ids;
pub mod password;
mod private_files;
pub mod random;
pub mod revocation;
pub mod session;
pub mod storage;
pub mod token;
