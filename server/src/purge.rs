//! Deletes rows that are too old to be needed.
//!
//! The clock of one instance may be wrong, and what it deletes is gone for all of them. So the store says what time it is:
//! [`Watched::purge_times`](crate::storage::Watched::purge_times).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    limits::guessing,
    metrics::Metrics,
    storage::{StorageError, Stores},
};

/// The time between two passes.
pub const EVERY: Duration = Duration::from_hours(1);
/// A session's row outlives its absolute end by this, so that a late client is told that it has expired.
const KEEP_ENDED: Duration = Duration::from_hours(24 * 7);

/// What a pass needs.
pub struct Purge {
    /// The store.
    pub stores: Stores,
    /// The machine's clock. A store that has a clock of its own does not ask it.
    pub clock: Arc<dyn Clock>,
    /// Counts the deleted rows.
    pub metrics: Arc<Metrics>,
    /// How long security events are kept. `None`: for ever.
    pub event_retention: Option<Duration>,
}

impl Purge {
    /// Makes a pass at the start and then once an hour, until `stop`.
    pub async fn follow(self, stop: CancellationToken) {
        let working = async {
            let mut ticks = interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut last = None;
            loop {
                ticks.tick().await;
                let started = Instant::now();
                let ran = last.replace(started).map_or(Duration::ZERO, |last| started.duration_since(last));
                self.pass(ran).await;
            }
        };
        stop.run_until_cancelled(working).await;
    }

    /// Deletes what is too old. `ran` is how long this process has run since its previous pass, zero for the first one. It
    /// must come from a clock that nobody can set.
    pub async fn pass(&self, ran: Duration) {
        let Stores { sessions, events, attempts, watched, .. } = &self.stores;
        let times = match watched.purge_times(&*self.clock, ran).await {
            Ok(times) => times,
            Err(error) => {
                tracing::warn!(%error, "old rows could not be deleted: the store does not tell the time");
                return;
            }
        };
        let purged = |what: &'static str, rows: Result<u64, StorageError>| match rows {
            Ok(0) => {}
            Ok(rows) => {
                self.metrics.purged(what, rows);
                tracing::info!(rows, what, "deleted what nothing needs any more");
            }
            Err(error) => tracing::warn!(%error, what, "old rows could not be deleted"),
        };
        purged("sessions", sessions.purge(times.sessions.minus(KEEP_ENDED)).await);
        if let Some(retention) = self.event_retention {
            purged("events", events.forget(times.others.minus(retention)).await);
        }
        let (counted, known) = (times.others.minus(guessing::REMEMBERED), times.others.minus(guessing::KNOWN));
        if let Err(error) = attempts.purge_attempts(counted, known).await {
            tracing::warn!(%error, "old counts of attempts could not be deleted");
        }
    }
}
