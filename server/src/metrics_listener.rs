//! `GET /metrics`, on a listener of its own: what is told here is for the operator, and nobody who reaches the product shall.

use std::{net::TcpListener, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Auth,
    connections,
    keys::Keys,
    loopback,
    metrics::{KeySample, Sample},
    storage::Watched,
};

/// Prometheus's text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Looks at all that is not counted but is as it is.
pub(crate) struct Sampler {
    /// The use cases, which have the metrics.
    pub(crate) auth: Arc<Auth>,
    /// The store.
    pub(crate) store: Arc<dyn Watched>,
    /// The keys of access tokens.
    pub(crate) access_keys: Keys,
    /// Those of refresh tokens.
    pub(crate) refresh_keys: Keys,
}

impl Sampler {
    async fn sample(&self) -> Sample {
        let now = self.auth.clock.now();
        let keys = |kind, keys: &Keys| KeySample {
            kind,
            age: keys.ring().signing_since(now).map(|since| now.since(since).unwrap_or_default()),
            withdrawn: keys.are_withdrawn(),
        };
        Sample {
            hashing: self.auth.passwords.queue(),
            store: self.store.vitals().await,
            feed_age: self.auth.revocations.age(),
            keys: vec![keys("access", &self.access_keys), keys("refresh", &self.refresh_keys)],
        }
    }
}

/// So many may ask at once.
const SCRAPERS: u32 = 16;

/// Serves until `stop`. A scrape that is under way then is cut off.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    sampler: Arc<Sampler>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let router = Router::new().route("/metrics", get(metrics)).with_state(sampler);
    // Bound elsewhere it is reached by names that this machine does not know.
    let router = if listener.local_addr()?.ip().is_loopback() { router.layer(from_fn(own_names)) } else { router };
    let server = connections::bounded(axum_server::from_tcp(listener)?, SCRAPERS, None);
    stop.run_until_cancelled(server.serve(router.into_make_service())).await.unwrap_or(Ok(()))
}

/// Rejects requests with a foreign `Host`, so that DNS rebinding cannot read the metrics ([`loopback`]).
async fn own_names(request: Request, next: Next) -> Response {
    if loopback::is_asked(request.uri(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "This listener answers for localhost alone.\n").into_response()
    }
}

async fn metrics(State(sampler): State<Arc<Sampler>>) -> impl IntoResponse {
    let sample = sampler.sample().await;
    ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], sampler.auth.metrics.render(&sample))
}
