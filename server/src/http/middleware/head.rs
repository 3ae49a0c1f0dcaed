use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use crate::{
    connections::MAX_HEADER_BYTES,
    http::{AppState, error::ApiError},
    loopback,
};

/// Refuses a head that is too large, and on a loopback origin one that was sent to another host ([`loopback`]).
pub(in crate::http) async fn check(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if length(&request) > MAX_HEADER_BYTES {
        return Err(ApiError::head_too_large());
    }
    if state.edge.origin.is_loopback_http() && !loopback::is_asked(request.uri(), request.headers()) {
        return Err(ApiError::misdirected());
    }
    Ok(next.run(request).await)
}

/// The bytes of the head as HTTP/1.1 writes it. The connection's own buffer ends later: it grows in steps.
fn length(request: &Request) -> usize {
    const LINE: usize = " HTTP/1.1\r\n".len();
    const FIELD: usize = ": \r\n".len();
    let uri = request.uri();
    let target = uri.path_and_query().map_or(0, |path| path.as_str().len())
        + uri.authority().map_or(0, |authority| "http://".len() + authority.as_str().len());
    let fields: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + FIELD).sum();
    request.method().as_str().len() + 1 + target + LINE + fields + "\r\n".len()
}
