//! The calls that need an access token. A page gets them from [`super::Session::signed_in`], and never sees a token.

mod admin;
mod authorised;
mod sse;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use admin::LiveEvents;
pub use authorised::{AuthorisedApi, Farewell};
