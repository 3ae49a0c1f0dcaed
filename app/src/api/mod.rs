//! The HTTP contract from the browser's side.
//!
//! [`PublicApi`] makes the calls that need no access token, [`AuthorisedApi`] the ones that do; both speak through the
//! [`Transport`] port, so that everything above it is tested without a browser. What never lives here: when to
//! refresh, and what a refusal means for the session (see [`crate::session`]).

mod admin;
mod authorised;
mod error;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod fake;
#[cfg(target_arch = "wasm32")]
pub(crate) mod fetch;
mod public;
mod query;
mod sse;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod transport;

pub use admin::LiveEvents;
pub use authorised::{AuthorisedApi, Farewell};
pub use error::{ApiError, Kind};
pub use public::{Arrival, PublicApi};
pub use query::Part;
pub use transport::{Method, NoAnswer, Pieces, Request, Response, Streamed, Transport};
