use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use sessionkeep_types::RequestId;
use tracing::Instrument as _;

use crate::http::error::ApiError;

/// One line a request, and a span around all that it does. Neither holds a query, a header or a body: secrets travel there.
pub(in crate::http) async fn log(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("(page or asset)", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    // Of the highest level, or whoever logs warnings alone would not learn of which request they are.
    let span = tracing::error_span!("request", %id, method = %request.method(), path);
    let started = tokio::time::Instant::now();
    async move {
        let response = next.run(request).await;
        let status = response.status().as_u16();
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let code = response.extensions().get::<ApiError>().map(|error| error.code.as_str().to_owned());
        tracing::info!(status, code, milliseconds, "answered");
        response
    }
    .instrument(span)
    .await
}
