use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sessionkeep_types::SessionId;
use tokio::sync::OnceCell;

use crate::{
    clock::Clock,
    session::UnixMillis,
    storage::{Confirmation, Sessions, StorageError},
    token::access::{self, Claims},
};

/// The first use of each generation's access tokens: stored before the request that uses one is answered, so that from then on
/// every instance knows that the head has arrived. (Stored later, a replaced token was still good on another instance.)
///
/// What is stored is remembered for the lifetime of an access token, so that a session is written once a generation and instance.
#[derive(Debug, Default)]
pub struct Confirmations(Mutex<Uses>);

#[derive(Debug, Default)]
struct Uses {
    of: HashMap<SessionId, Arc<FirstUse>>,
    /// At so many the old ones are forgotten.
    sweep_at: usize,
}

#[derive(Debug)]
struct FirstUse {
    generation: u64,
    at: UnixMillis,
    /// Requests that come at once wait for the one that writes.
    stored: OnceCell<()>,
}

impl Confirmations {
    /// Stores that an access token with these claims authenticates a request, unless that is known to be stored.
    ///
    /// # Errors
    /// When the store fails. The request must not be answered then; the next one stores it.
    pub async fn store(&self, claims: &Claims, sessions: &dyn Sessions, clock: &dyn Clock) -> Result<(), StorageError> {
        let Some(first) = self.first_use(claims, clock.now()) else { return Ok(()) };
        let used = [Confirmation { session_id: claims.session_id.clone(), generation: first.generation, at: first.at }];
        first.stored.get_or_try_init(|| sessions.confirm(&used, clock)).await.copied()
    }

    /// `None`: it is stored, or a later generation was used. The head of a sign-in is confirmed from the beginning.
    fn first_use(&self, claims: &Claims, now: UnixMillis) -> Option<Arc<FirstUse>> {
        if claims.generation == 0 {
            return None;
        }
        let mut uses = self.lock();
        match uses.of.get(&claims.session_id) {
            Some(known) if known.generation > claims.generation => return None,
            Some(known) if known.generation == claims.generation => {
                return (!known.stored.initialized()).then(|| Arc::clone(known));
            }
            _ => {}
        }
        uses.sweep(now);
        let first = Arc::new(FirstUse { generation: claims.generation, at: now, stored: OnceCell::new() });
        uses.of.insert(claims.session_id.clone(), Arc::clone(&first));
        Some(first)
    }

    fn lock(&self) -> MutexGuard<'_, Uses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uses {
    const FEW: usize = 1024;

    /// Forgets what no living access token can name, when there are twice as many as after the last time.
    fn sweep(&mut self, now: UnixMillis) {
        if self.of.len() >= self.sweep_at.max(Self::FEW) {
            let horizon = now.minus(access::MAX_LIFETIME * 2);
            self.of.retain(|_, first| first.at >= horizon);
            self.sweep_at = self.of.len() * 2;
        }
    }
}
