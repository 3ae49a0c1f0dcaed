//! What programs look for by themselves in every product: search engines, phones, and people who found a weakness.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{brand::Branding, files::FOR_A_DAY};
use crate::{
    clock::{Clock, rfc3339},
    config::PublicOrigin,
    session::UnixMillis,
};

const SECURITY: &str = "/.well-known/security.txt";
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// Pages that are nobody's business answer `noindex`, which a search engine reads only where it may look.
const ROBOTS: &str = "User-agent: *\nDisallow: /api/\n";
/// RFC 9116, 2.5.5, recommends less than a year.
const GOOD_FOR: Duration = Duration::from_hours(180 * 24);

/// The files.
pub(super) fn router(branding: &Branding, origin: &PublicOrigin, clock: Arc<dyn Clock>) -> Router {
    let manifest = branding.manifest().to_string();
    let contact = contact(branding.brand.support.as_deref(), origin);
    let origin = origin.as_str().to_owned();
    Router::new()
        .route("/robots.txt", get(async || kept(TEXT, ROBOTS.to_owned())))
        .route(app::MANIFEST, get(async move || kept(HeaderValue::from_static("application/manifest+json"), manifest)))
        .route(
            SECURITY,
            get(async move || match contact {
                Some(contact) => ([(CONTENT_TYPE, TEXT)], security(&contact, &origin, clock.now())).into_response(),
                None => StatusCode::NOT_FOUND.into_response(),
            }),
        )
}

fn kept(kind: HeaderValue, text: String) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, FOR_A_DAY)], text).into_response()
}

/// RFC 9116, 2.5.3: an address of the web must be encrypted.
fn contact(support: Option<&str>, origin: &PublicOrigin) -> Option<String> {
    let support = support?;
    let contact = if support.starts_with('/') { format!("{}{support}", origin.as_str()) } else { support.to_owned() };
    (contact.starts_with("https:") || contact.starts_with("mailto:")).then_some(contact)
}

/// RFC 9116.
fn security(contact: &str, origin: &str, now: UnixMillis) -> String {
    let expires = rfc3339(now.plus(GOOD_FOR));
    format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {origin}{SECURITY}\n")
}

/// Web Application Manifest: a bookmark on a phone. It opens in the browser, where a person sees whose page asks for a password.
pub(super) fn manifest<'icon>(
    name: &str,
    page: &str,
    icons: impl Iterator<Item = (&'icon str, &'static str, Option<String>)>,
) -> Value {
    let icons: Vec<Value> = icons
        .map(|(url, kind, sizes)| match sizes {
            Some(sizes) => json!({"src": url, "type": kind, "sizes": sizes}),
            None => json!({"src": url, "type": kind}),
        })
        .collect();
    json!({
        "name": name,
        "short_name": name,
        "start_url": app::paths::ACCOUNT,
        "scope": "/",
        "display": "browser",
        "theme_color": page,
        "background_color": page,
        "icons": icons,
    })
}
