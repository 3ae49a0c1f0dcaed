//! Sessionkeep's server. `ARCHITECTURE.md` has the map and the walkthroughs.

#[cfg(all(feature = "test-support", not(debug_assertions)))]
compile_error!("`test-support` gives anybody the server's clock; it must not be in a release build");

pub mod audit;
pub mod auth;
mod background;
pub mod boot;
pub mod brand;
pub mod cli;
pub mod clock;
pub mod config;
mod connections;
#[cfg(feature = "test-support")]
pub mod faults;
mod http;
mod ids;
pub mod keys;
pub mod limits;
mod loopback;
mod memory;
pub mod metrics;
mod metrics_listener;
pub mod password;
mod presence;
mod printable;
mod private_files;
pub mod purge;
pub mod random;
pub mod refusal;
pub mod revocation;
pub mod storage;
pub mod telemetry;
pub mod token;
pub mod vocabulary;

pub use sessionkeep_core::{account, session};
