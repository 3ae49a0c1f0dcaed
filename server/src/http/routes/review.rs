use axum::{Json as Answer, extract::State, http::StatusCode};
use sessionkeep_types::{DismissReviewRequest, Review, routes as path};

use super::{ApiError, AppState, told};
use crate::http::{
    extract::{Bearer, From, Json},
    openapi::{ALWAYS, BEARER, BODY, CONFIRMED, LIMITED, REQUIRED, refused},
};

refused!(Unread: ALWAYS, BEARER);
refused!(Unanswered: ALWAYS, BEARER, BODY, REQUIRED, CONFIRMED, LIMITED);

/// `GET /api/me/review`
#[utoipa::path(
    get,
    path = path::REVIEW,
    operation_id = "review",
    tag = "account",
    summary = "Get the reuse of a session that waits for an answer",
    description = "The latest use of a session in two places, until it is answered or the password is changed.",
    security(("accessToken" = [])),
    responses((status = OK, description = "The event, or null.", body = Review), Unread)
)]
pub(in crate::http) async fn review(State(state): State<AppState>, bearer: Bearer) -> Result<Answer<Review>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    Ok(Answer(Review { event: state.auth.open_review(&claims.user_id).await?.map(told) }))
}

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
    From(origin): From,
    bearer: Bearer,
    Json(request): Json<DismissReviewRequest>,
) -> Result<StatusCode, ApiError> {
    let claims = bearer.authenticate_ending(&state).await?;
    let DismissReviewRequest { event, current_password } = &request;
    let answered = state.auth.dismiss_review(&claims, event, current_password.as_ref(), &origin).await;
    answered.map_err(|error| ApiError::from(error).of(&claims))?;
    Ok(StatusCode::NO_CONTENT)
}
