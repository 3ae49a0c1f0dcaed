//! What a refused request is answered with: causes become statuses, codes and sentences. The errors of a use case are mapped beside its
//! handler ([`refusals!`]); those that several use cases share are mapped here.
//!
//! The cause is logged, the code is sent. No error text of a library reaches a client.

use std::{any::Any, collections::BTreeMap, fmt, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sessionkeep_types::{EndReason, ErrorBody, ErrorCode, RequestId};
use words::{Api, Language, Words, clock};

use super::openapi::{ALWAYS, LIMITED};
use crate::{
    audit::Who,
    auth::{
        NotJudged, confirm_password::ConfirmPasswordError, new_password::NewPasswordError, wrong_field::WrongField,
    },
    limits::TooOften,
    password::{Busy, PepperMissing},
    storage::StorageError,
    token::access::Claims,
};

/// The media type of the bodies that the API reads.
pub(super) const JSON: &str = "application/json";
/// When a client shall come back after a 503.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// What is said to a person, in whichever language the request asks for.
#[derive(Clone)]
pub(super) struct Sentence(Arc<dyn Fn(Language) -> String + Send + Sync>);

impl Sentence {
    pub(super) fn new<S: Into<String>>(say: impl Fn(Language) -> S + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |language| say(language).into()))
    }

    pub(super) fn in_language(&self, language: Language) -> String {
        (self.0)(language)
    }
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_language(Language::English).fmt(f)
    }
}

/// A sentence of the API alone.
pub(super) fn api(sentence: fn(&Api) -> &'static str) -> Sentence {
    Sentence::new(move |language| sentence(language.api()))
}

/// A sentence that a page says as well.
pub(super) fn page(sentence: fn(&Words) -> &'static str) -> Sentence {
    Sentence::new(move |language| sentence(language.words()))
}

/// A status and a code that comes with it.
pub(super) type Refusal = (StatusCode, ErrorCode);

/// An error that a request is refused with.
pub(super) trait Refuses {
    /// With which statuses and codes, for the document. Without an answer of its own: those that any request can meet.
    fn refusals() -> Vec<Refusal> {
        ALWAYS.to_vec()
    }
}

/// Maps the errors of a use case, for the response and for the document at once. It stands beside the handler that they concern.
///
/// An arm is `Error::Variant => STATUS Code, sentence;`, with calls of methods of [`ApiError`] after it, such as `, because(reason)`.
/// `from` names the variants whose content has a mapping of its own. `else` has arms with code of their own; the types in brackets have
/// their statuses and codes, unless any request can meet these.
macro_rules! refusals {
    (
        $error:ident {
            $($pattern:pat => $status:ident $code:ident, $sentence:expr $(, $method:ident($($argument:expr),*))*;)*
        }
        $(from { $($variant:ident($inner:ty)),+ $(,)? })?
        $(else [$($also:ty),*] { $($other:pat => $answer:expr),+ $(,)? })?
    ) => {
        impl From<$error> for $crate::http::error::ApiError {
            fn from(error: $error) -> Self {
                match error {
                    $($pattern => Self::new(axum::http::StatusCode::$status, sessionkeep_types::ErrorCode::$code, $sentence)
                        $(.$method($($argument),*))*,)*
                    $($($error::$variant(error) => error.into(),)+)?
                    $($($other => $answer,)+)?
                }
            }
        }

        impl $crate::http::error::Refuses for $error {
            fn refusals() -> Vec<$crate::http::error::Refusal> {
                [
                    vec![$((axum::http::StatusCode::$status, sessionkeep_types::ErrorCode::$code)),*],
                    $($(<$inner as $crate::http::error::Refuses>::refusals(),)+)?
                    $($(<$also as $crate::http::error::Refuses>::refusals(),)*)?
                ]
                .concat()
            }
        }
    };
}
pub(super) use refusals;

