//! The calls that need an access token. Whoever makes them never sees one.

use core::pin::pin;
use std::rc::Rc;

use futures::StreamExt as _;
use serde::de::DeserializeOwned;
use sessionkeep_types::{
    ChangePasswordRequest, DeleteAccountRequest, DismissReviewRequest, EndSessionsRequest, ErrorCode, EventKind, Page,
    SecurityEvent, Session, SessionId, SessionList, TokenResponse, UpdateProfileRequest, User, routes,
};

use crate::{
    api::{Address, ApiError, Method, Part, Pieces, PublicApi, Request, decode, requested_by_us, with_attempt},
    session::{Epoch, Held, Manager, Pass},
};

/// Talks to the server in the name of one session: adds the access token, refreshes it when the server asks for that, and
/// repeats the original request once.
///
/// It is given out by [`crate::session::Session::signed_in`] and by nothing else, so that no call can be written down
/// without a session to make it in. It outlives its session only to answer [`ApiError::SignedOut`]: it never speaks for
/// whoever signs in next.
#[derive(Clone)]
pub struct AuthorisedApi {
    api: PublicApi,
    pub(super) manager: Rc<Manager>,
    epoch: Epoch,
}

/// The end of another session, which can be sent at any time.
pub struct Farewell {
    api: PublicApi,
    manager: Rc<Manager>,
    request: Request,
}

impl Farewell {
    /// Sends it. `then` runs when it was answered or failed, unless the page is gone by then.
    pub fn send(self, then: impl FnOnce() + 'static) {
        let Self { api, manager, request } = self;
        manager.spawn(async move {
            // OK because the list of the sessions says what became of it.
            let _ = api.exchange(request).await;
            then();
        });
    }
}

/// What an answer does to the cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    Keeps,
    /// Sets or clears it, so that nothing else may do so meanwhile, in any tab.
    Writes,
}

impl AuthorisedApi {
    pub(crate) fn new(api: PublicApi, manager: Rc<Manager>, epoch: Epoch) -> Self {
        Self { api, manager, epoch }
    }

    /// Which session it speaks for.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// `GET /api/me`: the account.
    ///
    /// # Errors
    /// When nobody answered, the server refused, or the session ended before the answer came.
    pub async fn me(&self) -> Result<User, ApiError> {
        self.call(Request::new(Method::Get, routes::ME)).await
    }

    /// `GET /api/me?include=review`: the account, with the use of a session in two places that waits for an answer.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`].
    pub async fn me_with_review(&self) -> Result<User, ApiError> {
        let address = Address::of(routes::ME).with("include", Some(routes::REVIEW_OF_ME));
        self.call(Request::new(Method::Get, address.finish())).await
    }

    /// `PATCH /api/me`: another name, or none.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`]; [`ErrorCode::ValidationFailed`] where it is too long.
    pub async fn rename(&self, profile: &UpdateProfileRequest) -> Result<User, ApiError> {
        self.call(Request::new(Method::Patch, routes::ME).json(profile)).await
    }

    /// `GET /api/sessions`: the living sessions of the account, the newest sign-in first. The first part begins with the
    /// current one.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`].
    pub async fn sessions(&self, part: Part<'_>) -> Result<SessionList, ApiError> {
        self.call(Request::new(Method::Get, Address::of(routes::SESSIONS).part(part))).await
    }

    /// `DELETE /api/sessions/{id}`: one session ends. To end the current one is to sign out, and it is done in that way:
    /// every tab hears of it at once, and a server that cannot be reached hears of it later. A session that did not begin before
    /// the current one takes the password in `proof`.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`]; [`ErrorCode::PasswordRequired`] where the password is needed, [`ErrorCode::InvalidCredentials`]
    /// where it is wrong, [`ErrorCode::NotFound`] where there is no such session.
    pub async fn end_session(&self, session: &Session, proof: Option<&EndSessionsRequest>) -> Result<(), ApiError> {
        if self.is_over() {
            return Err(ApiError::SignedOut);
        }
        if session.current {
            self.manager.sign_out();
            return Ok(());
        }
        self.exchange(ending(routes::session(&session.id), proof), Cookie::Keeps).await.map(drop)
    }

