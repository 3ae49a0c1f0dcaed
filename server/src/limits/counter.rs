//! Failures of one kind, and how long they make the next attempt wait.

use std::time::Duration;

use crate::session::UnixMillis;

/// The first wait. Each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No wait is longer: whoever attacks an account must not be able to lock its owner out.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// Clocks of instances differ by less. A count that is further ahead was made before a clock was put back.
const CLOCKS_DIFFER: Duration = Duration::from_mins(1);

/// Names a counter: a keyed hash, of 32 bytes.
pub type Key = [u8; 32];

/// What is stored of a counter. One that is not stored is as by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Attempts since the last success, those that are still under way among them.
    pub failures: u32,
    /// When the last one of them was counted.
    pub counted_at: UnixMillis,
    /// When one succeeded last.
    pub succeeded_at: Option<UnixMillis>,
}

impl Default for Counter {
    fn default() -> Self {
        Self { failures: 0, counted_at: UnixMillis(0), succeeded_at: None }
    }
}

/// How many failures are free, and how long they are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// So many are followed by no wait.
    pub free: u32,
    /// After so long without another one they are forgotten.
    pub remembered: Duration,
}

impl Rule {
    /// How long the next attempt has to wait.
    pub(super) fn wait(self, counter: &Counter, now: UnixMillis) -> Duration {
        let Some(beyond) = self.failures(counter, now).checked_sub(self.free) else { return Duration::ZERO };
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(beyond)).min(LONGEST_WAIT);
        let passed = match now.since(counter.counted_at) {
            Some(passed) => passed,
            None if counter.counted_at > now.plus(CLOCKS_DIFFER) => return Duration::ZERO,
            None => Duration::ZERO,
        };
        wait.saturating_sub(passed)
    }

    /// The counter after one more attempt.
    pub(super) fn counted(self, counter: &Counter, now: UnixMillis) -> Counter {
        Counter { failures: self.failures(counter, now).saturating_add(1), counted_at: now, ..*counter }
    }

    fn failures(self, counter: &Counter, now: UnixMillis) -> u32 {
        let forgotten = now.since(counter.counted_at).is_some_and(|passed| passed >= self.remembered);
        if forgotten { 0 } else { counter.failures }
    }
}

impl Counter {
    /// The counter after a success.
    pub(super) fn succeeded(now: UnixMillis) -> Self {
        Self { failures: 0, counted_at: now, succeeded_at: Some(now) }
    }

    /// The counter without one attempt that was counted and was no failure.
    pub(super) fn given_back(&self) -> Self {
        Self { failures: self.failures.saturating_sub(1), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { free: 5, remembered: Duration::from_hours(24) };
    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn failed(failures: u32) -> Counter {
        Counter { failures, counted_at: NOW, succeeded_at: None }
    }

    /// RL-01
    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour() {
        for (failures, seconds) in
            [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (100, 900), (u32::MAX, 900)]
        {
            assert_eq!(RULE.wait(&failed(failures), NOW), Duration::from_secs(seconds), "{failures}");
        }
    }

    #[test]
    fn a_wait_passes() {
        let wait = |seconds| RULE.wait(&failed(7), NOW.plus(Duration::from_secs(seconds)));
        assert_eq!([wait(0), wait(1), wait(4), wait(100)].map(|wait| wait.as_secs()), [4, 3, 0, 0]);
    }

    #[test]
    fn failures_are_forgotten_when_nothing_has_followed_them() {
        let later = NOW.plus(RULE.remembered);
        assert_eq!(RULE.counted(&failed(50), later), Counter { failures: 1, counted_at: later, succeeded_at: None });
        assert_eq!(RULE.counted(&failed(50), NOW).failures, 51);
    }

    /// E14
    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_and_one_that_is_a_little_behind_does() {
        assert_eq!(RULE.wait(&failed(16), NOW.minus(Duration::from_hours(1))), Duration::ZERO);
        assert_eq!(RULE.wait(&failed(16), NOW.minus(Duration::from_secs(5))), LONGEST_WAIT);
        assert_eq!(RULE.counted(&failed(16), NOW.minus(Duration::from_hours(1))).failures, 17);
    }

    #[test]
    fn a_success_leaves_no_failure_and_is_remembered() {
        assert_eq!(Counter::succeeded(NOW), Counter { failures: 0, counted_at: NOW, succeeded_at: Some(NOW) });
    }
}
