use std::{
    hash::{BuildHasher as _, RandomState},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use super::TooOften;

/// Where anybody may make keys up.
pub(super) const ANYBODY: u64 = 0xffff;
/// Where there are no more keys than we have made.
pub(super) const OURS: u64 = u64::MAX;
/// After so many those are forgotten whose allowance is whole.
const SWEEP: u32 = 4096;

/// An allowance for each key, which fills up again (GCRA). It takes bounded memory: where anybody may make keys up, they
/// share 65 536 places, and nobody can choose whose place he gets. So nobody's allowance is forgotten because others came.
pub(super) struct Rate<C: Clock = DefaultClock> {
    limiter: RateLimiter<u64, DefaultKeyedStateStore<u64>, C, NoOpMiddleware<C::Instant>>,
    places: u64,
    taken: AtomicU32,
    clock: C,
    /// Of this process alone.
    place: RandomState,
}

impl Rate {
    /// `burst` at once, and one more after each `every`.
    pub(super) fn new(burst: NonZeroU32, every: Duration, places: u64) -> Self {
        Self::by(burst, every, places, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Rate<C> {
    fn by(burst: NonZeroU32, every: Duration, places: u64, clock: C) -> Self {
        let quota = Quota::with_period(every).expect("OK because no caller asks for no time at all").allow_burst(burst);
        let limiter = RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone());
        Self { limiter, places, taken: AtomicU32::new(0), clock, place: RandomState::new() }
    }

    /// Takes one from the allowance of `key`.
    pub(super) fn take(&self, key: &str) -> Result<(), TooOften> {
        if self.taken.fetch_add(1, Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        let place = self.place.hash_one(key) & self.places;
        self.limiter
            .check_key(&place)
            .map_err(|not_until| TooOften { retry_after: not_until.wait_time_from(self.clock.now()) })
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn rate(clock: &FakeRelativeClock) -> Rate<FakeRelativeClock> {
        Rate::by(NonZeroU32::new(2).expect("not 0"), Duration::from_secs(10), ANYBODY, clock.clone())
    }

    #[test]
    fn an_allowance_is_used_up_and_fills_up_again() {
        let clock = FakeRelativeClock::default();
        let rate = rate(&clock);
        assert_eq!([rate.take("a"), rate.take("a")], [Ok(()), Ok(())]);
        assert_eq!(rate.take("a"), Err(TooOften { retry_after: Duration::from_secs(10) }));
        clock.advance(Duration::from_secs(10));
        assert_eq!(rate.take("a"), Ok(()));
        assert!(rate.take("a").is_err());
    }

    /// RL-07
    #[test]
    fn a_million_keys_take_bounded_memory_and_nobody_is_forgotten() {
        let rate = rate(&FakeRelativeClock::default());
        while rate.take("victim").is_ok() {}
        for number in 0..1_000_000 {
            let _either = rate.take(&number.to_string());
        }
        assert!(rate.limiter.len() <= 65_536);
        assert!(rate.take("victim").is_err());
    }
}
