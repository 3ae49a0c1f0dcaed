//! The decision table of `docs/rotation.md`, a module a row, in its order. Each boundary is tried exactly and one
//! millisecond beside it. The first row (a token that is not genuine, or of no session) never reaches `decide`.

use std::time::Duration;

use sessionkeep_types::EndReason;

use super::{
    Decision, Presented,
    line::{ALL_CLIENTS, BROWSER, DIRECT, Line, PLAIN_BROWSER, PLAIN_DIRECT, START, hash},
};
use crate::session::{Client, Ended, Policy, Session};

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// Q: the quiet period of browsers.
const Q: i64 = 75 * SECOND;
/// C: the tolerance after confirmation of browsers without attempt ids.
const C: i64 = 10 * SECOND;
/// W of a browser; as long as Q.
const W: i64 = Q;
/// W of a direct client.
const W_DIRECT: i64 = 10 * SECOND;
/// How long a served attempt is known.
const MEMORY: i64 = 120 * SECOND;

/// A session that rotated once, from token 0 to token 1, by attempt `a` if the client names its attempts. Nobody has used token 1 yet.
fn rotated(client: Client) -> Line {
    let mut line = Line::of(client);
    assert_eq!(line.present(0, named(client, "a")), Decision::Rotate);
    line
}

/// The id that the client sends.
fn named(client: Client, attempt: &str) -> Option<&str> {
    client.names_refreshes.then_some(attempt)
}

/// As [`rotated`], and token 1 has been used.
fn rotated_and_used(client: Client) -> Line {
    let mut line = rotated(client);
    line.used();
    line
}

/// A session that rotated twice, to token 2, which has been used: 1 is the previous token and 0 an older one.
fn rotated_twice(client: Client) -> Line {
    let mut line = rotated_and_used(client);
    assert_eq!(line.wait(Q).present(1, named(client, "b")), Decision::Rotate);
    line.used();
    line
}

/// The row after `change` to the one before: for asserting that nothing else has changed.
fn with(before: &Session, change: impl FnOnce(&mut Session)) -> Session {
    let mut after = before.clone();
    change(&mut after);
    after
}

/// `other` is not what either party of these tests calls its attempts.
const OTHER: Option<&str> = Some("other");

mod an_ended_session {
    use super::*;

    #[test]
    fn answers_every_generation_with_its_reason_and_changes_no_more() {
        for reason in [EndReason::SignedOut, EndReason::ReuseDetected, EndReason::AccountDisabled] {
            for client in ALL_CLIENTS {
                let mut line = rotated_twice(client);
                line.session.ended = Some(Ended { at: line.now, reason: reason.clone() });
                let before = line.session.clone();
                for token in [0, 1, 2, 9] {
                    assert_eq!(line.present(token, Some("b")), Decision::Ended(reason.clone()), "token {token}");
                }
                assert_eq!(line.session, before);
            }
        }
    }

    #[test]
    fn keeps_its_reason_when_its_time_is_over_too() {
        let mut line = Line::of(BROWSER);
        line.session.ended = Some(Ended { at: line.now, reason: EndReason::SignedOut });
        assert_eq!(line.wait(31 * DAY).present(0, None), Decision::Ended(EndReason::SignedOut));
    }

    #[test]
    fn stays_ended_in_strict_mode() {
        let mut line = Line::strict(BROWSER);
        line.session.ended = Some(Ended { at: line.now, reason: EndReason::SignedOut });
        assert_eq!(line.present(0, None), Decision::Ended(EndReason::SignedOut));
    }
}

mod an_expired_session {
    use super::*;

    #[test]
    fn is_one_at_its_idle_deadline_and_not_a_millisecond_sooner() {
        for client in ALL_CLIENTS {
            let mut line = Line::of(client);
            assert_eq!(line.wait(7 * DAY).present(0, Some("a")), Decision::Expired);
            assert_eq!(line.wait(-1).present(0, Some("a")), Decision::Rotate);
        }
    }

    #[test]
    fn is_one_at_its_absolute_deadline_and_not_a_millisecond_sooner() {
        let policy = Policy { absolute_lifetime: Duration::from_hours(1), ..Policy::default() };
        let mut line = Line::under(policy, BROWSER);
        assert_eq!(line.wait(HOUR).present(0, Some("a")), Decision::Expired);
        assert_eq!(line.wait(-1).present(0, Some("a")), Decision::Rotate);
    }

    /// The idle deadline is never past the absolute one in a row of ours. A row that says otherwise ends in time.
    #[test]
    fn is_one_at_its_absolute_deadline_whatever_the_idle_deadline_says() {
        let mut line = Line::of(BROWSER);
        line.session.idle_deadline = START.plus(Duration::from_hours(24 * 365));
        assert_eq!(line.wait(30 * DAY).present(0, None), Decision::Expired);
        assert_eq!(line.wait(-1).present(0, None), Decision::Rotate);
    }

    #[test]
    fn refuses_every_generation_and_accuses_nobody() {
        let mut line = rotated_twice(BROWSER);
        let before = line.session.clone();
        line.wait(7 * DAY);
        for token in [0, 1, 2, 9] {
            assert_eq!(line.present(token, OTHER), Decision::Expired, "token {token}");
        }
        assert_eq!(line.session, before);
    }

    #[test]
    fn is_one_in_strict_mode_too() {
        let mut line = Line::strict(BROWSER);
        assert_eq!(line.wait(7 * DAY).present(0, None), Decision::Expired);
    }
}

mod the_head_is_quiet {
    use super::*;

    #[test]
    fn for_a_browser_until_a_millisecond_before_the_end_of_the_quiet_period() {
        for client in [BROWSER, PLAIN_BROWSER] {
            assert_eq!(rotated(client).wait(Q - 1).present(1, OTHER), Decision::Quiet);
            assert_eq!(rotated(client).wait(Q).present(1, OTHER), Decision::Rotate);
        }
    }

    #[test]
    fn for_no_direct_client_with_another_attempt() {
        assert_eq!(rotated(DIRECT).present(1, OTHER), Decision::Rotate);
        assert_eq!(rotated(PLAIN_DIRECT).present(1, None), Decision::Rotate);
    }

    #[test]
    fn for_a_known_attempt_of_any_client_as_long_as_it_is_remembered() {
        for client in [BROWSER, DIRECT] {
            assert_eq!(rotated(client).wait(MEMORY - 1).present(1, Some("a")), Decision::Quiet);
            assert_eq!(rotated(client).wait(MEMORY + 1).present(1, Some("a")), Decision::Rotate);
        }
    }

