//! Signing in, signing up and signing out by a form that the browser sends itself: before the program has started, or without it.
//!
//! The use cases, the origin rule and the limits are those of the JSON routes. The answer is 303 to another page, or the page again with
//! what is wrong and all that was typed but the password.

mod sign_in;
mod sign_out;
mod sign_up;

use std::time::Duration;

use app::{Refusal, Submitted, paths};
use axum::{
    Form, Router,
    body::Body,
    extract::{FromRequest as _, Request},
    http::{HeaderMap, Method, StatusCode, Uri, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use serde::de::DeserializeOwned;
use sessionkeep_types::{RequestId, routes};
use tokio::{spawn, time::timeout};
use tracing::Instrument as _;

use super::{preferences, render::Pages};
use crate::{
    auth::{Auth, Device, SignedIn},
    http::{
        AppState,
        error::ApiError,
        extract::{self, check_origin},
    },
    presence,
    session::Client,
};

/// How long a browser may take to send a form.
const BODY_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a use case may take before the page says that it cannot be answered. Less than any request may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(9);

/// The pages of the three forms.
pub(super) const PAGES: [&str; 3] = [paths::SIGN_IN, paths::SIGN_UP, paths::SIGN_OUT];

/// The routes of the three forms.
pub(super) fn router(pages: &Pages, state: &AppState) -> Router {
    let forms = Forms { pages: pages.clone(), state: state.clone() };
    Router::new()
        .route(paths::SIGN_IN, post(sign_in::sign_in))
        .route(paths::SIGN_UP, post(sign_up::sign_up))
        .route(paths::SIGN_OUT, post(async || Redirect::temporary(routes::SIGN_OUT)))
        .route(routes::SIGN_OUT, post(sign_out::sign_out))
        .with_state(forms)
}

/// What the handlers of the forms need.
#[derive(Clone)]
struct Forms {
    pages: Pages,
    state: AppState,
}

/// A form that begins a session.
trait Signing: DeserializeOwned + Send + 'static {
    /// What was typed and may be shown again.
    fn typed(&self) -> Submitted;

    /// Whether the session outlives the browser's.
    fn remember_me(&self) -> bool;

    /// Calls the use case.
    fn begin(self, auth: &Auth, device: Device) -> impl Future<Output = Result<SignedIn, ApiError>> + Send;
}

impl Forms {
    /// Begins a session and goes on to the next page, or shows the page again.
    async fn begin_session<F: Signing>(self, request: Request) -> Response {
        let (asked, body) = request.into_parts();
        let form = match self.read::<F>(Request::from_parts(asked.clone(), body)).await {
            Ok(form) => form,
            Err(error) => return self.again(asked.uri.clone(), asked, Submitted::default(), error).await,
        };
        let (typed, device, auth) = (form.typed(), self.device(&asked, form.remember_me()), self.state.auth.clone());
        match in_time(async move { form.begin(&auth, device).await }).await {
            Ok(signed_in) => {
                let cookies = self.state.edge.cookie.set_only(&signed_in.refresh);
                (cookies, Redirect::to(paths::after_sign_in(next(&asked.uri)))).into_response()
            }
            Err(error) => self.again(asked.uri.clone(), asked, typed, error).await,
        }
    }

    /// Reads the form that a page of ours has sent.
    async fn read<F: DeserializeOwned>(&self, request: Request) -> Result<F, ApiError> {
        self.check(request.headers())?;
        let read = timeout(BODY_TIMEOUT, Form::<F>::from_request(request, &())).await;
        let Form(form) = read.map_err(|_| ApiError::too_slow())?.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::unsupported_media_type("application/x-www-form-urlencoded"),
            _ => ApiError::malformed(|api| api.form),
        })?;
        Ok(form)
    }

    /// The origin rule, and the keys without which nothing can be said about a session.
    #[expect(clippy::result_large_err, reason = "the refusal is shown as it is, and is rare")]
    fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        check_origin(headers, &self.state.edge.origin).map_err(ApiError::csrf)?;
        if self.state.access_keys.are_withdrawn() || self.state.refresh_keys.are_withdrawn() {
            return Err(ApiError::unavailable());
        }
        Ok(())
    }

    /// The device that sent the form. A form cannot declare refresh attempts; the first refresh does.
    fn device(&self, asked: &Parts, remember_me: bool) -> Device {
        let origin = extract::caller(&asked.headers, &asked.extensions, &self.state.edge.trusted_proxies);
        Device { client: Client { browser: true, names_refreshes: false }, origin, remember_me }
    }

    /// The page again, with what was typed and what is wrong.
    async fn again(&self, page: Uri, asked: Parts, typed: Submitted, error: ApiError) -> Response {
        let id = asked.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId::new(""));
        let refusal = Refusal {
            status: error.status.as_u16(),
            retry_after: error.retry_after().map(Duration::from_secs),
            body: error.body(id, preferences::appearance(&asked.headers).language),
        };
        let submitted = Submitted { page: page.path().to_owned(), refusal: Some(refusal), ..typed };
        let mut request = Request::from_parts(asked, Body::empty());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = page;
        let mut response = self.pages.page(request, Some(submitted)).await;
        // The status, `Retry-After`, and for the log what was refused.
        let refused = error.into_response();
        *response.status_mut() = refused.status();
        response.headers_mut().extend(refused.headers().clone());
        response.extensions_mut().extend(refused.extensions().clone());
        response
    }
}

/// Waits for a use case that runs to its end even where nobody can wait so long.
async fn in_time<T: Send + 'static>(
    use_case: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    let use_case = spawn(presence::of(presence::token(), use_case).in_current_span());
    match timeout(ANSWER_TIMEOUT, use_case).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panicked)) => Err(ApiError::internal()),
        Err(_) => Err(ApiError::unavailable()),
    }
}

/// The page to go on to, as the address of the form names it.
fn next(uri: &Uri) -> Option<&str> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.strip_prefix(paths::NEXT)?.strip_prefix('=')).find_map(paths::own)
}
