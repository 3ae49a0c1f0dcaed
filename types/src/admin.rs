//! What administrators see and change.

use serde::{Deserialize, Serialize};

use crate::{Role, UserId};

/// An account as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ManagedUser {
    /// Never changes.
    pub id: UserId,
    /// In lower case and, unless the account is older than that rule, NFC.
    pub email: String,
    /// Null where none was given.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub display_name: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// Whether it may sign in.
    pub disabled: bool,
    /// RFC 3339, UTC.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub created_at: String,
}

/// Changes somebody's account (`PATCH` [`crate::routes::ADMIN_USER`]). What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateUserRequest {
    /// What the account may do from now on. A live access token is refreshed within a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// True ends every session of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}
