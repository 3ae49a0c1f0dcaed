//! The API's description: the document, and a page to try it. The page is Swagger UI, whose files `build.rs` takes from a
//! crate; nothing of it comes from another origin.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{Html, IntoResponse},
};
use sessionkeep_types::routes as path;

use crate::{
    config::PublicOrigin,
    http::{
        AppState,
        openapi::{ALWAYS, DOCUMENT, refused},
        own_origin,
    },
};

/// What the page may do: run its own files, and call our own API. Swagger UI has its pictures in its style sheet, and sets
/// styles through the object model, so it needs no `unsafe-inline`. It writes what is Markdown as text that it has cleaned before,
/// so Trusted Types would stop it.
fn policy(origin: &PublicOrigin, asked: &HeaderMap) -> String {
    let files = format!("{}{}/", own_origin(origin, asked), path::DOCS);
    format!(
        "default-src 'none'; script-src {files}; style-src {files}; img-src data:; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

refused!(Refused: ALWAYS);

/// `GET /api/openapi.json`
#[utoipa::path(
    get,
    path = path::OPENAPI,
    operation_id = "document",
    tag = "service",
    summary = "This document.",
    responses((status = OK, description = "OpenAPI 3.1.", body = Object), Refused)
)]
pub(in crate::http) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// `GET /api/docs`
#[utoipa::path(
    get,
    path = path::DOCS,
    operation_id = "docs",
    tag = "service",
    summary = "A page to try the API.",
    responses((status = OK, description = "The page.", body = String, content_type = "text/html"), Refused)
)]
pub(in crate::http) async fn page(State(state): State<AppState>, asked: HeaderMap) -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, policy(&state.edge.origin, &asked))], Html(include_str!("../docs/index.html")))
}

/// What starts the page.
pub(in crate::http) async fn start() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, JAVASCRIPT)], include_str!("../docs/start.js"))
}

/// Swagger UI's program.
pub(in crate::http) async fn program() -> impl IntoResponse {
    (packed(JAVASCRIPT), include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz")).as_slice())
}

/// Swagger UI's style sheet.
pub(in crate::http) async fn style() -> impl IntoResponse {
    (packed("text/css; charset=utf-8"), include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz")).as_slice())
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// There is no other form of these files: whatever shows a page takes this one.
fn packed(content_type: &'static str) -> [(HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, content_type), (header::CONTENT_ENCODING, "gzip")]
}
