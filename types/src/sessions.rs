//! The sessions of a person, as the person sees them.

use serde::{Deserialize, Serialize};

use crate::{Password, SessionId};

/// One sign-in on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Names it; of no use as a token.
    pub id: SessionId,
    /// Whether the request that asked belongs to it.
    pub current: bool,
    /// When it was signed in. RFC 3339, UTC, like every time here.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub created_at: String,
    /// The latest refresh.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub last_used_at: String,
    /// When it ends unless it is used before, or at its absolute end if that comes first.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub expires_at: String,
    /// Whether the browser is to keep the cookie when it is closed, as the sign-in asked for. The session lives on the server in either
    /// case. True where an older server does not say.
    #[serde(default = "is_kept")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub remember_me: bool,
    /// Where the latest refresh came from; empty where it is not known.
    pub ip: String,
    /// The `User-Agent` header of the latest refresh, as it was sent.
    pub user_agent: String,
    /// The user agent in words, such as `Firefox on Windows`. A label: a client can claim to be anything.
    pub device: String,
}

fn is_kept() -> bool {
    true
}

/// A part of an account's living sessions, the newest sign-in first ([`crate::routes::SESSIONS`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionList {
    /// The entries. Of one's own sessions the first part begins with the current one, which does not count as an entry.
    pub sessions: Vec<Session>,
    /// To be given as `before` to get the next part; null at the end.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub next: Option<String>,
}

/// Ends sessions that began no earlier than one's own (`DELETE` [`crate::routes::SESSION`] and [`crate::routes::SESSIONS`]).
/// Older ones end without it: the body may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EndSessionsRequest {
    /// Proves that the owner of the account asks. It is checked whenever it is sent.
    pub current_password: Password,
}
