use axum::{
    extract::{Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use sessionkeep_types::{RequestId, routes};

use crate::{http::AppState, ids};

/// Gives the request an id of ours, whatever id it came with, and names it in the answer.
pub(in crate::http) async fn assign(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = RequestId::new(ids::new(state.auth.clock.now(), &*state.auth.random));
    let header = HeaderValue::from_str(id.as_str()).expect("OK because a UUID is ASCII");
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    response.headers_mut().insert(routes::REQUEST_ID_HEADER, header);
    response
}
