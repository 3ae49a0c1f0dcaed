use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{ApiError, AppState};

/// `GET /healthz`: the process runs.
pub(in crate::http) async fn healthz() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: there are keys, the store can be read, and the server does not stop. Whether the store can be written shows
/// when somebody does.
pub(in crate::http) async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    if state.leaving.is_cancelled() {
        return Err(ApiError::unavailable());
    }
    state.auth.accounts.has_admin().await?;
    Ok(Json(json!({"status": "ok"})))
}
