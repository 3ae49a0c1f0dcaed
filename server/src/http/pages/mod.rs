//! The pages: the only module of the server that knows `app`.
//!
//! Renders them, hands out the files of the browser's bundle, and answers a form that was sent before its page was
//! ready. It sets no cookie and never looks at one: the session is restored in the browser.

mod bundle;
mod csp;
mod files;
mod render;
mod strength;
mod submitted;

use axum::{Router, routing::get};
use tower_http::compression::CompressionLayer;

pub(crate) use bundle::Client;
use csp::Policies;

use crate::config::PublicOrigin;

/// Everything that is not the API. Its fallback is the page that says that there is no such page.
pub(crate) fn router(client: &Client, origin: &PublicOrigin) -> Router {
    let policies = Policies::new(origin);
    let assets = client.assets().clone();
    let page = {
        let (assets, policies) = (assets.clone(), policies.clone());
        get(move |request| render::page(assets.clone(), policies.clone(), request)).post(submitted::submitted)
    };
    render::paths()
        .iter()
        .fold(Router::new(), |router, path| router.route(path, page.clone()))
        .merge(files::router(client))
        .merge(strength::router(client, policies.clone()))
        .fallback(move |request| render::not_found(assets.clone(), policies.clone(), request))
        .layer(CompressionLayer::new())
}
