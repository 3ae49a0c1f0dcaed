//! For Axum: an extractor for handlers and a layer for whole routers. Both answer as the server does.

use aws_lc_rs::rand;
use axum::{
    Json,
    extract::{FromRef, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessionkeep_types::{ErrorBody, ErrorCode, RequestId};

use crate::{Claims, Refusal, Verifier, VerifyError};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest request id that is taken over from whoever handled the request before.
const REQUEST_ID_CHARS: usize = 64;

/// The token of an `Authorization: Bearer` header (RFC 6750, 2.1), the only place it may stand.
///
/// # Errors
/// [`Rejection::Missing`] without the header, [`Rejection::Invalid`] for another scheme or two of them.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Rejection> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(Rejection::Missing),
        (Some(value), None) => {
            let value = value.to_str().ok().and_then(|value| value.split_once(' '));
            let value = value.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            value.map(|(_, token)| token).ok_or(Rejection::Invalid)
        }
        (Some(_), Some(_)) => Err(Rejection::Invalid),
    }
}

/// Why a request is answered by us and not by the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// 401 `TOKEN_MISSING`.
    Missing,
    /// 401 `TOKEN_EXPIRED`: genuine, but its time is over. Refresh and repeat.
    Expired,
    /// 403 `TOKEN_INVALID`.
    Invalid,
    /// 503 `UNAVAILABLE`: the keys cannot be had.
    Unavailable,
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Refused(Refusal::Expired) => Self::Expired,
            VerifyError::Refused(Refusal::Invalid) => Self::Invalid,
            #[cfg(feature = "jwks")]
            VerifyError::Unavailable(_) => Self::Unavailable,
        }
    }
}

impl Rejection {
    /// The answer, under this request id.
    fn answer(self, request_id: RequestId) -> Response {
        let (status, code, error, header) = match self {
            Self::Missing => {
                let challenge = (header::WWW_AUTHENTICATE, "Bearer");
                (StatusCode::UNAUTHORIZED, ErrorCode::TokenMissing, "Sign in first.", Some(challenge))
            }
            Self::Expired => {
                let challenge = (header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#);
                (StatusCode::UNAUTHORIZED, ErrorCode::TokenExpired, "The access token has expired.", Some(challenge))
            }
            Self::Invalid => (StatusCode::FORBIDDEN, ErrorCode::TokenInvalid, "The access token is not valid.", None),
            Self::Unavailable => {
                let soon = (header::RETRY_AFTER, "2");
                let error = "The service is not available at the moment.";
                (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, error, Some(soon))
            }
        };
        let id = HeaderValue::from_str(request_id.as_str()).expect("OK because an id is visible ASCII");
        let body = ErrorBody { error: error.to_owned(), code, request_id, fields: None, reason: None };
        let mut answer = (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        answer.headers_mut().insert(REQUEST_ID, id);
        if let Some((name, value)) = header {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        answer
    }
}

/// The claims of the request's access token. Where a layer has checked it already, with the same verifier, it is not checked again.
impl<S> FromRequestParts<S> for Claims
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let verifier = Verifier::from_ref(state);
        if let Some(Checked(by, claims)) = parts.extensions.get()
            && by.is(&verifier)
        {
            return Ok(claims.clone());
        }
        check(&verifier, &parts.headers).await.map_err(|rejection| rejection.answer(request_id(&parts.headers)))
    }
}

/// Only this module makes one: no other middleware can put claims in that nobody has checked.
#[derive(Clone)]
struct Checked(Verifier, Claims);

/// Lets only requests with a good access token pass. For whole routers:
/// `.layer(axum::middleware::from_fn_with_state(verifier, require_access_token))`. Handlers take [`Claims`] as before.
pub async fn require_access_token(State(verifier): State<Verifier>, mut request: Request, next: Next) -> Response {
    match check(&verifier, request.headers()).await {
        Ok(claims) => {
            request.extensions_mut().insert(Checked(verifier, claims));
            next.run(request).await
        }
        Err(rejection) => rejection.answer(request_id(request.headers())),
    }
}

async fn check(verifier: &Verifier, headers: &HeaderMap) -> Result<Claims, Rejection> {
    Ok(verifier.verify(bearer(headers)?).await?)
}

/// The id that a layer or a proxy gave the request, or one of our own.
fn request_id(headers: &HeaderMap) -> RequestId {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let given =
        given.filter(|id| (1..=REQUEST_ID_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()));
    let ours = || {
        let mut bytes = [0; 12];
        rand::fill(&mut bytes).expect("OK because the operating system has randomness");
        URL_SAFE_NO_PAD.encode(bytes)
    };
    RequestId::new(given.map_or_else(ours, str::to_owned))
}
