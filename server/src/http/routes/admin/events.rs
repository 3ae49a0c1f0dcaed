use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use sessionkeep_types::{Page, SecurityEvent, UserId, limits, routes as path};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

use super::{ApiError, AppState, page, told};
use crate::{
    auth::Auth,
    http::{
        extract::{Authenticated, KindQuery, PageQuery, Query},
        openapi::{ADMINISTRATOR, ALWAYS, BEARER, BeforeEvent, PAGE, refused},
    },
    storage::{EventFilter, StoredEvent},
};

/// Which events are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// Of this account alone. An account that there is not has no events.
    #[param(required = false, nullable = false, value_type = String)]
    user: Option<UserId>,
}

refused!(Unlisted: ALWAYS, BEARER, ADMINISTRATOR, PAGE);
refused!(Unwatched: ALWAYS, BEARER, ADMINISTRATOR);

/// `GET /api/admin/events`
#[utoipa::path(
    get,
    path = path::ADMIN_EVENTS,
    operation_id = "events",
    tag = "administration",
    summary = "List security events of all accounts, newest first",
    params(KindQuery, Wanted, BeforeEvent, PageQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "A part of the list.", body = Page<SecurityEvent>), Unlisted)
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Query(kinds): Query<KindQuery>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<PageQuery>,
    signed_in: Authenticated,
) -> Result<Json<Page<SecurityEvent>>, ApiError> {
    let admin = signed_in.administrator(&state).await?;
    let filter = EventFilter { user: wanted.user, kinds: kinds.kinds(), without_routine: false };
    let events = state.auth.all_events(&admin, &filter, part.before()?, part.limit()).await?;
    Ok(Json(page(events, part.limit(), |event| event.id.to_string(), told)))
}

/// How often the store is asked for what is new.
const POLL: Duration = Duration::from_millis(500);

/// `GET /api/admin/events/stream`: what happens from now on, or after `Last-Event-ID`. Ends with the access token, with the
/// session, with the role, and when the server stops.
#[utoipa::path(
    get,
    path = path::ADMIN_EVENTS_STREAM,
    operation_id = "watchEvents",
    tag = "administration",
    summary = "Stream security events as they happen",
    description = "Ends with the access token, with the session, with the role, and when the server stops. Each event has its `id`, and in `data` the JSON of a `SecurityEvent`.",
    params((
        "last-event-id" = Option<String>,
        Header,
        description = "The id of the event that was seen last: what came after it is sent first. Anything else is ignored."
    )),
    security(("accessToken" = [])),
    responses((status = OK, description = "A stream without end.", body = String, content_type = "text/event-stream"), Unwatched)
)]
pub(in crate::http) async fn stream(
    State(state): State<AppState>,
    headers: HeaderMap,
    signed_in: Authenticated,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    signed_in.administrator(&state).await?;
    let token = signed_in.token;
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let seen = match seen {
        Some(seen) => seen,
        None => state.auth.events.latest().await?,
    };
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let follower = Follower { auth: state.auth, closing: state.closing, token, seen, ticks };
    let events = stream::unfold(follower, |mut follower| async move {
        let batch = follower.next().await?;
        Some((stream::iter(batch), follower))
    });
    Ok(Sse::new(events.flatten().map(|stored| Ok(event(stored)))).keep_alive(KeepAlive::default()))
}

fn event(stored: StoredEvent) -> Event {
    let id = stored.id.to_string();
    let data = serde_json::to_string(&told(stored)).expect("OK because wire types always serialise");
    Event::default().id(id).data(data)
}

/// Somebody who watches.
struct Follower {
    auth: Arc<Auth>,
    closing: CancellationToken,
    token: String,
    seen: i64,
    ticks: Interval,
}

impl Follower {
    /// What is new; waits until there is something. `None`: the watcher may not, or cannot, watch any longer.
    async fn next(&mut self) -> Option<Vec<StoredEvent>> {
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return None,
                _ = self.ticks.tick() => {}
            }
            let claims = self.auth.authenticate(&self.token).await.ok()?;
            self.auth.administrator(&claims).await.ok()?;
            let new = match self.auth.events.after(self.seen, limits::PAGE_MAX).await {
                Ok(new) => new,
                Err(error) => {
                    tracing::warn!(%error, "a stream of security events ends: they cannot be read");
                    return None;
                }
            };
            if let Some(latest) = new.last() {
                self.seen = latest.id;
                return Some(new);
            }
        }
    }
}
