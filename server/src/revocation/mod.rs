//! Ends access tokens before they expire, without a query per request.
//!
//! Every instance keeps in memory which sessions were ended, or raised to a newer version, within the last lifetime of an
//! access token. [`Revocations`] is that memory; [`feed`] fills it from the store at start and whenever another process
//! changes the store.

pub mod feed;

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

use sessionkeep_types::SessionId;

use crate::{
    session::UnixMillis,
    storage::Ending,
    token::access::{self, Claims},
};

/// What is known of the session that an access token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing against it.
    Live,
    /// It was ended.
    Ended,
    /// It lives, but at a newer version.
    Stale,
}

/// The sessions that were ended or raised lately.
#[derive(Debug, Default)]
pub struct Revocations {
    known: RwLock<HashMap<SessionId, Known>>,
    /// When the store was last known to hold nothing newer.
    checked: RwLock<Option<Instant>>,
}

/// When the store has not been looked at for this long, the memory counts as out of date.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
struct Known {
    ended: bool,
    ver: u32,
    at: UnixMillis,
    /// When this process heard of it, by a clock that nobody sets.
    learned: Instant,
}

/// How long an ending is kept. Twice the lifetime of an access token: one that was made just before the session was ended lives
/// once, and a clock may go back.
const KEEP: Duration = access::MAX_LIFETIME.saturating_mul(2);

impl Revocations {
    /// What is known of the session of a genuine token. `None`: the memory is out of date, so the store must be asked.
    pub fn standing(&self, claims: &Claims) -> Option<Standing> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&claims.session_id).copied();
        match known {
            Some(Known { ended: true, .. }) => Some(Standing::Ended),
            _ if !self.is_current() => None,
            Some(Known { ver, .. }) if claims.ver < ver => Some(Standing::Stale),
            _ => Some(Standing::Live),
        }
    }

    /// Whether the session is known to have ended. Older endings are forgotten.
    #[must_use]
    pub fn has_ended(&self, session: &SessionId) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(session).is_some_and(|known| known.ended)
    }

    /// Notes endings that the store has committed. What is older than any living access token is forgotten.
    pub fn note(&self, endings: &[Ending], now: UnixMillis) {
        self.note_at(endings, now, Instant::now());
    }

    fn note_at(&self, endings: &[Ending], now: UnixMillis, learned: Instant) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for ending in endings {
            let at = ending.ended_at.map_or(ending.ver_at, |at| at.max(ending.ver_at));
            let entry = known.entry(ending.session_id.clone()).or_insert(Known { ended: false, ver: 0, at, learned });
            if (ending.ended_at.is_some() && !entry.ended) || ending.ver > entry.ver {
                entry.learned = learned;
            }
            entry.ended |= ending.ended_at.is_some();
            entry.ver = entry.ver.max(ending.ver);
            entry.at = entry.at.max(at);
        }
        // Both: this machine's clock may be ahead of the one that `at` was read from, or behind it.
        let horizon = now.minus(KEEP);
        known.retain(|_, known| known.at >= horizon || learned.saturating_duration_since(known.learned) <= KEEP);
    }

    /// Notes sessions that this process has just ended.
    pub fn note_ended(&self, sessions: &[SessionId], now: UnixMillis) {
        let ended = |id: &SessionId| Ending { session_id: id.clone(), ended_at: Some(now), ver: 0, ver_at: now };
        self.note(&sessions.iter().map(ended).collect::<Vec<_>>(), now);
    }

    /// How long ago everything of the store was known here; `None`: never yet.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.checked.read().unwrap_or_else(PoisonError::into_inner).map(|checked| checked.elapsed())
    }

    fn is_current(&self) -> bool {
        self.age().is_some_and(|age| age <= TRUSTED_FOR)
    }

    /// The store was looked at, at `when`, and everything of it is known here.
    fn checked(&self, when: Instant) {
        *self.checked.write().unwrap_or_else(PoisonError::into_inner) = Some(when);
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{Role, UserId};

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn claims(ver: u32) -> Claims {
        let (user_id, session_id) = (UserId::new("u"), SessionId::new("s"));
        Claims { user_id, session_id, generation: 0, ver, role: Role::User, expires_at: 0 }
    }

    fn current() -> Revocations {
        let revocations = Revocations::default();
        revocations.checked(Instant::now());
        revocations
    }

    #[test]
    fn a_session_lives_until_it_is_ended() {
        let revocations = current();
        assert_eq!(revocations.standing(&claims(0)), Some(Standing::Live));
        revocations.note_ended(&[SessionId::new("s")], NOW);
        assert_eq!(revocations.standing(&claims(0)), Some(Standing::Ended));
    }

    #[test]
    fn a_token_older_than_its_session_is_stale() {
        let revocations = current();
        let raised = Ending { session_id: SessionId::new("s"), ended_at: None, ver: 1, ver_at: NOW };
        revocations.note(&[raised], NOW);
        assert_eq!(revocations.standing(&claims(0)), Some(Standing::Stale));
        assert_eq!(revocations.standing(&claims(1)), Some(Standing::Live));
    }

    #[test]
    fn without_a_current_feed_only_what_was_ended_is_certain() {
        let revocations = current();
        let long_ago = Instant::now().checked_sub(TRUSTED_FOR * 2).expect("the machine is up for longer");
        revocations.checked(long_ago);
        assert_eq!(revocations.standing(&claims(0)), None);
        revocations.note_ended(&[SessionId::new("s")], NOW);
        assert_eq!(revocations.standing(&claims(0)), Some(Standing::Ended));
    }

    #[test]
    fn what_no_living_token_can_name_is_forgotten() {
        let revocations = current();
        revocations.note_ended(&[SessionId::new("s")], NOW);
        revocations.note_at(&[], NOW.plus(KEEP * 2), Instant::now() + KEEP * 2);
        assert!(revocations.known.read().expect("not poisoned").is_empty());
    }

    #[test]
    fn an_ending_is_kept_while_either_clock_says_that_it_is_new() {
        let ended = |at| Ending { session_id: SessionId::new("s"), ended_at: Some(at), ver: 0, ver_at: at };
        let learned = Instant::now();
        for (machine, passed) in [
            // The machine's clock is an hour ahead of the store's, and so much time passes.
            (NOW.plus(Duration::from_hours(1)), Duration::ZERO),
            (NOW.plus(Duration::from_hours(1)), KEEP),
            // It is behind, or stands still.
            (NOW.minus(Duration::from_hours(1)), KEEP * 2),
            (NOW, KEEP * 2),
        ] {
            let revocations = current();
            revocations.note_at(&[ended(NOW)], machine, learned);
            revocations.note_at(&[], machine, learned + passed);
            assert_eq!(revocations.standing(&claims(0)), Some(Standing::Ended), "{machine:?} {passed:?}");
        }
    }
}
