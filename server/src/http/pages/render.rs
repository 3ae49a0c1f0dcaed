//! A page becomes HTML. Nothing of the request but its address, its language and theme, and a form that it brought goes into it, and
//! nothing of a session.

use app::{Assets, Brand, Head, Shell, Submitted, root, with_shape};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::{nonce::Nonce, prelude::*};

use super::{brand::Branding, csp::Policies, preferences};

/// A page tells its own origin which page it was, so that the browser names the origin of a form: an older browser, which sends no
/// `Sec-Fetch-Site`, would name `null`.
const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");

/// The paths of all pages.
pub(super) fn paths() -> Vec<String> {
    leptos_axum::generate_route_list(root).iter().map(|route| route.path().to_owned()).collect()
}

/// What every page has in common.
#[derive(Clone)]
pub(super) struct Pages {
    assets: Assets,
    policies: Policies,
    brand: Brand,
    head: Head,
}

/// The pages that somebody may look for. Whatever else there is belongs to a person, or is not there.
const PUBLIC: [&str; 3] = [app::paths::LANDING, app::paths::SIGN_IN, app::paths::SIGN_UP];
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

impl Pages {
    pub(super) fn new(assets: Assets, policies: Policies, branding: &Branding) -> Self {
        Self { assets, policies, brand: branding.brand.clone(), head: branding.head.clone() }
    }

    /// Answers with the page at the request's path, which is "Page not found" where there is none. `submitted` is a form that was
    /// refused.
    pub(super) async fn page(&self, request: Request, submitted: Option<Submitted>) -> Response {
        // A request that names no path (`CONNECT`, `OPTIONS *`) has no page, and Leptos would panic over it.
        if request.uri().path_and_query().is_none() {
            return StatusCode::NOT_FOUND.into_response();
        }
        let is_public = PUBLIC.contains(&request.uri().path());
        let nonce = Nonce::new();
        let policy = self.policies.page(request.headers(), &nonce);
        let (brand, head) = (self.brand.clone(), self.head.clone());
        let appearance = preferences::appearance(request.headers());
        let provide = move || {
            provide_context(nonce.clone());
            provide_context(appearance);
            provide_context(brand.clone());
            provide_context(head.clone());
            if let Some(submitted) = &submitted {
                provide_context(submitted.clone());
            }
        };
        let assets = self.assets.clone();
        let shell = move || view! { <Shell assets=assets.clone() /> };
        let response: Response<Body> = leptos_axum::render_app_async_with_context(provide, shell)(request).await;
        let (parts, body) = response.into_parts();
        let Ok(document) = to_bytes(body, usize::MAX).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let document = with_shape(&String::from_utf8_lossy(&document));
        let mut response = Response::from_parts(parts, document.into());
        let headers = response.headers_mut();
        if !is_public {
            headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
        policy.add(headers);
        response
    }

    /// The same, with the status that belongs to it.
    pub(super) async fn not_found(&self, request: Request) -> Response {
        let mut response = self.page(request, None).await;
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }
}
