//! The files of the bundle, each under its own route: what is not in the bundle cannot be asked for.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    middleware::Next,
    response::Response,
};
use tower_http::services::ServeFile;

use super::bundle::{ASSETS_PATH, Client};

/// Their names change with their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For names that do not.
const FOR_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

pub(super) fn router(client: &Client) -> Router {
    let hashed = client
        .files()
        .fold(Router::new(), |router, name| router.route_service(&format!("{ASSETS_PATH}{name}"), file(client, name)));
    let named = Router::new()
        .route_service("/favicon.svg", file(client, "favicon.svg"))
        .route_service("/favicon.ico", file(client, "favicon.svg"));
    kept(hashed, FOR_EVER)
        .merge(kept(named, FOR_A_DAY))
        // A page must not stand where a script is expected.
        .route(&format!("{ASSETS_PATH}{{*missing}}"), axum::routing::get(async || StatusCode::NOT_FOUND))
}

/// Compressed beforehand where the build did so, with an `ETag`.
fn file(client: &Client, name: &str) -> ServeFile {
    ServeFile::new(client.directory().join(name)).precompressed_br().precompressed_gzip()
}

/// Only a file that is there may be kept: a 404 that is remembered for a year would outlive its repair.
fn kept(files: Router, for_how_long: HeaderValue) -> Router {
    files.layer(axum::middleware::from_fn(move |request: Request, next: Next| {
        let for_how_long = for_how_long.clone();
        async move {
            let mut response: Response = next.run(request).await;
            if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
                response.headers_mut().insert(CACHE_CONTROL, for_how_long);
            }
            response
        }
    }))
}