/// A refusal. [`super::middleware::error_body`] writes its body, which needs the request's id.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: ErrorCode,
    pub(super) sentence: Sentence,
    pub(super) fields: Option<BTreeMap<String, Sentence>>,
    pub(super) reason: Option<EndReason>,
    /// Whose request it was, where that is known and matters to an operator. Told to nobody else.
    pub(super) who: Option<Who>,
    /// The `WWW-Authenticate` that goes with a 401 of a bearer route (RFC 6750, 3).
    challenge: Option<&'static str>,
    /// When it may be tried again, for `Retry-After`.
    retry_after: Option<Duration>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: ErrorCode, sentence: Sentence) -> Self {
        Self { status, code, sentence, fields: None, reason: None, who: None, challenge: None, retry_after: None }
    }

    fn forbidden(code: ErrorCode, sentence: Sentence) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, sentence)
    }

    pub(super) fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    pub(super) fn because(mut self, reason: EndReason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// It was this person's request.
    pub(super) fn of(mut self, claims: &Claims) -> Self {
        self.who = Some(Who { user: claims.user_id.clone(), session: claims.session_id.clone() });
        self
    }

    pub(super) fn with_field(mut self, field: &str, sentence: Sentence) -> Self {
        self.fields.get_or_insert_default().insert(field.to_owned(), sentence);
        self
    }

    pub(super) fn malformed(sentence: fn(&Api) -> &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest, api(sentence))
    }

    pub(super) fn invalid() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed, page(|words| words.errors.fields))
    }

    pub(super) fn unsupported_media_type(supported: &'static str) -> Self {
        let sentence = Sentence::new(move |language| (language.api().send_as)(supported));
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType, sentence)
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge, api(|api| api.too_large))
    }

    pub(super) fn head_too_large() -> Self {
        Self::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            ErrorCode::MalformedRequest,
            api(|api| api.head_too_large),
        )
    }

    pub(super) fn misdirected() -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, ErrorCode::MalformedRequest, api(|api| api.misdirected))
    }

    pub(super) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::RequestTimeout, api(|api| api.too_slow))
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, api(|api| api.nothing_here))
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::MethodNotAllowed, api(|api| api.method))
    }

    pub(super) fn csrf(sentence: fn(&Api) -> &'static str) -> Self {
        Self::forbidden(ErrorCode::CsrfRejected, api(sentence))
    }

    pub(super) fn unavailable() -> Self {
        let error =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, page(|words| words.errors.unavailable));
        Self { retry_after: Some(RETRY_AFTER), ..error }
    }

    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, page(|words| words.errors.internal))
    }

    pub(super) fn token_missing() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::TokenMissing, api(|api| api.sign_in_first)).challenge("Bearer")
    }

    pub(super) fn token_invalid() -> Self {
        Self::forbidden(ErrorCode::TokenInvalid, api(|api| api.token_invalid))
    }

    /// What is wrong with this field.
    pub(super) fn with_wrong(self, field: &str, wrong: WrongField) -> Self {
        self.with_field(field, Sentence::new(move |language| wrong.said(language)))
    }

    /// A new password, in this field, was refused.
    pub(super) fn new_password(field: &str, error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::Wrong(wrong) => Self::invalid().with_wrong(field, wrong),
            NewPasswordError::TooWeak => {
                let sentence = page(|words| words.errors.password_weak);
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::PasswordTooWeak, sentence.clone())
                    .with_field(field, sentence)
            }
            NewPasswordError::Busy(busy) => busy.into(),
        }
    }

    /// The body of the answer.
    pub(super) fn body(&self, id: RequestId, language: Language) -> ErrorBody {
        let fields = self.fields.iter().flatten();
        let fields: BTreeMap<_, _> =
            fields.map(|(field, sentence)| (field.clone(), sentence.in_language(language))).collect();
        ErrorBody {
            error: self.sentence.in_language(language),
            code: self.code.clone(),
            request_id: id,
            fields: (!fields.is_empty()).then_some(fields),
            reason: self.reason.clone(),
        }
    }

    /// When it may be tried again, in whole seconds, where that is known.
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.retry_after.map(whole_seconds)
    }

    /// For answers that a library made: what this status means in our words. `None`: a success.
    pub(super) fn of_status(status: StatusCode) -> Option<Self> {
        let error = match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::unsupported_media_type(JSON),
            StatusCode::UNPROCESSABLE_ENTITY => Self::invalid(),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            status if status.is_server_error() => Self::internal(),
            status if status.is_client_error() => {
                let mut error = Self::malformed(|api| api.malformed);
                error.status = status;
                error
            }
            _ => return None,
        };
        Some(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Not too early, and never at once.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

/// A handler panicked: the process lives on, the client gets a 500.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
    tracing::error!(panic = message.unwrap_or("unknown"), "a request panicked");
    ApiError::internal().into_response()
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable(_) => {
                tracing::error!(%error, "the store failed");
                Self::unavailable()
            }
            StorageError::Impossible { .. } => {
                tracing::error!(%error, "the store holds impossible data");
                Self::internal()
            }
        }
    }
}

