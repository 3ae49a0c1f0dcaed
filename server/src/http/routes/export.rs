use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use serde::Serialize;
use sessionkeep_types::{Export, SessionId, UserId, limits::PAGE_MAX, routes as path};

use super::{ApiError, AppState, listed, rfc3339, told, user};
use crate::{
    auth::{Auth, export::ExportError},
    http::{
        error::{api, refusals},
        extract::{Authenticated, Caller},
        openapi::{ALWAYS, BEARER, refused},
    },
    limits::TooOften,
    storage::StorageError,
};

refused!(Refused: ALWAYS, BEARER; ExportError);

refusals! {
    ExportError {
        ExportError::Gone => FORBIDDEN TokenRevoked, api(|api| api.ended);
    }
    from { TooOften(TooOften), Storage(StorageError) }
}

/// `GET /api/me/export`. It is written as it is read, part by part.
#[utoipa::path(
    get,
    path = path::EXPORT,
    operation_id = "export",
    tag = "account",
    summary = "Download your data",
    description = "The profile, the living sessions and all security events, as a file. The download is recorded as an event. A store that fails in the middle breaks the connection off, and the JSON with it.",
    security(("accessToken" = [])),
    responses((status = OK, description = "The file.", body = Export, headers(("content-disposition" = String, description = "Names the file."))), Refused)
)]
pub(in crate::http) async fn export(
    State(state): State<AppState>,
    caller: Caller,
    Authenticated { claims, .. }: Authenticated,
) -> Result<Response, ApiError> {
    let account = state.auth.begin_export(&claims, &caller).await.map_err(|error| ApiError::from(error).of(&claims))?;
    let (id, now) = (account.id.clone(), state.auth.clock.now());
    let head = format!("{{\"exportedAt\":{},\"user\":{},\"sessions\":[", json(&rfc3339(now)), json(&user(account)));
    let parts = Parts {
        auth: Arc::clone(&state.auth),
        user: id,
        current: claims.session_id,
        next: Next::Head(head),
        is_first: true,
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"account-export.json\""),
    ];
    Ok((headers, Body::from_stream(parts.stream())).into_response())
}

/// What is to be written next.
enum Next {
    Head(String),
    /// The sessions before this one.
    Sessions(Option<SessionId>),
    /// The events before this one.
    Events(Option<i64>),
    Nothing,
}

struct Parts {
    auth: Arc<Auth>,
    user: UserId,
    current: SessionId,
    next: Next,
    /// Whether the list that is being written has nothing yet.
    is_first: bool,
}

impl Parts {
    fn stream(self) -> impl Stream<Item = Result<String, StorageError>> {
        stream::try_unfold(self, async |mut parts| Ok(parts.part().await?.map(|text| (text, parts))))
    }

    async fn part(&mut self) -> Result<Option<String>, StorageError> {
        let next = std::mem::replace(&mut self.next, Next::Nothing);
        Ok(Some(match next {
            Next::Nothing => return Ok(None),
            Next::Head(head) => {
                self.next = Next::Sessions(None);
                head
            }
            Next::Sessions(before) => {
                let sessions = self.auth.living_sessions(&self.user, before.as_ref(), PAGE_MAX).await?;
                let last = sessions.last().map(|session| session.id.clone());
                let current = self.current.clone();
                let mut text = self.entries(sessions.into_iter().map(|session| listed(session, &current)));
                self.next = if let Some(last) = last {
                    Next::Sessions(Some(last))
                } else {
                    text.push_str("],\"events\":[");
                    self.is_first = true;
                    Next::Events(None)
                };
                text
            }
            Next::Events(before) => {
                let events = self.auth.whole_activity(&self.user, before, PAGE_MAX).await?;
                let last = events.last().map(|event| event.id);
                let mut text = self.entries(events.into_iter().map(told));
                self.next = if let Some(last) = last {
                    Next::Events(Some(last))
                } else {
                    text.push_str("]}");
                    Next::Nothing
                };
                text
            }
        }))
    }

    /// With what stands between them.
    fn entries<T: Serialize>(&mut self, entries: impl Iterator<Item = T>) -> String {
        let mut text = String::new();
        for entry in entries {
            if !std::mem::take(&mut self.is_first) {
                text.push(',');
            }
            text.push_str(&json(&entry));
        }
        text
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("OK because wire types always serialise")
}
