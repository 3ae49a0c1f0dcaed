//! The sessions of an account: listing and ending them, as their owner does.

use sessionkeep_types::{EndReason, Password, SessionId, UserId};

use super::{Auth, confirm_password::ConfirmPasswordError};
use crate::{
    session::{Caller, EventKind, SecurityEvent, Session, UnixMillis},
    storage::{EndedPart, Scope, Step, StorageError},
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

/// Why no session was ended.
#[derive(Debug, thiserror::Error)]
pub enum EndSessionsError {
    /// It takes the current password.
    #[error("the current password is required")]
    PasswordRequired,
    /// The session that asks has ended meanwhile.
    #[error("the session has ended meanwhile")]
    Gone,
    /// The password that was sent could not be confirmed.
    #[error(transparent)]
    Confirm(#[from] ConfirmPasswordError),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
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

    /// Ends one of the own sessions; the current one is signed out by that. One that was ended before is fine, too. One that did
    /// not begin before the current one takes the password.
    ///
    /// # Errors
    /// [`EndSessionsError`]; nothing was ended then.
    pub async fn end_session(
        &self,
        claims: &Claims,
        id: &SessionId,
        password: Option<&Password>,
        origin: &Caller,
    ) -> Result<SessionEnd, EndSessionsError> {
        let current = *id == claims.session_id;
        let (reason, kind) = if current {
            (EndReason::SignedOut, EventKind::SignedOut)
        } else {
            (EndReason::SignedOutElsewhere, EventKind::SessionEnded)
        };
        let begun_before = match password {
            None if current => None,
            password => self.may_end_what_began_before(claims, password, origin).await?,
        };
        let done = if current { SessionEnd::Current } else { SessionEnd::Other };
        let step = |session: &Session, now: UnixMillis| {
            if session.user_id != claims.user_id {
                return (Step::default(), Ok(SessionEnd::NotFound));
            }
            if begun_before.is_none_or(|time| session.created_at < time) {
                return (end_step(session, now, &reason, kind.clone(), origin), Ok(done));
            }
            let is_over = session.ended.is_some() || session.is_expired(now);
            (Step::default(), if is_over { Ok(done) } else { Err(EndSessionsError::PasswordRequired) })
        };
        let transacted = self.sessions.transact_with(id, &*self.clock, step).await?;
        let Some((ended, outcome)) = transacted else { return Ok(SessionEnd::NotFound) };
        self.note_ended(&ended);
        outcome
    }

    /// Ends every own session but the one that asks. Where one of them did not begin before that, this takes the password.
    ///
    /// # Errors
    /// [`EndSessionsError`]; nothing was ended then, unless the store failed in the middle.
    pub async fn end_other_sessions(
        &self,
        claims: &Claims,
        password: Option<&Password>,
        origin: &Caller,
    ) -> Result<(), EndSessionsError> {
        let begun_before = self.may_end_what_began_before(claims, password, origin).await?;
        let now = self.clock.now();
        if let Some(time) = begun_before {
            // One of the two newest is not the one that asks. A session that begins after this look stays.
            let newest = self.sessions.living(&claims.user_id, now, None, 2).await?;
            if newest.iter().any(|other| other.id != claims.session_id && other.created_at >= time) {
                return Err(EndSessionsError::PasswordRequired);
            }
        }
        let scope = Scope::OthersOf { user: claims.user_id.clone(), asking: claims.session_id.clone(), begun_before };
        let event = SecurityEvent::new(EventKind::SessionsEnded, origin, now).of(&claims.user_id);
        let ended = self.end_all(&scope, &EndReason::SignedOutElsewhere, &event).await?;
        ended.map(drop).ok_or(EndSessionsError::Gone)
    }

    /// Which sessions of the account a request may end. **The rule:** without the password a session ends itself and those that
    /// began before it did. The sign-in of a newer session proves more than an old session does: an attacker who holds one,
    /// and not the password, must not end the session that the owner has just begun to lock the attacker out. Two that
    /// began in the same millisecond do not end each other.
    ///
    /// A session that began in the future, because a clock went back, ends no other: it would be newer than each that the owner begins.
    ///
    /// Returns the time before which they must have begun; `None`, after the right password: any time. A password that is
    /// sent is always checked, so that the answer to a wrong one does not depend on the sessions.
    async fn may_end_what_began_before(
        &self,
        claims: &Claims,
        password: Option<&Password>,
        origin: &Caller,
    ) -> Result<Option<UnixMillis>, EndSessionsError> {
        if let Some(password) = password {
            self.confirm_password(claims, password, origin).await?;
            return Ok(None);
        }
        let asking = self.sessions.find(&claims.session_id).await?;
        let asking = asking.filter(|asking| asking.ended.is_none()).ok_or(EndSessionsError::Gone)?;
        let is_in_the_future = asking.created_at > self.clock.now();
        Ok(Some(if is_in_the_future { UnixMillis(0) } else { asking.created_at }))
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
    origin: &Caller,
) -> Step {
    if session.ended.is_some() {
        return Step::default();
    }
    // A sign-out from elsewhere reports which device it was that signed out.
    let other = (kind == EventKind::SessionEnded).then(|| session.origin.clone());
    let event = SecurityEvent::new(kind, origin, now).of_session(&session.user_id, &session.id);
    let event = SecurityEvent { other, ..event };
    let next = Session { ended: Some(session.end(reason.clone(), now)), ..session.clone() };
    Step { next: Some(next), end_others: None, events: vec![event] }
}
