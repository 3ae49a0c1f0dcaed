//! Turns within this process: many requests about one session shall not wait for each other in the store, where each of
//! them holds what others need.

use std::hash::{BuildHasher as _, RandomState};

use sessionkeep_types::SessionId;
use tokio::sync::{Mutex, MutexGuard};

/// More than there are requests at once. Two sessions that fall on one wait for each other for no reason, and that is all.
const STRIPES: usize = 1024;

/// Whose turn it is.
pub(super) struct Turns {
    stripes: Vec<Mutex<()>>,
    hash: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(), hash: RandomState::new() }
    }
}

impl Turns {
    /// Waits for those who came before.
    pub(super) async fn of(&self, id: &SessionId) -> MutexGuard<'_, ()> {
        let stripe = usize::try_from(self.hash.hash_one(id)).unwrap_or(usize::MAX) % STRIPES;
        self.stripes[stripe].lock().await
    }
}
