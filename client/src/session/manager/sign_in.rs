//! Signing in and up.

use std::rc::Rc;

use sessionkeep_types::{AuthResponse, LoginRequest, RegisterRequest, User};

use super::{Manager, SIGN_PATIENCE};
use crate::{
    api::ApiError,
    session::{ports::News, state::Event},
};

impl Manager {
    /// Signs in; the other tabs follow.
    ///
    /// # Errors
    /// When nobody answered or the server refused: the session that was there is untouched then.
    /// [`ApiError::SignedOut`] where the person signed out before the answer came.
    pub async fn sign_in(self: &Rc<Self>, credentials: &LoginRequest) -> Result<User, ApiError> {
        self.begin(async || self.api.login(credentials, self.attempts.declare().as_deref()).await).await
    }

    /// Makes an account and signs in; the other tabs follow.
    ///
    /// # Errors
    /// As [`Manager::sign_in`].
    pub async fn sign_up(self: &Rc<Self>, account: &RegisterRequest) -> Result<User, ApiError> {
        self.begin(async || self.api.register(account, self.attempts.declare().as_deref()).await).await
    }

    async fn begin(
        self: &Rc<Self>,
        ask: impl AsyncFnOnce() -> Result<AuthResponse, ApiError>,
    ) -> Result<User, ApiError> {
        let sign_outs = self.sign_outs.get();
        let _held = self.lock(SIGN_PATIENCE).await;
        self.finish_sign_out().await?;
        let answer = ask().await;
        // Who has signed out after they had asked to sign in, here or in another tab, has had the last word.
        if self.sign_outs.get() != sign_outs {
            self.came_too_late(answer.map(|answer| answer.into_parts().0));
            return Err(ApiError::SignedOut);
        }
        let (token, user) = answer?.into_parts();
        self.pending_sign_out.forget();
        self.received(token, Event::SignedIn);
        self.ports.tabs.tell(News::SignedIn);
        Ok(user)
    }
}
