use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{ApiError, AppState};

/// `GET /healthz`: the process runs.
pub(in crate::http) async fn healthz() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: requests can be served.
pub(in crate::http) async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    state.auth.sessions.change_marker().await?;
    Ok(Json(json!({"status": "ok"})))
}
