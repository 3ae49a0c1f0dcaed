//! The policy from outside: what a service that uses this crate accepts, and what it refuses. One binary; a file a module.

mod axum;
mod claims;
mod jwks;
mod jws;
mod key;
mod mint;
mod mutated;