    /// An attacker who repeats one attempt id keeps it known.
    #[test]
    fn for_a_repeated_attempt_until_its_memory_is_over_after_the_quiet_period() {
        for (client, quiet_period) in [(BROWSER, Q), (DIRECT, 0)] {
            let mut line = rotated(client);
            let longest = quiet_period + MEMORY;
            for _ in 0..4 {
                assert_eq!(line.wait((longest - 1) / 4).present(1, Some("a")), Decision::Quiet);
            }
            line.now = START.plus(Duration::from_millis(longest.unsigned_abs()));
            assert_eq!(line.clone().wait(-1).present(1, Some("a")), Decision::Quiet);
            assert_eq!(line.present(1, Some("a")), Decision::LateCopy);
        }
    }

    #[test]
    fn for_no_attempt_of_a_session_that_began_without() {
        for client in [PLAIN_BROWSER, PLAIN_DIRECT] {
            let mut line = rotated(client);
            assert_eq!(line.session.served_attempts.iter().count(), 0);
            assert_eq!(line.session.head_attempt, None);
            assert_eq!(line.wait(Q).present(1, Some("a")), Decision::Rotate);
        }
    }

    #[test]
    fn not_after_signing_in_which_starts_no_quiet_period() {
        for client in ALL_CLIENTS {
            let mut line = Line::of(client);
            assert_eq!(line.session.confirmed_at, Some(START), "whoever lost the answer to a sign-in signs in again");
            assert_eq!(line.present(0, Some("a")), Decision::Rotate);
        }
    }

    #[test]
    fn counted_from_when_it_was_given_out_last() {
        let mut line = rotated(BROWSER);
        assert_eq!(line.wait(50 * SECOND).present(0, Some("a")), Decision::Repeat);
        assert_eq!(line.clone().wait(Q - 1).present(1, OTHER), Decision::Quiet);
        assert_eq!(line.wait(Q).present(1, OTHER), Decision::Rotate);
    }

    #[test]
    fn and_gives_an_access_token_and_no_cookie() {
        let mut line = rotated(BROWSER);
        let answer = line.refresh(1, Some("b"));
        assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::Quiet, None, Some(1)));
    }

    #[test]
    fn and_confirmed_and_the_attempt_remembered_and_nothing_else_written() {
        let mut line = rotated(BROWSER);
        let before = line.session.clone();
        line.wait(SECOND).present(1, Some("b"));
        let now = line.now;
        assert_eq!(
            line.session,
            with(&before, |row| {
                row.confirmed_at = Some(now);
                row.last_used_at = now;
                row.served_attempts.note("b", now);
            })
        );
    }

    #[test]
    fn and_stays_confirmed_at_the_first_time() {
        let mut line = rotated_and_used(BROWSER);
        let confirmed_at = line.session.confirmed_at;
        line.wait(SECOND).present(1, Some("b"));
        assert_eq!(line.session.confirmed_at, confirmed_at);
    }

    #[test]
    fn never_without_a_quiet_period() {
        let policy = Policy { quiet_period: Duration::ZERO, ..Policy::default() };
        let mut line = Line::under(policy, BROWSER);
        line.present(0, Some("a"));
        assert_eq!(line.present(1, OTHER), Decision::Rotate);
    }
}

mod the_head_rotates {
    use super::*;

    #[test]
    fn else_and_the_row_moves_on_by_one_generation() {
        let mut line = rotated_and_used(BROWSER);
        let before = line.session.clone();
        let answer = line.wait(Q).refresh(1, Some("b"));
        assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::Rotate, Some(2), Some(2)));
        let now = line.now;
        assert_eq!(
            line.session,
            with(&before, |row| {
                row.generation = 2;
                row.prev_hash = Some(hash(1));
                row.head_hash = hash(2);
                row.sealed_head = Some([hash(1), hash(2)].concat());
                row.head_attempt = Some("b".to_owned());
                row.emitted_at = now;
                row.confirmed_at = None;
                row.idle_deadline = now.plus(Duration::from_hours(7 * 24));
                row.last_used_at = now;
                row.served_attempts.note("b", now);
            })
        );
    }

    #[test]
    fn and_the_idle_deadline_moves_up_to_the_absolute_one() {
        let mut line = Line::of(PLAIN_DIRECT);
        for token in 0..5 {
            assert_eq!(line.wait(6 * DAY - 1).present(token, None), Decision::Rotate);
        }
        assert_eq!(line.session.idle_deadline, line.session.absolute_deadline);
        assert_eq!(line.session.absolute_deadline, START.plus(Duration::from_hours(30 * 24)));
        assert_eq!(line.wait(5).present(5, None), Decision::Expired);
    }

    #[test]
    fn although_nobody_used_its_access_token() {
        assert_eq!(rotated(BROWSER).wait(HOUR).present(1, Some("b")), Decision::Rotate);
    }

    #[test]
    fn and_a_contested_rotation_adds_to_the_streak() {
        let mut line = rotated(BROWSER);
        line.present(0, OTHER);
        assert_eq!((line.session.streak, line.session.is_contested), (0, true));
        line.wait(Q).present(1, Some("b"));
        assert_eq!((line.session.streak, line.session.is_contested), (1, false));
    }

    #[test]
    fn and_an_uncontested_rotation_ends_the_streak() {
        let mut line = rotated(BROWSER);
        line.present(0, OTHER);
        line.wait(Q).present(1, Some("b"));
        line.wait(Q).present(2, Some("c"));
        assert_eq!((line.session.streak, line.session.is_contested), (0, false));
    }

    #[test]
    fn and_without_an_attempt_id_remembers_none() {
        let mut line = Line::of(BROWSER);
        assert_eq!(line.present(0, None), Decision::Rotate);
        assert_eq!(line.session.head_attempt, None);
        assert_eq!(line.session.served_attempts.iter().count(), 0);
    }
}

mod the_same_attempt_is_repeated {
    use super::*;

