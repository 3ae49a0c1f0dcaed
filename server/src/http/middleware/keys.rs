use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use crate::http::{AppState, error::ApiError};

/// Without keys no token can be told from another: the answer is 503, which signs nobody out.
pub(in crate::http) async fn require(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if state.access_keys.are_withdrawn() || state.refresh_keys.are_withdrawn() {
        return Err(ApiError::unavailable());
    }
    Ok(next.run(request).await)
}
