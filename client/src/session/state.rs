//! What a session can be, and what follows what. Pure: no clock, no network, no browser.

use super::reason::SignedOut;

/// Where the session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The page has been opened and the first refresh has no answer yet: neither signed in nor out.
    Restoring,
    /// There is no session, and this is why.
    SignedOut(SignedOut),
    /// There is an access token.
    SignedIn,
    /// There was an access token, and the next one is on its way. To a person this is the same as signed in.
    Refreshing,
}

impl Phase {
    /// Whether pages may show what belongs to the person.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn | Self::Refreshing)
    }

    /// Why there is no session, where that is known.
    #[must_use]
    pub fn signed_out(&self) -> Option<&SignedOut> {
        match self {
            Self::SignedOut(why) => Some(why),
            Self::Restoring | Self::SignedIn | Self::Refreshing => None,
        }
    }
}

/// Whether the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// As far as is known.
    Good,
    /// The last refresh had no useful answer, and another is under way. The session is kept.
    Reconnecting,
    /// The device has no network.
    Offline,
}

/// Whether the browser keeps the session's cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// As far as is known.
    Keeps,
    /// It dropped the last one. The session is this page's alone and ends with its access token: there is nothing to renew
    /// it with.
    Loses,
    /// The same, because it keeps `Secure` cookies on https only, as Safari does. No setting of the browser changes that.
    LosesSecure,
}

/// Counts the sessions that this page has seen. Whatever was begun in one epoch and arrives in another is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch(u64);

/// All that pages need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the session stands.
    pub phase: Phase,
    /// Why the last refresh had no useful answer.
    delay: Option<Delay>,
    /// Whether the device has no network.
    is_offline: bool,
    /// Whether the browser keeps the cookie.
    pub jar: Jar,
    /// Which session this is.
    pub epoch: Epoch,
}

/// Why a refresh has to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delay {
    /// There was no answer, or one that asks for a retry: waiting may fix it.
    Silence,
    /// The server refused without ending the session, in these words: somebody has to do something.
    Obstacle(String),
    /// The browser sends several sessions, and nothing tells which is its own. Signing in decides.
    Conflict,
}

/// Something that happened to the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// This browser shows no sign of a session, and the page does not need one: nobody asks.
    NotAsked,
    /// A refresh begins.
    RefreshStarted,
    /// It was answered with a new access token.
    Refreshed,
    /// It had no answer, or one that is not final. It will be tried again.
    RefreshDelayed(Delay),
    /// It was refused for good.
    RefreshRefused(SignedOut),
    /// A sign-in or sign-up of this page succeeded, or a refresh brought another person's token.
    SignedIn,
    /// The person signed out on this page.
    SignedOutHere,
    /// The server has heard of it.
    SignOutConfirmed,
    /// The server could not be told yet.
    SignOutDelayed,
    /// The person signed out in another tab.
    SignedOutInAnotherTab,
    /// The account was deleted, here or in another tab.
    AccountDeleted,
    /// Somebody signed in in another tab, perhaps somebody else.
    SignedInInAnotherTab,
    /// The device has lost its network.
    WentOffline,
    /// It has one again.
    CameOnline,
    /// The browser has kept the cookie that came with the last token.
    CookieKept,
    /// It has not.
    CookieDropped,
    /// It has not, and keeps cookies that are not `Secure`.
    SecureCookieDropped,
    /// The browser brought the page back from its back/forward cache, where it heard of nothing.
    Reopened,
    /// The page has gone, and with it all that was under way.
    Closed,
}

impl Snapshot {
    /// The page has just been opened.
    pub const OPENED: Self =
        Self { phase: Phase::Restoring, delay: None, is_offline: false, jar: Jar::Keeps, epoch: Epoch(0) };

    /// Whether the server answers.
    #[must_use]
    pub fn link(&self) -> Link {
        match (self.is_offline, &self.delay) {
            (true, _) => Link::Offline,
            (false, Some(_)) => Link::Reconnecting,
            (false, None) => Link::Good,
        }
    }

