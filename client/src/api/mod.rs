//! The HTTP contract from the browser's side.
//!
//! [`PublicApi`] makes the calls that need no access token, through the [`Transport`] port, so that everything above it is tested
//! without a browser. What never lives here: the calls that need a token, when to refresh, and what a refusal means for the session.

mod clock;
mod error;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod fake;
#[cfg(target_arch = "wasm32")]
pub(crate) mod fetch;
mod public;
mod query;
mod token;
mod transport;

pub use clock::Clock;
pub use error::{ApiError, Kind};
pub use public::{Arrival, PublicApi};
pub(crate) use public::{decode, requested_by_us, with_attempt};
pub(crate) use query::Address;
pub use query::Part;
pub(crate) use token::{bearer, claims, session_of};
pub use transport::{Method, NoAnswer, Pieces, Request, Response, Streamed, Transport};
