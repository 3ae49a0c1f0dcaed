//! What happened to the own account.

use super::Auth;
use crate::{
    session::{Caller, EventKind},
    storage::{EventFilter, StorageError, StoredEvent},
    token::access::Claims,
};

impl Auth {
    /// A part of the own security events of these kinds, or of all where none is named, newest first, without what rotation copes
    /// with by itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn activity(
        &self,
        claims: &Claims,
        kinds: Vec<EventKind>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let filter = EventFilter { user: Some(claims.user_id.clone()), kinds, without_routine: true };
        self.own_events(&filter, before, limit).await
    }

    /// A part of an account's events, as their owner may see them.
    pub(super) async fn own_events(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let mut events = self.events.page(filter, before, limit).await?;
        // Where an administrator works is nobody's business.
        for stored in events.iter_mut().filter(|stored| stored.event.by.is_some()) {
            stored.event.origin = Caller::default();
        }
        Ok(events)
    }
}
