//! Errors in the words of the person who meets them: the page's own by the error's code, and the server's only where this
//! version knows no better.

use core::time::Duration;

use sessionkeep_types::ErrorCode;

use crate::{
    api::ApiError,
    words::{self, Errors},
};

/// One sentence.
pub(crate) fn said(error: &ApiError) -> String {
    let words = &words::here().errors;
    match error {
        ApiError::NoAnswer => words.no_answer.to_owned(),
        ApiError::NotSent => words.not_sent.to_owned(),
        ApiError::Garbled { .. } => words.garbled.to_owned(),
        ApiError::SignedOut => words.signed_out.to_owned(),
        ApiError::Refused { body, retry_after, .. } => of_code(&body.code, *retry_after, words),
    }
}

fn of_code(code: &ErrorCode, retry_after: Option<Duration>, words: &Errors) -> String {
    let plain = match code {
        ErrorCode::RateLimited => {
            return retry_after.map_or_else(
                || words.too_often.to_owned(),
                |time| (words.too_often_for)(&words::clock(time.as_secs())),
            );
        }
        ErrorCode::InvalidCredentials => words.wrong_credentials,
        ErrorCode::PasswordRequired => words.password_required,
        ErrorCode::EmailTaken => words::here().fields.email_taken,
        ErrorCode::ValidationFailed => words.fields,
        ErrorCode::PasswordTooWeak => words.password_weak,
        ErrorCode::RegistrationClosed => words.registration_closed,
        ErrorCode::Forbidden => words.forbidden,
        ErrorCode::LastAdmin => words.last_admin,
        ErrorCode::NotFound => words.not_found,
        ErrorCode::CsrfRejected => words.other_site,
        ErrorCode::Unavailable | ErrorCode::RequestTimeout | ErrorCode::RefreshDuplicate => words.unavailable,
        ErrorCode::Internal => words.internal,
        ErrorCode::TokenMissing
        | ErrorCode::TokenInvalid
        | ErrorCode::TokenExpired
        | ErrorCode::TokenStale
        | ErrorCode::TokenRevoked
        | ErrorCode::RefreshMissing
        | ErrorCode::RefreshInvalid
        | ErrorCode::RefreshReused
        | ErrorCode::SessionExpired
        | ErrorCode::SessionRevoked
        | ErrorCode::CookieConflict
        | ErrorCode::OtherSession => words.session_over,
        ErrorCode::MalformedRequest
        | ErrorCode::MethodNotAllowed
        | ErrorCode::PayloadTooLarge
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::Unknown(_) => words.unknown,
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{ErrorBody, RequestId};

    use super::*;

    fn refused(code: ErrorCode, retry_after: Option<Duration>) -> ApiError {
        let body = ErrorBody {
            error: "The server’s own.".to_owned(),
            code,
            request_id: RequestId::new("1"),
            fields: None,
            reason: None,
        };
        ApiError::Refused { status: 400, body: Box::new(body), retry_after }
    }

    #[test]
    fn every_code_has_a_sentence_of_the_page() {
        for code in ErrorCode::ALL.iter().cloned().chain([ErrorCode::Unknown("NEW".into())]) {
            let said = said(&refused(code.clone(), None));
            assert!(said.ends_with('.') && !said.contains("server’s own"), "{code}: {said}");
        }
    }

    #[test]
    fn how_long_to_wait_is_said_as_a_clock_shows_it() {
        let error = refused(ErrorCode::RateLimited, Some(Duration::from_secs(42)));
        assert_eq!(said(&error), "Too many attempts. Try again in 0:42.");
    }
}
