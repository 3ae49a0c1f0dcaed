//! HTTP: turns requests into use cases of [`crate::auth`] and their outcomes into answers. [`router`] is the whole of it:
//! every route and every layer, in the order in which a request meets them.
//!
//! What never lives here: a decision about a session, SQL.

mod cookie;
mod device;
mod error;
mod extract;
mod middleware;
mod pages;
mod routes;
#[cfg(feature = "test-support")]
mod testing;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{delete, get, post},
};
use ipnet::IpNet;
use sessionkeep_types::routes as path;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

pub(crate) use pages::Client;

use crate::{
    auth::Auth,
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
}

#[cfg(feature = "test-support")]
pub(crate) use testing::Testing;

/// Every route, and the layers around them. The layer named last meets a request first.
pub(crate) fn router(state: AppState, client: Option<Client>) -> Router {
    let api = Router::new()
        .route(path::REGISTER, post(routes::register::register))
        .route(path::LOGIN, post(routes::login::login))
        .route(path::REFRESH, post(routes::refresh::refresh))
        .route(path::LOGOUT, post(routes::logout::logout))
        .route(path::PASSWORD, post(routes::password::change))
        .route(path::ME, get(routes::me::me).patch(routes::me::rename).delete(routes::me::delete))
        .route(path::MY_EVENTS, get(routes::activity::activity))
        .route(path::SESSIONS, get(routes::sessions::list).delete(routes::sessions::end_others))
        .route(path::SESSION, delete(routes::sessions::end))
        .route(path::ADMIN_USERS, get(routes::admin::users::list))
        .route(path::ADMIN_USER, get(routes::admin::users::find).patch(routes::admin::users::change))
        .route(path::ADMIN_USER_SESSIONS, get(routes::admin::sessions::list).delete(routes::admin::sessions::end))
        .route(path::ADMIN_EVENTS, get(routes::admin::events::list))
        .route(path::ADMIN_EVENTS_STREAM, get(routes::admin::events::stream))
        .route(path::READYZ, get(routes::health::readyz))
        .route_layer(from_fn_with_state(state.clone(), middleware::keys::require))
        .route(path::JWKS, get(routes::jwks::jwks))
        .route(path::HEALTHZ, get(routes::health::healthz));
    #[cfg(feature = "test-support")]
    let api = testing::add(api, &state);
    let api = api
        .route("/api", axum::routing::any(routes::not_found))
        .route("/api/{*rest}", axum::routing::any(routes::not_found))
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(state.clone());
    let all = match client {
        Some(client) => api.merge(pages::router(&client)),
        None => api.fallback(routes::not_found),
    };
    all.layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(state.clone(), middleware::headers::add))
        .layer(from_fn(middleware::error_body::render))
        .layer(from_fn(middleware::log::log))
        .layer(from_fn_with_state(state, middleware::request_id::assign))
}
