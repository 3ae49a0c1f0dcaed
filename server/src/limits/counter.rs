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
    /// When the last one of them was counted. Of a [`Rule::Steady`] counter: when its allowance is whole again.
    pub counted_at: UnixMillis,
    /// When one succeeded last.
    pub succeeded_at: Option<UnixMillis>,
}

impl Default for Counter {
    fn default() -> Self {
        Self { failures: 0, counted_at: UnixMillis(0), succeeded_at: None }
    }
}

/// What failures lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Each failure beyond the free ones doubles the wait. For what one person does, who succeeds in the end.
    Growing {
        /// So many are followed by no wait.
        free: u32,
        /// After so long without another one they are forgotten.
        remembered: Duration,
    },
    /// An allowance that fills up steadily (GCRA). For what many people share, of whom some fail all the time.
    Steady {
        /// So many at once.
        burst: u32,
        /// And one more after each.
        every: Duration,
    },
}

impl Rule {
    /// How long the next attempt has to wait.
    pub(super) fn wait(self, counter: &Counter, now: UnixMillis) -> Duration {
        match self {
            Self::Growing { free, remembered } => {
                let Some(beyond) = failures(remembered, counter, now).checked_sub(free) else { return Duration::ZERO };
                let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(beyond)).min(LONGEST_WAIT);
                let passed = match now.since(counter.counted_at) {
                    Some(passed) => passed,
                    None if counter.counted_at > now.plus(CLOCKS_DIFFER) => return Duration::ZERO,
                    None => Duration::ZERO,
                };
                wait.saturating_sub(passed)
            }
            Self::Steady { burst, every } => {
                let most = every * burst.saturating_sub(1);
                whole_at(burst, every, counter, now).since(now).unwrap_or_default().saturating_sub(most)
            }
        }
    }

    /// Whether the next attempt is one of those that are free.
    pub(super) fn is_free(self, counter: &Counter, now: UnixMillis) -> bool {
        match self {
            Self::Growing { free, remembered } => failures(remembered, counter, now) < free,
            Self::Steady { .. } => self.wait(counter, now).is_zero(),
        }
    }

    /// The counter after one more attempt.
    pub(super) fn counted(self, counter: &Counter, now: UnixMillis) -> Counter {
        match self {
            Self::Growing { remembered, .. } => {
                Counter { failures: failures(remembered, counter, now).saturating_add(1), counted_at: now, ..*counter }
            }
            Self::Steady { burst, every } => {
                let whole_at = whole_at(burst, every, counter, now);
                let failures = if whole_at <= now { 0 } else { counter.failures };
                let counted_at = whole_at.max(now).plus(every);
                Counter { failures: failures.saturating_add(1), counted_at, ..*counter }
            }
        }
    }

    /// The counter without one attempt that was counted and was no failure. It was `before`, and `after` with the attempt.
    pub(super) fn given_back(self, counter: &Counter, before: &Counter, after: &Counter) -> Counter {
        match self {
            Self::Growing { .. } => {
                // Where nobody else has counted since, it is as if nothing had been: the wait that was over stays so.
                let alone = counter.counted_at == after.counted_at;
                let counted_at = if alone { before.counted_at } else { counter.counted_at };
                Counter { failures: counter.failures.saturating_sub(1), counted_at, ..*counter }
            }
            Self::Steady { every, .. } => Counter {
                failures: counter.failures.saturating_sub(1),
                counted_at: counter.counted_at.minus(every),
                ..*counter
            },
        }
    }

    /// Whether a failure that is counted so is the last of those that are free: of an allowance, the first time since it was whole.
    pub(super) fn is_last_free(self, counted: &Counter) -> bool {
        let (Self::Growing { free, .. } | Self::Steady { burst: free, .. }) = self;
        free == counted.failures
    }
}

fn failures(remembered: Duration, counter: &Counter, now: UnixMillis) -> u32 {
    let forgotten = now.since(counter.counted_at).is_some_and(|passed| passed >= remembered);
    if forgotten { 0 } else { counter.failures }
}

/// When the allowance is whole again. If that is later than it can be, a clock was put back since the attempt was counted. The
/// counter says nothing then: otherwise it would refuse every attempt until the clock has come to that time again.
fn whole_at(burst: u32, every: Duration, counter: &Counter, now: UnixMillis) -> UnixMillis {
    let latest = now.plus(every * burst);
    if counter.counted_at > latest.plus(CLOCKS_DIFFER) { now } else { counter.counted_at.min(latest) }
}

