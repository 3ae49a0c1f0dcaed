//! Confirmed rotation: what is done when a refresh token is presented.
//!
//! Two questions decide, not time alone. *Has anybody used the successor?* If not, the answer was lost, and giving the
//! successor again harms nobody. *Is it the same attempt?* Then it is a repeat, whenever it arrives. The rows of
//! [`decide`] stand in the order of [the table](https://github.com/sessionkeep/sessionkeep/blob/main/docs/rotation.md#the-table).

use std::time::Duration;

use sessionkeep_types::EndReason;

use super::{EventKind, Policy, RotationMode, ServedAttempts, Session, TokenHash, UnixMillis};

/// A refresh token whose signature and type are right.
#[derive(Clone, Copy, Debug)]
pub struct Presented {
    /// Its generation, as it says itself.
    pub generation: u64,
    /// SHA-256 of the whole token.
    pub hash: TokenHash,
}

/// What is done about a presented token. The first six give an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The head, soon after it was given out: a new access token, the same refresh token, no cookie.
    Quiet,
    /// The head: it is replaced.
    Rotate,
    /// The previous token, the same attempt: the same successor again.
    Repeat,
    /// The previous token while nobody has used the successor: the same successor again.
    LostAnswer,
    /// As before but late: a new successor in place of the unused one.
    Supersede,
    /// The previous token of a browser without attempt ids, just after the successor was used: the same successor again.
    InFlight,
    /// A copy of a request that was answered before. Nothing is given, nothing is ended.
    LateCopy,
    /// The token is in two hands: the session ends.
    Reuse,
    /// Somebody else tried the third rotation in a row: the session ends.
    CloneSuspected,
    /// The session was ended earlier.
    Ended(EndReason),
    /// The idle or the absolute lifetime is over.
    Expired,
    /// The token is newer than the database: a backup was restored. The session is over, nobody is accused.
    Restored,
}

impl Decision {
    /// Whether a new head is made.
    #[must_use]
    pub fn makes_head(&self) -> bool {
        matches!(self, Self::Rotate | Self::Supersede)
    }

    /// Whether the client is given an access token.
    #[must_use]
    pub fn grants(&self) -> bool {
        matches!(self, Self::Quiet | Self::Rotate | Self::Repeat | Self::LostAnswer | Self::Supersede | Self::InFlight)
    }

    /// Whether the answer is taken from the session's allowance of refreshes. `session` is the row that was decided on.
    ///
    /// A decision that changes the row permanently can occur only a few times per head. It therefore neither uses the allowance nor
    /// waits for it: otherwise an attacker with a copy of the head could exhaust the allowance and hold up the owner's rotation,
    /// which reveals the copy.
    #[must_use]
    pub fn draws_on_allowance(&self, session: &Session, attempt: Option<&str>, policy: &Policy) -> bool {
        match self {
            // Happens once a session.
            _ if self.names_client(session, attempt) => false,
            Self::Rotate => policy.rotation == RotationMode::Strict || policy.quiet_period(session.client).is_zero(),
            // The first one confirms the head.
            Self::Quiet => session.confirmed_at.is_some(),
            // The first one marks the rotation as contested.
            Self::LostAnswer => session.is_contested || !session.client.names_refreshes,
            Self::Supersede | Self::Reuse | Self::CloneSuspected | Self::Restored => false,
            Self::Repeat | Self::InFlight | Self::LateCopy | Self::Ended(_) | Self::Expired => true,
        }
    }

    /// Whether this answer makes the client one that names its refreshes. A sign-in by a form cannot declare that, so the first refresh
    /// that is granted and named does. Never undone: an attacker who names no refresh must not win the tolerance back.
    fn names_client(&self, session: &Session, attempt: Option<&str>) -> bool {
        self.grants() && attempt.is_some() && !session.client.names_refreshes
    }

    /// The event that reports it, for what is out of the ordinary.
    #[must_use]
    pub fn event(&self) -> Option<EventKind> {
        match self {
            Self::Repeat => Some(EventKind::RefreshRepeated),
            Self::LostAnswer | Self::InFlight => Some(EventKind::RefreshAnswerLost),
            Self::Supersede => Some(EventKind::RefreshSuperseded),
            Self::LateCopy => Some(EventKind::RefreshLateCopy),
            Self::Reuse => Some(EventKind::RefreshReused),
            Self::CloneSuspected => Some(EventKind::CloneSuspected),
            Self::Restored => Some(EventKind::DatabaseRestored),
            Self::Quiet | Self::Rotate | Self::Ended(_) | Self::Expired => None,
        }
    }
}

