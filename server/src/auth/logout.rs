//! Sign-out: ends the session of a refresh token.

use sessionkeep_types::{EndReason, SessionId};

use super::{Auth, Sent, end_step};
use crate::{
    limits::TooOften,
    session::{Caller, EventKind, Session},
    storage::{StorageError, Transacted},
};

/// Why nobody was signed out.
#[derive(Debug, thiserror::Error)]
pub enum LogoutError {
    /// Too many requests with tokens of this session.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// The tokens are of another session than the one that is meant.
    #[error("the cookie is of another session")]
    OtherSession,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Auth {
    /// Ends the sessions of the tokens that count, of whatever generation: an old token means a sign-out, too. Where none
    /// counts, every genuine one is ended, since a browser that has lost the companion must not leave its session alive.
    /// Without a genuine token there is nothing to end. The store is not asked about a session that is known to have ended, so
    /// that repeating the request costs nothing and is never refused. Where a session is meant and only tokens of others came, another
    /// session has begun since: nothing is ended.
    ///
    /// # Errors
    /// When the store fails; the answer must not say then that the person is signed out. When there were too many requests. All other
    /// sessions are ended before the first error is returned.
    pub async fn logout(&self, sent: &Sent, meant: Option<&SessionId>, origin: &Caller) -> Result<(), LogoutError> {
        let genuine = self.recognise(sent);
        let counting = self.counting(sent, genuine.clone());
        let mut ending = if counting.is_empty() { genuine } else { counting };
        let were_any = !ending.is_empty();
        ending.retain(|(_, one)| meant.is_none_or(|meant| one.session_id == *meant));
        if were_any && ending.is_empty() {
            return Err(LogoutError::OtherSession);
        }
        let mut outcome = Ok(());
        for (_, genuine) in ending {
            outcome = outcome.and(self.sign_out(&genuine.session_id, origin).await);
        }
        outcome
    }

    async fn sign_out(&self, session: &SessionId, origin: &Caller) -> Result<(), LogoutError> {
        if self.revocations.has_ended(session) {
            return Ok(());
        }
        self.limits.sign_out(session)?;
        let mut step =
            |session: &Session, now| end_step(session, now, &EndReason::SignedOut, EventKind::SignedOut, origin);
        if let Transacted::Done { ended } = self.sessions.transact(session, &*self.clock, &mut step).await? {
            self.note_ended(&ended);
        }
        Ok(())
    }
}
