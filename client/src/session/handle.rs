//! What pages use: the session as a signal, and the manager behind it.

use core::time::Duration;
use std::rc::Rc;

use leptos::prelude::*;
use sessionkeep_types::{LoginRequest, RegisterRequest, User};

use super::{
    calls::AuthorisedApi,
    manager::Manager,
    state::{Epoch, Jar, Link, Phase, Snapshot},
};
use crate::api::{ApiError, Arrival};

/// Which pages there are, by their paths.
#[derive(Clone, Copy, Debug)]
pub struct Paths {
    /// Whether the page is of use only to people who are signed in.
    pub needs_session: fn(&str) -> bool,
    /// Whether the page has a form to sign in or up that a browser can send itself: a refusal leads back to it.
    pub is_for_strangers: fn(&str) -> bool,
}

impl Paths {
    /// Each page asks for the session, and no form is sent without the program.
    pub const ALL_NEED_SESSION: Self = Self { needs_session: |_| true, is_for_strangers: |_| false };
}

/// The session of this page. While the server renders there is none behind it: it is restoring, and stays so.
#[derive(Clone, Copy)]
pub struct Session {
    snapshot: RwSignal<Snapshot>,
    /// Apart from the snapshot, so that a renewal is nothing to draw anew for.
    signed_in: Memo<Option<Epoch>>,
    manager: Option<StoredValue<Rc<Manager>, LocalStorage>>,
}

impl Session {
    /// Makes the session and provides it to everything below: to be called once, in the root component. In the browser it
    /// begins to restore itself once the page stands, so that the first view is the one that the server rendered.
    ///
    /// Every page asks for it. [`Session::provide_where`] is for an application that has pages for everybody.
    #[expect(clippy::must_use_candidate, reason = "the components below have it; the root may have no use for it")]
    pub fn provide() -> Self {
        Self::provide_where(Paths::ALL_NEED_SESSION)
    }

    /// The same, where only some pages need a session. On the others a browser that shows no sign of a session is taken for a
    /// stranger's without a request; [`Session::ask`] is for the person who goes on from there to a page that needs one.
    #[cfg_attr(not(target_arch = "wasm32"), expect(unused_variables, reason = "nobody asks while the server renders"))]
    #[expect(clippy::must_use_candidate, reason = "as of `provide`")]
    pub fn provide_where(paths: Paths) -> Self {
        let snapshot = RwSignal::new(Snapshot::OPENED);
        #[cfg(not(target_arch = "wasm32"))]
        let manager = None;
        #[cfg(target_arch = "wasm32")]
        let manager = {
            let (manager, listeners) = super::browser::start(paths, move |after| {
                snapshot.try_set(after.clone());
            });
            let listeners = StoredValue::new_local(listeners);
            let manager = StoredValue::new_local(manager);
            on_cleanup(move || {
                listeners.dispose();
                manager.with_value(|manager| manager.close());
            });
            Effect::new(move |_| manager.with_value(Manager::open));
            Some(manager)
        };
        let signed_in =
            Memo::new(move |_| snapshot.with(|snapshot| snapshot.phase.is_signed_in().then_some(snapshot.epoch)));
        let session = Self { snapshot, signed_in, manager };
        provide_context(session);
        session
    }

    /// The session that the page was given.
    ///
    /// # Panics
    /// Where no component above called [`Session::provide`].
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

    /// What the server says stands in the way of the session, where waiting alone does not help. Reactive.
    #[must_use]
    pub fn obstacle(self) -> Option<String> {
        self.snapshot.with(|snapshot| snapshot.obstacle().map(str::to_owned))
    }

    /// Whether the browser sends several sessions at once, so that only signing in again helps. Reactive.
    #[must_use]
    pub fn is_in_conflict(self) -> bool {
        self.snapshot.with(Snapshot::is_in_conflict)
    }

    /// Whether the browser keeps the session's cookie. Reactive.
    #[must_use]
    pub fn jar(self) -> Jar {
        self.snapshot.with(|snapshot| snapshot.jar)
    }

