//! Counts an attempt to give a password, before it is looked at, and takes it back when it was right.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Auth;
use crate::{
    limits::{
        TooOften,
        guessing::{Attempt, Counts},
        under_way::Running,
    },
    password::{Busy, Place},
    storage::StorageError,
};

/// Nobody waits longer for the outcome of other attempts.
const PATIENCE: Duration = Duration::from_secs(4);
/// A wait as short as this is waited for, whether another attempt is known to be under way or not: one may be on another
/// instance.
const SHORT: Duration = Duration::from_secs(1);

/// Why the password is not looked at.
#[derive(Debug, thiserror::Error)]
pub enum NotCounted {
    /// There were too many attempts.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// Too many passwords are being checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// An attempt that counts as a failure until it is found to be none.
pub(super) struct Counted<'a> {
    attempt: Attempt,
    counts: Counts,
    /// Whoever waits for its outcome is told when this is dropped.
    running: Running<'a>,
}

impl Counted<'_> {
    /// Whether the next one has to wait if this one fails.
    pub(super) fn is_last_free(&self) -> bool {
        self.counts.is_last_free
    }
}

impl Auth {
    /// Counts `attempt`, and gives the place in which its password may be looked at: nothing is written for more than could be
    /// served. Where the allowance is used up by attempts whose outcome is not known yet, it waits for that: several
    /// right passwords at once are never refused.
    pub(super) async fn count(&self, attempt: Attempt) -> Result<(Counted<'_>, Place), NotCounted> {
        let give_up_at = Instant::now() + PATIENCE;
        let mut waits = None;
        loop {
            let look = self.guessing.under_way.on(attempt.together);
            let (next_done, was_busy) = (look.next_done(), look.is_busy());
            // In a flood the store is not even asked.
            self.passwords.has_place()?;
            // Whoever is refused takes nobody's place, and writes nothing.
            let mut counted = self.try_to_count(&attempt, false).await?;
            if counted.is_ok() {
                let place = self.passwords.place()?;
                counted = self.try_to_count(&attempt, true).await?;
                if let Ok(counts) = counted {
                    return Ok((Counted { attempt, counts, running: look.begin() }, place));
                }
            }
            let Err(too_often) = counted else { continue };
            // One that was under way when the counters were read may have been right.
            let may_change = was_busy || look.is_busy() || too_often.retry_after <= SHORT;
            if !may_change || look.is_crowded() || Instant::now() >= give_up_at {
                return Err(too_often.into());
            }
            if waits.is_none() {
                waits = Some(self.guessing.may_wait().ok_or(too_often)?);
            }
            let until = give_up_at.min(Instant::now() + too_often.retry_after);
            let _either = timeout_at(until, next_done).await;
        }
    }

    /// Counts it if it need not wait; or only looks whether it would.
    async fn try_to_count(&self, attempt: &Attempt, write: bool) -> Result<Result<Counts, TooOften>, StorageError> {
        let mut counted = Err(TooOften { retry_after: Duration::ZERO });
        let mut decide = |counters: &_| {
            counted = attempt.count(counters, self.clock.now());
            counted.as_ref().ok().filter(|_| write).map(Counts::counters)
        };
        self.attempts.recount(&attempt.keys(), &mut decide).await?;
        Ok(counted)
    }

    /// The password was right. That this cannot be written refuses nobody.
    pub(super) async fn count_no_more(&self, counted: Counted<'_>) {
        let Counted { attempt, counts, running: _running } = &counted;
        let mut decide = |counters: &_| Some(attempt.succeeded(counters, counts, self.clock.now()));
        if let Err(error) = self.attempts.recount(&attempt.keys(), &mut decide).await {
            tracing::warn!(%error, "a right password counts as a wrong one");
        }
    }

    /// Somebody has made the account there, so that it is one of the places where its owner is.
    pub(super) async fn remember_place(&self, email: &str, ip: &str) {
        let attempt = self.guessing.sign_in(email, ip, self.clock.now());
        let mut decide = |counters: &_| Some(attempt.first_succeeded(counters, self.clock.now()));
        if let Err(error) = self.attempts.recount(&attempt.keys(), &mut decide).await {
            tracing::warn!(%error, "a place where somebody has signed up is not known");
        }
    }

    /// Nobody has looked at the password.
    pub(super) async fn withdraw(&self, counted: Counted<'_>) {
        let Counted { attempt, counts, running: _running } = &counted;
        let mut decide = |counters: &_| Some(attempt.withdrawn(counters, counts));
        if let Err(error) = self.attempts.recount(&attempt.keys(), &mut decide).await {
            tracing::warn!(%error, "an attempt that was none stays counted");
        }
    }
}
