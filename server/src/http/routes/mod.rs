//! One handler a file, named as the use case that it calls.

pub(super) mod health;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod me;
pub(super) mod refresh;
pub(super) mod register;

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use sessionkeep_types::{AuthResponse, TokenType, User};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{AppState, error::ApiError};
use crate::{auth::SignedIn, session::UnixMillis, storage::Account};

pub(super) async fn not_found() -> ApiError {
    ApiError::not_found()
}

pub(super) async fn method_not_allowed() -> ApiError {
    ApiError::method_not_allowed()
}

/// The account as its owner sees it.
fn user(account: Account) -> User {
    User {
        id: account.id,
        email: account.email,
        display_name: account.display_name,
        role: account.role,
        created_at: rfc3339(account.created_at),
    }
}

fn rfc3339(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// A first access token in the body, a first refresh token in the cookie.
fn signed_in(state: &AppState, signed_in: SignedIn) -> Response {
    let cookie = HeaderMap::from_iter([(header::SET_COOKIE, state.edge.cookie.set(&signed_in.refresh))]);
    let body = AuthResponse {
        access_token: signed_in.access.token,
        token_type: TokenType::Bearer,
        expires_in: signed_in.access.expires_in,
        user: user(signed_in.account),
    };
    (cookie, axum::Json(body)).into_response()
}
