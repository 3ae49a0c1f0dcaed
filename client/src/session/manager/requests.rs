//! The right to send a request.

use std::rc::Rc;

use sessionkeep_types::UserId;

use super::{Manager, refresh::Outcome};
use crate::{
    api::ApiError,
    session::{state::Phase, token::Pass},
};

impl Manager {
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
    /// would fix nothing, for a while.
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

    /// The right to send one request now, where the token is still good.
    pub(crate) fn pass_at_once(&self) -> Option<Pass> {
        self.token_in_time()
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
}
