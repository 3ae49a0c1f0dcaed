//! The calls that need an access token. Whoever makes them never sees one.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use sessionkeep_types::{ErrorCode, User, routes};

use super::{
    error::ApiError,
    public::PublicApi,
    transport::{Method, Request},
};
use crate::session::{Manager, Pass};

/// Talks to the server in the session's name: adds the access token, refreshes it when the server asks for that, and
/// repeats the original request once.
#[derive(Clone)]
pub struct AuthorisedApi {
    api: PublicApi,
    manager: Rc<Manager>,
}

impl AuthorisedApi {
    pub(crate) fn new(api: PublicApi, manager: Rc<Manager>) -> Self {
        Self { api, manager }
    }

    /// `GET /api/me`: the account.
    ///
    /// # Errors
    /// When nobody answered, the server refused, or the session ended before the answer came.
    pub async fn me(&self) -> Result<User, ApiError> {
        self.call(Request::new(Method::Get, routes::ME)).await
    }

    /// Sends the request; after a refusal that a new token can mend, once more, the same in method and body.
    pub(crate) async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, ApiError> {
        let pass = self.manager.pass().await?;
        match self.send(request.clone(), &pass).await {
            Err(error) if error.code().is_some_and(a_new_token_may_help) => {
                let pass = self.manager.renew(&pass).await?;
                self.send(request, &pass).await
            }
            answer => answer,
        }
    }

    async fn send<T: DeserializeOwned>(&self, request: Request, pass: &Pass) -> Result<T, ApiError> {
        let answer = self.api.call(request.header("authorization", pass.bearer())).await;
        // What arrives after a sign-out belongs to somebody who has left.
        if self.manager.honours(pass) { answer } else { Err(ApiError::SignedOut) }
    }
}

/// Expired and stale tokens are renewed in the course of things. For an invalid or revoked one the refresh tells the
/// reason, or picks up what another tab did.
fn a_new_token_may_help(code: &ErrorCode) -> bool {
    matches!(code, ErrorCode::TokenExpired | ErrorCode::TokenStale | ErrorCode::TokenInvalid | ErrorCode::TokenRevoked)
}
