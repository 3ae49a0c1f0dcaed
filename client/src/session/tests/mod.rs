//! The session manager on good days and bad ones, without a browser.

mod account;
mod ahead_of_time;
mod attempt;
mod cookie;
mod ending;
mod lock;
mod opening;
mod other_tabs;
mod password;
mod password_and_sign_out;
mod requests;
mod sessions;
mod signing;
mod single_flight;

use core::time::Duration;
use std::{cell::RefCell, rc::Rc};

use sessionkeep_types::{
    ChangePasswordRequest, DeleteAccountRequest, EndReason, EndSessionsRequest, ErrorCode, LoginRequest, Password,
    RegisterRequest, SessionId, User, routes,
};

use super::{
    calls::AuthorisedApi,
    fake::{FakeStorage, Tab},
    ports::{News, Wake},
    reason::SignedOut,
    state::{Jar, Link, Phase},
};
use crate::api::{
    ApiError, Method, NoAnswer, Part, Request,
    fake::{
        ADAS, ADAS_EIGHTH, ADAS_FIRST, Answer, EVES, answer, device, later, nothing, refusal, signed_in, token, user,
    },
};

const ADAS_SESSION: &str = "/api/sessions/adas";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

impl Tab {
    fn api(&self) -> AuthorisedApi {
        self.manager.signed_in().expect("somebody is signed in")
    }

    fn me(&mut self) -> Result<User, ApiError> {
        let api = self.api();
        self.now(async move { api.me().await })
    }

    fn sign_in(&mut self) -> Result<User, ApiError> {
        self.begin_to_sign_in().take().expect("it should have settled")
    }

    fn sign_up(&mut self) -> Result<User, ApiError> {
        let manager = Rc::clone(&self.manager);
        let account =
            RegisterRequest { email: "ada@example.com".into(), password: Password::new("secret"), display_name: None };
        self.now(async move { manager.sign_up(&account).await })
    }

    /// A sign-in whose answer has not come yet.
    fn begin_to_sign_in(&mut self) -> Rc<RefCell<Option<Result<User, ApiError>>>> {
        let manager = Rc::clone(&self.manager);
        self.begin(async move { manager.sign_in(&credentials()).await })
    }

    fn refreshes(&self) -> usize {
        self.server.asked(routes::REFRESH).len()
    }

    fn attempts(&self) -> Vec<Option<String>> {
        self.server.headers(routes::REFRESH, routes::REFRESH_ATTEMPT_HEADER)
    }

    fn end(&mut self, device: sessionkeep_types::Session) -> Result<(), ApiError> {
        let api = self.api();
        self.now(async move { api.end_session(&device, None).await })
    }

    fn change_password(&mut self) -> Result<(), ApiError> {
        let api = self.api();
        self.now(async move { api.change_password(&new_password()).await })
    }

    fn delete_account(&mut self) -> Result<(), ApiError> {
        let api = self.api();
        let proof = DeleteAccountRequest { current_password: Password::new("secret") };
        self.now(async move { api.delete_account(&proof).await })
    }

    fn bearers(&self, path: &str) -> Vec<Option<String>> {
        self.server.headers(path, "authorization")
    }
}

fn credentials() -> LoginRequest {
    LoginRequest { email: "ada@example.com".into(), password: Password::new("secret"), remember_me: true }
}

fn new_password() -> ChangePasswordRequest {
    ChangePasswordRequest { current_password: Password::new("secret"), new_password: Password::new("another") }
}

/// A refusal of a session that was ended for this reason.
fn ended(reason: &str) -> Answer {
    answer(403, &serde_json::json!({"error": "", "code": "SESSION_REVOKED", "requestId": "r", "reason": reason}))
}
