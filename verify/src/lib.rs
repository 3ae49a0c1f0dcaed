//! Accepts Sessionkeep's access tokens, and nothing else.
//!
//! `jsonwebtoken` checks signatures. What it does not look at is checked here, before and after it: the token's form
//! ([`jws`]), its type, its key, and every claim ([`claims`]). The server and every service behind it use the same code.
//!
//! A service gets the keys from the server's JWKS document, or shares its secret:
//!
//! ```no_run
//! # #[cfg(all(feature = "axum", feature = "jwks"))] {
//! use axum::{Router, routing::get};
//! use sessionkeep_verify::{Claims, Verifier};
//!
//! async fn who(claims: Claims) -> String {
//!     claims.user_id.to_string()
//! }
//!
//! let verifier = Verifier::from_jwks("https://auth.example.com/.well-known/jwks.json", "https://auth.example.com", "sessionkeep")
//!     .expect("an https address");
//! let app: Router = Router::new().route("/who", get(who)).with_state(verifier);
//! # }
//! ```
//!
//! A verifier elsewhere cannot know that a session was ended: an access token is worth something there until it expires,
//! fifteen minutes at most. Ask the server where that is too long. Nor does its use confirm a refresh token.

// The examples of the README are compiled with the tests.
#[cfg(all(doctest, feature = "axum", feature = "jwks"))]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(feature = "axum")]
mod axum;
pub mod claims;
#[cfg(feature = "jwks")]
pub mod jwks;
pub mod jws;
mod key;
mod verifier;

#[cfg(feature = "axum")]
pub use axum::{Rejection, bearer, require_access_token};
pub use claims::{Claims, Expected, Refusal};
pub use key::{Algorithm, KeyError, VerifyingKey};
pub use verifier::{Verifier, VerifyError};

// What `Claims` holds: a service needs no other crate for it.
pub use sessionkeep_types::{Role, SessionId, UserId};
