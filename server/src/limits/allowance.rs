use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    TooOften,
    counter::{Counter, Key, Rule},
};
use crate::session::UnixMillis;

/// After so many keys those are forgotten whose allowance is whole.
const SWEEP: usize = 4096;

/// An allowance for each key, in memory, that can be looked at before it is used and given back after. Only for keys that
/// take a right password or a genuine refresh token to make: nothing else bounds how many there are. Those whose allowance is
/// whole again are forgotten.
pub(super) struct Allowance {
    burst: u32,
    every: Duration,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    counters: HashMap<Key, Counter>,
    sweep_at: usize,
}

impl Used {
    fn counter(&self, key: &Key) -> Counter {
        self.counters.get(key).copied().unwrap_or_default()
    }
}

impl Allowance {
    /// `burst` at once, and one more after each `every`. `burst` 0: any number.
    pub(super) fn new(burst: u32, every: Duration) -> Self {
        Self { burst, every, used: Mutex::default() }
    }

    /// Whether there is one left.
    pub(super) fn look(&self, key: &Key, now: UnixMillis) -> Result<(), TooOften> {
        if self.burst == 0 {
            return Ok(());
        }
        let wait = self.rule().wait(&self.lock().counter(key), now);
        if wait.is_zero() { Ok(()) } else { Err(TooOften { retry_after: wait }) }
    }

    /// Uses one, whether there is one left or not.
    pub(super) fn take(&self, key: Key, now: UnixMillis) {
        if self.burst == 0 {
            return;
        }
        let mut used = self.lock();
        if used.counters.len() >= used.sweep_at {
            used.counters.retain(|_, counter| counter.counted_at > now);
            used.sweep_at = SWEEP.max(2 * used.counters.len());
        }
        let counted = self.rule().counted(&used.counter(&key), now);
        used.counters.insert(key, counted);
    }

    /// Gives back one that was taken.
    pub(super) fn give_back(&self, key: &Key) {
        if let Some(counter) = self.lock().counters.get_mut(key) {
            *counter = self.rule().given_back(counter, &Counter::default(), &Counter::default());
        }
    }

    fn rule(&self) -> Rule {
        Rule::Steady { burst: self.burst, every: self.every }
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
    const KEY: Key = [1; 32];

    #[test]
    fn it_is_used_up_fills_up_again_and_is_given_back() {
        let allowance = Allowance::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            assert_eq!(allowance.look(&KEY, NOW), Ok(()));
            allowance.take(KEY, NOW);
        }
        assert_eq!(allowance.look(&KEY, NOW), Err(TooOften { retry_after: Duration::from_secs(10) }));
        assert_eq!(allowance.look(&[2; 32], NOW), Ok(()), "another key has its own");
        assert_eq!(allowance.look(&KEY, NOW.plus(Duration::from_secs(10))), Ok(()));
        allowance.give_back(&KEY);
        assert_eq!(allowance.look(&KEY, NOW), Ok(()));
    }

    /// E14
    #[test]
    fn a_clock_that_went_back_makes_nobody_wait() {
        let allowance = Allowance::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            allowance.take(KEY, NOW);
        }
        let back = NOW.minus(Duration::from_hours(1));
        assert_eq!(allowance.look(&KEY, back), Ok(()));
        allowance.take(KEY, back);
        assert_eq!(allowance.look(&KEY, back), Ok(()), "it counts from there");
    }

    #[test]
    fn none_means_any_number() {
        let allowance = Allowance::new(0, Duration::from_secs(10));
        for _ in 0..1000 {
            allowance.take(KEY, NOW);
            assert_eq!(allowance.look(&KEY, NOW), Ok(()));
        }
    }

    /// RL-07
    #[test]
    fn what_is_whole_again_is_forgotten_and_nothing_else() {
        let allowance = Allowance::new(2, Duration::from_secs(10));
        for second in 0..100_000_u64 {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&second.to_be_bytes());
            let now = NOW.plus(Duration::from_secs(second));
            allowance.take(key, now);
            allowance.take(key, now);
            assert!(allowance.look(&key, now).is_err());
        }
        assert!(allowance.lock().counters.len() <= SWEEP);
    }
}
