//! Fills [`Revocations`] from the store: at start, and within a fraction of a second after any process changed it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Revocations;
use crate::{
    clock::Clock,
    session::UnixMillis,
    storage::{Sessions, StorageError},
    token::access,
};

/// How often the store is asked whether it has changed.
const POLL: Duration = Duration::from_millis(200);

/// Reads what is needed to start with.
///
/// # Errors
/// When the store cannot be read: a server that does not know what was ended must not start.
pub async fn load(sessions: &dyn Sessions, revocations: &Revocations, clock: &dyn Clock) -> Result<(), StorageError> {
    let (started, now) = (Instant::now(), clock.now());
    revocations.note(&sessions.endings_since(now.minus(access::MAX_LIFETIME + sessions.visible_within())).await?, now);
    revocations.checked(started);
    Ok(())
}

/// Follows the store until `stop`, whatever it is waiting for then.
pub async fn follow(
    sessions: Arc<dyn Sessions>,
    revocations: Arc<Revocations>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    stop.run_until_cancelled(keep_up(&*sessions, &revocations, &*clock)).await;
}

async fn keep_up(sessions: &dyn Sessions, revocations: &Revocations, clock: &dyn Clock) {
    let mut marker = None;
    let mut read_until = clock.now();
    let mut looked_at = read_until;
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (started, now) = (Instant::now(), clock.now());
        if now < looked_at {
            // The clock went back: tokens are in time again whose sessions' ends were forgotten. As at start.
            (marker, read_until) = (None, now.minus(access::MAX_LIFETIME));
        }
        looked_at = now;
        match catch_up(sessions, revocations, marker, read_until, now).await {
            Ok(seen) => {
                if marker != Some(seen) {
                    (marker, read_until) = (Some(seen), now);
                }
                revocations.checked(started);
            }
            // Nobody is let through by mistake: what is not checked for a second is not trusted.
            Err(error) => {
                tracing::warn!(%error, "ended sessions cannot be followed");
                // A store that comes back may have lost what it said last: whatever it says next is news.
                marker = None;
            }
        }
    }
}

async fn catch_up(
    sessions: &dyn Sessions,
    revocations: &Revocations,
    marker: Option<i64>,
    read_until: UnixMillis,
    now: UnixMillis,
) -> Result<i64, StorageError> {
    // What was committed late, or by a process whose clock is behind, is read again. The marker comes first: what is committed between the two reads is seen again at the next tick.
    let seen = sessions.change_marker().await?;
    if marker != Some(seen) {
        revocations.note(&sessions.endings_since(read_until.min(now).minus(sessions.visible_within())).await?, now);
    }
    Ok(seen)
}
