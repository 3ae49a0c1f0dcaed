use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessionkeep_types::RegisterRequest;

use super::{ApiError, AppState, signed_in};
use crate::{
    auth::Credentials,
    http::extract::{Json, SameOrigin, SigningIn},
};

/// `POST /api/auth/register`
pub(in crate::http) async fn register(
    State(state): State<AppState>,
    _: SameOrigin,
    SigningIn(device): SigningIn,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let credentials = Credentials { email: request.email, password: request.password };
    let registered = state.auth.register(credentials, request.display_name, device).await?;
    Ok((StatusCode::CREATED, signed_in(&state, registered)).into_response())
}
