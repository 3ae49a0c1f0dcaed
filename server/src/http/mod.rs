//! HTTP: turns requests into use cases of [`crate::auth`] and their outcomes into answers. [`router`] is the whole of it:
//! every route and every layer, in the order in which a request meets them.
//!
//! What never lives here: a decision about a session, SQL.

mod cookie;
mod device;
mod error;
mod extract;
mod middleware;
mod openapi;
mod pages;
mod routes;
#[cfg(feature = "test-support")]
mod testing;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, header},
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use extract::hop_address;
pub(crate) use middleware::headers::ALWAYS as SECURITY_HEADERS;
pub(crate) use openapi::DOCUMENT;
pub(crate) use pages::Client;

use crate::{
    audit::{Audit, violations::Violations},
    auth::Auth,
    brand::Brand,
    config::{CookieSettings, PublicOrigin},
    keys::Keys,
};

/// More than any request of ours needs, less than what would hurt.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// A request that takes longer is given up; a client repeats it safely.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What handlers need.
#[derive(Clone)]
pub(crate) struct AppState {
    /// The use cases.
    pub(crate) auth: Arc<Auth>,
    /// Who is told of refusals.
    pub(crate) audit: Arc<Audit>,
    /// Who is told what browsers have blocked.
    pub(crate) violations: Arc<Violations>,
    /// How the deployment is seen from outside.
    pub(crate) edge: Arc<Edge>,
    /// What access tokens are signed and verified with.
    pub(crate) access_keys: Keys,
    /// The same for refresh tokens.
    pub(crate) refresh_keys: Keys,
    /// Cancelled when nobody shall send requests here any more.
    pub(crate) leaving: CancellationToken,
    /// Cancelled when the server begins to stop: what streams without end ends.
    pub(crate) closing: CancellationToken,
    /// What a test has broken.
    #[cfg(feature = "test-support")]
    pub(crate) testing: Arc<testing::Testing>,
}

/// How the deployment is seen from outside.
#[derive(Debug)]
pub(crate) struct Edge {
    /// The one browser origin.
    pub(crate) origin: PublicOrigin,
    /// The refresh token's cookie.
    pub(crate) cookie: CookieSettings,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Whose product it is.
    pub(crate) brand: Brand,
}

/// The origin at which a browser sees the answer to a request with these headers. A developer's machine has several names, of
/// which [`middleware::head::check`] lets no other pass.
fn own_origin(origin: &PublicOrigin, asked: &HeaderMap) -> String {
    let host = asked.get(header::HOST).and_then(|host| host.to_str().ok());
    match host.filter(|_| origin.is_loopback_http()) {
        Some(host) => format!("http://{host}"),
        None => origin.as_str().to_owned(),
    }
}

#[cfg(feature = "test-support")]
pub(crate) use testing::Testing;

/// The routes that need the keys. What is added here and in [`open`] stands in the document; nothing else does.
fn guarded() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::register::register))
        .routes(routes!(routes::login::login))
        .routes(routes!(routes::refresh::refresh))
        .routes(routes!(routes::logout::logout))
        .routes(routes!(routes::password::change))
        .routes(routes!(routes::connection::connection))
        .routes(routes!(routes::me::me, routes::me::rename, routes::me::delete))
        .routes(routes!(routes::activity::activity))
        .routes(routes!(routes::review::dismiss))
        .routes(routes!(routes::export::export))
        .routes(routes!(routes::sessions::list, routes::sessions::end_others))
        .routes(routes!(routes::sessions::end))
        .routes(routes!(routes::admin::users::list))
        .routes(routes!(routes::admin::users::find, routes::admin::users::change))
        .routes(routes!(routes::admin::sessions::list, routes::admin::sessions::end))
        .routes(routes!(routes::admin::events::list))
        .routes(routes!(routes::admin::events::stream))
        .routes(routes!(routes::health::readyz))
}

/// The routes that do not.
fn open() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::jwks::jwks))
        .routes(routes!(routes::docs::document))
        .routes(routes!(routes::docs::page))
        .routes(routes!(routes::csp_report::report))
        .routes(routes!(routes::health::healthz))
}

/// Every route, and the layers around them. The layer named last meets a request first.
pub(crate) fn router(state: AppState, client: Option<Client>) -> Router {
    let (guarded, _) = guarded().split_for_parts();
    let (open, _) = open().split_for_parts();
    let api = guarded.route_layer(from_fn_with_state(state.clone(), middleware::keys::require)).merge(open);
    #[cfg(feature = "test-support")]
    let api = testing::add(api, &state);
    let api = api
        // The page's files are the page's own.
        .route("/api/docs/{file}", get(routes::docs::file))
        .route("/api", axum::routing::any(routes::not_found))
        .route("/api/{*rest}", axum::routing::any(routes::not_found))
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(state.clone());
    let all = match client {
        Some(client) => api.merge(pages::router(&client, &state)),
        None => api.fallback(routes::not_found),
    };
    all.layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(middleware::to_its_end::take))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(state.clone(), middleware::head::check))
        .layer(from_fn_with_state(state.clone(), middleware::headers::add))
        .layer(from_fn(middleware::error_body::render))
        .layer(from_fn_with_state(state.clone(), middleware::log::log))
        // A second time, so that what is given up is told and counted as well.
        .layer(from_fn(middleware::to_its_end::take))
        .layer(from_fn_with_state(state, middleware::request_id::assign))
}
