//! Sessionkeep's server.

pub mod clock;
mod ids;
pub mod random;
pub mod session;
pub mod token;
