use axum::{Json, extract::State};
use serde::Serialize;
use sessionkeep_types::{SessionId, routes as path};
use utoipa::ToSchema;

use super::{ApiError, AppState};
use crate::http::openapi::{ALWAYS, refused};

/// That all is well.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Health {
    #[schema(inline)]
    status: Status,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
}

const WELL: Health = Health { status: Status::Ok };

refused!(Refused: ALWAYS);

/// `GET /healthz`: the process runs.
#[utoipa::path(
    get,
    path = path::HEALTHZ,
    operation_id = "health",
    tag = "service",
    summary = "Check whether the process runs",
    responses((status = OK, description = "It does.", body = Health), Refused)
)]
pub(in crate::http) async fn healthz() -> Json<Health> {
    Json(WELL)
}

/// `GET /readyz`: there are keys, what is stored can be read, and the server does not stop. Whether it can be written
/// shows when somebody does.
#[utoipa::path(
    get,
    path = path::READYZ,
    operation_id = "readiness",
    tag = "service",
    summary = "Check whether requests can be served",
    responses((status = OK, description = "They can.", body = Health), Refused)
)]
pub(in crate::http) async fn readyz(State(state): State<AppState>) -> Result<Json<Health>, ApiError> {
    if state.leaving.is_cancelled() {
        return Err(ApiError::unavailable());
    }
    // Accounts and sessions may be in two places. Nobody has this session.
    let (accounts, nobodys) = (&state.auth.accounts, SessionId::new(""));
    tokio::try_join!(accounts.has_admin(), state.auth.sessions.find(&nobodys))?;
    Ok(Json(WELL))
}
