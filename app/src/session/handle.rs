//! What pages use: the session as a signal, and the manager behind it.

use std::rc::Rc;

use leptos::prelude::*;
use sessionkeep_types::{LoginRequest, RegisterRequest, User};

use super::{
    manager::Manager,
    state::{Epoch, Link, Phase, Snapshot},
};
use crate::api::{ApiError, AuthorisedApi};

/// The session of this page. While the server renders there is none behind it: it is restoring, and stays so.
#[derive(Clone, Copy)]
pub struct Session {
    snapshot: RwSignal<Snapshot>,
    manager: Option<StoredValue<Rc<Manager>, LocalStorage>>,
}

impl Session {
    /// Makes the session and provides it to everything below. In the browser it begins to restore itself once the page
    /// stands, so that the first view is the one that the server rendered.
    pub(crate) fn provide() -> Self {
        let snapshot = RwSignal::new(Snapshot::OPENED);
        #[cfg(not(target_arch = "wasm32"))]
        let manager = None;
        #[cfg(target_arch = "wasm32")]
        let manager = {
            let (manager, listeners) = super::browser::start(move |after| snapshot.set(after.clone()));
            let listeners = StoredValue::new_local(listeners);
            on_cleanup(move || listeners.dispose());
            let opened = Rc::clone(&manager);
            Effect::new(move |_| opened.open());
            Some(StoredValue::new_local(manager))
        };
        let session = Self { snapshot, manager };
        provide_context(session);
        session
    }

    /// The session that the page was given.
    ///
    /// # Panics
    /// Outside of [`crate::App`].
    #[must_use]
    pub fn here() -> Self {
        expect_context()
    }

    /// Where it stands. Reactive.
    #[must_use]
    pub fn phase(self) -> Phase {
        self.snapshot.with(|snapshot| snapshot.phase.clone())
    }

    /// Whether the server answers. Reactive.
    #[must_use]
    pub fn link(self) -> Link {
        self.snapshot.with(Snapshot::link)
    }

    /// Which session it is, or which it would be. Reactive.
    #[must_use]
    pub fn epoch(self) -> Epoch {
        self.snapshot.with(|snapshot| snapshot.epoch)
    }

    /// Which session it is, while there is one. Reactive.
    #[must_use]
    pub fn signed_in_epoch(self) -> Option<Epoch> {
        self.snapshot.with(|snapshot| snapshot.phase.is_signed_in().then_some(snapshot.epoch))
    }

    /// Signs in.
    ///
    /// # Errors
    /// As [`Manager::sign_in`].
    pub async fn sign_in(self, credentials: LoginRequest) -> Result<User, ApiError> {
        self.manager()?.sign_in(&credentials).await
    }

    /// Makes an account and signs in.
    ///
    /// # Errors
    /// As [`Manager::sign_up`].
    pub async fn sign_up(self, account: RegisterRequest) -> Result<User, ApiError> {
        self.manager()?.sign_up(&account).await
    }

    /// Signs out, in every tab.
    pub fn sign_out(self) {
        if let Ok(manager) = self.manager() {
            manager.sign_out();
        }
    }

    /// The time of the person's clock, in seconds since 1970. Not reactive.
    #[must_use]
    pub fn wall(self) -> i64 {
        self.manager().map_or(0, |manager| manager.clock().wall())
    }

    /// How many seconds the person's clock is ahead of UTC at that time.
    #[must_use]
    pub fn ahead_of_utc(self, wall: i64) -> i64 {
        self.manager().map_or(0, |manager| manager.clock().ahead_of_utc(wall))
    }

    /// The calls that need a session.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`] while the server renders. That there is a session is found out by each call.
    pub fn api(self) -> Result<AuthorisedApi, ApiError> {
        self.manager().map(|manager| AuthorisedApi::new(manager.public_api(), manager))
    }

    fn manager(self) -> Result<Rc<Manager>, ApiError> {
        self.manager.and_then(|manager| manager.try_get_value()).ok_or(ApiError::SignedOut)
    }
}
