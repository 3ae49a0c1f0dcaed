use axum::{
    Json as Answer,
    extract::{Path, State},
};
use serde::Deserialize;
use sessionkeep_types::{ManagedUser, Page, UpdateUserRequest, UserId, limits};
use uuid::Uuid;

use super::{ApiError, AppState, page, rfc3339};
use crate::{
    http::extract::{Bearer, From, Json, PageQuery, Query},
    storage::Account,
};

/// What to look for.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Search {
    query: Option<String>,
}

/// `GET /api/admin/users`
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Query(search): Query<Search>,
    Query(part): Query<PageQuery>,
    bearer: Bearer,
) -> Result<Answer<Page<ManagedUser>>, ApiError> {
    let admin = bearer.administrator(&state).await?;
    let query = search.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    if query.is_some_and(|query| query.len() > limits::EMAIL_MAX_LENGTH) {
        return Err(ApiError::invalid().with_field("query", "Nobody has a name or an address that long."));
    }
    let before = part.before::<Uuid>()?.map(|id| UserId::new(id.to_string()));
    let users = state.auth.users(&admin, query, before.as_ref(), part.limit()).await?;
    Ok(Answer(page(users, part.limit(), |account| account.id.to_string(), managed)))
}

/// `GET /api/admin/users/{id}`
pub(in crate::http) async fn find(
    State(state): State<AppState>,
    Path(id): Path<UserId>,
    bearer: Bearer,
) -> Result<Answer<ManagedUser>, ApiError> {
    let admin = bearer.administrator(&state).await?;
    Ok(Answer(managed(state.auth.user(&admin, &id).await?)))
}

/// `PATCH /api/admin/users/{id}`
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    From(origin): From,
    Path(id): Path<UserId>,
    bearer: Bearer,
    Json(request): Json<UpdateUserRequest>,
) -> Result<Answer<ManagedUser>, ApiError> {
    let admin = bearer.administrator(&state).await?;
    let account = state.auth.change_user(&admin, &id, request.role, request.disabled, &origin).await?;
    Ok(Answer(managed(account)))
}

/// The account as an administrator sees it.
fn managed(account: Account) -> ManagedUser {
    ManagedUser {
        id: account.id,
        email: account.email,
        display_name: account.display_name,
        role: account.role,
        disabled: account.disabled_at.is_some(),
        created_at: rfc3339(account.created_at),
    }
}