    #[test]
    fn at_any_time_while_nobody_used_the_successor() {
        for client in [BROWSER, DIRECT] {
            for later in [0, W_DIRECT, W, MEMORY, MEMORY + 1, 10 * HOUR] {
                let mut line = rotated(client);
                let answer = line.wait(later).refresh(0, Some("a"));
                assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::Repeat, Some(1), Some(1)));
            }
        }
    }

    #[test]
    fn for_less_than_two_minutes_once_the_successor_was_used() {
        for client in [BROWSER, DIRECT] {
            assert_eq!(rotated_and_used(client).wait(MEMORY - 1).present(0, Some("a")), Decision::Repeat);
            assert_eq!(rotated_and_used(client).wait(MEMORY).present(0, Some("a")), Decision::LateCopy);
            assert_eq!(rotated_and_used(client).wait(MEMORY + 1).present(0, Some("a")), Decision::Reuse);
        }
    }

    /// A thief who has copied the attempt id, too, kept the head from rotating by it.
    #[test]
    fn and_no_longer_however_often_it_is_repeated() {
        let mut line = rotated_and_used(BROWSER);
        for _ in 0..3 {
            assert_eq!(line.wait(MEMORY / 4).present(0, Some("a")), Decision::Repeat);
        }
        for _ in 0..3 {
            assert_eq!(line.clone().wait(MEMORY / 4).present(0, Some("a")), Decision::LateCopy);
        }
        assert_eq!(line.wait(MEMORY + 1).present(0, Some("a")), Decision::Reuse);
    }

    #[test]
    fn while_it_is_among_the_last_sixteen_served() {
        let mut line = rotated_and_used(BROWSER);
        for n in 1..=15 {
            assert_eq!(line.present(1, Some(&format!("quiet {n}"))), Decision::Quiet);
        }
        assert_eq!(line.clone().present(0, Some("a")), Decision::Repeat);
        assert_eq!(line.present(1, Some("quiet 16")), Decision::Quiet);
        assert_eq!(line.session.served_attempts.iter().count(), 16);
        assert_eq!(line.present(0, Some("a")), Decision::Reuse);
    }

    #[test]
    fn but_no_other_known_attempt_is() {
        let mut line = rotated(BROWSER);
        assert_eq!(line.present(1, Some("b")), Decision::Quiet);
        assert_eq!(line.present(0, Some("b")), Decision::LateCopy);
    }

    #[test]
    fn but_two_requests_without_an_attempt_are_not_the_same_attempt() {
        let mut line = Line::of(BROWSER);
        line.present(0, None);
        assert_eq!(line.clone().present(0, None), Decision::LostAnswer);
        assert_eq!(line.used().present(0, None), Decision::Reuse);
    }

    #[test]
    fn but_not_in_a_session_that_began_without_attempts() {
        assert_eq!(rotated(PLAIN_BROWSER).wait(W).present(0, Some("a")), Decision::Supersede);
        assert_eq!(rotated_and_used(PLAIN_BROWSER).wait(C + 1).present(0, Some("a")), Decision::Reuse);
    }

    #[test]
    fn but_not_where_a_row_remembers_attempts_that_it_should_not_have() {
        let mut line = rotated_and_used(BROWSER);
        line.session.client.names_refreshes = false;
        assert_eq!(line.wait(C + 1).present(0, Some("a")), Decision::Reuse);
    }

    #[test]
    fn and_contests_nothing_and_extends_nothing() {
        let mut line = rotated(BROWSER);
        let before = line.session.clone();
        line.wait(HOUR).present(0, Some("a"));
        let now = line.now;
        assert_eq!(
            line.session,
            with(&before, |row| {
                row.emitted_at = now;
                row.last_used_at = now;
                row.served_attempts.note("a", now);
            })
        );
    }

    /// What stands before it was served before the head was made, and what stands behind it, since then.
    #[test]
    fn and_its_attempt_keeps_its_place_among_the_served_ones() {
        let mut line = rotated_and_used(BROWSER);
        line.wait(Q - 1).present(1, Some("b"));
        line.wait(1).present(1, Some("c"));
        line.wait(SECOND).present(1, Some("d"));
        line.wait(SECOND).present(1, Some("c"));
        let served: Vec<_> = line.session.served_attempts.iter().map(|(id, at)| (id, at.0 - START.0)).collect();
        assert_eq!(served, [("a", 0), ("b", Q - 1), ("c", Q + 2 * SECOND), ("d", Q + SECOND)]);
        let before_head = ["a", "b", "c", "d", "e"].map(|attempt| line.session.served_before_head(Some(attempt)));
        assert_eq!(before_head, [true, true, false, false, false]);
    }

    #[test]
    fn also_in_the_third_contested_rotation_in_a_row() {
        let mut line = rotated(BROWSER);
        line.session.streak = 2;
        assert_eq!(line.present(0, Some("a")), Decision::Repeat);
    }
}

mod a_lost_answer_is_given_again {
    use super::*;

    #[test]
    fn until_a_millisecond_before_the_end_of_the_replay_window() {
        for client in [BROWSER, PLAIN_BROWSER] {
            assert_eq!(rotated(client).wait(W - 1).present(0, OTHER), Decision::LostAnswer);
            assert_eq!(rotated(client).wait(W).present(0, OTHER), Decision::Supersede);
        }
        for client in [DIRECT, PLAIN_DIRECT] {
            assert_eq!(rotated(client).wait(W_DIRECT - 1).present(0, OTHER), Decision::LostAnswer);
            assert_eq!(rotated(client).wait(W_DIRECT).present(0, OTHER), Decision::Supersede);
        }
    }

    #[test]
    fn for_ten_seconds_at_least_however_short_the_quiet_period() {
        for quiet_period in [Duration::ZERO, Duration::from_millis(9999), Duration::from_secs(10)] {
            let mut line = Line::under(Policy { quiet_period, ..Policy::default() }, BROWSER);
            line.present(0, Some("a"));
            assert_eq!(line.clone().wait(10 * SECOND - 1).present(0, OTHER), Decision::LostAnswer);
            assert_eq!(line.wait(10 * SECOND).present(0, OTHER), Decision::Supersede);
        }
    }

    #[test]
    fn counted_from_when_it_was_given_out_last() {
        let mut line = rotated(PLAIN_DIRECT);
        assert_eq!(line.wait(W_DIRECT - 1).present(0, None), Decision::LostAnswer);
        assert_eq!(line.wait(W_DIRECT - 1).present(0, None), Decision::LostAnswer);
        assert_eq!(line.wait(W_DIRECT).present(0, None), Decision::Supersede);
    }

    /// A flood of new attempts kept the window open, so that the owner's request was never one that supersedes the head, which needs
    /// no allowance.
    #[test]
    fn for_two_minutes_after_it_was_contested_first() {
        for client in [BROWSER, DIRECT] {
            let mut line = rotated(client);
            line.wait(SECOND);
            for n in 0..4 {
                assert_eq!(line.present(0, Some(&format!("other {n}"))), Decision::LostAnswer);
                line.wait(MEMORY / 4);
            }
            assert_eq!(line.clone().wait(-1).present(0, Some("mine")), Decision::LostAnswer);
            assert_eq!(line.present(0, Some("mine")), Decision::Supersede);
        }
    }

    /// The attempt that made the head repeats it without an end while nobody uses the head.
    #[test]
    fn and_repeats_do_not_begin_the_window_of_a_contested_head_again() {
        for client in [BROWSER, DIRECT] {
            let mut line = rotated(client);
            assert_eq!(line.present(0, OTHER), Decision::LostAnswer);
            for _ in 0..4 {
                assert_eq!(line.wait(MEMORY / 4).present(0, Some("a")), Decision::Repeat);
            }
            assert_eq!(line.present(0, Some("mine")), Decision::Supersede);
        }
    }

