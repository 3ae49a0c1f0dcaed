//! Counts an attempt to give a password, before it is looked at, and takes it back when it was right.

use std::time::Duration;

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};

use super::Auth;
use crate::{
    limits::{
        TooOften,
        counter::Key,
        guessing::{Attempt, Counts, Held, Spared},
        under_way::{Look, Running},
    },
    password::{Busy, PepperMissing, Place, Unverifiable},
    presence,
    storage::StorageError,
};

/// Nobody waits longer for the outcome of other attempts.
const PATIENCE: Duration = Duration::from_secs(4);
/// A wait as short as this is waited for, whether another attempt is known to be under way or not: one may be on another
/// instance.
const SHORT: Duration = Duration::from_secs(1);

/// Why a password is not judged.
#[derive(Debug, thiserror::Error)]
pub enum NotJudged {
    /// There were too many attempts.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// Too many passwords are being checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The pepper of the stored hash is not in the settings.
    #[error(transparent)]
    PepperMissing(#[from] PepperMissing),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl NotJudged {
    /// What the attempt counts as.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            // A hash that cannot be checked has an answer of its own, so asking for it must not be free.
            Self::PepperMissing(_) => Outcome::Wrong,
            Self::TooOften(_) | Self::Busy(_) | Self::Storage(_) => Outcome::NotCompared,
        }
    }
}

impl From<Unverifiable> for NotJudged {
    fn from(error: Unverifiable) -> Self {
        match error {
            Unverifiable::Busy(busy) => busy.into(),
            Unverifiable::PepperMissing(missing) => missing.into(),
        }
    }
}

/// What became of a counted attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The password was right.
    Right,
    /// It was wrong, or counts as if it were.
    Wrong,
    /// It proves nothing: the password was not compared, or the store failed after that. The count is taken back.
    NotCompared,
}

/// An attempt that counts as a failure until it is found to be none.
pub(super) struct Counted<'a> {
    attempt: Attempt,
    standing: Standing,
    /// Whoever waits for its outcome is told when these are dropped.
    _running: (Running<'a>, Option<Running<'a>>),
    _turn: OwnedSemaphorePermit,
}

enum Standing {
    /// Within its allowances.
    Counted(Counts),
    /// A counter that is shared with others is used up.
    Beyond {
        too_often: TooOften,
        /// Whether the password is compared all the same, and what that uses.
        spared: Spared,
    },
}

impl Counted<'_> {
    /// Whether the next one has to wait if this one fails.
    pub(super) fn is_last_free(&self) -> bool {
        matches!(&self.standing, Standing::Counted(counts) if counts.is_last_free)
    }

    /// Whether the password is compared with the stored one.
    pub(super) fn is_compared(&self) -> bool {
        !matches!(self.standing, Standing::Beyond { spared: Spared { is_compared: false, .. }, .. })
    }

    /// The answer to a wrong password beyond a shared limit. Known places get it, too.
    pub(super) fn held(&self) -> Option<TooOften> {
        match self.standing {
            Standing::Counted(_) => None,
            Standing::Beyond { too_often, .. } => Some(too_often),
        }
    }

    /// Names the address of the account, whether there is one or not.
    pub(super) fn address(&self) -> Key {
        self.attempt.together
    }
}

impl Auth {
    /// Counts `attempt`, and gives the place in which its password may be compared: nothing is written for more than could be
    /// served. Several right passwords at once are not refused: where an account has as many attempts as are compared at once, or
    /// its allowance is used up by attempts whose outcome is not known yet, this waits.
    ///
    /// An attempt beyond an allowance that is shared with others gets a place, too, so that its answer takes as long whether its
    /// password is compared with the stored one or not. The places bound what such attempts cost.
    pub(super) async fn count(&self, attempt: Attempt) -> Result<(Counted<'_>, Place), NotJudged> {
        let give_up_at = Instant::now() + PATIENCE;
        self.limits.password(&attempt.shares, self.clock.now())?;
        let own = self.guessing.under_way.on(attempt.own);
        let turn = self.turn(&own, give_up_at).await?;
        let mut waits = None;
        loop {
            self.limits.password(&attempt.shares, self.clock.now())?;
            // In a flood the store is not even asked.
            let look = self.guessing.may_look(&attempt.shares).filter(|_| self.passwords.has_place(&attempt.shares));
            let Some(look) = look else { return Err(self.passwords.refused().into()) };
            let account = self.guessing.under_way.on(attempt.together);
            let (own_done, account_done) = (own.next_done(), account.next_done());
            let (own_was_busy, account_was_busy) = (own.is_busy(), account.is_busy());
            // Whoever is refused takes nobody's place, and writes nothing.
            let counted = self.try_to_count(&attempt, false).await?;
            drop(look);
            let Err(held) = counted else {
                let place = self.passwords.place(&attempt.shares)?;
                let Ok(counts) = self.try_to_count(&attempt, true).await? else { continue };
                let standing = Standing::Counted(counts);
                let running = (own.begin(), Some(account.begin()));
                return Ok((Counted { attempt, standing, _running: running, _turn: turn }, place));
            };
            // One that was under way when the counters were read may have been right.
            let (done, is_busy, too_often) = match held {
                Held::Own(too_often) => (own_done, own_was_busy || own.is_busy(), too_often),
                Held::Shared { too_often, .. } => (account_done, account_was_busy || account.is_busy(), too_often),
            };
            let may_change = is_busy || too_often.retry_after <= SHORT;
            if may_change && !account.is_crowded() && Instant::now() < give_up_at {
                waits = waits.or_else(|| self.guessing.may_wait());
                if waits.is_some() {
                    let until = give_up_at.min(Instant::now() + too_often.retry_after);
                    tokio::select! {
                        _either = timeout_at(until, done) => continue,
                        () = presence::client_gone() => return Err(too_often.into()),
                    }
                }
            }
            match held {
                Held::Own(too_often) => return Err(too_often.into()),
                Held::Shared { too_often, is_known } => {
                    let place = self.passwords.place(&attempt.shares)?;
                    let spared = self.guessing.spare(&attempt, is_known, self.clock.now());
                    let standing = Standing::Beyond { too_often, spared };
                    let running = (own.begin(), None);
                    return Ok((Counted { attempt, standing, _running: running, _turn: turn }, place));
                }
            }
        }
    }

