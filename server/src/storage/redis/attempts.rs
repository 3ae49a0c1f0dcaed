use async_trait::async_trait;

use super::RedisStore;
use crate::{
    limits::counter::Key,
    session::UnixMillis,
    storage::{Attempts, Recount, StorageError},
};

/// With the accounts.
#[async_trait]
impl Attempts for RedisStore {
    async fn recount(&self, keys: &[Key], decide: Recount<'_>) -> Result<(), StorageError> {
        self.database.recount(keys, decide).await
    }

    async fn purge_attempts(&self, counted_before: UnixMillis, known_before: UnixMillis) -> Result<u64, StorageError> {
        self.database.purge_attempts(counted_before, known_before).await
    }
}
