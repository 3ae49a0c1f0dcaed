//! What a running server does besides answering requests. `boot.rs` starts it and stops it.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Auth,
    purge,
    storage::{StorageError, Watched},
};

/// How often a store is asked to do what it owes another store.
const TEND: Duration = Duration::from_millis(200);
/// How often measurements are added up.
const TIDY_METRICS: Duration = Duration::from_secs(5);
/// How long after a deletion a request that began before it may still record an event of the account. A request takes ten seconds
/// at most.
const SETTLED: Duration = Duration::from_mins(1);
/// The shortest time between two passes over deleted accounts.
const ERASE_PAUSE: Duration = Duration::from_secs(1);
/// When an unfinished pass is repeated.
const ERASE_AGAIN: Duration = Duration::from_secs(20);
/// How often the store is asked what its password hashes cost.
const FOLLOW_COSTS: Duration = Duration::from_mins(10);

/// Lets a store do what it owes another store, until `stop`.
pub(crate) async fn tend(auth: Arc<Auth>, stop: CancellationToken) {
    every(TEND, stop, || async {
        if let Err(error) = auth.sessions.tend().await {
            tracing::warn!(%error, "what one store owes the other has to wait");
        }
    })
    .await;
}

/// Asks the store what its password hashes cost. Every refused sign-in costs as much as the dearest of them. A failure is logged.
pub(crate) async fn follow_costs_once(auth: &Auth) {
    if let Err(error) = costs(auth).await {
        tracing::warn!(%error, "the costs of the store's password hashes are unknown; they are asked for again later");
    }
}

async fn costs(auth: &Auth) -> Result<(), StorageError> {
    let followed = auth.passwords.follow_costs(&auth.accounts.password_costs().await?);
    if followed.too_dear > 0 {
        tracing::warn!(
            parameters = followed.too_dear,
            "password hashes cost more than 16 times those of ARGON2_MEMORY_KIB and ARGON2_ITERATIONS: a refused sign-in \
             shows by its time that such an account exists. Raise the settings, or let its owner sign in"
        );
    }
    Ok(())
}

/// Does so again and again until `stop`: other instances may have other settings, and hashes are renewed.
pub(crate) async fn follow_costs(auth: Arc<Auth>, stop: CancellationToken) {
    every(FOLLOW_COSTS, stop, || follow_costs_once(&auth)).await;
}

/// Finishes deletions of accounts until `stop`: at the start, soon after each, and once an hour, since another instance may have
/// stopped in between.
pub(crate) async fn erase_deleted(auth: Arc<Auth>, store: Arc<dyn Watched>, stop: CancellationToken) {
    let pass = async || {
        let now = store.time().await?.map_or_else(|| auth.clock.now(), |stored| auth.clock.shared(stored));
        auth.accounts.erase_deleted(now.minus(SETTLED)).await
    };
    let working = async {
        loop {
            let again = match pass().await {
                Ok(false) => purge::EVERY,
                Ok(true) => ERASE_AGAIN,
                Err(error) => {
                    tracing::warn!(%error, "the data of deleted accounts could not be erased; the next pass tries again");
                    ERASE_AGAIN
                }
            };
            sleep(ERASE_PAUSE).await;
            // OK because both mean the same.
            let _either = timeout(again, auth.deleted.notified()).await;
        }
    };
    stop.run_until_cancelled(working).await;
}

/// Adds up measurements until `stop`.
pub(crate) async fn tidy_metrics(auth: Arc<Auth>, stop: CancellationToken) {
    every(TIDY_METRICS, stop, || async { auth.metrics.tidy() }).await;
}

/// Repeats `work` until `stop`. Work that is under way then is given up; all of it can be repeated.
async fn every<F: Future<Output = ()>>(period: Duration, stop: CancellationToken, work: impl Fn() -> F) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let working = async {
        loop {
            ticks.tick().await;
            work().await;
        }
    };
    stop.run_until_cancelled(working).await;
}
