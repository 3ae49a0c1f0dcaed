use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use sessionkeep_types::{ErrorCode, RequestId, routes};
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    http::{AppState, error::ApiError, extract::caller},
    metrics::RefreshOutcome,
};

/// One line a request, and a span around all that it does. Neither holds a query, a header or a body: secrets travel there.
pub(in crate::http) async fn log(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("(page or asset)", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    // Of the highest level, or whoever logs warnings alone would not learn of which request they are.
    let (method, route) = (request.method().clone(), path.clone());
    let span = tracing::error_span!("request", %id, %method, path, status = Empty);
    let origin = caller(request.headers(), request.extensions(), &state.edge.trusted_proxies);
    let started = tokio::time::Instant::now();
    async move {
        let response = next.run(request).await;
        let status = response.status().as_u16();
        let took = started.elapsed();
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let error = response.extensions().get::<ApiError>();
        if let Some(error) = error {
            state.audit.refused(&error.code, error.who.as_ref(), &origin);
        }
        let code = error.map(|error| &error.code);
        let metrics = &state.auth.metrics;
        if route == routes::REFRESH
            && let Some(outcome) = refused_before_the_use_case(code)
        {
            metrics.refreshed(outcome);
        }
        let code = code.map(ErrorCode::as_str);
        metrics.answered(&method, &route, status, code, took);
        if route == routes::CSP_REPORT {
            // What is worth a line has one (`audit::violations`): a page that breaks its policy everywhere is loaded often.
            tracing::debug!(status, code, milliseconds, "answered");
        } else {
            tracing::info!(status, code, milliseconds, "answered");
        }
        // For traces, whose spans are all they have.
        Span::current().record("status", status);
        response
    }
    .instrument(span)
    .await
}

/// A refresh that the extractors refused: nobody else knows of it.
fn refused_before_the_use_case(code: Option<&ErrorCode>) -> Option<RefreshOutcome> {
    match code? {
        ErrorCode::CsrfRejected => Some(RefreshOutcome::Csrf),
        ErrorCode::MalformedRequest
        | ErrorCode::MethodNotAllowed
        | ErrorCode::PayloadTooLarge
        | ErrorCode::UnsupportedMediaType => Some(RefreshOutcome::Malformed),
        _ => None,
    }
}
