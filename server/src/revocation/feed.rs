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
    let started = Instant::now();
    let since = earlier_clock(sessions, clock).await?.minus(access::MAX_LIFETIME + sessions.visible_within());
    revocations.note(&sessions.endings_since(since).await?, clock.now());
    revocations.checked(started);
    Ok(())
}

/// Which of the two clocks is behind. Endings bear the time of the store's, so an instance whose clock is ahead would ask for
/// none of them; access tokens are judged by the instance's, so one whose clock is behind accepts older ones.
async fn earlier_clock(sessions: &dyn Sessions, clock: &dyn Clock) -> Result<UnixMillis, StorageError> {
    Ok(sessions.session_time(clock).await?.min(clock.now()))
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
    // `None`: what any living access token may need is to be read, as at the start.
    let (mut marker, mut read_until) = (None, None);
    let mut looked_at = clock.now();
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (started, now) = (Instant::now(), clock.now());
        if now < looked_at {
            // The clock went back: tokens are in time again whose sessions' ends were forgotten.
            (marker, read_until) = (None, None);
        }
        looked_at = now;
        match catch_up(sessions, revocations, clock, marker, read_until).await {
            Ok((seen, until)) => {
                (marker, read_until) = (Some(seen), until);
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
    clock: &dyn Clock,
    marker: Option<i64>,
    read_until: Option<UnixMillis>,
) -> Result<(i64, Option<UnixMillis>), StorageError> {
    // What was committed late, or by a process whose clock is behind, is read again. The marker comes first: what is committed between the two reads is seen again at the next tick.
    let seen = sessions.change_marker().await?;
    if marker == Some(seen) {
        return Ok((seen, read_until));
    }
    let now = earlier_clock(sessions, clock).await?;
    let since = read_until.map_or_else(|| now.minus(access::MAX_LIFETIME), |until| until.min(now));
    revocations.note(&sessions.endings_since(since.minus(sessions.visible_within())).await?, clock.now());
    Ok((seen, Some(now)))
}
