//! The question whether it was the owner who used a session in two places. It is open on each of the owner's devices until it is
//! answered, or the password is changed.

use sessionkeep_types::{Password, UserId};

use super::{Auth, sessions::EndSessionsError};
use crate::{
    session::{Caller, EventKind, SecurityEvent},
    storage::{EventFilter, StorageError, StoredEvent},
    token::access::Claims,
};

impl Auth {
    /// The latest reuse that nobody has answered since.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_review(&self, user: &UserId) -> Result<Option<StoredEvent>, StorageError> {
        let answers = [EventKind::ReuseDismissed, EventKind::PasswordChanged];
        let kinds = EventKind::REUSE.iter().cloned().chain(answers).collect();
        let filter = EventFilter { user: Some(user.clone()), kinds, without_routine: false };
        let latest = self.events.page(&filter, None, 1).await?.pop();
        Ok(latest.filter(|stored| EventKind::REUSE.contains(&stored.event.kind)))
    }

    /// Answers it: it was the owner. That is recorded, so that the owner sees an answer of somebody else. An event that is not
    /// the open one is left alone: it was answered before, or something else happened since it was looked at.
    ///
    /// **The rule** is that of ending sessions: a session that began after the event, by a sign-in of its own, may answer
    /// without the password. One that is older may be the thief's.
    ///
    /// # Errors
    /// [`EndSessionsError`]; the question stays open then.
    pub async fn dismiss_review(
        &self,
        claims: &Claims,
        event: &str,
        password: Option<&Password>,
        origin: &Caller,
    ) -> Result<(), EndSessionsError> {
        if let Some(password) = password {
            self.confirm_password(claims, password, origin).await?;
        }
        let open = self.open_review(&claims.user_id).await?;
        let Some(open) = open.filter(|open| open.id.to_string() == event) else { return Ok(()) };
        let now = self.clock.now();
        if password.is_none() {
            let asking = self.sessions.find(&claims.session_id).await?;
            let asking = asking.filter(|asking| asking.ended.is_none()).ok_or(EndSessionsError::Gone)?;
            if asking.created_at <= open.event.at || asking.created_at > now {
                return Err(EndSessionsError::PasswordRequired);
            }
        }
        let answer = SecurityEvent::new(EventKind::ReuseDismissed, origin, now);
        self.events.record(&answer.of_session(&claims.user_id, &claims.session_id)).await?;
        Ok(())
    }
}