    /// Waits for one of the two concurrent attempts of an account in a network. A waiting attempt has no place in the queue.
    async fn turn(&self, own: &Look<'_>, give_up_at: Instant) -> Result<OwnedSemaphorePermit, Busy> {
        if let Some(turn) = own.turn_at_once() {
            return Ok(turn);
        }
        let (waits, failures) = (self.guessing.may_wait(), self.guessing.store_failures());
        if waits.is_none() || own.is_crowded() {
            return Err(self.passwords.refused());
        }
        let turn = tokio::select! {
            turn = timeout_at(give_up_at, own.turn()) => turn.map_err(|_| self.passwords.refused())?,
            () = presence::client_gone() => return Err(Busy),
        };
        // Where the store has failed the attempt before, this one would wait as long for the same answer once more.
        if self.guessing.store_failures() == failures { Ok(turn) } else { Err(self.passwords.refused()) }
    }

    /// The same for what is hashed and not compared.
    pub(super) async fn turn_to_hash(&self, own: &Look<'_>) -> Result<OwnedSemaphorePermit, Busy> {
        self.turn(own, Instant::now() + PATIENCE).await
    }

    /// Counts it if it need not wait; or only looks whether it would.
    async fn try_to_count(&self, attempt: &Attempt, write: bool) -> Result<Result<Counts, Held>, StorageError> {
        let mut counted = Err(Held::Own(TooOften { retry_after: Duration::ZERO }));
        let mut decide = |counters: &_| {
            counted = attempt.count(counters, self.clock.now());
            counted.as_ref().ok().filter(|_| write).map(Counts::counters)
        };
        let recounted = self.attempts.recount(&attempt.keys(), &mut decide).await;
        recounted.inspect_err(|_| self.guessing.store_failed())?;
        Ok(counted)
    }

    /// Ends a counted attempt. An attempt that is never settled stays counted as wrong.
    pub(super) async fn settle(&self, counted: Counted<'_>, outcome: Outcome) {
        match outcome {
            Outcome::Right => self.count_no_more(counted).await,
            Outcome::Wrong => {}
            Outcome::NotCompared => self.withdraw(counted).await,
        }
    }

    /// A store that fails here does not refuse the request.
    async fn count_no_more(&self, counted: Counted<'_>) {
        let Counted { attempt, standing, .. } = &counted;
        self.limits.password_was_right(&attempt.shares, self.clock.now());
        let mut decide = |counters: &_| {
            Some(match standing {
                Standing::Counted(counts) => attempt.succeeded(counters, counts, self.clock.now()),
                Standing::Beyond { .. } => attempt.first_succeeded(counters, self.clock.now()),
            })
        };
        if let Standing::Beyond { spared, .. } = standing {
            self.guessing.give_back_spared(attempt, *spared);
        }
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

    async fn withdraw(&self, counted: Counted<'_>) {
        let Counted { attempt, standing, .. } = &counted;
        let counts = match standing {
            Standing::Counted(counts) => counts,
            Standing::Beyond { spared, .. } => {
                self.guessing.give_back_spared(attempt, *spared);
                return;
            }
        };
        let mut decide = |counters: &_| Some(attempt.withdrawn(counters, counts));
        if let Err(error) = self.attempts.recount(&attempt.keys(), &mut decide).await {
            tracing::warn!(%error, "an attempt that was none stays counted");
        }
    }
}
