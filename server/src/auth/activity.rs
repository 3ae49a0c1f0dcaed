//! What happened to the own account.

use super::Auth;
use crate::{
    session::Origin,
    storage::{EventFilter, StorageError, StoredEvent},
    token::access::Claims,
};

impl Auth {
    /// A part of the own security events, newest first, without what rotation copes with by itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn activity(
        &self,
        claims: &Claims,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let filter = EventFilter { user: Some(claims.user_id.clone()), kind: None, without_routine: true };
        let mut events = self.events.page(&filter, before, limit).await?;
        // Where an administrator works is nobody's business.
        for stored in events.iter_mut().filter(|stored| stored.event.by.is_some()) {
            stored.event.origin = Origin::default();
        }
        Ok(events)
    }
}