enum Position {
    Head,
    Previous,
    Older,
    Ahead,
}

fn position(session: &Session, presented: Presented) -> Position {
    if presented.hash == session.head_hash {
        Position::Head
    } else if session.prev_hash == Some(presented.hash) {
        Position::Previous
    } else if presented.generation < session.generation {
        Position::Older
    } else {
        Position::Ahead
    }
}

/// Decides what a presented token means. Changes nothing; [`apply`] does.
#[must_use]
pub fn decide(
    session: &Session,
    presented: Presented,
    attempt: Option<&str>,
    policy: &Policy,
    now: UnixMillis,
) -> Decision {
    if let Some(ended) = &session.ended {
        return Decision::Ended(ended.reason.clone());
    }
    if session.is_expired(now) {
        return Decision::Expired;
    }
    let strict = policy.rotation == RotationMode::Strict;
    let attempt = attempt.filter(|_| session.client.names_refreshes);
    let known = attempt.is_some_and(|attempt| session.served_attempts.knows(attempt, now));
    let within = |window, earlier| now.since(earlier).is_some_and(|ago| ago < window);
    // For a known attempt, a time in the future is not outside the window: a clock that went back must not end its repeats.
    // The windows end all the same: an attempt that is repeated again and again stays known, and must not give access for ever
    // without the rotation that reveals a second party.
    let lately = |window, earlier| now.since(earlier).is_none_or(|ago| ago < window);
    let quiet_period = policy.quiet_period(session.client);

    match position(session, presented) {
        Position::Ahead => Decision::Restored,
        Position::Head if strict => Decision::Rotate,
        Position::Head if within(quiet_period, session.emitted_at) => Decision::Quiet,
        Position::Head if known && lately(quiet_period + ServedAttempts::MEMORY, session.emitted_at) => Decision::Quiet,
        // The client has an answer to this attempt and may have sent the next one, with the same token. If this copy rotated,
        // that request would come with a replaced token and an attempt that is not known: reuse.
        Position::Head if known => Decision::LateCopy,
        Position::Head => Decision::Rotate,
        Position::Previous | Position::Older if strict => Decision::Reuse,
        Position::Previous => match session.confirmed_at {
            confirmed_at
                if attempt.is_some()
                    && attempt == session.head_attempt.as_deref()
                    && confirmed_at.is_none_or(|at| known && lately(ServedAttempts::MEMORY, at)) =>
            {
                Decision::Repeat
            }
            // It was answered before the head was made, so nobody waits for this.
            None if known && session.served_before_head(attempt) => Decision::LateCopy,
            None if session.client.names_refreshes && session.streak + 1 >= Policy::CLONE_CYCLES => {
                Decision::CloneSuspected
            }
            None if known || within(replay_window(session, policy), session.emitted_at) => Decision::LostAnswer,
            None => Decision::Supersede,
            Some(confirmed_at) if in_tolerance(session, policy, confirmed_at, now) => Decision::InFlight,
            Some(_) if known => Decision::LateCopy,
            Some(_) => Decision::Reuse,
        },
        Position::Older if known => Decision::LateCopy,
        Position::Older => Decision::Reuse,
    }
}

/// How long after it was given out an unused head is given again rather than superseded. A contested one is given for longer: each
/// time that it is superseded counts towards the end of the session, and a client that names each try anew gets minutes.
fn replay_window(session: &Session, policy: &Policy) -> Duration {
    let window = policy.replay_window(session.client);
    if session.is_contested { window.max(ServedAttempts::MEMORY) } else { window }
}

fn in_tolerance(session: &Session, policy: &Policy, confirmed_at: UnixMillis, now: UnixMillis) -> bool {
    let tolerance = policy.tolerance(session.client);
    !tolerance.is_zero() && now.since(confirmed_at).is_some_and(|ago| ago <= tolerance)
}

