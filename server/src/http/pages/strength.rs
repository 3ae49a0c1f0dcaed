//! The worker that says how hard a new password is to guess (`strength/`): the script that starts it.

use axum::{
    Router,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::IntoResponse as _,
    routing::get,
};

use super::{
    bundle::{Client, Worker},
    csp::Policies,
    files::by_name_alone,
};

/// Answers the script of the worker, where the bundle has one.
pub(super) fn router(client: &Client, policies: Policies) -> Router {
    let Some(Worker { url, script }) = client.worker().cloned() else { return Router::new() };
    let answer = move |asked: HeaderMap| {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/javascript")),
            // Its policy may change while its bytes, and so its name, stay.
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ];
        let mut answer = (headers, script.clone()).into_response();
        // A worker keeps to the policy of its own script.
        policies.worker(&asked).add(answer.headers_mut());
        std::future::ready(answer)
    };
    by_name_alone(Router::new().route(&url, get(answer)))
}
