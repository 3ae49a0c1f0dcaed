//! How a store is, for whoever watches it. Asked for often: nothing here waits for anybody or reads a table.

use std::time::Duration;

use async_trait::async_trait;

use super::StorageError;
use crate::{clock::Clock, session::UnixMillis};

/// Nobody who watches waits longer for an answer.
pub(super) const AT_ONCE: Duration = Duration::from_millis(500);

/// A store that tells how it is.
#[async_trait]
pub trait Watched: Send + Sync {
    /// How it is now.
    async fn vitals(&self) -> Vitals;
    /// Its own clock, where it goes by one.
    async fn time(&self) -> Result<Option<UnixMillis>, StorageError>;
    /// The times by which old rows are deleted. A store that has a clock of its own goes by that one. Any other store goes by
    /// `clock`, and by how long this process has run since it asked last (`ran`, zero the first time): a clock that is wrong
    /// for a while must not delete what is needed.
    async fn purge_times(&self, clock: &dyn Clock, ran: Duration) -> Result<PurgeTimes, StorageError>;
}

/// What time it is, for deleting rows. They differ where sessions are in another store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurgeTimes {
    /// For sessions.
    pub sessions: UnixMillis,
    /// For security events and counters of attempts.
    pub others: UnixMillis,
}

/// How a store is.
#[derive(Clone, Debug, Default)]
pub struct Vitals {
    /// Its connections.
    pub pools: Vec<PoolVitals>,
    /// How many events wait in Redis for the database; the inner `None`: Redis does not say, the outer: there is none.
    pub outbox: Option<Option<usize>>,
}

/// Connections that are shared.
#[derive(Clone, Copy, Debug)]
pub struct PoolVitals {
    /// One of a few words.
    pub name: &'static str,
    /// How many there are.
    pub open: usize,
    /// How many of them nobody uses.
    pub idle: usize,
    /// How many there may be.
    pub most: usize,
}

impl PoolVitals {
    /// Of one of the library's pools.
    pub(super) fn of<DB: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<DB>) -> Self {
        let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let most = whole(pool.options().get_max_connections());
        Self { name, open: whole(pool.size()), idle: pool.num_idle(), most }
    }
}
