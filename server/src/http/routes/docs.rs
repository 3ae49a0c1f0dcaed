//! The API's description: the document, and a page to try it. The page is Swagger UI, whose files `build.rs` takes from a
//! crate, in the colours of the pages; nothing of it comes from another origin.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use sessionkeep_types::routes as path;

use crate::{
    brand::{Brand, Format, Logo, TOKENS, fingerprint},
    config::PublicOrigin,
    http::{
        AppState,
        error::ApiError,
        openapi::{self, ALWAYS, refused},
        own_origin,
    },
};

/// What the page may do: run its own files, and call our own API. Swagger UI has its pictures in its style sheet, and sets
/// styles through the object model, so it needs no `unsafe-inline`. It writes what is Markdown as text that it has cleaned before,
/// so Trusted Types would stop it.
fn policy(origin: &PublicOrigin, asked: &HeaderMap) -> String {
    let files = format!("{}{}/", own_origin(origin, asked), path::DOCS);
    format!(
        "default-src 'none'; script-src {files}; style-src {files}; img-src {files} data:; connect-src 'self'; base-uri 'none'; \
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
    summary = "Get this document",
    responses((status = OK, description = "OpenAPI 3.1.", body = Object), Refused)
)]
pub(in crate::http) async fn document(State(state): State<AppState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi::named(&state.edge.brand.name))
}

/// `GET /api/docs`
#[utoipa::path(
    get,
    path = path::DOCS,
    operation_id = "docs",
    tag = "service",
    summary = "Open a page to try the API",
    responses((status = OK, description = "The page.", body = String, content_type = "text/html"), Refused)
)]
pub(in crate::http) async fn page(State(state): State<AppState>, asked: HeaderMap) -> impl IntoResponse {
    let brand = &state.edge.brand;
    let html = include_str!("../docs/index.html")
        .replace("{name}", &escaped(&brand.name))
        .replace("{home}", &escaped(brand.home.as_deref().unwrap_or("/")))
        .replace("{logo}", &logo(brand).url());
    let html = [&*PROGRAM, &*SWAGGER_STYLE, &*START, &style(brand)]
        .into_iter()
        .fold(html, |html, file| html.replace(&format!("{{{}}}", file.name()), &file.url()));
    ([(header::CONTENT_SECURITY_POLICY, policy(&state.edge.origin, &asked))], Html(html))
}

/// The page's own files. What has another name is not there.
pub(in crate::http) async fn file(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let brand = &state.edge.brand;
    let (style, logo) = (style(brand), logo(brand));
    let file = [&*PROGRAM, &*SWAGGER_STYLE, &*START, &style, &logo].into_iter().find(|file| file.file_name() == name);
    Ok(file.ok_or_else(ApiError::not_found)?.answer())
}

/// A file of the page. Its address has a digest of its content, so that a browser may keep it.
struct File {
    stem: &'static str,
    extension: &'static str,
    content: Cow<'static, [u8]>,
    digest: String,
}

/// Swagger UI's program.
static PROGRAM: LazyLock<File> = LazyLock::new(|| {
    let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));
    File::new("swagger-ui-bundle", "js", packed)
});

/// Swagger UI's style sheet.
static SWAGGER_STYLE: LazyLock<File> = LazyLock::new(|| {
    let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));
    File::new("swagger-ui", "css", packed)
});

/// What starts the page.
static START: LazyLock<File> =
    LazyLock::new(|| File::new("start", "js", include_bytes!("../docs/start.js").as_slice()));

/// The page's own style sheet: Swagger UI's below the tokens of all pages, and the operator's colours.
fn style(brand: &Brand) -> File {
    let accent = brand.accent.map(|accent| format!(":root{{{}}}\n", accent.css())).unwrap_or_default();
    let import = format!("@import url(\"{}\") layer(swagger);\n", SWAGGER_STYLE.url());
    File::new("docs", "css", [&import, TOKENS, &accent, include_str!("../docs/docs.css")].concat().into_bytes())
}

fn logo(brand: &Brand) -> File {
    File::new("logo", brand.logo.format.extension(), brand.logo.bytes.to_vec())
}

impl File {
    fn new(stem: &'static str, extension: &'static str, content: impl Into<Cow<'static, [u8]>>) -> Self {
        let content = content.into();
        let digest = fingerprint(&content);
        Self { stem, extension, content, digest }
    }

    /// As the page's source refers to it.
    fn name(&self) -> String {
        format!("{}.{}", self.stem, self.extension)
    }

    fn file_name(&self) -> String {
        format!("{}-{}.{}", self.stem, self.digest, self.extension)
    }

    fn url(&self) -> String {
        format!("{}/{}", path::DOCS, self.file_name())
    }

    fn answer(&self) -> Response {
        let kind = match self.extension {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => Format::Svg.content_type(),
            "png" => Format::Png.content_type(),
            _ => Format::WebP.content_type(),
        };
        let mut answer = self.content.clone().into_owned().into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, FOR_EVER);
        // There is no other form of these files: whatever shows a page takes this one.
        if self.content.starts_with(GZIP) {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if self.stem == "logo" {
            headers.insert(header::CONTENT_SECURITY_POLICY, Logo::POLICY);
        }
        answer
    }
}

/// RFC 1952, 2.3.1.
const GZIP: &[u8] = &[0x1f, 0x8b];
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A name cannot hold `<`, and an address no quote.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}
