use std::panic::resume_unwind;

use axum::{extract::Request, middleware::Next, response::Response};
use tokio::spawn;
use tracing::Instrument as _;

use crate::presence;

/// Whatever may change something goes on when its client goes away, or has waited too long: what is committed is told and
/// counted then, too, and who lost an answer is not taken for somebody who guesses. What only waits for its turn is told that it may
/// give up ([`presence`]).
pub(in crate::http) async fn take(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let gone = presence::token();
    // The guard cancels `gone` when the client disconnects. After the answer it has no effect.
    let _guard = gone.clone().drop_guard();
    match spawn(presence::of(gone, next.run(request)).in_current_span()).await {
        Ok(response) => response,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The program ends.
            Err(_) => std::future::pending().await,
        },
    }
}