    /// Whether the browser keeps cookies of this page, but none that are `Secure`, as Safari does on http.
    #[must_use]
    pub fn drops_only_secure_cookies(self) -> bool {
        self.manager().is_ok_and(|manager| manager.drops_only_secure())
    }

    /// Which session it is, or which it would be. Reactive.
    #[must_use]
    pub fn epoch(self) -> Epoch {
        self.snapshot.with(|snapshot| snapshot.epoch)
    }

    /// Which session it is, while there is one. Reactive.
    #[must_use]
    pub fn signed_in_epoch(self) -> Option<Epoch> {
        self.signed_in.get()
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

    /// Asks whether there is a session, if nobody has asked yet.
    pub fn ask(self) {
        if let Ok(manager) = self.manager() {
            manager.ask();
        }
    }

    /// Tries again to reach a server that has not answered. Returns how long the server has asked to wait before that
    /// (`Retry-After`); zero: it is tried at once.
    #[must_use]
    pub fn try_again(self) -> Duration {
        self.manager().map(|manager| manager.try_again()).unwrap_or_default()
    }

    /// What arrives of a request, whether there is a session or not.
    ///
    /// # Errors
    /// As [`Manager::arrival`].
    pub async fn arrival(self) -> Result<Arrival, ApiError> {
        self.manager()?.arrival().await
    }

    /// Signs out, in every tab.
    pub fn sign_out(self) {
        if let Ok(manager) = self.manager() {
            manager.sign_out();
        }
    }

    /// The calls that need a session, while there is one. Reactive: it changes when a session begins or ends, and not when
    /// its token is renewed.
    ///
    /// ```
    /// # use sessionkeep_client::{api::ApiError, session::Session};
    /// # async fn page(session: Session) -> Result<(), ApiError> {
    /// if let Some(api) = session.signed_in() {
    ///     let _user = api.me().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A call that needs a session cannot be written without one. Neither the session nor an answer that may be "nobody"
    /// has such calls:
    ///
    /// ```compile_fail,E0599
    /// # use sessionkeep_client::{api::ApiError, session::Session};
    /// # async fn page(session: Session) -> Result<(), ApiError> {
    /// let _user = session.me().await?;
    /// # Ok(())
    /// # }
    /// ```
    /// ```compile_fail,E0599
    /// # use sessionkeep_client::{api::ApiError, session::Session};
    /// # async fn page(session: Session) -> Result<(), ApiError> {
    /// let _user = session.signed_in().me().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// and whoever else could make them up cannot:
    ///
    /// ```compile_fail,E0624
    /// # use std::rc::Rc;
    /// # use sessionkeep_client::{api::PublicApi, session::{AuthorisedApi, Epoch, Manager}};
    /// # fn page(public: PublicApi, manager: Rc<Manager>, epoch: Epoch) {
    /// let _api = AuthorisedApi::new(public, manager, epoch);
    /// # }
    /// ```
    #[must_use]
    pub fn signed_in(self) -> Option<AuthorisedApi> {
        self.signed_in_epoch()?;
        self.manager().ok()?.signed_in()
    }

    /// The same, once it is known whether there is a session: waits while it is restoring.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`] where there is none, [`ApiError::NotSent`] where that is not known in ten seconds.
    pub async fn when_restored(self) -> Result<AuthorisedApi, ApiError> {
        self.manager()?.when_restored().await
    }

    fn manager(self) -> Result<Rc<Manager>, ApiError> {
        self.manager.and_then(|manager| manager.try_get_value()).ok_or(ApiError::SignedOut)
    }
}

#[cfg(test)]
#[cfg(target_arch = "wasm32")]
mod tests {
    use std::cell::Cell;

    use leptos::mount::mount_to;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_page_that_is_taken_down_closes_its_session() {
        let provided = Rc::new(Cell::new(None));
        let providing = Rc::clone(&provided);
        let page = mount_to(document().body().expect("a body"), move || providing.set(Some(Session::provide())));
        let session = provided.take().expect("it was mounted");
        let manager = session.manager().expect("there is one in a browser");
        let before = manager.snapshot().epoch;
        drop(page);
        assert_ne!(manager.snapshot().epoch, before);
        assert_eq!(session.manager().err(), Some(ApiError::SignedOut));
    }
}