/// The successor that [`Decision::makes_head`] asks for.
#[derive(Clone, Debug)]
pub struct NewHead {
    /// SHA-256 of the whole new token.
    pub hash: TokenHash,
    /// The new token, sealed under the presented one.
    pub sealed: Vec<u8>,
}

/// The row after `decision`. `None`: nothing is to be written.
///
/// # Panics
/// If the decision makes a head ([`Decision::makes_head`]) and `new_head` is `None`.
#[must_use]
pub fn apply(
    session: &Session,
    decision: &Decision,
    attempt: Option<&str>,
    new_head: Option<NewHead>,
    policy: &Policy,
    now: UnixMillis,
) -> Option<Session> {
    let mut next = session.clone();
    next.client.names_refreshes |= decision.names_client(session, attempt);
    // Presenting the head proves that its holder received it.
    let confirm_head = |next: &mut Session| next.confirm(next.generation, now);
    // The window of a contested head that is not used is counted from the first contest: otherwise a flood of repeats and lost answers
    // would prevent the supersede, which needs no allowance, for as long as it lasts. Where a clock went back it begins now, so that it ends.
    let give_out_again = |next: &mut Session| {
        let is_counted_on = next.is_contested && next.confirmed_at.is_none();
        next.emitted_at = if is_counted_on { next.emitted_at.min(now) } else { now };
    };
    // An unconfirmed successor that a second attempt asks for: somebody else tried this rotation too.
    let contest = |next: &mut Session| next.is_contested |= next.client.names_refreshes;
    match decision {
        Decision::Quiet => {
            confirm_head(&mut next);
            // A clock went back. The quiet period begins now, so that it ends.
            next.emitted_at = next.emitted_at.min(now);
        }
        Decision::Rotate => {
            next.streak = if next.is_contested { next.streak + 1 } else { 0 };
            next.is_contested = false;
            next.prev_hash = Some(next.head_hash);
            let mut idle_deadline = now.plus(policy.idle_lifetime);
            // While the clock is behind, the deadline must not come nearer: the session would be over once the clock is put right.
            if now < session.last_used_at {
                idle_deadline = idle_deadline.max(session.idle_deadline);
            }
            next.idle_deadline = idle_deadline.min(next.absolute_deadline);
        }
        Decision::Repeat => {
            give_out_again(&mut next);
            next.confirmed_at = next.confirmed_at.map(|at| at.min(now));
        }
        Decision::InFlight => {
            give_out_again(&mut next);
            next.confirmed_at = next.confirmed_at.map(|at| at.min(now));
            // The refresh that made the head had no id and this one has, so two parties may hold it.
            contest(&mut next);
        }
        Decision::LostAnswer => {
            give_out_again(&mut next);
            contest(&mut next);
        }
        Decision::Supersede => {
            // The head that goes counts if it was contested. The one that comes is contested.
            next.streak += u32::from(next.is_contested);
            contest(&mut next);
        }
        Decision::Reuse => next.ended = Some(next.end(EndReason::ReuseDetected, now)),
        Decision::CloneSuspected => next.ended = Some(next.end(EndReason::CloneSuspected, now)),
        // Expiry is computed from the deadlines and never stored as an end, so this moves the deadline: to the epoch, before which no clock goes back.
        Decision::Restored => next.idle_deadline = UnixMillis(0),
        Decision::LateCopy | Decision::Ended(_) | Decision::Expired => return None,
    }
    if decision.makes_head() {
        let NewHead { hash, sealed } = new_head.expect("OK because the caller made the head that the decision needs");
        next.generation += 1;
        next.head_hash = hash;
        next.sealed_head = Some(sealed);
        next.head_attempt = attempt.filter(|_| next.client.names_refreshes).map(str::to_owned);
        next.emitted_at = now;
        next.confirmed_at = None;
    }
    if next.ended.is_none() && !matches!(decision, Decision::Restored) {
        next.last_used_at = next.last_used_at.max(now);
        if let Some(attempt) = attempt.filter(|_| next.client.names_refreshes) {
            if matches!(decision, Decision::Repeat) {
                next.served_attempts.renew(attempt, now);
            } else {
                next.served_attempts.note(attempt, now);
            }
        }
    }
    Some(next)
}

#[cfg(test)]
mod adversaries;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod line;
#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod tests;
