use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use serde::Deserialize;
use sessionkeep_types::{DeleteAccountRequest, ErrorCode, UpdateProfileRequest, User, routes as path};
use utoipa::IntoParams;

use super::{ApiError, AppState, told, user};
use crate::{
    auth::{
        confirm_password::ConfirmPasswordError, delete_account::DeleteAccountError, profile::ProfileError,
        wrong_field::WrongField,
    },
    http::{
        error::{api, page, refusals},
        extract::{Authenticated, Caller, Changes, Ends, Json, Query},
        openapi::{ALWAYS, BEARER, BODY, LIMITED, refused},
    },
    storage::StorageError,
};

refused!(Unread: ALWAYS, BEARER, &[(StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest)]);
refused!(Unchanged: ALWAYS, BEARER, BODY, LIMITED; ProfileError);
refused!(Undeleted: ALWAYS, BEARER, BODY, LIMITED; DeleteAccountError);

refusals! {
    ProfileError {
        ProfileError::Gone => FORBIDDEN TokenRevoked, api(|api| api.ended);
    }
    from { Storage(StorageError) }
    else [WrongField] { ProfileError::InvalidDisplayName(wrong) => Self::invalid().with_wrong("displayName", wrong) }
}

refusals! {
    DeleteAccountError {
        DeleteAccountError::LastAdmin => CONFLICT LastAdmin, page(|words| words.errors.last_admin);
    }
    from { Confirm(ConfirmPasswordError), Storage(StorageError) }
}

/// What is looked for besides the account.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct IncludeQuery {
    /// `review`: the use of a session in two places that waits for an answer.
    #[param(required = false, nullable = false)]
    include: Option<String>,
}

impl IncludeQuery {
    fn has(&self, name: &str) -> bool {
        self.include.as_ref().is_some_and(|include| include.split(',').any(|one| one.trim() == name))
    }
}

/// `GET /api/me`
#[utoipa::path(
    get,
    path = path::ME,
    operation_id = "me",
    tag = "account",
    summary = "Get your account",
    description = "With `include=review` the answer has `review` while there is one: the latest use of a session in two places, until it is answered or the password is changed.",
    params(IncludeQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "The account.", body = User), Unread)
)]
pub(in crate::http) async fn me(
    State(state): State<AppState>,
    Query(include): Query<IncludeQuery>,
    Authenticated { claims, .. }: Authenticated,
) -> Result<Answer<User>, ApiError> {
    let account = state.auth.profile(&claims).await?;
    let review =
        if include.has(path::REVIEW_OF_ME) { state.auth.open_review(&claims.user_id).await?.map(told) } else { None };
    Ok(Answer(User { review, ..user(account) }))
}

/// `PATCH /api/me`
#[utoipa::path(
    patch,
    path = path::ME,
    operation_id = "rename",
    tag = "account",
    summary = "Change or remove your display name",
    request_body = UpdateProfileRequest,
    security(("accessToken" = [])),
    responses((status = OK, description = "The account as it is now.", body = User), Unchanged)
)]
pub(in crate::http) async fn rename(
    State(state): State<AppState>,
    Authenticated { claims, body: Json(request), .. }: Authenticated<Json<UpdateProfileRequest>, Changes>,
) -> Result<Answer<User>, ApiError> {
    Ok(Answer(user(state.auth.rename(&claims, request.display_name).await?)))
}

/// `DELETE /api/me`
#[utoipa::path(
    delete,
    path = path::ME,
    operation_id = "deleteAccount",
    tag = "account",
    summary = "Delete your account and its sessions for good",
    request_body = DeleteAccountRequest,
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "The account is gone.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away."))), Undeleted)
)]
pub(in crate::http) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Authenticated { claims, body: Json(request), .. }: Authenticated<Json<DeleteAccountRequest>, Ends>,
) -> Result<impl IntoResponse, ApiError> {
    state.auth.delete_account(&claims, &request.current_password, &caller).await?;
    Ok((StatusCode::NO_CONTENT, state.edge.cookie.clear()))
}
