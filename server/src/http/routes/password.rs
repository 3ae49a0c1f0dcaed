use axum::{extract::State, response::IntoResponse};
use sessionkeep_types::{ChangePasswordRequest, TokenResponse, TokenType, routes as path};

use super::{ApiError, AppState};
use crate::{
    auth::{
        change_password::ChangePasswordError, confirm_password::ConfirmPasswordError, new_password::NewPasswordError,
    },
    http::{
        error::{api, page, refusals},
        extract::{Authenticated, Caller, CsrfGate, Ends, Json, RefreshCookies},
        openapi::{ALWAYS, BEARER, BODY, CSRF, LIMITED, refused},
    },
    storage::StorageError,
};

refused!(Refused: ALWAYS, CSRF, BODY, BEARER, LIMITED; ChangePasswordError);

refusals! {
    ChangePasswordError {
        ChangePasswordError::RefreshMissing => UNAUTHORIZED RefreshMissing, api(|api| api.sign_in_first), challenge("Bearer");
        ChangePasswordError::RefreshInvalid => FORBIDDEN RefreshInvalid, api(|api| api.refresh_invalid);
        ChangePasswordError::Gone => FORBIDDEN TokenRevoked, api(|api| api.ended);
        ChangePasswordError::Unchanged => UNPROCESSABLE_ENTITY ValidationFailed, page(|words| words.errors.fields),
            with_field("newPassword", api(|api| api.password_unchanged));
    }
    from { Confirm(ConfirmPasswordError), Storage(StorageError) }
    else [NewPasswordError] {
        ChangePasswordError::WrongPassword => ConfirmPasswordError::Wrong.into(),
        ChangePasswordError::NewPassword(error) => Self::new_password("newPassword", error),
    }
}

/// `POST /api/auth/password`
#[utoipa::path(
    post,
    path = path::PASSWORD,
    operation_id = "changePassword",
    tag = "authentication",
    summary = "Change your password",
    description = "Every session ends; this device gets a new one at once.",
    params(CsrfGate),
    request_body = ChangePasswordRequest,
    security(("accessToken" = [], "refreshToken" = []), ("accessToken" = [], "refreshToken" = [], "companion" = [])),
    responses((status = OK, description = "The password was changed.", body = TokenResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    _: CsrfGate,
    caller: Caller,
    RefreshCookies(sent): RefreshCookies,
    Authenticated { claims, body: Json(request), .. }: Authenticated<Json<ChangePasswordRequest>, Ends>,
) -> Result<impl IntoResponse, ApiError> {
    let ChangePasswordRequest { current_password, new_password } = request;
    let begun = state.auth.change_password(&claims, &sent, &current_password, &new_password, &caller).await?;
    let cookies = state.edge.cookie.set(&begun.refresh);
    let body = TokenResponse {
        access_token: begun.access.token,
        token_type: TokenType::Bearer,
        expires_in: begun.access.expires_in,
    };
    Ok((cookies, axum::Json(body)))
}
