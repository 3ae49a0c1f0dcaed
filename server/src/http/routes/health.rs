use axum::{Json, extract::State};
use serde_json::{Value, json};
use sessionkeep_types::SessionId;

use super::{ApiError, AppState};

/// `GET /healthz`: the process runs.
pub(in crate::http) async fn healthz() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: there are keys, what is stored can be read, and the server does not stop. Whether it can be written
/// shows when somebody does.
pub(in crate::http) async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    if state.leaving.is_cancelled() {
        return Err(ApiError::unavailable());
    }
    // Accounts and sessions may be in two places. Nobody has this session.
    let (accounts, nobodys) = (&state.auth.accounts, SessionId::new(""));
    tokio::try_join!(accounts.has_admin(), state.auth.sessions.find(&nobodys))?;
    Ok(Json(json!({"status": "ok"})))
}
