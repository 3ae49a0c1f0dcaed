//! Signing keys: where they are kept, which one signs, and which ones tokens may still be signed with.
//!
//! [`source`] finds the keys in the settings and in the folder `KEYS_DIR`, [`strength`] refuses those that are no secret,
//! [`ring`] says by the time what each does, and [`watch`] sees within a second what an operator has changed. Access and
//! refresh tokens have a ring each, and no key is in both.
//!
//! What never lives here: what a token says.

pub mod folder;
mod key;
pub mod ring;
pub mod source;
mod strength;
pub mod watch;

pub use key::Key;
pub use ring::{Keys, Ring};
pub use source::{KeySource, Kind};
pub use watch::Watch;
