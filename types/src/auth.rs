//! Sign-up, sign-in and refresh.

use serde::{Deserialize, Serialize};

use crate::{AccessToken, Password, SessionId, User};

/// Asks for a new account ([`crate::routes::REGISTER`]); it is signed in at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegisterRequest {
    /// Trimmed and compared in lower case and NFC. No [invisible characters](crate::text).
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::email))]
    pub email: String,
    /// See [`crate::limits`].
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::new_password))]
    pub password: Password,
    /// Shown instead of the email address. Surrounding white space is dropped; blank means none. No [invisible
    /// characters](crate::text).
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::display_name))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// Signs in ([`crate::routes::LOGIN`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoginRequest {
    /// Trimmed and compared in lower case and NFC.
    #[cfg_attr(feature = "openapi", schema(examples(crate::openapi::an_email)))]
    pub email: String,
    /// Compared after NFC.
    #[cfg_attr(feature = "openapi", schema(examples(crate::openapi::a_password)))]
    pub password: Password,
    /// False: the cookie ends with the browser's session. Absent means true.
    #[cfg_attr(feature = "openapi", schema(default = yes))]
    #[serde(default = "yes")]
    pub remember_me: bool,
}

fn yes() -> bool {
    true
}

/// Signs out ([`crate::routes::LOGOUT`]). It may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogoutRequest {
    /// The session that is meant, for a client that repeats a sign-out later: the browser's cookie may be of a session that has begun
    /// since. Absent means the cookie's, whichever it is.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
}

/// Sets another password ([`crate::routes::PASSWORD`]). Every session ends; this device gets a new one at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangePasswordRequest {
    /// The one that is to be replaced.
    pub current_password: Password,
    /// See [`crate::limits`].
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::new_password))]
    pub new_password: Password,
}

/// A new access token (RFC 6749, 5.1). The refresh token travels in the cookie alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokenResponse {
    /// For the `Authorization` header.
    pub access_token: AccessToken,
    /// Always `Bearer`.
    pub token_type: TokenType,
    /// Seconds until the access token expires, counted from the answer.
    pub expires_in: u64,
}

/// How the access token is presented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenType {
    /// RFC 6750.
    #[default]
    Bearer,
}

/// The answer to a sign-up or a sign-in: a [`TokenResponse`] with the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuthResponse {
    /// For the `Authorization` header.
    pub access_token: AccessToken,
    /// Always `Bearer`.
    pub token_type: TokenType,
    /// Seconds until the access token expires, counted from the answer.
    pub expires_in: u64,
    /// Who signed in.
    pub user: User,
}

impl AuthResponse {
    /// The token and the account apart.
    #[must_use]
    pub fn into_parts(self) -> (TokenResponse, User) {
        let Self { access_token, token_type, expires_in, user } = self;
        (TokenResponse { access_token, token_type, expires_in }, user)
    }
}
