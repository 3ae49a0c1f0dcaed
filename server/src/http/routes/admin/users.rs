use axum::{
    Json as Answer,
    extract::{Path, State},
};
use serde::Deserialize;
use sessionkeep_types::{ManagedUser, Page, UpdateUserRequest, UserId, limits, routes as path};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{ApiError, AppState, api, page, rfc3339};
use crate::{
    account::Account,
    auth::administrate::AdministrateError,
    http::{
        extract::{Authenticated, Caller, Changes, Json, PageQuery, Query},
        openapi::{ADMINISTRATOR, ALWAYS, BEARER, BODY, BeforeAccount, LIMITED, ONE_OF_OURS, PAGE, refused},
    },
};

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Search {
    /// A part of the email address or of the display name. White space around it is dropped.
    #[param(required = false, nullable = false, max_length = 254)]
    query: Option<String>,
}

refused!(Unlisted: ALWAYS, BEARER, ADMINISTRATOR, PAGE);
refused!(Unfound: ALWAYS, BEARER, ADMINISTRATOR, ONE_OF_OURS);
refused!(Unchanged: ALWAYS, BEARER, ONE_OF_OURS, BODY, LIMITED; AdministrateError);

/// `GET /api/admin/users`
#[utoipa::path(
    get,
    path = path::ADMIN_USERS,
    operation_id = "users",
    tag = "administration",
    summary = "List accounts, newest first",
    params(Search, BeforeAccount, PageQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "A part of the list.", body = Page<ManagedUser>), Unlisted)
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Query(search): Query<Search>,
    Query(part): Query<PageQuery>,
    signed_in: Authenticated,
) -> Result<Answer<Page<ManagedUser>>, ApiError> {
    let admin = signed_in.administrator(&state).await?;
    let query = search.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    if query.is_some_and(|query| query.len() > limits::EMAIL_MAX_LENGTH) {
        return Err(ApiError::invalid().with_field("query", api(|api| api.query)));
    }
    let before = part.before::<Uuid>()?.map(|id| UserId::new(id.to_string()));
    let users = state.auth.users(&admin, query, before.as_ref(), part.limit()).await?;
    Ok(Answer(page(users, part.limit(), |account| account.id.to_string(), managed)))
}

/// `GET /api/admin/users/{id}`
#[utoipa::path(
    get,
    path = path::ADMIN_USER,
    operation_id = "user",
    tag = "administration",
    summary = "Get an account",
    params(("id" = UserId, Path, description = "The account.")),
    security(("accessToken" = [])),
    responses((status = OK, description = "The account.", body = ManagedUser), Unfound)
)]
pub(in crate::http) async fn find(
    State(state): State<AppState>,
    Path(id): Path<UserId>,
    signed_in: Authenticated,
) -> Result<Answer<ManagedUser>, ApiError> {
    let admin = signed_in.administrator(&state).await?;
    Ok(Answer(managed(state.auth.user(&admin, &id).await?)))
}

/// `PATCH /api/admin/users/{id}`
#[utoipa::path(
    patch,
    path = path::ADMIN_USER,
    operation_id = "updateUser",
    tag = "administration",
    summary = "Change an account's role, or disable it",
    params(("id" = UserId, Path, description = "The account.")),
    request_body = UpdateUserRequest,
    security(("accessToken" = [])),
    responses((status = OK, description = "The account as it is now.", body = ManagedUser), Unchanged)
)]
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
    signed_in: Authenticated<Json<UpdateUserRequest>, Changes>,
) -> Result<Answer<ManagedUser>, ApiError> {
    let admin = signed_in.administrator(&state).await?;
    let Json(request) = signed_in.body;
    let account = state.auth.change_user(&admin, &id, request.role, request.disabled, &caller).await?;
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
