//! What a refused request is answered with: the one place where causes become statuses, codes and sentences.
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

use crate::{
    audit::Who,
    auth::{
        NotJudged, administrate::AdministrateError, authenticate::AuthenticateError,
        change_password::ChangePasswordError, confirm_password::ConfirmPasswordError,
        delete_account::DeleteAccountError, export::ExportError, login::LoginError, logout::LogoutError,
        new_password::NewPasswordError, profile::ProfileError, refresh::RefreshError, register::RegisterError,
        sessions::EndSessionsError, wrong_field::WrongField,
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

    fn unauthorized(code: ErrorCode, sentence: Sentence) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, sentence)
    }

    fn forbidden(code: ErrorCode, sentence: Sentence) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, sentence)
    }

    fn conflict(code: ErrorCode, sentence: Sentence) -> Self {
        Self::new(StatusCode::CONFLICT, code, sentence)
    }

    fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    fn because(mut self, reason: EndReason) -> Self {
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
        Self::unauthorized(ErrorCode::TokenMissing, api(|api| api.sign_in_first)).challenge("Bearer")
    }

    pub(super) fn token_invalid() -> Self {
        Self::forbidden(ErrorCode::TokenInvalid, api(|api| api.token_invalid))
    }

    pub(super) fn token_revoked() -> Self {
        Self::forbidden(ErrorCode::TokenRevoked, api(|api| api.ended))
    }

    /// What is wrong with this field.
    fn with_wrong(self, field: &str, wrong: WrongField) -> Self {
        self.with_field(field, Sentence::new(move |language| wrong.said(language)))
    }

    /// A new password, in this field, was refused.
    fn new_password(field: &str, error: NewPasswordError) -> Self {
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

    fn wrong_current_password() -> Self {
        let sentence = page(|words| words.fields.wrong_current);
        Self::forbidden(ErrorCode::InvalidCredentials, sentence.clone()).with_field("currentPassword", sentence)
    }

    fn last_admin() -> Self {
        Self::conflict(ErrorCode::LastAdmin, page(|words| words.errors.last_admin))
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

/// It is not the person who is wrong, so nobody is told so.
impl From<PepperMissing> for ApiError {
    fn from(error: PepperMissing) -> Self {
        tracing::error!(%error, "a password cannot be checked");
        Self::unavailable()
    }
}

impl From<RegisterError> for ApiError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Closed => {
                Self::forbidden(ErrorCode::RegistrationClosed, page(|words| words.errors.registration_closed))
            }
            RegisterError::Invalid(fields) => {
                fields.into_iter().fold(Self::invalid(), |error, (field, wrong)| error.with_wrong(field, wrong))
            }
            RegisterError::WeakPassword => Self::new_password("password", NewPasswordError::TooWeak),
            RegisterError::EmailTaken => {
                let sentence = page(|words| words.fields.email_taken);
                Self::conflict(ErrorCode::EmailTaken, sentence.clone()).with_field("email", sentence)
            }
            RegisterError::TooOften(error) => error.into(),
            RegisterError::Busy(busy) => busy.into(),
            RegisterError::Storage(error) => error.into(),
        }
    }
}

impl From<ExportError> for ApiError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Gone => Self::token_revoked(),
            ExportError::TooOften(error) => error.into(),
            ExportError::Storage(error) => error.into(),
        }
    }
}

impl From<NotJudged> for ApiError {
    fn from(error: NotJudged) -> Self {
        match error {
            NotJudged::TooOften(error) => error.into(),
            NotJudged::Busy(busy) => busy.into(),
            NotJudged::PepperMissing(missing) => missing.into(),
            NotJudged::Storage(error) => error.into(),
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::InvalidCredentials => {
                Self::unauthorized(ErrorCode::InvalidCredentials, page(|words| words.errors.wrong_credentials))
            }
            LoginError::NotJudged(error) => error.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Missing | RefreshError::Unaccompanied => {
                Self::unauthorized(ErrorCode::RefreshMissing, api(|api| api.sign_in_first))
            }
            RefreshError::Invalid => Self::forbidden(ErrorCode::RefreshInvalid, api(|api| api.refresh_invalid)),
            RefreshError::Expired => Self::unauthorized(ErrorCode::SessionExpired, api(|api| api.session_expired)),
            RefreshError::Ended(reason) => Self::forbidden(ErrorCode::SessionRevoked, ended(&reason)).because(reason),
            RefreshError::Reused => Self::forbidden(ErrorCode::RefreshReused, ended(&EndReason::ReuseDetected)),
            RefreshError::LateCopy => Self::conflict(ErrorCode::RefreshDuplicate, api(|api| api.refresh_duplicate)),
            RefreshError::Conflict => Self::conflict(ErrorCode::CookieConflict, api(|api| api.cookie_conflict)),
            RefreshError::TooOften(error) => error.into(),
            RefreshError::Storage(error) => error.into(),
            RefreshError::Seal(error) => {
                tracing::error!(%error, "a session's row was tampered with");
                Self::internal()
            }
        }
    }
}

