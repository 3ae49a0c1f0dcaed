//! Routes by which a test moves the server's clock and switches faults on. Not in release builds.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use sessionkeep_types::routes;

use super::AppState;
use crate::{
    clock::MovableClock,
    faults::{AbortAt, Faults},
};

/// What a test can reach.
#[derive(Debug, Default)]
pub(crate) struct Testing {
    /// The server's clock.
    pub(crate) clock: Arc<MovableClock>,
    /// What is broken.
    pub(crate) faults: Arc<Faults>,
}

pub(super) fn add(api: Router<AppState>, state: &AppState) -> Router<AppState> {
    api.route("/test/clock", post(clock))
        .route("/test/faults", post(faults))
        .route("/test/questions", get(questions))
        .route("/test/panic", post(panic))
        .layer(from_fn_with_state(state.clone(), lose_answers))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockRequest {
    advance_ms: i64,
}

async fn clock(State(state): State<AppState>, Json(request): Json<ClockRequest>) -> StatusCode {
    state.testing.clock.advance_ms(request.advance_ms);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FaultsRequest {
    store_down: Option<bool>,
    lose_refresh_answers: Option<u32>,
    disk_full: Option<bool>,
    abort_at: Option<AbortAt>,
    hold_commits: Option<bool>,
    /// Answers as soon as a commit is held, or as soon as none is.
    await_held_commit: Option<bool>,
}

async fn faults(State(state): State<AppState>, Json(request): Json<FaultsRequest>) -> StatusCode {
    let faults = &state.testing.faults;
    if let Some(down) = request.store_down {
        faults.set_store_down(down);
    }
    if let Some(count) = request.lose_refresh_answers {
        faults.lose_refresh_answers(count);
    }
    if let Some(full) = request.disk_full {
        faults.set_disk_full(full);
    }
    if let Some(point) = request.abort_at {
        faults.set_abort_at(point);
    }
    if let Some(held) = request.hold_commits {
        faults.set_commits_held(held);
    }
    if let Some(held) = request.await_held_commit {
        faults.commit_is_held(held).await;
    }
    StatusCode::NO_CONTENT
}

/// How often requests have asked the store so far.
async fn questions(State(state): State<AppState>) -> Json<u64> {
    Json(state.testing.faults.questions())
}

async fn panic() -> StatusCode {
    panic!("a test asked for it");
}

/// Cuts the connection after the work is committed and before the answer is sent.
async fn lose_answers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let refresh = request.method() == Method::POST && request.uri().path() == routes::REFRESH;
    let response = next.run(request).await;
    if refresh && state.testing.faults.takes_this_answer() {
        // An answer whose body breaks before its first byte ends the connection without headers being usable.
        return Response::new(Body::from_stream(futures::stream::once(async {
            Err::<axum::body::Bytes, _>(std::io::Error::other("a test has cut the connection"))
        })));
    }
    response
}