    /// `DELETE /api/sessions`: every session but this one ends. Where one of them did not begin before this one, that takes the
    /// password in `proof`, and without it none ends.
    ///
    /// # Errors
    /// As [`AuthorisedApi::end_session`].
    pub async fn end_other_sessions(&self, proof: Option<&EndSessionsRequest>) -> Result<(), ApiError> {
        self.exchange(ending(routes::SESSIONS, proof), Cookie::Keeps).await.map(drop)
    }

    /// `GET /api/me/events`: what happened to the account, newest first.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`].
    pub async fn my_events(&self, kinds: &[EventKind], part: Part<'_>) -> Result<Page<SecurityEvent>, ApiError> {
        let kinds = kinds.iter().map(EventKind::as_str).collect::<Vec<_>>().join(",");
        let address = Address::of(routes::MY_EVENTS).with("kind", Some(&*kinds).filter(|kinds| !kinds.is_empty()));
        self.call(Request::new(Method::Get, address.part(part))).await
    }

    /// `POST /api/me/review`: it was the person themselves.
    ///
    /// # Errors
    /// As [`AuthorisedApi::end_session`].
    pub async fn dismiss_review(&self, answer: &DismissReviewRequest) -> Result<(), ApiError> {
        self.exchange(Request::new(Method::Post, routes::REVIEW).json(answer), Cookie::Keeps).await.map(drop)
    }

