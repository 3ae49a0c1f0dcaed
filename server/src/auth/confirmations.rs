use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sessionkeep_types::SessionId;

use crate::{
    clock::Clock,
    session::UnixMillis,
    storage::{Confirmation, Sessions, StorageError},
    token::access::{self, Claims},
};

/// Which generations' access tokens were used: noted at once, written in batches, and asked before each decision.
///
/// An entry stays for the lifetime of an access token, so that a busy session is written once a generation and not once
/// a batch.
#[derive(Debug, Default)]
pub struct Confirmations(Mutex<HashMap<SessionId, Noted>>);

#[derive(Clone, Copy, Debug)]
struct Noted {
    generation: u64,
    at: UnixMillis,
    written: bool,
}

impl Confirmations {
    /// Notes that an access token with these claims authenticated a request.
    pub fn note(&self, claims: &Claims, now: UnixMillis) {
        let mut all = self.lock();
        match all.get(&claims.session_id) {
            Some(noted) if noted.generation >= claims.generation => {}
            _ => {
                let noted = Noted { generation: claims.generation, at: now, written: false };
                all.insert(claims.session_id.clone(), noted);
            }
        }
    }

    /// The latest generation of the session that was used, and when it was used first.
    pub fn of(&self, session: &SessionId) -> Option<(u64, UnixMillis)> {
        self.lock().get(session).map(|noted| (noted.generation, noted.at))
    }

    /// Writes what is not written yet, and forgets what no living access token can name.
    ///
    /// # Errors
    /// When the store fails; everything is kept for the next time.
    pub async fn write(&self, sessions: &dyn Sessions, clock: &dyn Clock) -> Result<(), StorageError> {
        let now = clock.now();
        let batch: Vec<Confirmation> = {
            let mut all = self.lock();
            let horizon = now.minus(access::MAX_LIFETIME * 2);
            all.retain(|_, noted| !noted.written || noted.at >= horizon);
            all.iter()
                .filter(|(_, noted)| !noted.written)
                .map(|(id, noted)| Confirmation { session_id: id.clone(), generation: noted.generation, at: noted.at })
                .collect()
        };
        if batch.is_empty() {
            return Ok(());
        }
        sessions.confirm(&batch, clock).await?;
        let mut all = self.lock();
        for confirmation in batch {
            if let Some(noted) = all.get_mut(&confirmation.session_id)
                && noted.generation == confirmation.generation
            {
                noted.written = true;
            }
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Noted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
