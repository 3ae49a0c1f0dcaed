//! What an access token says (RFC 9068), and whether that is true now.

use serde::{Deserialize, Deserializer, Serialize};
use sessionkeep_types::{Role, SessionId, UserId};

use crate::{
    VerifyingKey,
    jws::{NotGenuine, Unverified},
};

/// The header's `typ` of access tokens (RFC 9068, 2.1).
pub const TYPE: &str = "at+jwt";

/// No access token lives longer, in seconds.
pub const MAX_LIFETIME: i64 = 15 * 60;

/// How far the clock of another machine may be ahead when it stamps `iat` or `nbf`, in seconds. `exp` has no leeway.
pub const LEEWAY: i64 = 5;

/// What a genuine token in its time says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whose token it is (`sub`).
    pub user_id: UserId,
    /// The session it belongs to (`sid`).
    pub session_id: SessionId,
    /// The generation of the refresh token it was made with (`gen`).
    pub generation: u64,
    /// The session's version at that time (`ver`).
    pub ver: u32,
    /// What the person might do then (`role`).
    pub role: Role,
    /// When its time is over (`exp`), in seconds since 1970-01-01 UTC.
    pub expires_at: i64,
}

/// Why an access token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Genuine, but its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Anything else.
    #[error("not an access token of ours")]
    Invalid,
}

impl From<NotGenuine> for Refusal {
    fn from(_: NotGenuine) -> Self {
        Self::Invalid
    }
}

/// Who must have made a token, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// `iss`: the server's public origin, unless it is told otherwise.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
}

/// The payload as it stands in the token. Strictly typed, no map, nothing flattened: a claim that is missing, doubled or of
/// another type refuses the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    /// Issuer.
    pub iss: String,
    /// Audience: one, not a list.
    pub aud: String,
    /// Subject.
    pub sub: UserId,
    /// Expiry, in whole seconds.
    pub exp: i64,
    /// Time of issue, in whole seconds.
    pub iat: i64,
    /// Not before, in whole seconds. Ours have none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub nbf: Option<i64>,
    /// The token's own id.
    pub jti: String,
    /// Session.
    pub sid: SessionId,
    /// Generation.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// Version.
    pub ver: u32,
    /// Role.
    pub role: Role,
}

/// `null` is no number.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(deserializer).map(Some)
}

impl Expected {
    /// What `token` says, if `key`, which it names, signed it, and everything that it says is as it must be at `now`, in seconds
    /// since 1970-01-01 UTC.
    ///
    /// # Errors
    /// [`Refusal::Expired`] only for a token that is right in everything but its time.
    pub fn verify(&self, token: &Unverified<'_>, key: &VerifyingKey, now: i64) -> Result<Claims, Refusal> {
        self.judge(token.open(key)?, now)
    }

    fn judge(&self, wire: Wire, now: i64) -> Result<Claims, Refusal> {
        let life = wire.exp.checked_sub(wire.iat).ok_or(Refusal::Invalid)?;
        let latest = now.saturating_add(LEEWAY);
        let ours = wire.iss == self.issuer
            && wire.aud == self.audience
            && (0..=latest).contains(&wire.iat)
            && wire.nbf.is_none_or(|nbf| (0..=latest).contains(&nbf))
            && (0..=MAX_LIFETIME).contains(&life)
            && ![wire.sub.as_str(), wire.sid.as_str(), &wire.jti].contains(&"");
        if !ours {
            return Err(Refusal::Invalid);
        }
        if wire.exp <= now {
            return Err(Refusal::Expired);
        }
        Ok(Claims {
            user_id: wire.sub,
            session_id: wire.sid,
            generation: wire.generation,
            ver: wire.ver,
            role: wire.role,
            expires_at: wire.exp,
        })
    }
}
