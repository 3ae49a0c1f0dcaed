//! A page becomes HTML. Nothing of the request but its address goes into it, and nothing of a session.

use app::{Assets, Shell, root};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::{nonce::Nonce, prelude::*};

use super::csp::Policies;

/// The paths of all pages.
pub(super) fn paths() -> Vec<String> {
    leptos_axum::generate_route_list(root).iter().map(|route| route.path().to_owned()).collect()
}

/// Answers with the page at the request's path, which is "Page not found" where there is none.
pub(super) async fn page(assets: Assets, policies: Policies, request: Request) -> Response {
    // A request that names no path (`CONNECT`, `OPTIONS *`) has no page, and Leptos would panic over it.
    if request.uri().path_and_query().is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let nonce = Nonce::new();
    let policy = policies.page(request.headers(), &nonce);
    let provide = move || provide_context(nonce.clone());
    let shell = move || view! { <Shell assets=assets.clone() /> };
    let mut response: Response<Body> = leptos_axum::render_app_async_with_context(provide, shell)(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    policy.add(headers);
    response
}

/// The same, with the status that belongs to it.
pub(super) async fn not_found(assets: Assets, policies: Policies, request: Request) -> Response {
    let mut response = page(assets, policies, request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