    #[test]
    fn as_the_same_successor() {
        for client in ALL_CLIENTS {
            let answer = rotated(client).refresh(0, OTHER);
            assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::LostAnswer, Some(1), Some(1)));
        }
    }

    #[test]
    fn and_with_attempts_the_rotation_counts_as_contested() {
        let mut line = rotated(BROWSER);
        let before = line.session.clone();
        line.wait(SECOND).present(0, OTHER);
        let now = line.now;
        assert_eq!(
            line.session,
            with(&before, |row| {
                row.emitted_at = now;
                row.last_used_at = now;
                row.is_contested = true;
                row.served_attempts.note("other", now);
            })
        );
    }

    #[test]
    fn and_without_attempts_it_contests_nothing() {
        let mut line = rotated(PLAIN_BROWSER);
        let before = line.session.clone();
        line.wait(SECOND).present(0, None);
        let now = line.now;
        assert_eq!(
            line.session,
            with(&before, |row| {
                row.emitted_at = now;
                row.last_used_at = now;
            })
        );
    }

    #[test]
    fn and_a_later_repeat_does_not_take_the_mark_back() {
        let mut line = rotated(BROWSER);
        line.present(0, OTHER);
        line.present(0, Some("a"));
        assert!(line.session.is_contested);
    }

    #[test]
    fn also_to_a_request_without_an_attempt_of_a_client_that_has_them() {
        let mut line = rotated(BROWSER);
        assert_eq!(line.present(0, None), Decision::LostAnswer);
        assert!(line.session.is_contested);
    }

    /// Two tabs that cannot share an attempt id: each gets the successor again until it is used, and neither has it superseded
    /// while the other may hold it.
    #[test]
    fn to_every_attempt_that_was_given_it_while_that_is_remembered() {
        for client in [BROWSER, DIRECT] {
            let mut line = rotated(client);
            assert_eq!(line.present(0, Some("b")), Decision::LostAnswer);
            for (attempt, decision) in [("a", Decision::Repeat), ("b", Decision::LostAnswer), ("a", Decision::Repeat)] {
                let answer = line.refresh(0, Some(attempt));
                assert_eq!((answer.decision, answer.cookie), (decision, Some(1)));
            }
            assert_eq!(line.clone().wait(MEMORY).present(0, Some("b")), Decision::LostAnswer);
            assert_eq!(line.wait(MEMORY + 1).present(0, Some("b")), Decision::Supersede);
        }
    }

    /// As before, but no attempt id is known to have made the successor.
    #[test]
    fn also_where_the_first_attempt_had_no_name() {
        let mut line = Line::of(BROWSER);
        line.present(0, None);
        assert_eq!(line.present(0, Some("b")), Decision::LostAnswer);
        assert_eq!(line.wait(W).present(0, Some("b")), Decision::LostAnswer);
    }

    #[test]
    fn also_where_the_first_attempt_is_no_longer_remembered() {
        let mut line = rotated(BROWSER);
        for n in 1..=16 {
            assert_eq!(line.present(0, Some(&format!("tab {n}"))), Decision::LostAnswer);
        }
        assert_eq!(line.wait(W).present(0, Some("tab 1")), Decision::LostAnswer);
    }
}

mod a_lost_answer_is_superseded {
    use super::*;

    #[test]
    fn when_it_is_asked_for_late_and_the_previous_token_stays() {
        for client in ALL_CLIENTS {
            let mut line = rotated(client);
            let before = line.session.clone();
            let answer = line.wait(W).refresh(0, named(client, "b"));
            assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::Supersede, Some(2), Some(2)));
            let now = line.now;
            assert_eq!(
                line.session,
                with(&before, |row| {
                    row.generation = 2;
                    row.head_hash = hash(2);
                    row.sealed_head = Some([hash(0), hash(2)].concat());
                    row.emitted_at = now;
                    row.last_used_at = now;
                    row.is_contested = client.names_refreshes;
                    if client.names_refreshes {
                        row.head_attempt = Some("b".to_owned());
                        row.served_attempts.note("b", now);
                    }
                })
            );
        }
    }

    #[test]
    fn and_a_head_that_was_contested_before_counts() {
        let mut line = rotated(BROWSER);
        line.wait(W).present(0, Some("b"));
        assert_eq!((line.session.streak, line.session.is_contested), (0, true), "nobody had contested the first one");
        line.wait(MEMORY + 1).present(0, Some("c"));
        assert_eq!((line.session.streak, line.session.is_contested), (1, true));
    }

    #[test]
    fn and_the_one_who_asked_may_ask_again() {
        let mut line = rotated(BROWSER);
        line.wait(W).present(0, Some("b"));
        assert_eq!(line.wait(HOUR).refresh(0, Some("b")).cookie, Some(2));
        assert_eq!(line.session.generation, 2);
    }

    #[test]
    fn and_the_superseded_token_is_evidence() {
        for client in ALL_CLIENTS {
            let mut line = rotated(client);
            line.wait(MEMORY + 1).present(0, OTHER);
            assert_eq!(line.present(1, Some("late")), Decision::Reuse);
        }
    }

    #[test]
    fn as_often_as_nobody_uses_the_successor() {
        let mut line = rotated(PLAIN_DIRECT);
        for token in 2..6 {
            assert_eq!(line.wait(W_DIRECT).refresh(0, None).cookie, Some(token));
        }
        assert_eq!(line.present(5, None), Decision::Rotate);
    }

    #[test]
    fn without_extending_the_idle_deadline() {
        let mut line = rotated(PLAIN_DIRECT);
        assert_eq!(line.wait(7 * DAY - 1).present(0, None), Decision::Supersede);
        assert_eq!(line.wait(1).present(2, None), Decision::Expired);
    }
}

mod a_duplicate_in_flight_is_answered {
    use super::*;

    #[test]
    fn until_exactly_the_end_of_the_tolerance_to_a_browser_without_attempts() {
        assert_eq!(rotated_and_used(PLAIN_BROWSER).present(0, None), Decision::InFlight);
        assert_eq!(rotated_and_used(PLAIN_BROWSER).wait(C).present(0, None), Decision::InFlight);
        assert_eq!(rotated_and_used(PLAIN_BROWSER).wait(C + 1).present(0, None), Decision::Reuse);
    }

    #[test]
    fn to_no_other_client_not_even_at_once() {
        for client in [BROWSER, DIRECT, PLAIN_DIRECT] {
            assert_eq!(rotated_and_used(client).present(0, OTHER), Decision::Reuse);
        }
    }

