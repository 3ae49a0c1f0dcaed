//! Signing in and up.

use std::rc::Rc;

use sessionkeep_types::{AuthResponse, LoginRequest, RegisterRequest, User};

use super::{Manager, SIGN_PATIENCE, sign_out::SIGN_OUT_PENDING};
use crate::{
    api::ApiError,
    session::{ports::News, state::Event},
};

impl Manager {
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
}
