//! The worker that says how hard a new password is to guess (`strength/`). Trunk gives its files no names of their
//! content, so the script that starts it is written here, with the digests of what it loads.

use axum::{
    Router,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::IntoResponse as _,
    routing::get,
};

use super::{bundle::Client, csp::Policies};

/// Answers the script of the worker, where the bundle has one.
pub(super) fn router(client: &Client, policies: Policies) -> Router {
    let Some((js, wasm)) = client.strength() else { return Router::new() };
    let script = app::start_script(js, wasm);
    let answer = move |asked: HeaderMap| {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/javascript")),
            // Its name stays when what it loads changes.
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ];
        let mut answer = (headers, script.clone()).into_response();
        // A worker keeps to the policy of its own script.
        policies.worker(&asked).add(answer.headers_mut());
        std::future::ready(answer)
    };
    Router::new().route(app::STRENGTH_WORKER, get(answer))
}