    /// What the server says stands in the way of the session, where waiting alone does not help.
    #[must_use]
    pub fn obstacle(&self) -> Option<&str> {
        match &self.delay {
            Some(Delay::Obstacle(words)) => Some(words),
            Some(Delay::Silence | Delay::Conflict) | None => None,
        }
    }

    /// Whether the browser sends several sessions at once, so that only signing in again helps.
    #[must_use]
    pub fn is_in_conflict(&self) -> bool {
        self.delay == Some(Delay::Conflict)
    }

    /// What `event` makes of this. Events that come too late change nothing.
    #[must_use]
    pub fn after(&self, event: Event) -> Self {
        use Phase::{Refreshing, Restoring, SignedIn, SignedOut as Out};
        match (&self.phase, event) {
            (Restoring, Event::NotAsked) => self.new_epoch(Out(SignedOut::Unasked)),
            // Now the person wants a page that needs one.
            (Restoring | Out(SignedOut::Unasked), Event::RefreshStarted) => self.in_phase(Restoring),
            (SignedIn | Refreshing, Event::RefreshStarted) => self.in_phase(Refreshing),
            (Restoring | Refreshing, Event::Refreshed) => Self { delay: None, ..self.in_phase(SignedIn) },
            (Restoring | Refreshing, Event::RefreshDelayed(delay)) => Self { delay: Some(delay), ..self.clone() },
            (Restoring, Event::RefreshRefused(why)) => self.new_epoch(Out(why)),
            (Refreshing, Event::RefreshRefused(why)) => self.new_epoch(Out(why.in_mid_session())),

            (_, Event::WentOffline) => Self { is_offline: true, ..self.clone() },
            (_, Event::CameOnline) => Self { is_offline: false, ..self.clone() },
            (SignedIn | Refreshing, Event::CookieKept) => Self { jar: Jar::Keeps, ..self.clone() },
            (SignedIn | Refreshing, Event::CookieDropped) => Self { jar: Jar::Loses, ..self.clone() },
            (SignedIn | Refreshing, Event::SecureCookieDropped) => Self { jar: Jar::LosesSecure, ..self.clone() },

            (_, Event::SignedIn) => self.new_epoch(SignedIn),
            (_, Event::SignedInInAnotherTab | Event::Reopened | Event::Closed) => self.new_epoch(Restoring),

            (_, Event::SignedOutHere) => self.new_epoch(Out(SignedOut::Here)),
            (Out(SignedOut::Here), Event::SignOutDelayed) => self.in_phase(Out(SignedOut::HereOnly)),
            (Out(SignedOut::HereOnly), Event::SignOutConfirmed) => self.in_phase(Out(SignedOut::Here)),
            (Restoring | SignedIn | Refreshing, Event::SignedOutInAnotherTab) => {
                self.new_epoch(Out(SignedOut::InAnotherTab))
            }
            (Restoring | SignedIn | Refreshing, Event::AccountDeleted) => {
                self.new_epoch(Out(SignedOut::AccountDeleted))
            }

            (
                Out(_),
                Event::NotAsked
                | Event::RefreshStarted
                | Event::Refreshed
                | Event::RefreshDelayed(_)
                | Event::RefreshRefused(_)
                | Event::SignedOutInAnotherTab
                | Event::AccountDeleted,
            )
            | (SignedIn | Refreshing, Event::NotAsked)
            | (SignedIn, Event::Refreshed | Event::RefreshDelayed(_) | Event::RefreshRefused(_))
            | (Restoring | Out(_), Event::CookieKept | Event::CookieDropped | Event::SecureCookieDropped)
            | (Restoring | SignedIn | Refreshing | Out(_), Event::SignOutConfirmed | Event::SignOutDelayed) => {
                self.clone()
            }
        }
    }

    fn in_phase(&self, phase: Phase) -> Self {
        Self { phase, ..self.clone() }
    }

