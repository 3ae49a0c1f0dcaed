//! The whole: one session of one page, over the ports. Its operations have files of their own.

mod cookie;
mod refresh;
mod requests;
mod sign_in;
mod sign_out;

use core::{pin::pin, time::Duration};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::{
    FutureExt,
    channel::oneshot,
    future::{Either, select},
};
use sessionkeep_types::TokenResponse;

use self::{refresh::Outcome, sign_out::Meant};
use super::{
    attempt::Attempts,
    breaker::Breaker,
    calls::AuthorisedApi,
    pending_sign_out::PendingSignOut,
    ports::{Held, News, Ports, Wake},
    reason::SignedOut,
    schedule::{self, Wait},
    single_flight::SingleFlight,
    state::{Epoch, Event, Phase, Snapshot},
    token::HeldToken,
};
use crate::api::{ApiError, Arrival, PublicApi};

/// How long signing in and out wait: longer than any one request may take, so that a slow answer of another tab does not
/// set its cookie over theirs.
const SIGN_PATIENCE: Duration = Duration::from_secs(12);

/// Keeps the session of one page.
pub struct Manager {
    api: PublicApi,
    ports: Ports,
    attempts: Attempts,
    pending_sign_out: PendingSignOut,
    /// Whether a form has led here, and it is not known yet what came of it.
    follows_form: Cell<bool>,
    /// How often a person has signed out, here or in another tab.
    sign_outs: Cell<u64>,
    snapshot: RefCell<Snapshot>,
    token: RefCell<Option<HeldToken>>,
    tokens_received: Cell<u64>,
    refreshing: SingleFlight<Outcome>,
    breaker: RefCell<Breaker>,
    /// Before this time the server wants no other try.
    not_before: Cell<Duration>,
    /// Those who wait before their next try.
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
    observer: Box<dyn Fn(&Snapshot)>,
}

impl Manager {
    /// A manager that has done nothing yet. `observer` hears of every change.
    pub fn new(ports: Ports, observer: impl Fn(&Snapshot) + 'static) -> Rc<Self> {
        Rc::new(Self {
            api: PublicApi::new(Rc::clone(&ports.transport), Rc::clone(&ports.clock)),
            attempts: Attempts::new(Rc::clone(&ports.storage), Rc::clone(&ports.random)),
            follows_form: Cell::new(false),
            pending_sign_out: PendingSignOut::new(Rc::clone(&ports.storage), Rc::clone(&ports.random)),
            ports,
            sign_outs: Cell::new(0),
            snapshot: RefCell::new(Snapshot::OPENED),
            token: RefCell::new(None),
            tokens_received: Cell::new(0),
            refreshing: SingleFlight::new(),
            breaker: RefCell::default(),
            not_before: Cell::default(),
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
    /// [`ApiError::SignedOut`] where there is none, [`ApiError::NotSent`] where that is not known in ten seconds.
    pub async fn when_restored(self: &Rc<Self>) -> Result<AuthorisedApi, ApiError> {
        self.api.in_time(pin!(self.pass())).await.unwrap_or(Err(ApiError::NotSent))?;
        self.signed_in().ok_or(ApiError::SignedOut)
    }

    /// The page was opened: finds out whether there is a session. Where nothing in the browser is a sign of one, a page for
    /// everybody does not ask: the answer to a stranger is known.
    pub fn open(self: &Rc<Self>) {
        self.look_at_network();
        self.follows_form.set(self.ports.page.follows_form());
        if self.is_strangers() && !self.ports.page.needs_session() {
            self.happened(Event::NotAsked);
        } else {
            self.restore();
        }
    }

    /// The person has come to a page that needs a session: asks, if nobody has asked yet. The sign of a session may be lost
    /// where the session is not.
    pub fn ask(self: &Rc<Self>) {
        if self.snapshot().phase == Phase::SignedOut(SignedOut::Unasked) {
            self.start_refresh();
        }
    }

    fn is_strangers(&self) -> bool {
        self.ports.cookies.generation().is_none() && !self.keeps_no_cookie() && self.pending_sign_out.note().is_none()
    }

    /// What arrives of a request, whether there is a session or not.
    ///
    /// # Errors
    /// When nobody answered, or the server refused.
    pub async fn arrival(&self) -> Result<Arrival, ApiError> {
        self.api.arrival(|| self.ports.random.id()).await
    }

    fn restore(self: &Rc<Self>) {
        if self.pending_sign_out.note().is_some() {
            self.happened(Event::SignedOutHere);
            self.tell_server_of_sign_out(Meant::Noted);
        } else {
            self.start_refresh();
        }
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

    /// It is not known what became of a request: asks the server where the session stands.
    pub(crate) fn look_again(self: &Rc<Self>) {
        self.start_refresh();
    }

    /// Account and cookie are gone.
    pub(crate) fn account_is_deleted(&self) {
        self.happened(Event::AccountDeleted);
        self.ports.tabs.tell(News::AccountDeleted);
    }

    // ---- what happens outside

    /// The page has gone: nothing is renewed or tried again for it. What the server has not heard of a sign-out is left to
    /// the next page, where there is storage to leave it in.
    pub fn close(&self) {
        self.happened(Event::Closed);
    }

    /// Another tab has told us something.
    pub fn heard(self: &Rc<Self>, news: News) {
        match news {
            News::SignedOut => {
                self.sign_outs.update(|before| before + 1);
                self.happened(Event::SignedOutInAnotherTab);
            }
            News::AccountDeleted => self.happened(Event::AccountDeleted),
            News::SignedIn => {
                self.happened(Event::SignedInInAnotherTab);
                // Of a sign-out that only this page knows of the cookie has been replaced.
                self.pending_sign_out.forget_unwritten();
                self.restore();
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

    /// Waits before the next try. When the network comes back, it waits only as long as the server asked for; and not at all when
    /// there is nothing left to try.
    async fn wait_after(&self, failures: u32, error: &ApiError, is_moot: impl Fn() -> bool) {
        let dice = self.ports.random.fraction();
        let Wait { mut time, at_least } = schedule::backoff(failures, error.retry_after(), dice);
        let began = self.ports.clock.now();
        self.not_before.set(began + at_least);
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
            if is_over || may_go_on || is_moot() {
                return;
            }
            // Woken too early for the server.
            time = schedule::roused(time, at_least, dice);
        }
    }

    /// Tries again what waits for its next try. Returns how long the server has asked to wait before that; zero: it is tried at once.
    pub fn try_again(&self) -> Duration {
        self.rouse();
        self.not_before.get().saturating_sub(self.ports.clock.now())
    }

    fn rouse(&self) {
        for sleeper in self.waiting.take() {
            // OK because one that has woken by itself no longer listens.
            let _ = sleeper.send(());
        }
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.ports.spawn.spawn(work.boxed_local());
    }
}
