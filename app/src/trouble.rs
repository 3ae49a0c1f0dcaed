//! Errors in the words of the person who meets them: the page's own by the error's code, and the server's only where this
//! version knows no better.

use core::time::Duration;

use sessionkeep_types::ErrorCode;

use crate::{
    api::ApiError,
    wall_clock,
    when::{self, MINUTE, Moment},
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
            return match retry_after.map(|time| time.as_secs()) {
                None => words.too_often.to_owned(),
                Some(..=60) => words.too_often_minute.to_owned(),
                Some(seconds) => (words.too_often_until)(&time_of_day(seconds)),
            };
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

/// The person's time in so many seconds, in whole minutes and not too early. It stays true while it is shown.
fn time_of_day(seconds: u64) -> String {
    let unix = wall_clock::now().saturating_add_unsigned(seconds).saturating_add(MINUTE - 1);
    when::time(Moment { unix, ahead: wall_clock::ahead_of_utc(unix) })
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
    fn when_to_try_again_is_said_so_that_it_stays_true() {
        // On the server it is always midnight.
        for (wait, sentence) in [
            (None, "Too many attempts. Try again later."),
            (Some(42), "Too many attempts. Try again in a minute."),
            (Some(61), "Too many attempts. Try again after 00:02."),
            (Some(3600), "Too many attempts. Try again after 01:00."),
        ] {
            let error = refused(ErrorCode::RateLimited, wait.map(Duration::from_secs));
            assert_eq!(said(&error), sentence);
        }
    }
}
