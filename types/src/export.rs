//! All that is kept of an account, for its owner.

use serde::{Deserialize, Serialize};

use crate::{SecurityEvent, Session, User};

/// The file of [`crate::routes::EXPORT`]. What proves who somebody is, hashes of passwords and of tokens, is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// When it was made. RFC 3339, UTC.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub exported_at: String,
    /// The profile.
    pub user: User,
    /// The living sessions, the newest sign-in first.
    pub sessions: Vec<Session>,
    /// What happened, newest first, what is routine included.
    pub events: Vec<SecurityEvent>,
}
