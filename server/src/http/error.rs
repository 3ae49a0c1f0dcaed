//! What a refused request is answered with: the one place where causes become statuses, codes and sentences.
//!
//! The cause is logged, the code is sent. No error text of a library reaches a client.

use std::{any::Any, collections::BTreeMap, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sessionkeep_types::{EndReason, ErrorBody, ErrorCode, RequestId};

use crate::{
    audit::Who,
    auth::{
        administrate::AdministrateError, authenticate::AuthenticateError, change_password::ChangePasswordError,
        confirm_password::ConfirmPasswordError, delete_account::DeleteAccountError, export::ExportError,
        login::LoginError, logout::LogoutError, new_password::NewPasswordError, profile::ProfileError,
        refresh::RefreshError, register::RegisterError, sessions::EndSessionsError,
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

/// A refusal. [`super::middleware::error_body`] writes its body, which needs the request's id.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: ErrorCode,
    pub(super) sentence: String,
    pub(super) fields: Option<BTreeMap<String, String>>,
    pub(super) reason: Option<EndReason>,
    /// Whose request it was, where that is known and matters to an operator. Told to nobody else.
    pub(super) who: Option<Who>,
    /// The `WWW-Authenticate` that goes with a 401 of a bearer route (RFC 6750, 3).
    challenge: Option<&'static str>,
    /// When it may be tried again, for `Retry-After`.
    retry_after: Option<Duration>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: ErrorCode, sentence: impl Into<String>) -> Self {
        Self {
            status,
            code,
            sentence: sentence.into(),
            fields: None,
            reason: None,
            who: None,
            challenge: None,
            retry_after: None,
        }
    }

    fn unauthorized(code: ErrorCode, sentence: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, sentence)
    }

    fn forbidden(code: ErrorCode, sentence: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, sentence)
    }

    fn conflict(code: ErrorCode, sentence: &str) -> Self {
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

    pub(super) fn with_field(mut self, field: &str, sentence: impl Into<String>) -> Self {
        self.fields.get_or_insert_default().insert(field.to_owned(), sentence.into());
        self
    }

    pub(super) fn malformed(sentence: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest, sentence)
    }

    pub(super) fn invalid() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::ValidationFailed,
            "Some of the fields need another look.",
        )
    }

    pub(super) fn unsupported_media_type(supported: &str) -> Self {
        let sentence = format!("Send the body as {supported}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType, sentence)
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge, "The request is too large.")
    }

    pub(super) fn head_too_large() -> Self {
        Self::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            ErrorCode::MalformedRequest,
            "The request's head is too large.",
        )
    }

    pub(super) fn misdirected() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            ErrorCode::MalformedRequest,
            "This server answers for localhost alone. Open it at the address that PUBLIC_ORIGIN names.",
        )
    }

    pub(super) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::RequestTimeout, "The request did not arrive in time.")
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is nothing here.")
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::MethodNotAllowed,
            "This address does not take that method.",
        )
    }

    pub(super) fn csrf(sentence: &str) -> Self {
        Self::forbidden(ErrorCode::CsrfRejected, sentence)
    }

    pub(super) fn unavailable() -> Self {
        let error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            "The service cannot answer at the moment. Try again soon.",
        );
        Self { retry_after: Some(RETRY_AFTER), ..error }
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal,
            "Something went wrong on our side. Try again, and quote the request id if it happens again.",
        )
    }

    pub(super) fn token_missing() -> Self {
        Self::unauthorized(ErrorCode::TokenMissing, "Sign in first.").challenge("Bearer")
    }

    pub(super) fn token_invalid() -> Self {
        Self::forbidden(ErrorCode::TokenInvalid, "The access token is not valid.")
    }

    pub(super) fn token_revoked() -> Self {
        Self::forbidden(ErrorCode::TokenRevoked, "This session was ended. Sign in again.")
    }

    /// A new password, in this field, was refused.
    fn new_password(field: &str, error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::TooLong | NewPasswordError::TooShort { .. } => {
                Self::invalid().with_field(field, error.to_string())
            }
            NewPasswordError::TooWeak => {
                let sentence = error.to_string();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::PasswordTooWeak, sentence.clone())
                    .with_field(field, sentence)
            }
            NewPasswordError::Busy(busy) => busy.into(),
        }
    }

    fn wrong_current_password() -> Self {
        let sentence = "This is not your current password.";
        Self::forbidden(ErrorCode::InvalidCredentials, sentence).with_field("currentPassword", sentence)
    }

    fn last_admin() -> Self {
        Self::conflict(
            ErrorCode::LastAdmin,
            "This is the last account that can administrate. Make another one an administrator first.",
        )
    }

    /// The body of the answer.
    pub(super) fn body(&self, id: RequestId) -> ErrorBody {
        ErrorBody {
            error: self.sentence.clone(),
            code: self.code.clone(),
            request_id: id,
            fields: self.fields.clone(),
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
                let mut error = Self::malformed("The request could not be understood.");
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
        let seconds = whole_seconds(retry_after);
        let time = match seconds {
            1 => "a second".to_owned(),
            2..60 => format!("{seconds} seconds"),
            60 => "a minute".to_owned(),
            _ => format!("{} minutes", seconds.div_ceil(60)),
        };
        let sentence = format!("That was tried too often. Try again in {time}.");
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
            RegisterError::Closed => Self::forbidden(ErrorCode::RegistrationClosed, "New accounts are not taken here."),
            RegisterError::Invalid(fields) => {
                fields.into_iter().fold(Self::invalid(), |error, (field, sentence)| error.with_field(field, sentence))
            }
            RegisterError::WeakPassword => Self::new_password("password", NewPasswordError::TooWeak),
            RegisterError::EmailTaken => {
                let sentence = "There is an account with this e-mail address. Sign in instead.";
                Self::conflict(ErrorCode::EmailTaken, sentence).with_field("email", sentence)
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

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::InvalidCredentials => {
                Self::unauthorized(ErrorCode::InvalidCredentials, "The e-mail address or the password is not right.")
            }
            LoginError::TooOften(error) => error.into(),
            LoginError::Busy(busy) => busy.into(),
            LoginError::PepperMissing(missing) => missing.into(),
            LoginError::Storage(error) => error.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Missing | RefreshError::Unaccompanied => {
                Self::unauthorized(ErrorCode::RefreshMissing, "Sign in first.")
            }
            RefreshError::Invalid => Self::forbidden(ErrorCode::RefreshInvalid, "The refresh token is not valid."),
            RefreshError::Expired => {
                Self::unauthorized(ErrorCode::SessionExpired, "Your session has expired. Sign in again.")
            }
            RefreshError::Ended(reason) => Self::forbidden(ErrorCode::SessionRevoked, ended(&reason)).because(reason),
            RefreshError::Reused => Self::forbidden(ErrorCode::RefreshReused, ended(&EndReason::ReuseDetected)),
            RefreshError::LateCopy => Self::conflict(ErrorCode::RefreshDuplicate, "This request was answered before."),
            RefreshError::Conflict => Self::conflict(
                ErrorCode::CookieConflict,
                "The browser sent several sessions at once. Sign in again, and clear this site's cookies if that does not help.",
            ),
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
fn ended(reason: &EndReason) -> &'static str {
    match reason {
        EndReason::SignedOut => "You are signed out.",
        EndReason::SignedOutElsewhere => "This session was ended from another device.",
        EndReason::PasswordChanged => "Your password was changed. Sign in with the new one.",
        EndReason::ReuseDetected | EndReason::CloneSuspected => {
            "For your safety this session was ended: it was used in two places. Sign in again."
        }
        EndReason::Admin => "An administrator ended this session.",
        EndReason::AccountDisabled => "This account is disabled.",
        EndReason::SessionLimit => "This session was ended: the account was signed in on too many devices.",
        EndReason::Unknown(_) => "This session was ended. Sign in again.",
    }
}

impl From<LogoutError> for ApiError {
    fn from(error: LogoutError) -> Self {
        match error {
            LogoutError::TooOften(error) => error.into(),
            LogoutError::Storage(error) => error.into(),
        }
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Expired => Self::unauthorized(ErrorCode::TokenExpired, "The access token has expired.")
                .challenge(r#"Bearer error="invalid_token""#),
            AuthenticateError::Stale => {
                Self::unauthorized(ErrorCode::TokenStale, "What you may do has changed. Refresh the access token.")
                    .challenge(r#"Bearer error="invalid_token""#)
            }
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
            ProfileError::InvalidDisplayName(sentence) => Self::invalid().with_field("displayName", sentence),
            ProfileError::Storage(error) => error.into(),
        }
    }
}

impl From<ConfirmPasswordError> for ApiError {
    fn from(error: ConfirmPasswordError) -> Self {
        match error {
            ConfirmPasswordError::Wrong => Self::wrong_current_password(),
            ConfirmPasswordError::Gone => Self::token_revoked(),
            ConfirmPasswordError::TooOften(error) => error.into(),
            ConfirmPasswordError::Busy(busy) => busy.into(),
            ConfirmPasswordError::PepperMissing(missing) => missing.into(),
            ConfirmPasswordError::Storage(error) => error.into(),
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
                Self::invalid().with_field("newPassword", "Use another password than the current one.")
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
            EndSessionsError::PasswordRequired => Self::forbidden(
                ErrorCode::PasswordRequired,
                "Enter your current password to sign out a device that signed in after this one.",
            ),
            EndSessionsError::Gone => Self::token_revoked(),
            EndSessionsError::Confirm(error) => error.into(),
            EndSessionsError::Storage(error) => error.into(),
        }
    }
}

impl From<AdministrateError> for ApiError {
    fn from(error: AdministrateError) -> Self {
        match error {
            AdministrateError::Forbidden => Self::forbidden(ErrorCode::Forbidden, "This is for administrators alone."),
            AdministrateError::NotFound => Self::not_found(),
            AdministrateError::UnknownRole => Self::invalid().with_field("role", "Use user or admin."),
            AdministrateError::LastAdmin => Self::last_admin(),
            AdministrateError::Storage(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_said_in_words_and_never_too_early() {
        for (ms, seconds, words) in [
            (0, 1, "a second"),
            (1000, 1, "a second"),
            (1001, 2, "2 seconds"),
            (59_000, 59, "59 seconds"),
            (60_000, 60, "a minute"),
            (60_001, 61, "2 minutes"),
            (900_000, 900, "15 minutes"),
        ] {
            let error = ApiError::from(TooOften { retry_after: Duration::from_millis(ms) });
            assert_eq!(error.sentence, format!("That was tried too often. Try again in {words}."));
            let header = error.into_response().headers()[header::RETRY_AFTER].clone();
            assert_eq!(header, seconds.to_string(), "{ms}");
        }
    }
}
