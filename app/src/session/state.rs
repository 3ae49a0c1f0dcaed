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
}

/// Counts the sessions that this page has seen. Whatever was begun in one epoch and arrives in another is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch(u64);

/// All that pages need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the session stands.
    pub phase: Phase,
    /// Whether the last refresh had no useful answer.
    is_delayed: bool,
    /// Whether the device has no network.
    is_offline: bool,
    /// Whether the browser keeps the cookie.
    pub jar: Jar,
    /// Which session this is.
    pub epoch: Epoch,
}

/// Something that happened to the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A refresh begins.
    RefreshStarted,
    /// It was answered with a new access token.
    Refreshed,
    /// It had no answer, or one that is not final. It will be tried again.
    RefreshDelayed,
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
    /// The browser brought the page back from its back/forward cache, where it heard of nothing.
    Reopened,
}

impl Snapshot {
    /// The page has just been opened.
    pub const OPENED: Self =
        Self { phase: Phase::Restoring, is_delayed: false, is_offline: false, jar: Jar::Keeps, epoch: Epoch(0) };

    /// Whether the server answers.
    #[must_use]
    pub fn link(&self) -> Link {
        match (self.is_offline, self.is_delayed) {
            (true, _) => Link::Offline,
            (false, true) => Link::Reconnecting,
            (false, false) => Link::Good,
        }
    }