    #[test]
    fn not_without_a_tolerance_not_even_at_once() {
        let policy = Policy { tolerance: Duration::ZERO, ..Policy::default() };
        let mut line = Line::under(policy, PLAIN_BROWSER);
        line.present(0, None);
        assert_eq!(line.used().present(0, None), Decision::Reuse);
    }

    #[test]
    fn and_the_tolerance_does_not_slide() {
        let mut line = rotated_and_used(PLAIN_BROWSER);
        assert_eq!(line.wait(C).present(0, None), Decision::InFlight);
        assert_eq!(line.wait(1).present(0, None), Decision::Reuse);
    }

    #[test]
    fn after_a_confirmation_by_presenting_the_head_too() {
        let mut line = rotated(PLAIN_BROWSER);
        assert_eq!(line.wait(60 * SECOND).present(1, None), Decision::Quiet);
        assert_eq!(line.wait(C).present(0, None), Decision::InFlight);
        assert_eq!(line.wait(1).present(0, None), Decision::Reuse);
    }

    #[test]
    fn with_the_same_successor_and_nothing_else_changes() {
        let mut line = rotated_and_used(PLAIN_BROWSER);
        let before = line.session.clone();
        let answer = line.wait(SECOND).refresh(0, None);
        assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::InFlight, Some(1), Some(1)));
        let now = line.now;
        assert_eq!(
            line.session,
            with(&before, |row| {
                row.emitted_at = now;
                row.last_used_at = now;
            })
        );
    }
}

mod a_late_copy_is_turned_away {
    use super::*;

    #[test]
    fn while_its_attempt_is_remembered_with_an_older_token() {
        let mut line = rotated(BROWSER);
        line.used().wait(Q).present(1, Some("b"));
        assert_eq!(line.clone().wait(MEMORY - Q).present(0, Some("a")), Decision::LateCopy);
        assert_eq!(line.wait(MEMORY - Q + 1).present(0, Some("a")), Decision::Reuse);
    }

    #[test]
    fn while_its_attempt_is_remembered_with_the_previous_token() {
        let mut line = rotated_and_used(BROWSER);
        assert_eq!(line.present(1, Some("b")), Decision::Quiet);
        line.wait(Q).present(1, Some("c"));
        line.used();
        assert_eq!(line.clone().wait(MEMORY - Q).present(1, Some("b")), Decision::LateCopy);
        assert_eq!(line.wait(MEMORY - Q + 1).present(1, Some("b")), Decision::Reuse);
    }

    #[test]
    fn also_while_nobody_used_the_successor_however_late() {
        for later in [0, W - 1, W, MEMORY] {
            let mut line = rotated_and_used(BROWSER);
            line.wait(Q - 1).present(1, Some("b"));
            assert_eq!(line.wait(1).present(1, Some("c")), Decision::Rotate);
            let before = line.session.clone();
            assert_eq!(line.wait(later - 1).present(1, Some("b")), Decision::LateCopy);
            assert_eq!(line.session, before);
        }
    }

    #[test]
    fn also_in_the_third_contested_rotation_in_a_row() {
        let mut line = rotated_and_used(BROWSER);
        line.session.streak = 2;
        line.session.is_contested = true;
        line.present(1, Some("b"));
        line.wait(Q).present(1, Some("c"));
        assert_eq!(line.present(1, Some("b")), Decision::LateCopy);
    }

    #[test]
    fn while_its_attempt_is_among_the_last_sixteen_served() {
        let mut line = rotated_twice(BROWSER);
        for n in 1..=14 {
            line.present(2, Some(&format!("quiet {n}")));
        }
        assert_eq!(line.clone().present(0, Some("a")), Decision::LateCopy);
        line.present(2, Some("quiet 15"));
        assert_eq!(line.present(0, Some("a")), Decision::Reuse);
    }

    /// The client has moved on to its next attempt, with the same token: a rotation by this copy would make reuse of it.
    #[test]
    fn with_the_head_after_its_last_quiet_answer_until_it_is_forgotten() {
        for (client, quiet_period) in [(BROWSER, Q), (DIRECT, 0)] {
            let mut line = rotated(client);
            for _ in 0..4 {
                assert_eq!(line.wait((quiet_period + MEMORY - 1) / 4).present(1, Some("a")), Decision::Quiet);
            }
            let before = line.session.clone();
            for later in [4, SECOND, MEMORY] {
                assert_eq!(line.clone().wait(later).present(1, Some("a")), Decision::LateCopy, "{client:?}, {later}");
            }
            assert_eq!(line.session, before, "a late copy is not remembered");
            assert_eq!(line.clone().wait(4).present(1, OTHER), Decision::Rotate);
            assert_eq!(line.wait(MEMORY + 1).present(1, Some("a")), Decision::Rotate);
        }
    }

    #[test]
    fn with_nothing_and_nothing_is_written() {
        let mut line = rotated_twice(BROWSER);
        let before = line.session.clone();
        let answer = line.wait(SECOND).refresh(0, Some("a"));
        assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::LateCopy, None, None));
        assert_eq!(line.session, before);
        assert_eq!(line.present(2, Some("c")), Decision::Quiet);
    }

    #[test]
    fn of_a_direct_client_with_attempts_too() {
        let mut line = rotated_and_used(DIRECT);
        line.present(1, Some("b"));
        assert_eq!(line.present(0, Some("a")), Decision::LateCopy);
    }

    #[test]
    fn but_not_in_a_session_that_began_without_attempts() {
        for client in [PLAIN_BROWSER, PLAIN_DIRECT] {
            assert_eq!(rotated_twice(client).present(0, Some("a")), Decision::Reuse);
        }
    }
}

mod everything_else_is_theft {
    use super::*;

    #[test]
    fn the_previous_token_of_another_attempt_once_the_successor_was_used() {
        for attempt in [OTHER, None] {
            assert_eq!(rotated_and_used(BROWSER).present(0, attempt), Decision::Reuse);
            assert_eq!(rotated_and_used(DIRECT).present(0, attempt), Decision::Reuse);
        }
    }

    #[test]
    fn the_previous_token_once_the_successor_was_presented() {
        let mut line = rotated(BROWSER);
        assert_eq!(line.present(1, Some("b")), Decision::Quiet);
        assert_eq!(line.present(0, OTHER), Decision::Reuse);
    }

    #[test]
    fn an_older_token_even_while_nobody_used_the_head() {
        for client in ALL_CLIENTS {
            let mut line = rotated(client);
            line.wait(Q).present(1, Some("b"));
            assert_eq!(line.present(0, OTHER), Decision::Reuse);
        }
    }

    #[test]
    fn but_an_access_token_of_an_earlier_generation_confirms_nothing() {
        let mut line = rotated(BROWSER);
        line.used_access_of(0);
        assert_eq!(line.session.confirmed_at, None);
        assert_eq!(line.present(0, OTHER), Decision::LostAnswer);
    }

