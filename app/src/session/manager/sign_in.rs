//! Signing in and up.

use std::rc::Rc;

use sessionkeep_types::{AuthResponse, LoginRequest, RegisterRequest, User};

use super::{Manager, SIGN_PATIENCE};
use crate::{
    api::ApiError,
    session::{
        ports::News,
        state::{Epoch, Event},
    },
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
        let epoch = self.epoch();
        self.finish_sign_out().await?;
        let _held = self.lock(SIGN_PATIENCE).await;
        let answer = ask().await;
        if self.was_signed_out_since(epoch) {
            self.came_too_late(answer.map(|answer| answer.into_parts().0));
            return Err(ApiError::SignedOut);
        }
        let (token, user) = answer?.into_parts();
        self.received(token, Event::SignedIn);
        self.ports.tabs.tell(News::SignedIn);
        Ok(user)
    }

    /// Whether the person has signed out, here or in another tab, after they had asked to sign in: the last word counts.
    fn was_signed_out_since(&self, epoch: Epoch) -> bool {
        self.pending_sign_out.note().is_some() || self.epoch() != epoch && self.has_signed_out()
    }
}
