//! The account as its owner sees it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(doc)]
use crate::EventKind;
use crate::{Password, SecurityEvent, UserId};

/// An account ([`crate::routes::ME`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// In lower case and, unless the account is older than that rule, NFC.
    pub email: String,
    /// Null where none was given.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub display_name: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// RFC 3339, UTC.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub created_at: String,
    /// When the password was set. RFC 3339, UTC. Absent where the server is older than this field.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_changed_at: Option<String>,
    /// The latest use of the account's sessions in two places ([`EventKind::REUSE`]) that its owner has not answered (`POST /api/me/review`).
    /// Only in the answer to `GET /api/me?include=review`; absent where nothing waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<SecurityEvent>,
}

/// Changes one's own account (`PATCH` [`crate::routes::ME`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateProfileRequest {
    /// The new name; null removes it. It must be there: a misspelt field must not remove a name.
    #[cfg_attr(feature = "openapi", schema(required = true, schema_with = crate::openapi::display_name))]
    #[serde(deserialize_with = "Option::deserialize")]
    pub display_name: Option<String>,
}

/// Deletes one's own account (`DELETE` [`crate::routes::ME`]). There is no way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeleteAccountRequest {
    /// Proves that it is the owner who asks.
    pub current_password: Password,
}

/// What an account may do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Its own data.
    User,
    /// Everybody's accounts and sessions too.
    Admin,
    /// A role that this version of the crate does not know; treat it as [`Role::User`].
    Unknown(String),
}

impl Role {
    /// The role as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Unknown(other) => other,
        }
    }
}

impl From<String> for Role {
    fn from(role: String) -> Self {
        match role.as_str() {
            "user" => Self::User,
            "admin" => Self::Admin,
            _ => Self::Unknown(role),
        }
    }
}

#[cfg(feature = "openapi")]
crate::openapi::enumerated!(
    Role,
    [Role::User, Role::Admin].map(|role| role.as_str().to_owned()),
    "What an account may do. A newer server may know more: treat a role that you do not know as `user`."
);

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
