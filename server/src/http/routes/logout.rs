use axum::{extract::State, http::StatusCode, response::IntoResponse};
use serde::{Deserialize, Deserializer};
use sessionkeep_types::{LogoutRequest, SessionId, routes as path};
use uuid::Uuid;

use super::{ApiError, AppState, api};
use crate::{
    auth::logout::LogoutError,
    http::{
        error::refusals,
        extract::{Caller, CsrfGate, OptionalJson, RefreshCookies},
        openapi::{ALWAYS, BODY, CSRF, refused},
    },
    limits::TooOften,
    storage::StorageError,
};

refused!(Refused: ALWAYS, CSRF, BODY; LogoutError);

refusals! {
    LogoutError {
        LogoutError::OtherSession => CONFLICT OtherSession, api(|api| api.other_session);
    }
    from { TooOften(TooOften), Storage(StorageError) }
}

/// A [`LogoutRequest`] as the document has it: the id may be absent, and is not null.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::http) struct Request {
    #[serde(deserialize_with = "given")]
    session_id: Option<SessionId>,
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SessionId>, D::Error> {
    SessionId::deserialize(deserializer).map(Some)
}

/// `POST /api/auth/logout`. The cookies are cleared once the session is ended for good, and not before.
#[utoipa::path(
    post,
    path = path::LOGOUT,
    operation_id = "logout",
    tag = "authentication",
    summary = "Sign out",
    request_body(content = Option<LogoutRequest>, description = "Which session is meant.", example = json!({})),
    description = "No body is needed, no access token, and no cookie either: who has none is signed out already.",
    params(CsrfGate),
    security((), ("refreshToken" = []), ("refreshToken" = [], "companion" = [])),
    responses((status = NO_CONTENT, description = "Signed out.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away."))), Refused)
)]
pub(in crate::http) async fn logout(
    State(state): State<AppState>,
    _: CsrfGate,
    caller: Caller,
    RefreshCookies(sent): RefreshCookies,
    OptionalJson(request): OptionalJson<Request>,
) -> Result<impl IntoResponse, ApiError> {
    let meant = request.unwrap_or_default().session_id;
    if meant.as_ref().is_some_and(|meant| Uuid::try_parse(meant.as_str()).is_err()) {
        return Err(ApiError::invalid().with_field("sessionId", api(|api| api.field_type)));
    }
    state.auth.logout(&sent, meant.as_ref(), &caller).await?;
    Ok((StatusCode::NO_CONTENT, state.edge.cookie.clear()))
}
