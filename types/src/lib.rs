//! Sessionkeep's wire contract.
//!
//! Every request, response, id, route and error code that crosses the network stands here, and nothing else does: no
//! I/O, no clock, no cryptography, so the crate builds natively and for `wasm32` with serde alone. Field names are
//! camelCase, codes `SCREAMING_SNAKE_CASE`, times RFC 3339 in UTC, ids `UUIDv7` strings. The feature `openapi`, which a
//! client has no use for, describes all of it for an OpenAPI document.
//!
//! Read in this order: [`routes`] (where), [`auth`], [`user`], [`sessions`], [`events`], [`admin`] and [`connection`] (what is sent and
//! answered), [`error`] (what is answered when it is refused), [`limits`] and [`text`] (what a form may check before it
//! sends).

pub mod admin;
pub mod auth;
mod codes;
pub mod connection;
pub mod error;
pub mod events;
pub mod export;
pub mod ids;
pub mod limits;
#[cfg(feature = "openapi")]
mod openapi;
pub mod routes;
pub mod secret;
pub mod sessions;
pub mod text;
pub mod user;

pub use admin::{ManagedUser, UpdateUserRequest};
pub use auth::{
    AuthResponse, ChangePasswordRequest, LoginRequest, LogoutRequest, RegisterRequest, TokenResponse, TokenType,
};
pub use connection::{Connection, ConnectionRequest, Route};
pub use error::{EndReason, ErrorBody, ErrorCode};
pub use events::{DismissReviewRequest, EventKind, Origin, Page, SecurityEvent};
pub use export::Export;
pub use ids::{RequestId, SessionId, UserId};
pub use secret::{AccessToken, Password};
pub use sessions::{EndSessionsRequest, Session, SessionList};
pub use user::{DeleteAccountRequest, Role, UpdateProfileRequest, User};
