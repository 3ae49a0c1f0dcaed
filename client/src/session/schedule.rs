//! When to do things. Pure: the clock's time and the dice are parameters.

use core::time::Duration;

/// A life shorter than this is renewed when it is needed, not ahead of time.
const WORTH_RENEWING_AHEAD: Duration = Duration::from_mins(1);
/// The first wait after a refresh without an answer.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait, unless the server asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The most that a server may ask for: a mistake there must not silence a page for a day.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(10);

/// At which age a token of this life is renewed ahead of time: at 80 %, less up to a tenth of that, so that many
/// pages opened in one second do not come back in one second. `dice` is in 0..1.
pub(super) fn renew_ahead_at(life: Duration, dice: f64) -> Option<Duration> {
    (life >= WORTH_RENEWING_AHEAD).then(|| life.mul_f64(0.8 - 0.08 * dice))
}

/// How long to wait before the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// Until then.
    pub(super) time: Duration,
    /// Not shorter than this, whatever happens meanwhile.
    pub(super) at_least: Duration,
}

/// The wait after `failures` tries without success. `dice` is in 0..1. What the server asks for comes before our own wait,
/// so that those whom it sent away in one second do not come back in one second.
pub(super) fn backoff(failures: u32, retry_after: Option<Duration>, dice: f64) -> Wait {
    let doubled = FIRST_WAIT.saturating_mul(1 << failures.saturating_sub(1).min(10));
    let jittered = doubled.min(LONGEST_WAIT).mul_f64(0.5 + 0.5 * dice);
    let at_least = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    Wait { time: at_least + jittered, at_least }
}

/// The total wait, if the user or the network asks for a retry before the server allows one: as long as the server asked for, and up
/// to half a second of jitter. Never longer than `wait`.
pub(super) fn roused(wait: Duration, at_least: Duration, dice: f64) -> Duration {
    wait.min(at_least + FIRST_WAIT.mul_f64(dice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_renewed_at_four_fifths_of_its_life_or_a_little_earlier() {
        assert_eq!(renew_ahead_at(secs(900), 0.0), Some(secs(720)));
        assert!(renew_ahead_at(secs(900), 0.999).is_some_and(|at| at > secs(640) && at < secs(720)));
    }

    #[test]
    fn a_life_under_a_minute_is_not_renewed_ahead() {
        assert_eq!(renew_ahead_at(secs(59), 0.0), None);
        assert!(renew_ahead_at(secs(60), 0.0).is_some());
    }

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let waits = [1, 2, 3, 4, 7, 8, 1000, u32::MAX].map(|failures| backoff(failures, None, 1.0).time.as_millis());
        assert_eq!(waits, [500, 1000, 2000, 4000, 30_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn the_dice_shorten_a_wait_to_half_at_most() {
        assert_eq!(backoff(3, None, 0.0).time, secs(1));
    }

    #[test]
    fn retry_after_is_kept_within_reason() {
        assert_eq!(backoff(9, Some(secs(1)), 1.0), Wait { time: secs(31), at_least: secs(1) });
        assert_eq!(backoff(9, Some(secs(86_400)), 0.0), Wait { time: secs(615), at_least: secs(600) });
    }

    #[test]
    fn a_wait_that_was_cut_short_ends_soon_after_the_server_allows_it_and_not_for_all_at_once() {
        let ends = [0.0, 1.0].map(|dice| roused(secs(45), secs(20), dice).as_millis());
        assert_eq!(ends, [20_000, 20_500]);
        assert_eq!(roused(secs(3), secs(3), 1.0), secs(3), "never later than without");
    }

    #[test]
    fn those_who_were_sent_away_together_come_back_one_by_one_and_none_too_early() {
        let [first, last] = [0.0, 1.0].map(|dice| backoff(3, Some(secs(20)), dice));
        assert_eq!((first.time, last.time, first.at_least, last.at_least), (secs(21), secs(22), secs(20), secs(20)));
    }
}