impl Counter {
    /// The counter after a success.
    pub(super) fn succeeded(now: UnixMillis) -> Self {
        Self { failures: 0, counted_at: now, succeeded_at: Some(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);
    const GROWING: Rule = Rule::Growing { free: 5, remembered: DAY };
    const STEADY: Rule = Rule::Steady { burst: 100, every: Duration::from_secs(36) };
    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn failed(failures: u32) -> Counter {
        Counter { failures, counted_at: NOW, succeeded_at: None }
    }

    fn after(seconds: u64) -> UnixMillis {
        NOW.plus(Duration::from_secs(seconds))
    }

    /// RL-01
    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour() {
        for (failures, seconds) in
            [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (100, 900), (u32::MAX, 900)]
        {
            assert_eq!(GROWING.wait(&failed(failures), NOW), Duration::from_secs(seconds), "{failures}");
        }
    }

    #[test]
    fn a_wait_passes() {
        let wait = |seconds| GROWING.wait(&failed(7), after(seconds)).as_secs();
        assert_eq!([wait(0), wait(1), wait(4), wait(100)], [4, 3, 0, 0]);
    }

    #[test]
    fn failures_are_forgotten_when_nothing_has_followed_them() {
        let later = NOW.plus(DAY);
        assert_eq!(GROWING.counted(&failed(50), later), Counter { failures: 1, counted_at: later, succeeded_at: None });
        assert_eq!(GROWING.counted(&failed(50), NOW).failures, 51);
    }

    /// E14
    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_and_one_that_is_a_little_behind_does() {
        assert_eq!(GROWING.wait(&failed(16), NOW.minus(Duration::from_hours(1))), Duration::ZERO);
        assert_eq!(GROWING.wait(&failed(16), NOW.minus(Duration::from_secs(5))), LONGEST_WAIT);
        assert_eq!(GROWING.counted(&failed(16), NOW.minus(Duration::from_hours(1))).failures, 17);
    }

    /// E14: an attempt that was counted while the clock was a day ahead refused everybody for that day.
    #[test]
    fn an_allowance_that_was_counted_before_a_clock_was_put_back_is_whole() {
        let far = Counter { failures: 1, counted_at: NOW.plus(DAY), succeeded_at: None };
        assert_eq!(STEADY.wait(&far, NOW), Duration::ZERO);
        assert!(STEADY.is_free(&far, NOW));
        let next = STEADY.counted(&far, NOW);
        assert_eq!((next.failures, next.counted_at), (1, after(36)));
        // An hour fills it up, so it may be whole in an hour, and by another instance's clock in a minute more.
        for (ahead, wait) in [(3600, 36), (3659, 36), (3661, 0)] {
            let counter = Counter { counted_at: after(ahead), ..far };
            assert_eq!(STEADY.wait(&counter, NOW), Duration::from_secs(wait), "{ahead}");
        }
    }

    #[test]
    fn an_attempt_that_was_none_leaves_the_wait_that_was_over() {
        let before = failed(16);
        let counted = GROWING.counted(&before, after(900));
        assert_eq!(GROWING.given_back(&counted, &before, &counted), before);
        let another = GROWING.counted(&counted, after(901));
        assert_eq!(GROWING.given_back(&another, &before, &counted), Counter { failures: 17, ..another });
    }

    /// Who fails now and then does not use it up, whoever succeeds in between; and who fails more often does.
    #[test]
    fn an_allowance_fills_up_while_it_is_used() {
        let mut counter = Counter::default();
        for second in 0..100_000 {
            assert_eq!(STEADY.wait(&counter, after(second * 40)), Duration::ZERO);
            counter = STEADY.counted(&counter, after(second * 40));
        }
        let mut taken = 0;
        let mut counter = Counter::default();
        for second in 0..3600 {
            if STEADY.wait(&counter, after(second)).is_zero() {
                counter = STEADY.counted(&counter, after(second));
                taken += 1;
            }
        }
        assert!((199..=200).contains(&taken), "{taken}");
        let then = after(3600);
        assert_eq!(
            STEADY.given_back(&STEADY.counted(&counter, then), &counter, &counter).counted_at,
            counter.counted_at
        );
    }

    #[test]
    fn a_success_leaves_no_failure_and_is_remembered() {
        assert_eq!(Counter::succeeded(NOW), Counter { failures: 0, counted_at: NOW, succeeded_at: Some(NOW) });
    }
}