    /// `GET /api/me/export`: all that is kept of the account, as the JSON of [`sessionkeep_types::Export`].
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`].
    pub async fn export(&self) -> Result<String, ApiError> {
        // It may take as long as it has to, once it has begun.
        let mut pieces = self.open(Request::new(Method::Get, routes::EXPORT)).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend(piece?);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What ends another session later, with the token of now: also when this session, or the page, ends before that. Nothing
    /// where the token has run out.
    #[must_use]
    pub fn farewell(&self, session: &SessionId) -> Option<Farewell> {
        let pass = self.manager.pass_at_once().filter(|_| !self.is_over())?;
        let request = Request::new(Method::Delete, routes::session(session)).header("authorization", pass.bearer());
        let request = request.without_cookies().outliving_the_page();
        Some(Farewell { api: self.api.clone(), manager: Rc::clone(&self.manager), request })
    }

    /// `POST /api/auth/password`: another password. This browser goes on with a new session, all others end.
    ///
    /// It is sent once. Where the answer does not say what became of it ([`ApiError::is_unclear`]), the session is
    /// looked at anew: if the password was changed and the new cookie was lost, it ends and says so.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`]; [`ErrorCode::InvalidCredentials`] where the current password is wrong.
    pub async fn change_password(&self, change: &ChangePasswordRequest) -> Result<(), ApiError> {
        let request = requested_by_us(Request::new(Method::Post, routes::PASSWORD)).json(change);
        let request = with_attempt(request, self.manager.attempt_for_new_session().as_deref());
        let answer = self.exchange(request, Cookie::Writes).await.and_then(|body| decode::<TokenResponse>(&body));
        self.manager.adopt(self.look_again_if_unclear(answer)?);
        Ok(())
    }

    /// `DELETE /api/me`: the account and its sessions are gone.
    ///
    /// # Errors
    /// As [`AuthorisedApi::change_password`]; [`ErrorCode::LastAdmin`] where nobody else could administrate.
    pub async fn delete_account(&self, proof: &DeleteAccountRequest) -> Result<(), ApiError> {
        let request = requested_by_us(Request::new(Method::Delete, routes::ME)).json(proof);
        let answer = self.exchange(request, Cookie::Writes).await;
        self.look_again_if_unclear(answer)?;
        self.manager.account_is_deleted();
        Ok(())
    }

    /// Sends the request and reads the JSON of a success.
    pub(crate) async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, ApiError> {
        decode(&self.exchange(request, Cookie::Keeps).await?)
    }

    /// Sends the request; after a refusal that a new token can fix, once more, the same in method and body. Such a
    /// refusal comes before anything is done.
    pub(super) async fn exchange(&self, request: Request, cookie: Cookie) -> Result<String, ApiError> {
        self.ask(request.method, async |pass| self.send(request.clone(), cookie, pass).await).await
    }

    /// Sends the request and gives the body of a success as it comes, the repetition as before.
    pub(super) async fn open(&self, request: Request) -> Result<Pieces, ApiError> {
        self.ask(request.method, async |pass| {
            let answer = self.api.open(request.clone().header("authorization", pass.bearer())).await;
            if !self.manager.honours(pass) {
                return Err(ApiError::SignedOut);
            }
            self.judged(pass, &answer);
            answer
        })
        .await
    }

    async fn ask<T>(&self, method: Method, send: impl AsyncFn(&Pass) -> Result<T, ApiError>) -> Result<T, ApiError> {
        if self.is_over() {
            return Err(ApiError::SignedOut);
        }
        let pass = self.soon_enough(method, self.manager.pass()).await?;
        match send(&pass).await {
            Err(error) if error.code().is_some_and(a_new_token_may_help) => {
                match self.soon_enough(method, self.manager.renew(&pass)).await? {
                    Some(pass) => send(&pass).await,
                    None => Err(error),
                }
            }
            answer => answer,
        }
    }

    /// What only reads waits for as long as the session is being renewed. What changes something waits ten seconds for
    /// that, and is not sent then: it must not happen after its person has given up, and perhaps thought better of it.
    async fn soon_enough<T>(
        &self,
        method: Method,
        right: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        match method {
            Method::Get => right.await,
            Method::Post | Method::Patch | Method::Delete => {
                self.api.in_time(pin!(right)).await.unwrap_or(Err(ApiError::NotSent))
            }
        }
    }

    async fn send(&self, request: Request, cookie: Cookie, pass: &Pass) -> Result<String, ApiError> {
        let _held = self.hold(cookie).await;
        // Nobody asks in the name of a session that ended while this waited.
        if !self.manager.honours(pass) {
            return Err(ApiError::SignedOut);
        }
        let answer = self.api.exchange(request.header("authorization", pass.bearer())).await;
        if self.manager.honours(pass) {
            self.judged(pass, &answer);
            return answer;
        }
        // What arrives after a sign-out belongs to somebody who has left.
        if cookie == Cookie::Writes {
            self.manager.came_too_late(answer.and_then(|body| decode(&body)));
        }
        Err(ApiError::SignedOut)
    }

    /// Lets the manager know what the server thought of the token.
    fn judged<T>(&self, pass: &Pass, answer: &Result<T, ApiError>) {
        match answer {
            Ok(_) => self.manager.judged(pass, false),
            // A server that is too busy, or has no store, has not looked at it.
            Err(ApiError::Refused { status, body, .. }) if *status < 500 && *status != 429 => {
                self.manager.judged(pass, a_new_token_may_help(&body.code));
            }
            Err(_) => {}
        }
    }

    /// Whether the session has ended that this speaks for.
    pub(super) fn is_over(&self) -> bool {
        self.manager.snapshot().epoch != self.epoch
    }

    async fn hold(&self, cookie: Cookie) -> Option<Held> {
        match cookie {
            Cookie::Keeps => None,
            Cookie::Writes => self.manager.hold_cookie().await,
        }
    }

    /// A word about the cookie (it is missing, or of no use) comes with the password's answer too; what it means for the
    /// session is found out by a refresh, and nowhere else.
    pub(super) fn look_again_if_unclear<T>(&self, answer: Result<T, ApiError>) -> Result<T, ApiError> {
        let ends = |error: &ApiError| error.code().is_some_and(ErrorCode::ends_session);
        if answer.as_ref().is_err_and(|error| error.is_unclear() || ends(error)) {
            self.manager.look_again();
        }
        answer
    }
}

fn ending(path: impl Into<String>, proof: Option<&EndSessionsRequest>) -> Request {
    let request = Request::new(Method::Delete, path);
    match proof {
        Some(proof) => request.json(proof),
        None => request,
    }
}

/// Expired and stale tokens are renewed in the course of things. For an invalid or revoked one the refresh tells the
/// reason, or picks up what another tab did.
fn a_new_token_may_help(code: &ErrorCode) -> bool {
    matches!(code, ErrorCode::TokenExpired | ErrorCode::TokenStale | ErrorCode::TokenInvalid | ErrorCode::TokenRevoked)
}
