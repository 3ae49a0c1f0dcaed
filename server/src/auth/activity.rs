//! What happened to the own account.

use sessionkeep_types::UserId;

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
        self.own_events(&claims.user_id, before, limit, true).await
    }

    /// A part of an account's events, as their owner may see them.
    pub(super) async fn own_events(
        &self,
        user: &UserId,
        before: Option<i64>,
        limit: u32,
        without_routine: bool,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let filter = EventFilter { user: Some(user.clone()), kinds: vec![], without_routine };
        let mut events = self.events.page(&filter, before, limit).await?;
        // Where an administrator works is nobody's business.
        for stored in events.iter_mut().filter(|stored| stored.event.by.is_some()) {
            stored.event.origin = Origin::default();
        }
        Ok(events)
    }
}
