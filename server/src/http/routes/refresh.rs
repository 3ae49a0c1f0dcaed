use axum::{extract::State, response::IntoResponse};
use sessionkeep_types::{EndReason, TokenResponse, TokenType, routes as path};

use super::{ApiError, AppState};
use crate::{
    auth::refresh::RefreshError,
    http::{
        error::{Sentence, api, page, refusals},
        extract::{Caller, CsrfGate, NoBody, RefreshAttempt, RefreshCookies},
        openapi::{ALWAYS, ATTEMPT, CSRF, NO_BODY, refused},
    },
    limits::TooOften,
    storage::StorageError,
};

refused!(Refused: ALWAYS, CSRF, ATTEMPT, NO_BODY; RefreshError);

refusals! {
    RefreshError {
        RefreshError::Missing | RefreshError::Unaccompanied => UNAUTHORIZED RefreshMissing, api(|api| api.sign_in_first);
        RefreshError::Expired => UNAUTHORIZED SessionExpired, api(|api| api.session_expired);
        RefreshError::Invalid => FORBIDDEN RefreshInvalid, api(|api| api.refresh_invalid);
        RefreshError::Ended(reason) => FORBIDDEN SessionRevoked, ended(&reason), because(reason);
        RefreshError::Reused => FORBIDDEN RefreshReused, ended(&EndReason::ReuseDetected);
        RefreshError::LateCopy => CONFLICT RefreshDuplicate, api(|api| api.refresh_duplicate);
        RefreshError::Conflict => CONFLICT CookieConflict, api(|api| api.cookie_conflict);
    }
    from { TooOften(TooOften), Storage(StorageError) }
    else [] {
        RefreshError::Seal(error) => {
            tracing::error!(%error, "a session's row was tampered with");
            Self::internal()
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

/// `POST /api/auth/refresh`. A refusal never sets a cookie: who loses a race must not delete the winner's.
#[utoipa::path(
    post,
    path = path::REFRESH,
    operation_id = "refresh",
    tag = "authentication",
    summary = "Exchange the refresh token for new tokens",
    description = "No body is needed. A refusal never sets a cookie. 409 is not final: the session lives, and the browser has, or soon gets, the token that counts.",
    params(CsrfGate, RefreshAttempt),
    security(("refreshToken" = []), ("refreshToken" = [], "companion" = [])),
    responses((status = OK, description = "Refreshed. No cookie comes with it where the one that was sent stays good for a while.", body = TokenResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn refresh(
    State(state): State<AppState>,
    _: CsrfGate,
    RefreshAttempt(attempt): RefreshAttempt,
    caller: Caller,
    RefreshCookies(sent): RefreshCookies,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let refreshed = state.auth.refresh(&sent, attempt.as_deref(), &caller).await?;
    let cookies = refreshed.refresh.map(|refresh| state.edge.cookie.set(&refresh)).unwrap_or_default();
    let body = TokenResponse {
        access_token: refreshed.access.token,
        token_type: TokenType::Bearer,
        expires_in: refreshed.access.expires_in,
    };
    Ok((cookies, axum::Json(body)))
}
