use axum::{Json, extract::State};
use sessionkeep_types::{Page, SecurityEvent, routes as path};

use super::{ApiError, AppState, page, told};
use crate::http::{
    extract::{Authenticated, KindQuery, PageQuery, Query},
    openapi::{ALWAYS, BEARER, BeforeEvent, PAGE, refused},
};

refused!(Refused: ALWAYS, BEARER, PAGE);

/// `GET /api/me/events`
#[utoipa::path(
    get,
    path = path::MY_EVENTS,
    operation_id = "activity",
    tag = "account",
    summary = "List your security events, newest first",
    params(KindQuery, BeforeEvent, PageQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "A part of the list.", body = Page<SecurityEvent>), Refused)
)]
pub(in crate::http) async fn activity(
    State(state): State<AppState>,
    Query(wanted): Query<KindQuery>,
    Query(part): Query<PageQuery>,
    Authenticated { claims, .. }: Authenticated,
) -> Result<Json<Page<SecurityEvent>>, ApiError> {
    let events = state.auth.activity(&claims, wanted.kinds(), part.before()?, part.limit()).await?;
    Ok(Json(page(events, part.limit(), |event| event.id.to_string(), told)))
}