    #[test]
    fn but_an_access_token_of_a_superseded_successor_confirms_nothing() {
        let mut line = rotated(BROWSER);
        line.wait(W).present(0, OTHER);
        line.used_access_of(1);
        assert_eq!(line.session.confirmed_at, None);
    }

    #[test]
    fn and_the_end_is_all_that_is_written() {
        let mut line = rotated_and_used(BROWSER);
        let before = line.session.clone();
        let answer = line.wait(SECOND).refresh(0, OTHER);
        assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::Reuse, None, None));
        let ended = Ended { at: line.now, reason: EndReason::ReuseDetected };
        assert_eq!(line.session, with(&before, |row| row.ended = Some(ended)));
        assert_eq!(line.present(1, Some("b")), Decision::Ended(EndReason::ReuseDetected));
    }
}

mod a_restored_database {
    use super::*;

    #[test]
    fn is_recognised_by_a_token_of_a_later_generation() {
        for mut line in [Line::of(BROWSER), rotated_twice(PLAIN_DIRECT), Line::strict(BROWSER)] {
            assert_eq!(line.present(line.session.generation + 1, Some("a")), Decision::Restored);
        }
    }

    #[test]
    fn is_recognised_by_another_token_of_the_same_generation() {
        let mut line = rotated_and_used(BROWSER);
        let sibling = Presented { generation: 1, hash: [7; 32] };
        assert_eq!(line.refresh_with(sibling, OTHER).decision, Decision::Restored);
    }

    #[test]
    fn is_not_seen_in_another_token_of_an_earlier_generation_which_is_theft() {
        let mut line = rotated_and_used(BROWSER);
        let sibling = Presented { generation: 0, hash: [7; 32] };
        assert_eq!(line.refresh_with(sibling, OTHER).decision, Decision::Reuse);
    }

    #[test]
    fn expires_the_session_for_ever_and_accuses_nobody() {
        let mut line = rotated_and_used(BROWSER);
        let before = line.session.clone();
        let answer = line.wait(SECOND).refresh(7, Some("a"));
        assert_eq!((answer.cookie, answer.access), (None, None));
        assert_eq!(line.session, with(&before, |row| row.idle_deadline = super::super::UnixMillis(0)));
        for token in [0, 1, 7] {
            assert_eq!(line.present(token, Some("a")), Decision::Expired);
        }
        line.wait(-100 * DAY);
        assert_eq!(line.present(1, Some("a")), Decision::Expired);
    }
}

mod a_clone_is_suspected {
    use super::*;

    /// `times` rotations in a row, each of which somebody else also tries.
    fn contested(client: Client, times: u64) -> Line {
        let mut line = Line::of(client);
        for token in 0..times {
            assert_eq!(line.wait(900 * SECOND).present(token, named(client, "mine")), Decision::Rotate);
            let other = format!("other {token}");
            assert_eq!(line.wait(SECOND).present(token, named(client, &other)), Decision::LostAnswer);
        }
        line
    }

    #[test]
    fn at_the_third_contested_rotation_in_a_row() {
        for client in [BROWSER, DIRECT] {
            let mut line = contested(client, 2);
            assert_eq!(line.wait(900 * SECOND).present(2, Some("mine")), Decision::Rotate);
            let before = line.session.clone();
            let answer = line.refresh(2, OTHER);
            assert_eq!((answer.decision, answer.cookie, answer.access), (Decision::CloneSuspected, None, None));
            let ended = Ended { at: line.now, reason: EndReason::CloneSuspected };
            assert_eq!(line.session, with(&before, |row| row.ended = Some(ended)));
            assert_eq!(line.present(3, None), Decision::Ended(EndReason::CloneSuspected));
        }
    }

    #[test]
    fn also_where_it_would_have_been_superseded() {
        let mut line = contested(BROWSER, 2);
        line.wait(900 * SECOND).present(2, Some("mine"));
        assert_eq!(line.wait(W).present(2, OTHER), Decision::CloneSuspected);
    }

    #[test]
    fn also_where_the_earlier_ones_were_superseded() {
        let mut line = Line::of(BROWSER);
        for token in [0, 2] {
            assert_eq!(line.wait(HOUR).present(token, Some("mine")), Decision::Rotate);
            assert_eq!(line.wait(HOUR).present(token, Some(&format!("other {token}"))), Decision::Supersede);
        }
        assert_eq!(line.wait(HOUR).present(4, Some("mine")), Decision::Rotate);
        assert_eq!(line.wait(HOUR).present(4, OTHER), Decision::CloneSuspected);
    }

    /// Two parties that never use what they are given: each head is superseded.
    #[test]
    fn also_where_the_third_contested_head_in_a_row_is_of_one_rotation() {
        for client in [BROWSER, DIRECT] {
            let mut line = rotated(client);
            for n in 0..2 {
                assert_eq!(line.present(0, Some(&format!("other {n}"))), Decision::LostAnswer);
                assert_eq!(line.wait(MEMORY).present(0, Some(&format!("mine {n}"))), Decision::Supersede);
            }
            assert_eq!(line.present(0, OTHER), Decision::CloneSuspected);
        }
    }

    #[test]
    fn not_while_one_in_between_was_not_contested() {
        let mut line = contested(BROWSER, 2);
        line.wait(900 * SECOND).present(2, Some("mine"));
        line.wait(900 * SECOND).present(3, Some("mine, again"));
        assert_eq!(line.session.streak, 0);
        assert_eq!(line.present(3, OTHER), Decision::LostAnswer);
    }

    #[test]
    fn not_because_one_rotation_was_tried_many_times() {
        let mut line = rotated(BROWSER);
        for n in 0..10 {
            assert_eq!(line.present(0, Some(&format!("other {n}"))), Decision::LostAnswer);
        }
        assert_eq!(line.session.streak, 0);
    }

    #[test]
    fn never_without_attempts() {
        for client in [PLAIN_BROWSER, PLAIN_DIRECT] {
            let mut line = contested(client, 9);
            line.wait(900 * SECOND).present(9, None);
            assert_eq!(line.present(9, None), Decision::LostAnswer);
            assert_eq!((line.session.streak, line.session.is_contested), (0, false));
            line.session.streak = 2;
            assert_eq!(line.present(9, None), Decision::LostAnswer);
        }
    }
}

mod strict_mode {
    use super::*;

    #[test]
    fn rotates_the_head_at_once_and_whatever_the_attempt() {
        for client in ALL_CLIENTS {
            let mut line = Line::strict(client);
            assert_eq!(line.present(0, Some("a")), Decision::Rotate);
            assert_eq!(line.present(1, Some("a")), Decision::Rotate);
            assert_eq!(line.present(2, Some("b")), Decision::Rotate);
        }
    }

