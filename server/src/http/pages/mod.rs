//! The pages: the only module of the server that knows `app`.
//!
//! Renders them, hands out the files of the browser's bundle, and answers the forms that a browser sends itself. A page never looks at
//! a cookie of the session, which is restored in the browser.

mod brand;
mod bundle;
mod csp;
mod discovery;
mod files;
mod forms;
mod preferences;
mod redirects;
mod render;
mod strength;
mod submitted;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::HeaderMap,
    response::Redirect,
    routing::{get, post},
};
use tower_http::compression::CompressionLayer;

use brand::Branding;
pub(crate) use bundle::Client;
use csp::Policies;
use render::Pages;

use super::AppState;
use crate::config::PublicOrigin;

/// Everything that is not the API. Its fallback is the page that says that there is no such page.
pub(crate) fn router(client: &Client, state: &AppState) -> Router {
    let policies = Policies::new(&state.edge.origin);
    let branding = Branding::new(&state.edge.brand);
    let pages = Pages::new(client.assets().clone(), policies.clone(), &branding);
    let page = {
        let pages = pages.clone();
        get(async move |request: Request| pages.page(request, None).await)
    };
    let paths = render::paths();
    let others = paths.iter().filter(|path| !forms::PAGES.contains(&path.as_str()));
    let pages_alone = paths.iter().fold(Router::new(), |router, path| match branding.home() {
        Some(home) if path == app::paths::LANDING => {
            let home = Redirect::temporary(home);
            router.route(path, get(async || home))
        }
        _ => router.route(path, page.clone()),
    });
    others
        .fold(pages_alone, |router, path| router.route(path, post(submitted::submitted)))
        .merge(forms::router(&pages, state))
        .merge(language(&state.edge.origin))
        .merge(files::router(client))
        .merge(branding.router())
        .merge(discovery::router(&branding, &state.edge.origin, Arc::clone(&state.auth.clock)))
        .merge(redirects::router(&paths))
        .merge(strength::router(client, policies))
        .fallback(async move |request: Request| pages.not_found(request).await)
        .layer(CompressionLayer::new())
}

fn language(origin: &PublicOrigin) -> Router {
    let origin = origin.clone();
    let switch = move |headers: HeaderMap, form| std::future::ready(preferences::switch(&origin, &headers, form));
    Router::new().route(app::paths::LANGUAGE, post(switch))
}
