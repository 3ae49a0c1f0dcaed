//! How many sessions an account may have, and which of them end when it has more.

use sessionkeep_types::SessionId;

use super::{SecurityEvent, UnixMillis};

/// The largest cap that can be configured. One transaction ends at most this many sessions, so all sessions of an account fit
/// into one.
pub const MOST_SESSIONS: u32 = 500;

/// The cap that a sign-in must respect.
#[derive(Clone, Debug)]
pub struct Cap {
    /// How many living sessions the account may have, the new one included.
    pub at_most: u32,
    /// Reports that sessions were ended for it.
    pub report: SecurityEvent,
}

/// A living session of the account: when it was used last, and its id.
pub type LastUse = (UnixMillis, SessionId);

impl Cap {
    /// Which of the `living` sessions end so that one more may begin: those that were unused for longest, and at most
    /// [`MOST_SESSIONS`]. An account from before there was a cap needs several sign-ins to get below it.
    #[must_use]
    pub fn excess(&self, mut living: Vec<LastUse>) -> Vec<SessionId> {
        let (room, most) = (at_most(self.at_most).saturating_sub(1), at_most(MOST_SESSIONS));
        let excess = living.len().saturating_sub(room).min(most);
        living.sort();
        living.into_iter().take(excess).map(|(_, id)| id).collect()
    }

    /// How many living sessions have to be known for [`Self::excess`]: those with the earliest idle deadline.
    #[must_use]
    pub fn window(&self) -> u32 {
        self.at_most.saturating_add(MOST_SESSIONS)
    }

    /// The report about these, which names the session if it is one.
    #[must_use]
    pub fn report(&self, ended: &[SessionId]) -> SecurityEvent {
        let session_id = ended.first().filter(|_| ended.len() == 1).cloned();
        SecurityEvent { session_id, ..self.report.clone() }
    }
}

fn at_most(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::EventKind;

    use super::*;
    use crate::session::Caller;

    fn cap(at_most: u32) -> Cap {
        let report = SecurityEvent::new(EventKind::SessionLimitReached, &Caller::default(), UnixMillis(0));
        Cap { at_most, report }
    }

    fn living(last_used: &[(i64, &str)]) -> Vec<LastUse> {
        last_used.iter().map(|(at, id)| (UnixMillis(*at), SessionId::new(*id))).collect()
    }

    fn ended(at_most: u32, last_used: &[(i64, &str)]) -> Vec<String> {
        cap(at_most).excess(living(last_used)).iter().map(ToString::to_string).collect()
    }

    /// LG-01
    #[test]
    fn the_sessions_that_were_unused_for_longest_make_room_for_the_new_one() {
        let three = [(20, "b"), (30, "c"), (10, "a")];
        for (at_most, expected) in [
            (5, vec![]),
            (4, vec![]),
            (3, vec!["a"]),
            (2, vec!["a", "b"]),
            // Only the new one stays.
            (1, vec!["a", "b", "c"]),
            (0, vec!["a", "b", "c"]),
        ] {
            assert_eq!(ended(at_most, &three), expected, "{at_most}");
        }
        assert_eq!(ended(1, &[]), Vec::<String>::new());
        // Of two that were used at the same time the older sign-in ends: ids are in the order of the sign-ins.
        assert_eq!(ended(2, &[(10, "b"), (10, "a")]), ["a"]);
    }

    #[test]
    fn one_sign_in_ends_a_bounded_number_of_sessions() {
        let many: Vec<_> = (0..20_000).map(|number| (UnixMillis(number), SessionId::new(number.to_string()))).collect();
        let excess = cap(100).excess(many);
        assert_eq!(excess.len(), 500);
        assert_eq!(excess.last().map(ToString::to_string), Some("499".to_owned()));
    }

    #[test]
    fn a_report_names_the_session_that_ended_unless_there_were_several() {
        let [a, b] = ["a", "b"].map(SessionId::new);
        assert_eq!(cap(1).report(std::slice::from_ref(&a)).session_id, Some(a.clone()));
        assert_eq!(cap(1).report(&[a, b]).session_id, None);
    }
}
