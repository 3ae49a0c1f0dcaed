//! One refresh at a time, until it is answered.

use core::time::Duration;
use std::rc::Rc;

use sessionkeep_types::{EndReason, ErrorCode, TokenResponse};

use super::{
    Manager, SIGN_PATIENCE,
    cookie::{COOKIE_DROPPED, COOKIE_ON_ITS_WAY},
};
use crate::{
    api::{ApiError, Kind},
    session::{
        ports::{News, Ports},
        reason::SignedOut,
        state::{Delay, Event, Jar, Phase},
        token::HeldToken,
    },
};

/// How long a refresh waits for the other tabs before it goes on without the lock: a tab that holds it may be frozen, and
/// the server takes two refreshes for one.
const REFRESH_PATIENCE: Duration = Duration::from_secs(5);

/// How a refresh ended. One that gets no answer does not end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is a new token.
    Fresh,
    /// There is no session, or another one.
    Ended,
}

impl Manager {
    pub(super) async fn refresh(self: &Rc<Self>) -> Outcome {
        let manager = Rc::clone(self);
        self.refreshing.join(&*self.ports.spawn, || manager.refresh_until_answered()).await
    }

    pub(super) fn start_refresh(self: &Rc<Self>) {
        let manager = Rc::clone(self);
        self.spawn(async move {
            manager.refresh().await;
        });
    }

    async fn refresh_until_answered(self: Rc<Self>) -> Outcome {
        let epoch = self.epoch();
        let mut patience = REFRESH_PATIENCE;
        self.happened(Event::RefreshStarted);
        for failures in 1_u32.. {
            let answer = {
                let _held = self.lock(patience).await;
                if self.epoch() != epoch {
                    return Outcome::Ended;
                }
                self.refresh_once().await
            };
            // The guard: a sign-out or sign-in came between, and this answer belongs to nobody.
            if self.epoch() != epoch {
                return Outcome::Ended;
            }
            let error = match answer {
                Ok(token) => {
                    self.received(token, Event::Refreshed);
                    return if self.epoch() == epoch { Outcome::Fresh } else { Outcome::Ended };
                }
                Err(error) => error,
            };
            if let Some(why) = self.why_refused(&error) {
                // Another tab may have changed the password while this one went ahead without the lock. Once that tab has
                // its answer, the cookie is a new one; in another browser the second answer is the same as the first. Where
                // there are no locks, only time tells.
                if why != SignedOut::Ended(EndReason::PasswordChanged) || patience == SIGN_PATIENCE {
                    self.happened(Event::RefreshRefused(why));
                    // A new password's answer may have brought a token meanwhile; to that the refusal says nothing.
                    return if self.epoch() == epoch { Outcome::Fresh } else { Outcome::Ended };
                }
                patience = SIGN_PATIENCE;
                // Not to be cut short: nothing that wakes a page brings the cookie sooner.
                self.ports.clock.sleep(COOKIE_ON_ITS_WAY).await;
            } else {
                let delay = delay_of(&error);
                // What waiting does not fix is not asked for twice a second.
                let failures = if delay == Delay::Silence { failures } else { u32::MAX };
                self.happened(Event::RefreshDelayed(delay));
                self.wait_after(failures, &error, || self.epoch() != epoch).await;
            }
            if self.epoch() != epoch {
                return Outcome::Ended;
            }
        }
        Outcome::Ended
    }

    /// One request. The attempt stays open unless this was its answer: a 409 or a 503 leaves the question standing.
    async fn refresh_once(&self) -> Result<TokenResponse, ApiError> {
        let attempt = self.attempts.open();
        let answer = self.api.refresh(attempt.as_deref()).await;
        let is_final = answer.as_ref().map_or_else(|error| SignedOut::because_of(error).is_some(), |_| true);
        if let Some(attempt) = attempt.filter(|_| is_final) {
            self.attempts.close(&attempt);
        }
        answer
    }

