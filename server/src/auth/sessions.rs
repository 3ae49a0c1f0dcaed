//! The sessions of an account: listing and ending them, as their owner does.

use sessionkeep_types::{EndReason, SessionId, UserId};

use super::Auth;
use crate::{
    session::{EventKind, Origin, SecurityEvent, Session, UnixMillis},
    storage::{Scope, Step, StorageError, Transacted},
    token::access::Claims,
};

/// What became of a session that was to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// There is none of this id that belongs to the account.
    NotFound,
    /// It is ended, and it was the one that asked.
    Current,
    /// It is ended.
    Other,
}

impl Auth {
    /// The living sessions of an account, the one used last first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn living_sessions(&self, user: &UserId) -> Result<Vec<Session>, StorageError> {
        let now = self.clock.now();
        let mut sessions = self.sessions.of_user(user).await?;
        sessions.retain(|session| !session.is_expired(now));
        Ok(sessions)
    }

    /// Ends one of the own sessions; the current one is signed out by that. One that was ended before is fine, too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(
        &self,
        claims: &Claims,
        id: &SessionId,
        origin: &Origin,
    ) -> Result<SessionEnd, StorageError> {
        let current = *id == claims.session_id;
        let (reason, kind) = if current {
            (EndReason::SignedOut, EventKind::SignedOut)
        } else {
            (EndReason::SignedOutElsewhere, EventKind::SessionEnded)
        };
        let mut own = false;
        let mut step = |session: &Session, now: UnixMillis| {
            own = session.user_id == claims.user_id;
            if own { end_step(session, now, &reason, kind.clone(), origin) } else { Step::default() }
        };
        if let Transacted::Done { ended } = self.sessions.transact(id, &*self.clock, &mut step).await? {
            self.note_ended(&ended);
        }
        Ok(match (own, current) {
            (false, _) => SessionEnd::NotFound,
            (true, true) => SessionEnd::Current,
            (true, false) => SessionEnd::Other,
        })
    }

    /// Ends every own session but the one that asks. False: that one has ended meanwhile, and nothing was done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_other_sessions(&self, claims: &Claims, origin: &Origin) -> Result<bool, StorageError> {
        let now = self.clock.now();
        let scope = Scope::OthersOf(claims.user_id.clone(), claims.session_id.clone());
        let event = SecurityEvent::new(EventKind::SessionsEnded, origin, now).of(&claims.user_id);
        let Some(endings) = self.sessions.end_all(&scope, EndReason::SignedOutElsewhere, &event).await? else {
            return Ok(false);
        };
        self.revocations.note(&endings, now);
        Ok(true)
    }
}

/// The step that ends a session, and reports it, unless it has ended already.
pub(crate) fn end_step(
    session: &Session,
    now: UnixMillis,
    reason: &EndReason,
    kind: EventKind,
    origin: &Origin,
) -> Step {
    if session.ended.is_some() {
        return Step::default();
    }
    let event = SecurityEvent::new(kind, origin, now).of_session(&session.user_id, &session.id);
    let next = Session { ended: Some(session.end(reason.clone(), now)), ..session.clone() };
    Step { next: Some(next), end_others: None, events: vec![event] }
}
