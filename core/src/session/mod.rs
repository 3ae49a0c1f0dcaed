//! A session and the rules by which its refresh token rotates. Pure: no clock, no randomness, no I/O. [The
//! document](https://github.com/sessionkeep/sessionkeep/blob/main/docs/rotation.md) explains the algorithm; [`rotation::decide`] is it.
//!
//! What never lives here: tokens themselves (this module sees their hashes), HTTP, SQL.

mod cap;
mod event;
mod policy;
mod record;
pub mod rotation;
mod time;

pub use cap::{Cap, LastUse, MOST_SESSIONS};
pub use event::{Caller, SecurityEvent};
pub use policy::{MAX_ABSOLUTE_LIFETIME, OnReuse, Policy, RotationMode};
pub use record::{Client, Ended, ServedAttempts, Session, TokenHash};
pub use rotation::{Decision, NewHead, Presented, apply, decide};
pub use sessionkeep_types::EventKind;
pub use time::UnixMillis;
