use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::http::AppState;

/// On every answer (OWASP Secure Headers; ASVS 5.0, 3.4).
pub(crate) const ALWAYS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];
/// What is no page needs nothing.
const CSP: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// Two years.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const VARY: HeaderValue = HeaderValue::from_static("accept-language, origin, sec-fetch-site");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Adds the security headers, and `no-store` where nothing else was said (pages and assets say it themselves).
pub(in crate::http) async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api");
    let docs = request.uri().path().starts_with("/api/docs/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(CSP);
    if state.edge.origin.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    if state.leaving.is_cancelled() {
        // The next request on a connection that is kept could meet its end.
        headers.insert(header::CONNECTION, CLOSE);
    }
    if api {
        // The page to try the API has files that are the same for everybody.
        if !docs {
            headers.insert(header::CACHE_CONTROL, NO_STORE);
        }
        headers.append(header::VARY, VARY);
    }
    response
}
