//! Against loops: a server that refuses every token that it has just given (behind a proxy that drops the header, or on two
//! machines whose clocks or keys differ) would be refreshed for each request of the page. Pure: the time is a parameter.

use core::time::Duration;

/// So many tokens in a row may be refused. The first is one that had its time, the second may have met a change of role or key.
const BORNE: u32 = 3;
/// How long nothing is refreshed after that; it doubles with every further one.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_mins(10);

/// Counts the tokens that were refused since one was accepted.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    refused: u32,
    /// The newest of them, which many requests may have carried.
    newest: u64,
    open_until: Option<Duration>,
}

impl Breaker {
    /// The server has looked at the token of this serial number, and accepted it, or asked for a newer one.
    pub(super) fn judged(&mut self, serial: u64, is_refused: bool, now: Duration) {
        if !is_refused {
            // A late word about an older token says nothing about the newest.
            if serial >= self.newest {
                *self = Self { newest: serial, ..Self::default() };
            }
        } else if serial > self.newest || self.refused == 0 {
            self.newest = serial;
            self.refused += 1;
            if let Some(more) = self.refused.checked_sub(BORNE) {
                let rest = FIRST_REST.saturating_mul(1 << more.min(10)).min(LONGEST_REST);
                self.open_until = Some(now.saturating_add(rest));
            }
        }
    }

    /// Whether another refresh would be of no use at this time.
    pub(super) fn is_open(&self, now: Duration) -> bool {
        self.open_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Duration {
        Duration::from_secs(second)
    }

    /// A breaker after so many tokens in a row were refused, one a second.
    fn after(refused: u64) -> Breaker {
        let mut breaker = Breaker::default();
        (1..=refused).for_each(|serial| breaker.judged(serial, true, at(serial)));
        breaker
    }

    #[test]
    fn it_opens_with_the_third_token_in_a_row_and_rests_longer_each_time() {
        for (refused, rest) in [(0, 0), (1, 0), (2, 0), (3, 30), (4, 60), (5, 120), (8, 600), (50, 600)] {
            let breaker = after(refused);
            assert_eq!(breaker.is_open(at(refused)), rest > 0, "{refused}");
            assert!(rest == 0 || breaker.is_open(at(refused + rest - 1)), "{refused}");
            assert!(!breaker.is_open(at(refused + rest)), "{refused}");
        }
    }

    #[test]
    fn a_token_that_many_requests_carried_counts_once() {
        let mut breaker = after(2);
        (0..100).for_each(|_| breaker.judged(2, true, at(2)));
        assert!(!breaker.is_open(at(2)));
    }

    #[test]
    fn an_accepted_token_closes_it() {
        let mut breaker = after(3);
        breaker.judged(4, false, at(5));
        assert!(!breaker.is_open(at(5)));
        breaker.judged(4, true, at(905));
        breaker.judged(5, true, at(905));
        assert!(!breaker.is_open(at(905)), "it counts from the beginning");
    }

    #[test]
    fn a_late_word_about_an_older_token_changes_nothing() {
        let mut breaker = after(3);
        breaker.judged(1, false, at(4));
        assert!(breaker.is_open(at(4)));
    }
}