    /// What `event` makes of this. Events that come too late change nothing.
    #[must_use]
    pub fn after(&self, event: Event) -> Self {
        use Phase::{Refreshing, Restoring, SignedIn, SignedOut as Out};
        match (&self.phase, event) {
            (Restoring, Event::RefreshStarted) => self.in_phase(Restoring),
            (SignedIn | Refreshing, Event::RefreshStarted) => self.in_phase(Refreshing),
            (Restoring | Refreshing, Event::Refreshed) => Self { is_delayed: false, ..self.in_phase(SignedIn) },
            (Restoring | Refreshing, Event::RefreshDelayed) => Self { is_delayed: true, ..self.clone() },
            (Restoring, Event::RefreshRefused(why)) => self.new_epoch(Out(why)),
            (Refreshing, Event::RefreshRefused(why)) => self.new_epoch(Out(why.in_mid_session())),

            (_, Event::WentOffline) => Self { is_offline: true, ..self.clone() },
            (_, Event::CameOnline) => Self { is_offline: false, ..self.clone() },
            (SignedIn | Refreshing, Event::CookieKept) => Self { jar: Jar::Keeps, ..self.clone() },
            (SignedIn | Refreshing, Event::CookieDropped) => Self { jar: Jar::Loses, ..self.clone() },

            (_, Event::SignedIn) => self.new_epoch(SignedIn),
            (_, Event::SignedInInAnotherTab | Event::Reopened) => self.new_epoch(Restoring),

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
                Event::RefreshStarted
                | Event::Refreshed
                | Event::RefreshDelayed
                | Event::RefreshRefused(_)
                | Event::SignedOutInAnotherTab
                | Event::AccountDeleted,
            )
            | (SignedIn, Event::Refreshed | Event::RefreshDelayed | Event::RefreshRefused(_))
            | (Restoring | Out(_), Event::CookieKept | Event::CookieDropped)
            | (_, Event::SignOutConfirmed | Event::SignOutDelayed) => self.clone(),
        }
    }

    fn in_phase(&self, phase: Phase) -> Self {
        Self { phase, ..self.clone() }
    }

    fn new_epoch(&self, phase: Phase) -> Self {
        Self { phase, is_delayed: false, jar: Jar::Keeps, epoch: Epoch(self.epoch.0 + 1), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::EndReason;

    use super::*;

    fn snapshot(phase: Phase) -> Snapshot {
        Snapshot { phase, ..Snapshot::OPENED }
    }

    #[test]
    fn every_phase_meets_every_event_as_the_table_says() {
        use Phase::{Refreshing, Restoring, SignedIn};
        let out = Phase::SignedOut;
        let theft = || SignedOut::Ended(EndReason::ReuseDetected);
        // phase, event, next phase, whether a new epoch begins
        let table = [
            (Restoring, Event::RefreshStarted, Restoring, false),
            (Restoring, Event::Refreshed, SignedIn, false),
            (Restoring, Event::RefreshDelayed, Restoring, false),
            (Restoring, Event::RefreshRefused(SignedOut::NoSession), out(SignedOut::NoSession), true),
            (Restoring, Event::RefreshRefused(theft()), out(theft()), true),
            (Restoring, Event::SignedIn, SignedIn, true),
            (Restoring, Event::SignedOutHere, out(SignedOut::Here), true),
            (Restoring, Event::SignedOutInAnotherTab, out(SignedOut::InAnotherTab), true),
            (Restoring, Event::SignedInInAnotherTab, Restoring, true),
            (Restoring, Event::Reopened, Restoring, true),
            (SignedIn, Event::RefreshStarted, Refreshing, false),
            (SignedIn, Event::Refreshed, SignedIn, false),
            (SignedIn, Event::RefreshRefused(theft()), SignedIn, false),
            (SignedIn, Event::SignedIn, SignedIn, true),
            (SignedIn, Event::SignedOutHere, out(SignedOut::Here), true),
            (SignedIn, Event::SignedOutInAnotherTab, out(SignedOut::InAnotherTab), true),
            (SignedIn, Event::AccountDeleted, out(SignedOut::AccountDeleted), true),
            (SignedIn, Event::SignedInInAnotherTab, Restoring, true),
            (SignedIn, Event::Reopened, Restoring, true),
            (SignedIn, Event::SignOutConfirmed, SignedIn, false),
            (Refreshing, Event::Refreshed, SignedIn, false),
            (Refreshing, Event::RefreshDelayed, Refreshing, false),
            (Refreshing, Event::RefreshRefused(SignedOut::NoSession), out(SignedOut::CookieLost), true),
            (Refreshing, Event::RefreshRefused(theft()), out(theft()), true),
            (Refreshing, Event::SignedOutHere, out(SignedOut::Here), true),
            (Refreshing, Event::SignedOutInAnotherTab, out(SignedOut::InAnotherTab), true),
            (Refreshing, Event::AccountDeleted, out(SignedOut::AccountDeleted), true),
            (out(SignedOut::Here), Event::Refreshed, out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::RefreshStarted, out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::RefreshDelayed, out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::RefreshRefused(theft()), out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::SignedOutInAnotherTab, out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::AccountDeleted, out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::SignOutDelayed, out(SignedOut::HereOnly), false),
            (out(SignedOut::HereOnly), Event::SignOutConfirmed, out(SignedOut::Here), false),
            (out(SignedOut::Here), Event::SignedIn, SignedIn, true),
            (out(SignedOut::Here), Event::SignedInInAnotherTab, Restoring, true),
            (out(SignedOut::Here), Event::Reopened, Restoring, true),
        ];
        for (phase, event, next, begins) in table {
            let before = snapshot(phase);
            let after = before.after(event.clone());
            assert_eq!(after.phase, next, "{before:?} after {event:?}");
            assert_eq!(after.epoch != before.epoch, begins, "{before:?} after {event:?}");
        }
    }

    #[test]
    fn a_delayed_refresh_says_so_until_it_is_answered() {
        let delayed = snapshot(Phase::Refreshing).after(Event::RefreshDelayed);
        assert_eq!(delayed.link(), Link::Reconnecting);
        assert_eq!(delayed.after(Event::Refreshed).link(), Link::Good);
        assert_eq!(delayed.after(Event::SignedOutHere).link(), Link::Good);
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
        let delayed = snapshot(Phase::Refreshing).after(Event::WentOffline).after(Event::RefreshDelayed);
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
            assert_eq!(snapshot(phase.clone()).after(Event::CookieDropped), snapshot(phase));
        }
    }

    #[test]
    fn a_person_is_signed_in_while_the_token_is_renewed() {
        assert!(Phase::SignedIn.is_signed_in() && Phase::Refreshing.is_signed_in());
        assert!(!Phase::Restoring.is_signed_in() && !Phase::SignedOut(SignedOut::Here).is_signed_in());
    }
}
