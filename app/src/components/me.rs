//! The person who is signed in, for every part of a page that shows something of them: asked for once a session, and again
//! when they come back to the page. What waits for their answer comes with it.

use leptos::{prelude::*, task::spawn_local};
use sessionkeep_types::{SecurityEvent, User};

use super::{loading::Loading, moment::Clock, on_return::on_return};
use crate::session::Session;

/// What `/api/me?include=review` said.
#[derive(Clone, Copy)]
pub(crate) struct Me {
    session: Session,
    loading: Loading,
    user: RwSignal<Option<User>>,
    review: RwSignal<Option<SecurityEvent>>,
}

impl Me {
    /// To be called once, where the session has been provided.
    pub(crate) fn provide() {
        let session = Session::here();
        let me =
            Self { session, loading: Loading::new(session), user: RwSignal::new(None), review: RwSignal::new(None) };
        me.loading.for_each_session(move || me.load());
        on_return(move || {
            if !untrack(|| me.loading.is_under_way()) {
                me.load();
            }
        });
        provide_context(me);
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Asks for them.
    pub(crate) fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.me_with_review().await;
            self.loading.end(asked, answer, |mut user| {
                self.awaits(user.review.take());
                self.is_now(user);
            });
        });
    }

    /// The person, as soon as they are known. Reactive.
    pub(crate) fn user(self) -> Option<User> {
        self.loading.is_ready().then(|| self.user.get()).flatten()
    }

    /// A part of that.
    pub(crate) fn of_user<T>(self, part: impl FnOnce(&User) -> T) -> Option<T> {
        self.loading.is_ready().then(|| self.user.with(|user| user.as_ref().map(part))).flatten()
    }

    /// What waits for their answer. Reactive.
    pub(crate) fn review(self) -> Option<SecurityEvent> {
        self.loading.is_ready().then(|| self.review.get()).flatten()
    }

    /// Whether anything does. Reactive.
    pub(crate) fn has_review(self) -> bool {
        self.loading.is_ready() && self.review.with(Option::is_some)
    }

    /// Whether there is an answer. Reactive.
    pub(crate) fn is_ready(self) -> bool {
        self.loading.is_ready()
    }

    /// Whether there is an answer, or none can be had. Reactive.
    pub(crate) fn is_settled(self) -> bool {
        self.is_ready() || self.loading.failure().is_some()
    }

    /// How the asking goes.
    pub(crate) fn loading(self) -> Loading {
        self.loading
    }

    /// When it was asked.
    pub(crate) fn clock(self) -> Clock {
        self.loading.clock
    }

    /// The session in which it was asked.
    pub(crate) fn session(self) -> Session {
        self.session
    }

    /// The profile was changed.
    pub(crate) fn is_now(self, user: User) {
        if untrack(|| self.user.with(|known| known.as_ref() != Some(&user))) {
            self.user.try_set(Some(user));
        }
    }

    /// Something else waits, or nothing.
    fn awaits(self, event: Option<SecurityEvent>) {
        if untrack(|| self.review.with(|known| known != &event)) {
            self.review.try_set(event);
        }
    }

    /// It was answered. Another one may wait.
    pub(crate) fn is_reviewed(self) {
        self.review.try_set(None);
        self.load();
    }
}
