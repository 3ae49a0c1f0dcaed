//! All that is kept of an account, for its owner.

use sessionkeep_types::UserId;

use super::Auth;
use crate::{
    account::Account,
    limits::TooOften,
    session::{Caller, EventKind, SecurityEvent},
    storage::{EventFilter, StorageError, StoredEvent},
    token::access::Claims,
};

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The account is no longer there.
    #[error("the account is no longer there")]
    Gone,
    /// It reads everything, so it may be done now and then.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Auth {
    /// Begins an export, which is recorded: a thief may ask for one. What else is kept comes in parts, by
    /// [`Auth::living_sessions`] and [`Auth::whole_activity`].
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn begin_export(&self, claims: &Claims, origin: &Caller) -> Result<Account, ExportError> {
        self.limits.export(&claims.user_id)?;
        let account = self.accounts.by_id(&claims.user_id).await?.ok_or(ExportError::Gone)?;
        let event = SecurityEvent::new(EventKind::DataExported, origin, self.clock.now());
        self.events.record(&event.of_session(&claims.user_id, &claims.session_id)).await?;
        Ok(account)
    }

    /// A part of the own security events, newest first, what is routine included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn whole_activity(
        &self,
        user: &UserId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let filter = EventFilter { user: Some(user.clone()), kinds: vec![], without_routine: false };
        self.own_events(&filter, before, limit).await
    }
}
