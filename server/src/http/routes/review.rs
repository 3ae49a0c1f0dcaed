use axum::{extract::State, http::StatusCode};
use sessionkeep_types::{DismissReviewRequest, routes as path};

use super::{ApiError, AppState};
use crate::{
    auth::sessions::EndSessionsError,
    http::{
        extract::{Authenticated, Caller, Ends, Json},
        openapi::{ALWAYS, BEARER, BODY, LIMITED, refused},
    },
};

refused!(Unanswered: ALWAYS, BEARER, BODY, LIMITED; EndSessionsError);

/// `POST /api/me/review`
#[utoipa::path(
    post,
    path = path::REVIEW,
    operation_id = "dismissReview",
    tag = "account",
    summary = "Confirm that it was you",
    description = "A session that began before the event takes the current password. An event that is not the open one is left alone, and the answer is the same. The answer is recorded as an event.",
    request_body = DismissReviewRequest,
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "It does not wait any longer."), Unanswered)
)]
pub(in crate::http) async fn dismiss(
    State(state): State<AppState>,
    caller: Caller,
    Authenticated { claims, body: Json(request), .. }: Authenticated<Json<DismissReviewRequest>, Ends>,
) -> Result<StatusCode, ApiError> {
    let DismissReviewRequest { event, current_password } = &request;
    let answered = state.auth.dismiss_review(&claims, event, current_password.as_ref(), &caller).await;
    answered.map_err(|error| ApiError::from(error).of(&claims))?;
    Ok(StatusCode::NO_CONTENT)
}