    fn new_epoch(&self, phase: Phase) -> Self {
        Self { phase, delay: None, jar: Jar::Keeps, epoch: Epoch(self.epoch.0 + 1), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::EndReason;

    use super::*;

    fn snapshot(phase: Phase) -> Snapshot {
        Snapshot { phase, ..Snapshot::OPENED }
    }

    /// What is not in the table changes nothing at all.
    #[test]
    fn every_phase_meets_every_event_as_the_table_says() {
        use Phase::{Refreshing, Restoring, SignedIn};
        let (here, here_only) = (Phase::SignedOut(SignedOut::Here), Phase::SignedOut(SignedOut::HereOnly));
        let out = Phase::SignedOut;
        let theft = || SignedOut::Ended(EndReason::ReuseDetected);
        let phases = [
            Restoring,
            SignedIn,
            Refreshing,
            here.clone(),
            here_only.clone(),
            out(SignedOut::NoSession),
            out(SignedOut::InAnotherTab),
            out(theft()),
            out(SignedOut::Unasked),
        ];
        let events = [
            Event::NotAsked,
            Event::RefreshStarted,
            Event::Refreshed,
            Event::RefreshDelayed(Delay::Silence),
            Event::RefreshRefused(SignedOut::NoSession),
            Event::RefreshRefused(theft()),
            Event::SignedIn,
            Event::SignedOutHere,
            Event::SignOutConfirmed,
            Event::SignOutDelayed,
            Event::SignedOutInAnotherTab,
            Event::AccountDeleted,
            Event::SignedInInAnotherTab,
            Event::WentOffline,
            Event::CameOnline,
            Event::CookieKept,
            Event::CookieDropped,
            Event::SecureCookieDropped,
            Event::Reopened,
            Event::Closed,
        ];
        let (all, any, signed_in) = (&phases[..], &phases[..3], &phases[1..3]);
        let unanswered = &[Restoring, Refreshing][..];
        // phases, event, next phase, whether a new epoch begins
        let table = [
            (&[Restoring][..], Event::NotAsked, out(SignedOut::Unasked), true),
            (signed_in, Event::RefreshStarted, Refreshing, false),
            (&phases[8..], Event::RefreshStarted, Restoring, false),
            (unanswered, Event::Refreshed, SignedIn, false),
            (&[Restoring], Event::RefreshRefused(SignedOut::NoSession), out(SignedOut::NoSession), true),
            (&[Refreshing], Event::RefreshRefused(SignedOut::NoSession), out(SignedOut::CookieLost), true),
            (unanswered, Event::RefreshRefused(theft()), out(theft()), true),
            (all, Event::SignedIn, SignedIn, true),
            (all, Event::SignedOutHere, here.clone(), true),
            (&phases[4..5], Event::SignOutConfirmed, here.clone(), false),
            (&phases[3..4], Event::SignOutDelayed, here_only.clone(), false),
            (any, Event::SignedOutInAnotherTab, out(SignedOut::InAnotherTab), true),
            (any, Event::AccountDeleted, out(SignedOut::AccountDeleted), true),
            (all, Event::SignedInInAnotherTab, Restoring, true),
            (all, Event::Reopened, Restoring, true),
            (all, Event::Closed, Restoring, true),
        ];
        for phase in all {
            for event in &events {
                let row = table.iter().find(|(phases, on, ..)| phases.contains(phase) && on == event);
                let (next, begins) = row.map_or((phase, false), |(_, _, next, begins)| (next, *begins));
                let before = snapshot(phase.clone());
                let after = before.after(event.clone());
                assert_eq!((&after.phase, after.epoch != before.epoch), (next, begins), "{phase:?} after {event:?}");
                if row.is_none() && !is_about_something_else(event) {
                    assert_eq!(after, before, "{phase:?} after {event:?}");
                }
            }
        }
    }

    /// Whether it concerns the network or the cookie, and not the phase. An event that is missing above is missing here.
    fn is_about_something_else(event: &Event) -> bool {
        match event {
            Event::RefreshDelayed(_)
            | Event::WentOffline
            | Event::CameOnline
            | Event::CookieKept
            | Event::CookieDropped
            | Event::SecureCookieDropped => true,
            Event::NotAsked
            | Event::RefreshStarted
            | Event::Refreshed
            | Event::RefreshRefused(_)
            | Event::SignedIn
            | Event::SignedOutHere
            | Event::SignOutConfirmed
            | Event::SignOutDelayed
            | Event::SignedOutInAnotherTab
            | Event::AccountDeleted
            | Event::SignedInInAnotherTab
            | Event::Reopened
            | Event::Closed => false,
        }
    }

    #[test]
    fn a_delayed_refresh_says_so_until_it_is_answered() {
        let delayed = snapshot(Phase::Refreshing).after(Event::RefreshDelayed(Delay::Silence));
        assert_eq!(delayed.link(), Link::Reconnecting);
        assert_eq!(delayed.after(Event::Refreshed).link(), Link::Good);
        assert_eq!(delayed.after(Event::SignedOutHere).link(), Link::Good);
    }

    #[test]
    fn an_obstacle_is_told_until_the_next_answer_says_something_else() {
        let refused = snapshot(Phase::Restoring).after(Event::RefreshDelayed(Delay::Obstacle("Two.".into())));
        assert_eq!((refused.link(), refused.obstacle()), (Link::Reconnecting, Some("Two.")));
        assert_eq!(refused.after(Event::RefreshDelayed(Delay::Silence)).obstacle(), None);
        assert_eq!(refused.after(Event::Refreshed).obstacle(), None);
    }

    #[test]
    fn a_conflict_lasts_until_a_sign_in_or_another_answer() {
        let conflict = snapshot(Phase::Refreshing).after(Event::RefreshDelayed(Delay::Conflict));
        assert!(conflict.is_in_conflict() && conflict.obstacle().is_none() && conflict.phase == Phase::Refreshing);
        for over in [Event::SignedIn, Event::Refreshed, Event::RefreshDelayed(Delay::Silence)] {
            assert!(!conflict.after(over).is_in_conflict());
        }
    }

    #[test]
    fn a_device_without_network_is_offline_in_whatever_phase_until_it_has_one() {
        let out = Phase::SignedOut(SignedOut::Here);
        for phase in [Phase::Restoring, Phase::SignedIn, Phase::Refreshing, out] {
            let offline = snapshot(phase.clone()).after(Event::WentOffline);
            assert_eq!((&offline.phase, offline.link()), (&phase, Link::Offline));
            assert_eq!(offline.after(Event::SignedOutHere).link(), Link::Offline, "whichever session it is");
            assert_eq!(offline.after(Event::CameOnline).link(), Link::Good);
        }
        let delayed =
            snapshot(Phase::Refreshing).after(Event::WentOffline).after(Event::RefreshDelayed(Delay::Silence));
        assert_eq!((delayed.link(), delayed.after(Event::CameOnline).link()), (Link::Offline, Link::Reconnecting));
    }

    #[test]
    fn a_dropped_cookie_is_known_until_one_is_kept_or_the_session_is_over() {
        let dropped = snapshot(Phase::SignedIn).after(Event::CookieDropped);
        assert_eq!((dropped.jar, &dropped.phase), (Jar::Loses, &Phase::SignedIn));
        assert_eq!(dropped.after(Event::RefreshStarted).jar, Jar::Loses);
        for over in [Event::CookieKept, Event::SignedOutHere, Event::SignedIn, Event::Reopened] {
            assert_eq!(dropped.after(over).jar, Jar::Keeps);
        }
        for phase in [Phase::Restoring, Phase::SignedOut(SignedOut::Here)] {
            for dropped in [Event::CookieDropped, Event::SecureCookieDropped] {
                assert_eq!(snapshot(phase.clone()).after(dropped), snapshot(phase.clone()));
            }
        }
    }

    #[test]
    fn a_person_is_signed_in_while_the_token_is_renewed() {
        assert!(Phase::SignedIn.is_signed_in() && Phase::Refreshing.is_signed_in());
        assert!(!Phase::Restoring.is_signed_in() && !Phase::SignedOut(SignedOut::Here).is_signed_in());
    }
}