    /// Why an error ends the session, if it does. Somebody without a cookie is told more than that, where the browser is
    /// known not to keep any.
    fn why_refused(&self, error: &ApiError) -> Option<SignedOut> {
        let why = SignedOut::because_of(error)?;
        Some(match why {
            // The others: an old cookie in a browser that lost the new one is what the server takes for a thief.
            SignedOut::NoSession
            | SignedOut::Reused
            | SignedOut::Ended(EndReason::ReuseDetected | EndReason::CloneSuspected)
                if self.keeps_no_cookie() =>
            {
                if self.drops_only_secure() {
                    SignedOut::SecureCookiesBlocked
                } else {
                    SignedOut::CookiesBlocked
                }
            }
            why => why,
        })
    }

    /// Whether the browser is known to keep no cookies.
    pub(super) fn keeps_no_cookie(&self) -> bool {
        let Ports { storage, cookies, .. } = &self.ports;
        self.snapshot().jar != Jar::Keeps
            || storage.read(COOKIE_DROPPED).is_some()
            || !cookies.are_allowed()
            || (self.follows_form.get() && cookies.generation().is_none())
    }

    /// Renews a token that is still good, where it is old enough and somebody looks at the page: a forgotten tab must
    /// not keep a session alive. Where the cookie was dropped it would end what is still good, so the token is used up.
    pub(super) fn refresh_if_due(self: &Rc<Self>) {
        let now = self.ports.clock.now();
        let is_due = self.token.borrow().as_ref().and_then(HeldToken::renew_ahead).is_some_and(|at| now >= at);
        let may_renew = {
            let snapshot = self.snapshot.borrow();
            snapshot.phase == Phase::SignedIn && snapshot.jar == Jar::Keeps
        };
        if is_due && self.ports.page.is_visible() && may_renew {
            self.start_refresh();
        }
    }

    /// When that time has come, unless the token that it belongs to has had a successor by then.
    fn refresh_at(self: &Rc<Self>, at: Duration) {
        let (manager, clock) = (Rc::downgrade(self), Rc::clone(&self.ports.clock));
        let received = self.tokens_received.get();
        self.spawn(async move {
            // A browser's timer may fire a little early, and the longest one comes before a very late time.
            while clock.now() < at {
                clock.sleep(at.saturating_sub(clock.now()).max(Duration::from_millis(50))).await;
            }
            if let Some(manager) = manager.upgrade().filter(|manager| manager.tokens_received.get() == received) {
                manager.refresh_if_due();
            }
        });
    }

    pub(super) fn received(self: &Rc<Self>, token: TokenResponse, event: Event) {
        let (now, dice) = (self.ports.clock.now(), self.ports.random.fraction());
        self.tokens_received.set(self.tokens_received.get() + 1);
        let token = HeldToken::received(token, self.tokens_received.get(), now, dice);
        if let Some(at) = token.renew_ahead() {
            self.refresh_at(at);
        }
        // Somebody else signed in in another tab, and the word of it was lost: the cookie is theirs, the page is not.
        let is_anothers = self.token.borrow().as_ref().is_some_and(|held| !held.is_of_the_same_person_as(&token));
        let (generation, has_just_begun) = (token.generation(), event == Event::SignedIn);
        self.write_session_of_cookie(&token);
        self.change(if is_anothers { Event::SignedIn } else { event }, Some(token));
        if let Some(generation) = generation {
            self.look_for_cookie(generation, has_just_begun);
        }
        if self.follows_form.take() {
            self.ports.tabs.tell(News::SignedIn);
        }
    }
}

fn delay_of(error: &ApiError) -> Delay {
    match error {
        ApiError::Refused { body, .. } if body.code == ErrorCode::CookieConflict => Delay::Conflict,
        ApiError::Refused { body, .. } if error.kind() != Kind::TryLater => Delay::Obstacle(body.error.clone()),
        _ => Delay::Silence,
    }
}
