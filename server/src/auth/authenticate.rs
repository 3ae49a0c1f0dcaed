//! A protected request: what its access token is worth. No query but for the first use of each generation, unless the memory
//! of ended sessions is out of date.

use super::Auth;
use crate::{
    revocation::Standing,
    storage::StorageError,
    token::access::{Claims, Refusal},
};

/// Why an access token is worth nothing.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// Genuine, but its time is over: refresh.
    #[error("the access token has expired")]
    Expired,
    /// Genuine, but older than what the person may do now: refresh.
    #[error("the access token is older than the session's version")]
    Stale,
    /// Forged, malformed, or of another kind.
    #[error("not an access token of ours")]
    Invalid,
    /// Genuine and in time, but its session was ended.
    #[error("the session of the access token was ended")]
    Revoked,
    /// Whether it was ended cannot be told at the moment.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Auth {
    /// What a genuine token in its time, of a living session, says. Its use confirms the refresh token it came with.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub async fn authenticate(&self, token: &str) -> Result<Claims, AuthenticateError> {
        let now = self.clock.now();
        let claims = self.access_tokens.verify(token, now).map_err(|error| match error {
            Refusal::Expired => AuthenticateError::Expired,
            Refusal::Invalid => AuthenticateError::Invalid,
        })?;
        let standing = match self.revocations.standing(&claims) {
            Some(known) => known,
            None => self.standing_in_store(&claims).await?,
        };
        match standing {
            Standing::Ended => Err(AuthenticateError::Revoked),
            Standing::Stale => Err(AuthenticateError::Stale),
            Standing::Live => {
                self.confirmations.store(&claims, &*self.sessions, &*self.clock).await?;
                Ok(claims)
            }
        }
    }

    async fn standing_in_store(&self, claims: &Claims) -> Result<Standing, StorageError> {
        Ok(match self.sessions.find(&claims.session_id).await? {
            Some(session) if session.ended.is_none() => {
                if claims.ver < session.ver {
                    Standing::Stale
                } else {
                    Standing::Live
                }
            }
            _ => Standing::Ended,
        })
    }
}