impl From<Busy> for ApiError {
    fn from(error: Busy) -> Self {
        tracing::warn!(%error, "a request was refused");
        Self::unavailable()
    }
}

/// The same for every account, known or not.
impl From<TooOften> for ApiError {
    fn from(TooOften { retry_after }: TooOften) -> Self {
        let time = clock(whole_seconds(retry_after));
        let sentence = Sentence::new(move |language| (language.words().errors.too_often_for)(&time));
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, sentence);
        Self { retry_after: Some(retry_after), ..error }
    }
}

/// The server is misconfigured, so the password is not called wrong.
impl From<PepperMissing> for ApiError {
    fn from(error: PepperMissing) -> Self {
        tracing::error!(%error, "a password cannot be checked");
        Self::unavailable()
    }
}

impl Refuses for StorageError {}

impl Refuses for Busy {}

impl Refuses for PepperMissing {}

impl Refuses for TooOften {
    fn refusals() -> Vec<Refusal> {
        LIMITED.to_vec()
    }
}

/// In a field that the handler names ([`ApiError::with_wrong`]).
impl Refuses for WrongField {
    fn refusals() -> Vec<Refusal> {
        vec![(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed)]
    }
}

/// In a field that the handler names ([`ApiError::new_password`]).
impl Refuses for NewPasswordError {
    fn refusals() -> Vec<Refusal> {
        vec![
            (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed),
            (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::PasswordTooWeak),
        ]
    }
}

refusals! {
    NotJudged {}
    from { TooOften(TooOften), Busy(Busy), PepperMissing(PepperMissing), Storage(StorageError) }
}

refusals! {
    ConfirmPasswordError {
        ConfirmPasswordError::Wrong => FORBIDDEN InvalidCredentials, page(|words| words.fields.wrong_current),
            with_field("currentPassword", page(|words| words.fields.wrong_current));
        ConfirmPasswordError::Gone => FORBIDDEN TokenRevoked, api(|api| api.ended);
    }
    from { NotJudged(NotJudged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_said_and_never_too_early() {
        for (ms, seconds, clock) in [
            (0, 1, "0:01"),
            (1000, 1, "0:01"),
            (1001, 2, "0:02"),
            (59_000, 59, "0:59"),
            (60_001, 61, "1:01"),
            (900_000, 900, "15:00"),
        ] {
            let error = ApiError::from(TooOften { retry_after: Duration::from_millis(ms) });
            let sentence = error.sentence.in_language(Language::English);
            assert_eq!(sentence, format!("Too many attempts. Try again in {clock}."));
            let header = error.into_response().headers()[header::RETRY_AFTER].clone();
            assert_eq!(header, seconds.to_string(), "{ms}");
        }
    }
}
