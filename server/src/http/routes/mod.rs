//! One handler a file, named as the use case that it calls.

pub(super) mod activity;
pub(super) mod admin;
pub(super) mod connection;
pub(super) mod csp_report;
pub(super) mod docs;
pub(super) mod export;
pub(super) mod health;
pub(super) mod jwks;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod me;
pub(super) mod password;
pub(super) mod refresh;
pub(super) mod register;
pub(super) mod review;
pub(super) mod sessions;

use axum::response::{IntoResponse, Response};
use sessionkeep_types::{AuthResponse, Origin, Page, SecurityEvent, Session, SessionId, SessionList, TokenType, User};

use super::{
    AppState, device,
    error::{ApiError, api},
};
use crate::{
    account::Account,
    auth::{Sent, SignedIn},
    clock::rfc3339,
    session,
    storage::StoredEvent,
};

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
        password_changed_at: Some(rfc3339(account.password_changed_at)),
        review: None,
    }
}

/// A part of a list. There may be more where it is full.
fn page<T, W>(entries: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String, wire: impl Fn(T) -> W) -> Page<W> {
    let full = u32::try_from(entries.len()).is_ok_and(|count| count >= limit);
    let next = entries.last().filter(|_| full).map(cursor);
    Page { items: entries.into_iter().map(wire).collect(), next }
}

/// An event as it is told.
fn told(stored: StoredEvent) -> SecurityEvent {
    let StoredEvent { id, event } = stored;
    let origin = |origin: session::Caller| Origin {
        device: device::label(&origin.user_agent),
        ip: origin.ip,
        user_agent: origin.user_agent,
    };
    SecurityEvent {
        id: id.to_string(),
        at: rfc3339(event.at),
        kind: event.kind,
        user_id: event.user_id,
        session_id: event.session_id,
        by: event.by,
        origin: origin(event.origin),
        other: event.other.map(origin),
    }
}

/// A part of a list of sessions. `current` is the one that asks.
fn session_list(sessions: Vec<session::Session>, limit: u32, current: &SessionId) -> SessionList {
    let Page { items, next } =
        page(sessions, limit, |session| session.id.to_string(), |session| listed(session, current));
    SessionList { sessions: items, next }
}

/// A session as a list shows it.
fn listed(session: session::Session, current: &SessionId) -> Session {
    Session {
        current: session.id == *current,
        created_at: rfc3339(session.created_at),
        last_used_at: rfc3339(session.last_used_at),
        expires_at: rfc3339(session.idle_deadline.min(session.absolute_deadline)),
        remember_me: session.remember_me,
        device: device::label(&session.origin.user_agent),
        ip: session.origin.ip,
        user_agent: session.origin.user_agent,
        id: session.id,
    }
}

/// A first access token in the body, a first refresh token in its cookie. `sent` are the cookies that the request brought.
fn signed_in(state: &AppState, sent: &Sent, signed_in: SignedIn) -> Response {
    let cookies = state.edge.cookie.set_first(&signed_in.refresh, sent);
    let body = AuthResponse {
        access_token: signed_in.access.token,
        token_type: TokenType::Bearer,
        expires_in: signed_in.access.expires_in,
        user: user(signed_in.account),
    };
    (cookies, axum::Json(body)).into_response()
}