    #[test]
    fn takes_every_second_use_for_theft() {
        for client in ALL_CLIENTS {
            for attempt in [Some("a"), OTHER, None] {
                let mut line = Line::strict(client);
                line.present(0, Some("a"));
                assert_eq!(line.present(0, attempt), Decision::Reuse);
                assert_eq!(line.present(1, attempt), Decision::Ended(EndReason::ReuseDetected));
            }
        }
    }

    #[test]
    fn takes_a_late_copy_for_theft() {
        let mut line = Line::strict(BROWSER);
        line.present(0, Some("a"));
        line.present(1, Some("b"));
        assert_eq!(line.present(0, Some("a")), Decision::Reuse);
    }
}

/// Every row that asks how long ago something was, while that lies in the future.
mod a_clock_that_went_back_is_outside_of {
    use super::*;

    #[test]
    fn the_quiet_period_and_the_last_use_does_not_go_back() {
        let mut line = rotated(BROWSER);
        let before = line.session.last_used_at;
        assert_eq!(line.wait(-1).present(1, Some("b")), Decision::Rotate);
        assert_eq!(line.session.last_used_at, before);
    }

    #[test]
    fn the_replay_window() {
        for client in ALL_CLIENTS {
            assert_eq!(rotated(client).wait(-1).present(0, OTHER), Decision::Supersede);
        }
    }

    #[test]
    fn the_tolerance() {
        assert_eq!(rotated_and_used(PLAIN_BROWSER).wait(-1).present(0, None), Decision::Reuse);
    }

    #[test]
    fn but_not_of_the_deadlines_which_are_only_farther_away() {
        let mut line = Line::of(BROWSER);
        assert_eq!(line.wait(-DAY).present(0, Some("a")), Decision::Rotate);
        assert_eq!(line.session.idle_deadline, START.plus(Duration::from_hours(7 * 24)));
    }

    /// A rotation while the clock was a week behind moved the idle deadline to then, and the session was over once the clock was right.
    #[test]
    fn and_a_rotation_while_the_clock_is_behind_does_not_shorten_the_session() {
        let mut line = rotated_and_used(BROWSER);
        let deadline = line.session.idle_deadline;
        assert_eq!(line.wait(-8 * DAY).present(1, Some("b")), Decision::Rotate);
        assert_eq!(line.session.idle_deadline, deadline);
        line.used();
        assert_eq!(line.wait(8 * DAY + HOUR).present(2, Some("c")), Decision::Rotate);
        assert_eq!(line.session.idle_deadline, line.now.plus(Duration::from_hours(7 * 24)));
    }

    /// An attempt that was served is known for longer then, or its late copy would be taken for theft. Nobody gains by it who
    /// does not know the attempt's id.
    #[test]
    fn but_not_of_the_memory_of_attempts() {
        for back in [-1, -HOUR] {
            assert_eq!(rotated(DIRECT).wait(back).present(1, Some("a")), Decision::Quiet);
            assert_eq!(rotated_and_used(BROWSER).wait(back).present(0, Some("a")), Decision::Repeat);
            assert_eq!(rotated_twice(BROWSER).wait(back - Q).present(0, Some("a")), Decision::LateCopy);
            assert_eq!(rotated_and_used(BROWSER).wait(back).present(0, Some("b")), Decision::Reuse);
        }
    }

    /// An attacker who repeated one attempt was quiet, and was given the head, for as long as the clock had been ahead.
    #[test]
    fn but_the_windows_of_a_known_attempt_begin_again_at_its_next_request() {
        for (mut line, token, decision, window) in [
            (rotated(DIRECT), 1, Decision::Quiet, MEMORY),
            (rotated(BROWSER), 1, Decision::Quiet, Q + MEMORY),
            (rotated_and_used(BROWSER), 0, Decision::Repeat, MEMORY),
        ] {
            line.wait(-DAY);
            for _ in 0..4 {
                assert_eq!(line.present(token, Some("a")), decision);
                line.wait(window / 4);
            }
            assert_eq!(line.clone().wait(-1).present(token, Some("a")), decision);
            assert_eq!(line.present(token, Some("a")), Decision::LateCopy);
        }
    }

    /// A contested head that was given out again while the clock was behind was quiet for as long as the clock had been ahead.
    #[test]
    fn but_the_time_since_a_contested_head_was_given_out() {
        let mut line = rotated(DIRECT);
        assert_eq!(line.present(0, OTHER), Decision::LostAnswer);
        assert_eq!(line.wait(-DAY).present(0, OTHER), Decision::LostAnswer);
        assert_eq!(line.clone().wait(MEMORY - 1).present(1, Some("a")), Decision::Quiet);
        assert_eq!(line.wait(MEMORY).present(1, Some("a")), Decision::LateCopy);
    }

    /// While nobody has used the successor, the same attempt is a repeat at any time, and no clock is asked.
    #[test]
    fn nothing_that_the_same_attempt_needs() {
        assert_eq!(rotated(BROWSER).wait(-HOUR).present(0, Some("a")), Decision::Repeat);
    }
}

mod a_client_that_did_not_declare_attempt_ids {
    use super::*;

    /// A session that `PLAIN_BROWSER` rotated to token 1, which nobody has used, without an id.
    fn unnamed() -> Line {
        rotated(PLAIN_BROWSER)
    }

    #[test]
    fn names_its_refreshes_from_the_first_one_with_an_id_that_is_granted() {
        for client in [PLAIN_BROWSER, PLAIN_DIRECT] {
            let mut line = Line::of(client);
            assert_eq!(line.present(0, Some("a")), Decision::Rotate);
            assert!(line.session.client.names_refreshes);
            assert_eq!(line.session.head_attempt.as_deref(), Some("a"));
            assert_eq!(line.present(0, Some("a")), Decision::Repeat);
        }
    }

    #[test]
    fn names_them_whatever_the_first_answer_is() {
        let late = unnamed().wait(W).clone();
        for (decision, mut line, token) in [
            (Decision::Rotate, Line::of(PLAIN_BROWSER), 0),
            (Decision::Quiet, unnamed(), 1),
            (Decision::LostAnswer, unnamed(), 0),
            (Decision::Supersede, late, 0),
            (Decision::InFlight, rotated_and_used(PLAIN_BROWSER), 0),
        ] {
            assert_eq!(line.present(token, Some("a")), decision);
            assert!(line.session.client.names_refreshes, "{decision:?}");
            assert!(line.session.served_attempts.knows("a", line.now), "{decision:?}");
        }
    }

    #[test]
    fn is_answered_the_first_time_as_if_it_had_sent_none() {
        let mut line = rotated_and_used(PLAIN_BROWSER);
        assert_eq!(line.clone().wait(C).present(0, Some("a")), Decision::InFlight);
        assert_eq!(line.wait(C + 1).present(0, Some("a")), Decision::Reuse);
    }

