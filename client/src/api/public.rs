//! The calls that need no access token, and how any call is sent and read.

use core::time::Duration;
use std::rc::Rc;

use futures::{
    StreamExt,
    future::{Either, select},
};
use serde::de::DeserializeOwned;
use sessionkeep_types::{
    AccessToken, AuthResponse, Connection, ConnectionRequest, LoginRequest, LogoutRequest, RegisterRequest, SessionId,
    TokenResponse, routes,
};

use super::{
    clock::Clock,
    error::ApiError,
    token::{bearer, session_of},
    transport::{Method, NoAnswer, Pieces, Request, Response, Streamed, Transport},
};

/// After this long a request is given up: on a phone that changed networks it would hang for minutes.
const ABORT_AFTER: Duration = Duration::from_secs(10);

/// The value says who asks; the server only looks whether the header is there.
const REQUESTED_BY: &str = "sessionkeep";

/// What the server saw of a request that came after it had set a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// What that cookie was set to.
    pub nonce: String,
    /// What arrived.
    pub connection: Connection,
}

/// Talks to the server without an access token.
#[derive(Clone)]
pub struct PublicApi {
    transport: Rc<dyn Transport>,
    clock: Rc<dyn Clock>,
}

impl PublicApi {
    /// An API over the transport.
    pub fn new(transport: Rc<dyn Transport>, clock: Rc<dyn Clock>) -> Self {
        Self { transport, clock }
    }

    /// `POST /api/auth/register`.
    pub(crate) async fn register(
        &self,
        account: &RegisterRequest,
        attempt: Option<&str>,
    ) -> Result<AuthResponse, ApiError> {
        self.call(with_attempt(Request::new(Method::Post, routes::REGISTER).json(account), attempt)).await
    }

    /// `POST /api/auth/login`.
    pub(crate) async fn login(
        &self,
        credentials: &LoginRequest,
        attempt: Option<&str>,
    ) -> Result<AuthResponse, ApiError> {
        self.call(with_attempt(Request::new(Method::Post, routes::LOGIN).json(credentials), attempt)).await
    }

    /// `POST /api/auth/refresh`. The credential is the cookie, which only the browser can see.
    pub(crate) async fn refresh(&self, attempt: Option<&str>) -> Result<TokenResponse, ApiError> {
        self.call(with_attempt(requested_by_us(Request::new(Method::Post, routes::REFRESH)), attempt)).await
    }

    /// `POST /api/auth/logout`.
    pub(crate) async fn logout(&self, session_id: Option<SessionId>) -> Result<(), ApiError> {
        let request = requested_by_us(Request::new(Method::Post, routes::LOGOUT));
        self.exchange(request.json(&LogoutRequest { session_id })).await.map(drop)
    }

    /// `POST /api/auth/connection`, twice: the first answer sets a cookie, and the second says whether it came back. Where
    /// something else came back, all of it once more: another tab may have asked in between.
    pub(crate) async fn arrival(&self, fresh_id: impl Fn() -> String) -> Result<Arrival, ApiError> {
        let first = self.ask_what_arrives(fresh_id()).await?;
        if first.connection.probes == [first.nonce.as_str()] {
            Ok(first)
        } else {
            self.ask_what_arrives(fresh_id()).await
        }
    }

    async fn ask_what_arrives(&self, nonce: String) -> Result<Arrival, ApiError> {
        let request = Request::new(Method::Post, routes::CONNECTION).json(&ConnectionRequest { nonce: nonce.clone() });
        self.exchange(request.clone()).await?;
        Ok(Arrival { nonce, connection: self.call(request).await? })
    }

    /// `DELETE /api/sessions/{id}` of the session that the token belongs to, which is not that of the browser's cookie.
    /// Where it names none there is nothing to end.
    pub(crate) async fn end_session_of(&self, token: &AccessToken) -> Result<(), ApiError> {
        let Some(session) = session_of(token) else { return Ok(()) };
        let request = Request::new(Method::Delete, routes::session(&session));
        self.exchange(request.header("authorization", bearer(token)).without_cookies()).await.map(drop)
    }

    /// Sends the request and reads the JSON of a success.
    async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, ApiError> {
        decode(&self.exchange(request).await?)
    }

    /// Sends the request and gives the body of a success, which may be empty.
    pub(crate) async fn exchange(&self, request: Request) -> Result<String, ApiError> {
        let response = self.in_time(self.transport.send(request)).await.unwrap_or(Err(NoAnswer))?;
        if response.is_success() { Ok(response.body) } else { Err(ApiError::from_response(&response)) }
    }

    /// Sends the request and gives the body of a success as it comes. Only its beginning has to come in time.
    pub(crate) async fn open(&self, request: Request) -> Result<Pieces, ApiError> {
        let opening = self.transport.open(request);
        let opened = self.in_time(Box::pin(async {
            let Streamed { status, retry_after, mut pieces } = opening.await?;
            let mut refusal = Response { status, retry_after, body: String::new() };
            if refusal.is_success() {
                return Ok(pieces);
            }
            let mut body = Vec::new();
            while let Some(piece) = pieces.next().await {
                body.extend(piece?);
            }
            refusal.body = String::from_utf8_lossy(&body).into_owned();
            Err(ApiError::from_response(&refusal))
        }));
        opened.await.unwrap_or(Err(ApiError::NoAnswer))
    }

    /// Nothing after ten seconds.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = T> + Unpin) -> Option<T> {
        match select(work, self.clock.sleep(ABORT_AFTER)).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(((), _)) => None,
        }
    }
}

/// Reads the JSON of a success.
pub(crate) fn decode<T: DeserializeOwned>(body: &str) -> Result<T, ApiError> {
    serde_json::from_str(body).map_err(|_| ApiError::Garbled { status: 200, retry_after: None })
}

/// A page of another origin cannot send this header without our leave.
pub(crate) fn requested_by_us(request: Request) -> Request {
    request.header(routes::REQUESTED_BY_HEADER, REQUESTED_BY)
}

pub(crate) fn with_attempt(request: Request, attempt: Option<&str>) -> Request {
    match attempt {
        Some(id) => request.header(routes::REFRESH_ATTEMPT_HEADER, id),
        None => request,
    }
}
