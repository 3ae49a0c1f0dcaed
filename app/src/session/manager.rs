//! The whole: one session of one page, over the ports.

use core::time::Duration;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::{
    FutureExt,
    channel::oneshot,
    future::{Either, select},
};
use sessionkeep_types::{
    AccessToken, AuthResponse, EndReason, LoginRequest, RegisterRequest, TokenResponse, User, UserId,
};

use super::{
    attempt::Attempts,
    breaker::Breaker,
    generation,
    ports::{Clock, Held, News, Ports, Wake},
    reason::SignedOut,
    schedule::{self, Wait},
    single_flight::SingleFlight,
    state::{Epoch, Event, Jar, Phase, Snapshot},
    token::{HeldToken, Pass},
};
use crate::api::{ApiError, AuthorisedApi, PublicApi};

/// How long a refresh waits for the other tabs before it goes on without the lock: a tab that holds it may be frozen, and
/// the server takes two refreshes for one.
const REFRESH_PATIENCE: Duration = Duration::from_secs(5);
/// How long signing in and out wait: longer than any request may take, so that a slow answer of another tab does not set
/// its cookie over theirs.
const SIGN_PATIENCE: Duration = Duration::from_secs(12);
/// How long a new cookie may be on its way.
const COOKIE_ON_ITS_WAY: Duration = Duration::from_secs(2);
/// Written while the server has not heard of a sign-out: a reload must not bring the session back. Each sign-out writes an
/// id of its own and removes no other: another tab may have signed out since, from a cookie that came later.
const SIGN_OUT_PENDING: &str = "sessionkeep.sign-out-pending";

/// Written while this browser is known to drop the cookie: after a reload nothing else tells that from never having been
/// signed in.
const COOKIE_DROPPED: &str = "sessionkeep.cookie-dropped";

/// Keeps the session of one page.
pub struct Manager {
    api: PublicApi,
    ports: Ports,
    attempts: Attempts,
    snapshot: RefCell<Snapshot>,
    token: RefCell<Option<HeldToken>>,
    tokens_received: Cell<u64>,
    refreshing: SingleFlight<Outcome>,
    breaker: RefCell<Breaker>,
    /// Those who wait before their next try.
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    observer: Box<dyn Fn(&Snapshot)>,
}

/// How a refresh ended. One that gets no answer does not end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// There is a new token.
    Fresh,
    /// There is no session, or another one.
    Ended,
}

impl Manager {
    /// A manager that has done nothing yet. `observer` hears of every change.
    pub fn new(ports: Ports, observer: impl Fn(&Snapshot) + 'static) -> Rc<Self> {
        Rc::new(Self {
            api: PublicApi::new(Rc::clone(&ports.transport), Rc::clone(&ports.clock)),
            attempts: Attempts::new(Rc::clone(&ports.storage), Rc::clone(&ports.random)),
            ports,
            snapshot: RefCell::new(Snapshot::OPENED),
            token: RefCell::new(None),
            tokens_received: Cell::new(0),
            refreshing: SingleFlight::new(),
            breaker: RefCell::default(),
            waiting: RefCell::default(),
            observer: Box::new(observer),
        })
    }

