//! The OpenAPI document: made of the routes (`#[utoipa::path]` on each handler) and of the types (their feature `openapi`).
//!
//! `docs/openapi.json` is what it says, for who reads it here; a test compares the two.

mod params;
mod refusals;
#[cfg(test)]
mod tests;

pub(super) use params::{BeforeAccount, BeforeEvent, BeforeSession};
pub(super) use refusals::{
    ADMINISTRATOR, ALWAYS, ATTEMPT, BEARER, BODY, CSRF, LIMITED, NO_BODY, ONE_OF_OURS, PAGE, refused, responses,
};

use std::sync::LazyLock;

use sessionkeep_types::{EndReason, ErrorBody, ErrorCode, RequestId, routes as path};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        Components, Header, OpenApiVersion, PathItem, Ref, RefOr, Response,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::brand::DEFAULT_NAME;

/// What the document says beside what stands on the handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sessionkeep",
        description = include_str!("about.md"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(ErrorBody, ErrorCode, EndReason, RequestId)),
    tags(
        (name = "authentication", description = "Signing up, in and out, and what follows from having done so."),
        (name = "account", description = "One's own account and sessions."),
        (name = "administration", description = "Everybody's accounts, sessions and events."),
        (name = "service", description = "What programs ask: keys, health, and this document."),
    )
)]
struct Frame;

/// The document as it is served, printed and committed.
pub(crate) static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let text = document().to_pretty_json().expect("OK because every part of it is a plain value");
    without_links(&text) + "\n"
});

/// The document under the operator's name.
pub(super) fn named(name: &str) -> String {
    let title = |name: &str| format!("\"title\": {}", serde_json::Value::from(name));
    DOCUMENT.replacen(&title(DEFAULT_NAME), &title(name), 1)
}

/// The types' comments are written for `rustdoc` too: where it has links, a reader of the document sees the name alone, and
/// nothing where the link says which route a type belongs to.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        let (name, after) = link.split_once("`]").expect("OK because a link that begins ends");
        match (before.rsplit_once(" ("), after.strip_prefix(')')) {
            (Some((before, _)), Some(after)) if name.starts_with("crate::routes::") => {
                plain.push_str(before);
                rest = after;
            }
            _ => {
                plain.extend([before, "`", name.trim_start_matches("crate::"), "`"]);
                rest = after;
            }
        }
    }
    plain + rest
}

/// The document: the frame, the routes, and what all answers have in common.
fn document() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    for routes in [super::guarded(), super::open()] {
        document.merge(routes.into_openapi());
    }
    // Said and not left to a default: tools that read 3.2 are few, and nothing here needs it.
    document.openapi = OpenApiVersion::Version31;
    let components = document.components.get_or_insert_with(Components::new);
    components.responses.extend(refusals::common());
    components.headers.insert("RequestId".to_owned(), request_id().into());
    components.add_security_scheme(ACCESS_TOKEN, access_token());
    components.add_security_scheme(REFRESH_TOKEN, refresh_token());
    components.add_security_scheme(COMPANION, companion());
    let common = components.responses.values_mut();
    let own = document.paths.paths.values_mut().flat_map(operations);
    own.flat_map(|operation| operation.responses.responses.values_mut()).chain(common).for_each(name_the_request);
    document
}

/// The name of the scheme in the document, as on the handlers.
const ACCESS_TOKEN: &str = "accessToken";
/// The same for the cookie.
const REFRESH_TOKEN: &str = "refreshToken";
/// The same for the cookie beside it.
const COMPANION: &str = "companion";

fn access_token() -> SecurityScheme {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("What signing up, signing in and refreshing give. Lives 15 minutes at most."))
        .build();
    SecurityScheme::Http(scheme)
}

fn refresh_token() -> SecurityScheme {
    let description = "Set by the server, and read by nobody else: a browser sends it by itself, to `/api/auth` alone. The name has the \
                       strongest prefix that the deployment allows: `__Secure-` on https, unless it is configured otherwise.";
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("refreshToken", description)))
}

fn companion() -> SecurityScheme {
    let description = "Set by the server on https, together with the refresh token, which counts only beside it. A program that is no \
                       browser sends both back.";
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("__Host-Http-sessionCompanion", description)))
}

/// The header that every answer has.
fn request_id() -> Header {
    let mut header = Header::new(Ref::from_schema_name(RequestId::name()));
    header.description = Some("Names the request in the server's log.".to_owned());
    header
}

fn name_the_request(response: &mut RefOr<Response>) {
    if let RefOr::T(response) = response {
        let name = path::REQUEST_ID_HEADER.to_owned();
        response.headers.insert(name, RefOr::Ref(Ref::new("#/components/headers/RequestId")));
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
