#![doc = include_str!("../README.md")]

pub mod account;
pub mod session;

/// The type of a secret that does not print, as of [`account::Account::password_hash`].
pub use secrecy::SecretString;
/// Ids, event kinds and reasons, exported again so that a server needs no second dependency.
pub use sessionkeep_types as types;
