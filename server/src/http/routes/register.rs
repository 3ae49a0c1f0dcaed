use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessionkeep_types::{AuthResponse, RegisterRequest, routes as path};

use super::{ApiError, AppState, signed_in};
use crate::{
    auth::{Credentials, new_password::NewPasswordError, register::RegisterError},
    http::{
        error::{page, refusals},
        extract::{Json, RefreshCookies, SameOrigin, SigningIn},
        openapi::{ALWAYS, ATTEMPT, BODY, CSRF, refused},
    },
    limits::TooOften,
    password::Busy,
    storage::StorageError,
};

refused!(Refused: ALWAYS, CSRF, ATTEMPT, BODY; RegisterError);

refusals! {
    RegisterError {
        RegisterError::EmailTaken => CONFLICT EmailTaken, page(|words| words.fields.email_taken),
            with_field("email", page(|words| words.fields.email_taken));
        RegisterError::Closed => FORBIDDEN RegistrationClosed, page(|words| words.errors.registration_closed);
    }
    from { TooOften(TooOften), Busy(Busy), Storage(StorageError) }
    else [NewPasswordError] {
        RegisterError::Invalid(fields) => {
            fields.into_iter().fold(Self::invalid(), |error, (field, wrong)| error.with_wrong(field, wrong))
        },
        RegisterError::WeakPassword => Self::new_password("password", NewPasswordError::TooWeak),
    }
}

/// `POST /api/auth/register`
#[utoipa::path(
    post,
    path = path::REGISTER,
    operation_id = "register",
    tag = "authentication",
    summary = "Create an account and sign in",
    params(SigningIn),
    request_body = RegisterRequest,
    responses((status = CREATED, description = "The account was made.", body = AuthResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn register(
    State(state): State<AppState>,
    _: SameOrigin,
    SigningIn(device): SigningIn,
    RefreshCookies(sent): RefreshCookies,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let credentials = Credentials { email: request.email, password: request.password };
    let registered = state.auth.register(credentials, request.display_name, device).await?;
    Ok((StatusCode::CREATED, signed_in(&state, &sent, registered)).into_response())
}