    /// Where the session stands.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.borrow().clone()
    }

    /// The calls that need a session, while there is one.
    #[must_use]
    pub fn signed_in(self: &Rc<Self>) -> Option<AuthorisedApi> {
        let Snapshot { phase, epoch, .. } = self.snapshot();
        phase.is_signed_in().then(|| AuthorisedApi::new(self.api.clone(), Rc::clone(self), epoch))
    }

    /// The same, once it is known whether there is a session: waits while it is restoring.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`] where there is none.
    pub async fn when_restored(self: &Rc<Self>) -> Result<AuthorisedApi, ApiError> {
        self.pass().await?;
        self.signed_in().ok_or(ApiError::SignedOut)
    }

    /// The page was opened: finds out whether there is a session.
    pub fn open(self: &Rc<Self>) {
        self.look_at_network();
        if self.ports.storage.read(SIGN_OUT_PENDING).is_some() {
            self.happened(Event::SignedOutHere);
            self.tell_server_of_sign_out();
        } else {
            self.start_refresh();
        }
    }

    // ---- signing in and out

    /// Signs in; the other tabs follow.
    ///
    /// # Errors
    /// When nobody answered or the server refused. The session that was there is untouched then.
    pub async fn sign_in(self: &Rc<Self>, credentials: &LoginRequest) -> Result<User, ApiError> {
        let _held = self.lock(SIGN_PATIENCE).await;
        self.finish_sign_out().await?;
        let answer = self.api.login(credentials, self.attempts.declare().as_deref()).await?;
        Ok(self.begin(answer))
    }

    /// Makes an account and signs in; the other tabs follow.
    ///
    /// # Errors
    /// As [`Manager::sign_in`].
    pub async fn sign_up(self: &Rc<Self>, account: &RegisterRequest) -> Result<User, ApiError> {
        let _held = self.lock(SIGN_PATIENCE).await;
        self.finish_sign_out().await?;
        let answer = self.api.register(account, self.attempts.declare().as_deref()).await?;
        Ok(self.begin(answer))
    }

    fn begin(self: &Rc<Self>, answer: AuthResponse) -> User {
        let (token, user) = answer.into_parts();
        self.ports.storage.remove(SIGN_OUT_PENDING);
        self.received(token, Event::SignedIn);
        self.ports.tabs.tell(News::SignedIn);
        user
    }

    /// Signs out, here and in the other tabs at once. The server hears of it as soon as it can be reached.
    pub fn sign_out(self: &Rc<Self>) {
        self.ports.storage.write(SIGN_OUT_PENDING, &self.ports.random.id());
        self.ports.storage.remove(COOKIE_DROPPED);
        // Without its cookie the server does not learn from the sign-out which session is meant.
        let token = (self.snapshot().jar == Jar::Loses).then(|| self.token.take()).flatten();
        self.happened(Event::SignedOutHere);
        self.ports.tabs.tell(News::SignedOut);
        if let Some(token) = token {
            self.end_session_of(token.into_token());
        }
        self.tell_server_of_sign_out();
    }

    /// A sign-out that the server has not heard of yet comes before the next sign-in: the new cookie would take the place
    /// of the old one, and the old session would live on.
    async fn finish_sign_out(&self) -> Result<(), ApiError> {
        let note = self.ports.storage.read(SIGN_OUT_PENDING);
        if note.is_some() {
            self.api.logout().await?;
            self.sign_out_is_told(note.as_ref());
        }
        Ok(())
    }

    fn sign_out_is_told(&self, note: Option<&String>) {
        if self.ports.storage.read(SIGN_OUT_PENDING).as_ref() == note {
            self.ports.storage.remove(SIGN_OUT_PENDING);
        }
    }

    fn tell_server_of_sign_out(self: &Rc<Self>) {
        let (manager, epoch) = (Rc::clone(self), self.epoch());
        let note = self.ports.storage.read(SIGN_OUT_PENDING);
        self.spawn(async move {
            for failures in 1_u32.. {
                let answer = {
                    let _held = manager.lock(SIGN_PATIENCE).await;
                    if manager.epoch() != epoch {
                        return;
                    }
                    // Another tab has told the server, and may have signed in since: its session is not ours to end.
                    if note.is_some() && manager.ports.storage.read(SIGN_OUT_PENDING).is_none() {
                        manager.happened(Event::SignOutConfirmed);
                        return;
                    }
                    manager.api.logout().await
                };
                if manager.epoch() != epoch {
                    return;
                }
                let Err(error) = answer else {
                    manager.sign_out_is_told(note.as_ref());
                    manager.happened(Event::SignOutConfirmed);
                    return;
                };
                manager.happened(Event::SignOutDelayed);
                manager.wait_after(failures, &error, epoch).await;
            }
        });
    }

    // ---- what else writes the cookie

    /// The lock of everything that writes the cookie.
    pub(crate) async fn hold_cookie(&self) -> Option<Held> {
        self.lock(SIGN_PATIENCE).await
    }

    /// The name of a request that begins a new session.
    pub(crate) fn attempt_for_new_session(&self) -> Option<String> {
        self.attempts.declare()
    }

    /// The person's new session goes on where the old one was: for the page it is the same. Other tabs need no word; their
    /// tokens are refused, and they refresh with the cookie that is theirs too.
    pub(crate) fn adopt(self: &Rc<Self>, token: TokenResponse) {
        self.received(token, Event::Refreshed);
    }

    /// The answer to a request that was under way when its session ended here, in a browser without locks: it may have
    /// brought a new cookie. Who has signed out stays signed out, whoever is at the page by now.
    pub(crate) fn came_too_late(self: &Rc<Self>, answer: Result<TokenResponse, ApiError>) {
        use SignedOut::{Here, HereOnly, InAnotherTab};
        match answer {
            Ok(token) => self.end_session_of(token.access_token),
            Err(error) if !error.is_unclear() => return,
            // No token to end it by, and perhaps a cookie. (A deleted account has none; one sign-out more harms nobody.)
            Err(_) => {}
        }
        if matches!(self.snapshot().phase, Phase::SignedOut(Here | HereOnly | InAnotherTab)) {
            self.sign_out();
        }
    }

    /// Ends the session that a token belongs to, in its own name and not in that of whichever cookie the browser has. The
    /// answer clears the cookie all the same: where somebody else signed in after it came, they have to do so once more.
    /// That is the lesser harm; their page would have gone on in the other's account.
    fn end_session_of(self: &Rc<Self>, token: AccessToken) {
        let manager = Rc::clone(self);
        self.spawn(async move {
            for failures in 1_u32.. {
                let answer = {
                    let _held = manager.lock(SIGN_PATIENCE).await;
                    manager.api.end_session_of(&token).await
                };
                match answer {
                    Err(error) if error.is_unclear() => manager.wait_after(failures, &error, manager.epoch()).await,
                    _ => return,
                }
            }
        });
    }

    /// It is not known what became of a request: asks the server where the session stands.
    pub(crate) fn look_again(self: &Rc<Self>) {
        self.start_refresh();
    }

    /// Account and cookie are gone.
    pub(crate) fn account_is_deleted(&self) {
        self.happened(Event::AccountDeleted);
        self.ports.tabs.tell(News::AccountDeleted);
    }

    /// The clock.
    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.ports.clock
    }

    // ---- requests

    /// Whether the session is this person's, as far as can be read.
    pub(crate) fn is_of(&self, person: &UserId) -> bool {
        self.token.borrow().as_ref().is_some_and(|token| token.is_of(person))
    }

    /// The right to send one request, refreshed before where the token has run out.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`] where there is no session.
    pub(crate) async fn pass(self: &Rc<Self>) -> Result<Pass, ApiError> {
        if matches!(self.snapshot.borrow().phase, Phase::SignedOut(_)) {
            return Err(ApiError::SignedOut);
        }
        if let Some(pass) = self.token_in_time() {
            self.refresh_if_due();
            return Ok(pass);
        }
        match self.token_at_all().filter(|_| self.breaker_is_open()) {
            Some(pass) => Ok(pass),
            None => self.refreshed_pass().await,
        }
    }

    /// Another right, after the server refused this one. `None` where it has refused so many in a row that one more refresh
    /// would mend nothing, for a while.
    ///
    /// # Errors
    /// As [`Manager::pass`].
    pub(crate) async fn renew(self: &Rc<Self>, refused: &Pass) -> Result<Option<Pass>, ApiError> {
        if !self.honours(refused) {
            return Err(ApiError::SignedOut);
        }
        // Somebody else's request may have had it renewed already.
        if let Some(pass) = self.token_in_time().filter(|pass| pass.serial != refused.serial) {
            return Ok(Some(pass));
        }
        if self.breaker_is_open() {
            return Ok(None);
        }
        self.refreshed_pass().await.map(Some)
    }

    /// What the server thought of this right: whether it asks for a newer one.
    pub(crate) fn judged(&self, pass: &Pass, is_refused: bool) {
        if self.honours(pass) {
            self.breaker.borrow_mut().judged(pass.serial, is_refused, self.ports.clock.now());
        }
    }

    fn breaker_is_open(&self) -> bool {
        self.breaker.borrow().is_open(self.ports.clock.now())
    }

    /// Whether the session is still the one that this right was given for.
    pub(crate) fn honours(&self, pass: &Pass) -> bool {
        self.epoch() == pass.epoch
    }

    fn token_in_time(&self) -> Option<Pass> {
        let token = self.token.borrow();
        token.as_ref().filter(|token| !token.has_expired(self.ports.clock.now())).map(|token| token.pass(self.epoch()))
    }

    fn token_at_all(&self) -> Option<Pass> {
        self.token.borrow().as_ref().map(|token| token.pass(self.epoch()))
    }

    /// Used whatever its life: a server that gives tokens of no life is refused by its own next answer, not by a loop here.
    async fn refreshed_pass(self: &Rc<Self>) -> Result<Pass, ApiError> {
        let epoch = self.epoch();
        let outcome = self.refresh().await;
        if outcome == Outcome::Ended || self.epoch() != epoch {
            return Err(ApiError::SignedOut);
        }
        self.token_at_all().ok_or(ApiError::SignedOut)
    }

    // ---- refreshing

    async fn refresh(self: &Rc<Self>) -> Outcome {
        let manager = Rc::clone(self);
        self.refreshing.join(&*self.ports.spawn, || manager.refresh_until_answered()).await
    }

    fn start_refresh(self: &Rc<Self>) {
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
                    return Outcome::Ended;
                }
                patience = SIGN_PATIENCE;
                // Not to be cut short: nothing that wakes a page brings the cookie sooner.
                self.ports.clock.sleep(COOKIE_ON_ITS_WAY).await;
            } else {
                self.happened(Event::RefreshDelayed);
                self.wait_after(failures, &error, epoch).await;
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
        let keeps_none = || {
            let Ports { storage, cookies, .. } = &self.ports;
            self.snapshot().jar == Jar::Loses || storage.read(COOKIE_DROPPED).is_some() || !cookies.are_allowed()
        };
        Some(if why == SignedOut::NoSession && keeps_none() { SignedOut::CookiesBlocked } else { why })
    }

    /// Renews a token that is still good, where it is old enough and somebody looks at the page: a forgotten tab must
    /// not keep a session alive. Where the cookie was dropped it would end what is still good, so the token is used up.
    fn refresh_if_due(self: &Rc<Self>) {
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

    fn received(self: &Rc<Self>, token: TokenResponse, event: Event) {
        let (now, dice) = (self.ports.clock.now(), self.ports.random.fraction());
        self.tokens_received.set(self.tokens_received.get() + 1);
        let token = HeldToken::received(token, self.tokens_received.get(), now, dice);
        if let Some(at) = token.renew_ahead() {
            let (manager, sleep) = (Rc::clone(self), self.ports.clock.sleep(at.saturating_sub(now)));
            self.spawn(async move {
                sleep.await;
                // A browser's timer may fire a little early.
                while manager.ports.clock.now() < at {
                    manager.ports.clock.sleep(Duration::from_millis(50)).await;
                }
                manager.refresh_if_due();
            });
        }
        // Somebody else signed in in another tab, and the word of it was lost: the cookie is theirs, the page is not.
        let is_anothers = self.token.borrow().as_ref().is_some_and(|held| !held.is_of_the_same_person_as(&token));
        let (generation, has_just_begun) = (token.generation(), event == Event::SignedIn);
        self.change(if is_anothers { Event::SignedIn } else { event }, Some(token));
        if let Some(generation) = generation {
            self.look_for_cookie(generation, has_just_begun);
        }
    }

    // ---- whether the browser keeps the cookie

    /// Looks for what came with the token that was just received.
    fn look_for_cookie(self: &Rc<Self>, generation: u64, has_just_begun: bool) {
        if !self.has_lost(generation, has_just_begun) {
            self.cookie_is_kept();
            return;
        }
        // At once, because the other tabs are about to ask for their share of the session, and will get none.
        self.ports.storage.write(COOKIE_DROPPED, "1");
        let (manager, epoch, received) = (Rc::clone(self), self.epoch(), self.tokens_received.get());
        self.spawn(async move {
            // A browser may show it to scripts a little later than the answer that brought it.
            manager.ports.clock.sleep(COOKIE_ON_ITS_WAY).await;
            if manager.epoch() != epoch || manager.tokens_received.get() != received {
                return;
            }
            if manager.has_lost(generation, has_just_begun) {
                manager.happened(Event::CookieDropped);
            } else {
                manager.cookie_is_kept();
            }
        });
    }

    fn has_lost(&self, generation: u64, has_just_begun: bool) -> bool {
        generation::is_lost(self.ports.cookies.generation(), generation, has_just_begun)
    }

    fn cookie_is_kept(&self) {
        self.ports.storage.remove(COOKIE_DROPPED);
        self.happened(Event::CookieKept);
    }

    // ---- what happens outside

    /// Another tab has told us something.
    pub fn heard(self: &Rc<Self>, news: News) {
        match news {
            News::SignedOut => self.happened(Event::SignedOutInAnotherTab),
            News::AccountDeleted => self.happened(Event::AccountDeleted),
            News::SignedIn => {
                self.happened(Event::SignedInInAnotherTab);
                self.start_refresh();
            }
        }
    }

    /// Time may have passed unnoticed.
    pub fn woke(self: &Rc<Self>, wake: Wake) {
        match wake {
            Wake::Reopened => {
                self.happened(Event::Reopened);
                self.open();
            }
            Wake::Visible | Wake::Online => {
                self.look_at_network();
                self.rouse();
                self.refresh_if_due();
            }
            Wake::Offline => self.look_at_network(),
        }
    }

    fn look_at_network(&self) {
        self.happened(if self.ports.page.is_online() { Event::CameOnline } else { Event::WentOffline });
    }

    // ---- small things

    fn epoch(&self) -> Epoch {
        self.snapshot.borrow().epoch
    }

    fn happened(&self, event: Event) {
        self.change(event, None);
    }

    /// The one place where the session changes.
    fn change(&self, event: Event, token: Option<HeldToken>) {
        let before = self.snapshot();
        let after = before.after(event);
        let begins = after.epoch != before.epoch;
        *self.snapshot.borrow_mut() = after.clone();
        if begins || token.is_some() {
            *self.token.borrow_mut() = token;
        }
        if begins {
            self.breaker.take();
            self.refreshing.give_up();
            self.rouse();
        }
        if after != before {
            (self.observer)(&after);
        }
    }

    async fn lock(&self, patience: Duration) -> Option<Held> {
        match select(self.ports.lock.acquire(), self.ports.clock.sleep(patience)).await {
            Either::Left((held, _)) => Some(held),
            Either::Right(((), _)) => None,
        }
    }

    /// Waits before the next try: shorter when the network comes back, but never less than the server asked for, and
    /// not at all when the session has ended meanwhile.
    async fn wait_after(&self, failures: u32, error: &ApiError, epoch: Epoch) {
        let Wait { time, at_least } = schedule::backoff(failures, error.retry_after(), self.ports.random.fraction());
        let began = self.ports.clock.now();
        loop {
            let waited = self.ports.clock.now().saturating_sub(began);
            let (rouse, roused) = oneshot::channel();
            {
                let mut waiting = self.waiting.borrow_mut();
                waiting.retain(|sleeper| !sleeper.is_canceled());
                waiting.push(rouse);
            }
            let timer = select(self.ports.clock.sleep(time.saturating_sub(waited)), roused).await;
            let is_over = matches!(timer, Either::Left(_));
            let may_go_on = self.ports.clock.now().saturating_sub(began) >= at_least;
            if is_over || may_go_on || self.epoch() != epoch {
                return;
            }
        }
    }

    fn rouse(&self) {
        for sleeper in self.waiting.take() {
            // OK because one that has woken by itself no longer listens.
            let _ = sleeper.send(());
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.ports.spawn.spawn(work.boxed_local());
    }
}