    #[test]
    fn names_nothing_by_a_refusal() {
        let mut line = rotated_twice(PLAIN_BROWSER);
        assert_eq!(line.present(0, Some("a")), Decision::Reuse);
        assert!(!line.session.client.names_refreshes);
    }

    #[test]
    fn does_not_lose_its_ids_by_a_refresh_without_one() {
        let mut line = Line::of(PLAIN_BROWSER);
        line.present(0, Some("a"));
        for (token, decision) in [(0, Decision::LostAnswer), (1, Decision::Quiet), (0, Decision::Reuse)] {
            assert_eq!(line.present(token, None), decision);
            assert!(line.session.client.names_refreshes);
        }
    }

    #[test]
    fn contests_the_head_of_an_unnamed_refresh_by_the_first_named_one() {
        for (mut line, decision) in
            [(unnamed(), Decision::LostAnswer), (rotated_and_used(PLAIN_BROWSER), Decision::InFlight)]
        {
            assert_eq!(line.present(0, Some("a")), decision);
            assert!(line.session.is_contested);
        }
    }

    #[test]
    fn keeps_the_tolerance_while_it_names_nothing() {
        let mut line = Line::of(PLAIN_BROWSER);
        for token in 0..20 {
            assert_eq!(line.wait(Q).present(token, None), Decision::Rotate);
            assert_eq!(line.used().wait(C).present(token, None), Decision::InFlight);
        }
        assert!(!line.session.client.names_refreshes);
    }
}

mod the_allowance {
    use super::*;

    /// A step of the line, and whether it draws on the session's allowance of refreshes.
    fn draws(line: &mut Line, token: u64, attempt: Option<&str>) -> (Decision, bool) {
        let before = line.session.clone();
        let decision = line.present(token, attempt);
        let draws = decision.draws_on_allowance(&before, attempt, &line.policy);
        (decision, draws)
    }

    #[test]
    fn is_not_used_by_a_rotation_that_the_quiet_period_bounds() {
        for client in [BROWSER, PLAIN_BROWSER] {
            assert_eq!(draws(&mut Line::of(client), 0, Some("a")), (Decision::Rotate, false));
        }
    }

    #[test]
    fn is_used_by_a_rotation_that_nothing_else_bounds() {
        for client in [DIRECT, PLAIN_DIRECT] {
            assert_eq!(draws(&mut Line::of(client), 0, named(client, "a")), (Decision::Rotate, true));
        }
        let none = Policy { quiet_period: Duration::ZERO, ..Policy::default() };
        assert_eq!(draws(&mut Line::under(none, BROWSER), 0, Some("a")), (Decision::Rotate, true));
        assert_eq!(draws(&mut Line::strict(BROWSER), 0, Some("a")), (Decision::Rotate, true));
    }

    #[test]
    fn is_used_by_the_quiet_head_but_for_the_first_time() {
        let mut line = rotated(BROWSER);
        assert_eq!(draws(&mut line, 1, OTHER), (Decision::Quiet, false));
        assert_eq!(draws(&mut line, 1, OTHER), (Decision::Quiet, true));
    }

    #[test]
    fn is_used_by_a_lost_answer_but_for_the_one_that_contests_the_rotation() {
        let mut line = rotated(BROWSER);
        assert_eq!(draws(&mut line, 0, OTHER), (Decision::LostAnswer, false));
        assert_eq!(draws(&mut line, 0, Some("third")), (Decision::LostAnswer, true));
        assert_eq!(draws(&mut rotated(PLAIN_BROWSER), 0, None), (Decision::LostAnswer, true));
    }

    #[test]
    fn is_used_by_repeats_and_late_copies_and_duplicates_in_flight() {
        assert_eq!(draws(&mut rotated(BROWSER), 0, Some("a")), (Decision::Repeat, true));
        assert_eq!(draws(&mut rotated_twice(BROWSER), 0, Some("a")), (Decision::LateCopy, true));
        assert_eq!(draws(&mut rotated_and_used(PLAIN_BROWSER), 0, None), (Decision::InFlight, true));
    }

    #[test]
    fn is_not_used_by_the_first_answer_with_an_id() {
        assert_eq!(draws(&mut Line::of(PLAIN_DIRECT), 0, Some("a")), (Decision::Rotate, false));
        assert_eq!(draws(&mut rotated(PLAIN_BROWSER), 0, Some("a")), (Decision::LostAnswer, false));
        let mut line = rotated_and_used(PLAIN_BROWSER);
        assert_eq!(draws(&mut line, 0, Some("a")), (Decision::InFlight, false));
        assert_eq!(draws(&mut line, 1, Some("b")), (Decision::Quiet, true));
    }

    #[test]
    fn is_not_used_by_a_new_head_in_place_of_an_unused_one() {
        assert_eq!(draws(rotated(BROWSER).wait(W), 0, OTHER), (Decision::Supersede, false));
    }

    #[test]
    fn is_not_used_by_what_ends_the_session_and_used_by_what_comes_after() {
        let mut line = rotated_and_used(BROWSER);
        assert_eq!(draws(&mut line, 0, OTHER), (Decision::Reuse, false));
        assert_eq!(draws(&mut line, 0, OTHER), (Decision::Ended(EndReason::ReuseDetected), true));
        let mut line = rotated(BROWSER);
        line.session.streak = 2;
        assert_eq!(draws(&mut line, 0, OTHER), (Decision::CloneSuspected, false));
        assert_eq!(draws(&mut rotated(BROWSER), 5, OTHER), (Decision::Restored, false));
        assert_eq!(draws(rotated(BROWSER).wait(7 * DAY), 1, OTHER), (Decision::Expired, true));
    }
}

#[test]
fn every_decision_out_of_the_ordinary_is_reported_by_an_event_of_its_own_kind() {
    use crate::session::EventKind;
    let reported = [
        (Decision::Repeat, EventKind::RefreshRepeated),
        (Decision::LostAnswer, EventKind::RefreshAnswerLost),
        (Decision::InFlight, EventKind::RefreshAnswerLost),
        (Decision::Supersede, EventKind::RefreshSuperseded),
        (Decision::LateCopy, EventKind::RefreshLateCopy),
        (Decision::Reuse, EventKind::RefreshReused),
        (Decision::CloneSuspected, EventKind::CloneSuspected),
        (Decision::Restored, EventKind::DatabaseRestored),
    ];
    for (decision, kind) in reported {
        assert_eq!(decision.event(), Some(kind));
    }
    for decision in [Decision::Quiet, Decision::Rotate, Decision::Ended(EndReason::SignedOut), Decision::Expired] {
        assert_eq!(decision.event(), None);
    }
}
