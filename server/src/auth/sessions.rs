//! The sessions of an account: listing and ending them, as their owner does.

use sessionkeep_types::{EndReason, SessionId, UserId};

use super::Auth;
use crate::{
    session::{EventKind, Origin, SecurityEvent, Session, UnixMillis},
    storage::{EndedPart, Scope, Step, StorageError, Transacted},
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
    /// A part of an account's living sessions, the newest sign-in first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn living_sessions(
        &self,
        user: &UserId,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError> {
        self.sessions.living(user, self.clock.now(), before, limit).await
    }

    /// A part of the own living sessions but the current one, the newest sign-in first; and the current one, with the first
    /// part alone, so that it is found however many others there are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn own_sessions(
        &self,
        claims: &Claims,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<(Option<Session>, Vec<Session>), StorageError> {
        let current = match before {
            None => self.sessions.find(&claims.session_id).await?,
            Some(_) => None,
        };
        let mut others = self.living_sessions(&claims.user_id, before, limit.saturating_add(1)).await?;
        others.retain(|session| session.id != claims.session_id);
        others.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok((current.filter(|current| current.ended.is_none() && !current.is_expired(self.clock.now())), others))
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
        Ok(self.end_all(&scope, &EndReason::SignedOutElsewhere, &event).await?.is_some())
    }

    /// Ends the sessions of `scope`, part by part. Returns how many; `None`: the caller has lost the right to it meanwhile.
    ///
    /// # Errors
    /// When the store fails: some of them are ended then.
    pub(crate) async fn end_all(
        &self,
        scope: &Scope,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<usize>, StorageError> {
        let (mut count, mut after) = (0, None);
        loop {
            let part = self.sessions.end_part(scope, after.as_deref(), reason, event).await?;
            let Some(EndedPart { endings, next }) = part else { return Ok(None) };
            self.revocations.note(&endings, event.at);
            count += endings.len();
            if next.is_none() {
                return Ok(Some(count));
            }
            after = next;
        }
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