/// Why a session was ended, for the person whose it was. In neutral words: nobody is accused.
fn ended(reason: &EndReason) -> Sentence {
    match reason {
        EndReason::SignedOut => page(|words| words.errors.signed_out),
        EndReason::SignedOutElsewhere => api(|api| api.ended_elsewhere),
        EndReason::PasswordChanged => api(|api| api.ended_by_password),
        EndReason::ReuseDetected | EndReason::CloneSuspected => api(|api| api.ended_by_reuse),
        EndReason::Admin => api(|api| api.ended_by_admin),
        EndReason::AccountDisabled => api(|api| api.account_disabled),
        EndReason::SessionLimit => api(|api| api.ended_by_limit),
        EndReason::Unknown(_) => api(|api| api.ended),
    }
}

impl From<LogoutError> for ApiError {
    fn from(error: LogoutError) -> Self {
        match error {
            LogoutError::OtherSession => Self::conflict(ErrorCode::OtherSession, api(|api| api.other_session)),
            LogoutError::TooOften(error) => error.into(),
            LogoutError::Storage(error) => error.into(),
        }
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Expired => Self::unauthorized(ErrorCode::TokenExpired, api(|api| api.token_expired))
                .challenge(r#"Bearer error="invalid_token""#),
            AuthenticateError::Stale => Self::unauthorized(ErrorCode::TokenStale, api(|api| api.token_stale))
                .challenge(r#"Bearer error="invalid_token""#),
            AuthenticateError::Invalid => Self::token_invalid(),
            AuthenticateError::Revoked => Self::token_revoked(),
            AuthenticateError::Storage(error) => error.into(),
        }
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Gone => Self::token_revoked(),
            ProfileError::InvalidDisplayName(wrong) => Self::invalid().with_wrong("displayName", wrong),
            ProfileError::Storage(error) => error.into(),
        }
    }
}

impl From<ConfirmPasswordError> for ApiError {
    fn from(error: ConfirmPasswordError) -> Self {
        match error {
            ConfirmPasswordError::Wrong => Self::wrong_current_password(),
            ConfirmPasswordError::Gone => Self::token_revoked(),
            ConfirmPasswordError::NotJudged(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::RefreshMissing => Self::from(RefreshError::Missing).challenge("Bearer"),
            ChangePasswordError::RefreshInvalid => RefreshError::Invalid.into(),
            ChangePasswordError::Gone => Self::token_revoked(),
            ChangePasswordError::WrongPassword => Self::wrong_current_password(),
            ChangePasswordError::Unchanged => {
                Self::invalid().with_field("newPassword", api(|api| api.password_unchanged))
            }
            ChangePasswordError::NewPassword(error) => Self::new_password("newPassword", error),
            ChangePasswordError::Confirm(error) => error.into(),
            ChangePasswordError::Storage(error) => error.into(),
        }
    }
}

impl From<DeleteAccountError> for ApiError {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::Confirm(error) => error.into(),
            DeleteAccountError::LastAdmin => Self::last_admin(),
            DeleteAccountError::Storage(error) => error.into(),
        }
    }
}

impl From<EndSessionsError> for ApiError {
    fn from(error: EndSessionsError) -> Self {
        match error {
            EndSessionsError::PasswordRequired => {
                Self::forbidden(ErrorCode::PasswordRequired, api(|api| api.password_required))
            }
            EndSessionsError::Gone => Self::token_revoked(),
            EndSessionsError::Confirm(error) => error.into(),
            EndSessionsError::Storage(error) => error.into(),
        }
    }
}

impl From<AdministrateError> for ApiError {
    fn from(error: AdministrateError) -> Self {
        match error {
            AdministrateError::Forbidden => Self::forbidden(ErrorCode::Forbidden, api(|api| api.administrators)),
            AdministrateError::NotFound => Self::not_found(),
            AdministrateError::UnknownRole => Self::invalid().with_field("role", api(|api| api.role)),
            AdministrateError::LastAdmin => Self::last_admin(),
            AdministrateError::Storage(error) => error.into(),
        }
    }
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
