use axum::{Json, extract::State};
use sessionkeep_types::{Page, SecurityEvent};

use super::{ApiError, AppState, page, told};
use crate::http::extract::{Bearer, PageQuery, Query};

/// `GET /api/me/events`
pub(in crate::http) async fn activity(
    State(state): State<AppState>,
    Query(part): Query<PageQuery>,
    bearer: Bearer,
) -> Result<Json<Page<SecurityEvent>>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    let events = state.auth.activity(&claims, part.before()?, part.limit()).await?;
    Ok(Json(page(events, part.limit(), |event| event.id.to_string(), told)))
}
