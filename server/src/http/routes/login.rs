use axum::{extract::State, response::Response};
use sessionkeep_types::LoginRequest;

use super::{ApiError, AppState, signed_in};
use crate::{
    auth::{Credentials, Device},
    http::extract::{Json, SameOrigin, SigningIn},
};

/// `POST /api/auth/login`
pub(in crate::http) async fn login(
    State(state): State<AppState>,
    _: SameOrigin,
    SigningIn(device): SigningIn,
    Json(request): Json<LoginRequest>,
) -> Result<Response, ApiError> {
    let device = Device { remember_me: request.remember_me, ..device };
    let credentials = Credentials { email: request.email, password: request.password };
    Ok(signed_in(&state, state.auth.login(credentials, device).await?))
}
