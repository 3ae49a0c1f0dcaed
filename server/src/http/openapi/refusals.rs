//! What requests are refused with, for the document: each handler names the groups of its extractors, and the error of its use case.
//! Where that error has variants that the handler cannot meet, the handler names groups alone.
//! A status with the same codes in many places is described once, in the document's components.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use sessionkeep_types::{ErrorBody, ErrorCode};
use utoipa::{
    ToSchema as _,
    openapi::{
        Content, Header, Ref, RefOr, Response, ResponseBuilder, Type,
        schema::{AllOfBuilder, ObjectBuilder},
    },
};

use crate::http::error::Refusal;

/// Any request can meet these.
pub(in crate::http) const ALWAYS: &[Refusal] = &[
    (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal),
    (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable),
];
/// The origin rule, and the header rule where the cookie is the credential.
pub(in crate::http) const CSRF: &[Refusal] = &[(StatusCode::FORBIDDEN, ErrorCode::CsrfRejected)];
/// The header that names a refresh attempt.
pub(in crate::http) const ATTEMPT: &[Refusal] = &[(StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest)];
/// A body that nobody needs must be JSON all the same.
pub(in crate::http) const NO_BODY: &[Refusal] = &[
    (StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest),
    (StatusCode::REQUEST_TIMEOUT, ErrorCode::RequestTimeout),
    (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType),
];
/// A JSON body with fields.
pub(in crate::http) const BODY: &[Refusal] = &[
    (StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest),
    (StatusCode::REQUEST_TIMEOUT, ErrorCode::RequestTimeout),
    (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType),
    (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed),
];
/// The parameters of a list.
pub(in crate::http) const PAGE: &[Refusal] = &[
    (StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest),
    (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed),
];
/// An id in the path: what is no text, and what is nobody's.
pub(in crate::http) const ONE_OF_OURS: &[Refusal] =
    &[(StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest), (StatusCode::NOT_FOUND, ErrorCode::NotFound)];
/// The access token.
pub(in crate::http) const BEARER: &[Refusal] = &[
    (StatusCode::UNAUTHORIZED, ErrorCode::TokenMissing),
    (StatusCode::UNAUTHORIZED, ErrorCode::TokenExpired),
    (StatusCode::UNAUTHORIZED, ErrorCode::TokenStale),
    (StatusCode::FORBIDDEN, ErrorCode::TokenInvalid),
    (StatusCode::FORBIDDEN, ErrorCode::TokenRevoked),
];
/// Beside [`BEARER`]: the role.
pub(in crate::http) const ADMINISTRATOR: &[Refusal] = &[(StatusCode::FORBIDDEN, ErrorCode::Forbidden)];
/// Too often.
pub(in crate::http) const LIMITED: &[Refusal] = &[(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited)];

/// `refused!(Refused: ALWAYS, BEARER; EndSessionsError)` makes the type that stands for these in a handler's `responses(...)`: groups of
/// what the extractors answer, and errors of use cases, whose mapping ([`crate::http::error::refusals`]) has their codes.
macro_rules! refused {
    ($name:ident: $($group:expr),+ $(; $($error:ty),+)? $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses()
            -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::response::Response>> {
                let groups: &[&[$crate::http::error::Refusal]] = &[$($group),+];
                let errors: &[Vec<$crate::http::error::Refusal>] =
                    &[$($(<$error as $crate::http::error::Refuses>::refusals()),+)?];
                $crate::http::openapi::responses(&[groups.concat(), errors.concat()].concat())
            }
        }
    };
}
pub(in crate::http) use refused;

/// What stands in the components: each a status with all codes that it has in many places.
const COMMON: &[(&str, &[Refusal])] = &[
    ("MalformedRequest", &[(StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest)]),
    (
        "Unauthenticated",
        &[
            (StatusCode::UNAUTHORIZED, ErrorCode::TokenMissing),
            (StatusCode::UNAUTHORIZED, ErrorCode::TokenExpired),
            (StatusCode::UNAUTHORIZED, ErrorCode::TokenStale),
        ],
    ),
    ("CsrfRejected", CSRF),
    (
        "TokenRefused",
        &[(StatusCode::FORBIDDEN, ErrorCode::TokenInvalid), (StatusCode::FORBIDDEN, ErrorCode::TokenRevoked)],
    ),
    (
        "NoAdministrator",
        &[
            (StatusCode::FORBIDDEN, ErrorCode::TokenInvalid),
            (StatusCode::FORBIDDEN, ErrorCode::TokenRevoked),
            (StatusCode::FORBIDDEN, ErrorCode::Forbidden),
        ],
    ),
    ("NotFound", &[(StatusCode::NOT_FOUND, ErrorCode::NotFound)]),
    ("RequestTimeout", &[(StatusCode::REQUEST_TIMEOUT, ErrorCode::RequestTimeout)]),
    ("LastAdmin", &[(StatusCode::CONFLICT, ErrorCode::LastAdmin)]),
    ("PayloadTooLarge", &[(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge)]),
    ("UnsupportedMediaType", &[(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType)]),
    ("ValidationFailed", &[(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed)]),
    (
        "PasswordRefused",
        &[
            (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ValidationFailed),
            (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::PasswordTooWeak),
        ],
    ),
    ("RateLimited", LIMITED),
    ("Internal", &[(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal)]),
    ("Unavailable", &[(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable)]),
];

/// The answers for the document's components.
pub(super) fn common() -> impl Iterator<Item = (String, RefOr<Response>)> {
    COMMON.iter().map(|(name, refusals)| {
        let codes: Vec<_> = refusals.iter().map(|(_, code)| code).collect();
        ((*name).to_owned(), RefOr::T(response(refusals[0].0, &codes)))
    })
}

/// One answer a status: the common one where its codes are just these.
pub(in crate::http) fn responses(refusals: &[Refusal]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = BTreeMap::<StatusCode, Vec<&ErrorCode>>::new();
    for (status, code) in refusals {
        let codes = by_status.entry(*status).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let one = |(status, codes): (StatusCode, Vec<&ErrorCode>)| {
        let same = |refusals: &[Refusal]| {
            refusals.len() == codes.len() && refusals.iter().all(|(s, code)| *s == status && codes.contains(&code))
        };
        let answer = match COMMON.iter().find(|(_, refusals)| same(refusals)) {
            Some((name, _)) => RefOr::Ref(Ref::from_response_name(*name)),
            None => RefOr::T(response(status, &codes)),
        };
        (status.as_str().to_owned(), answer)
    };
    by_status.into_iter().map(one).collect()
}

/// The contract's body with one of these codes.
fn response(status: StatusCode, codes: &[&ErrorCode]) -> Response {
    let lines: Vec<_> = codes.iter().map(|code| format!("* `{code}`: {}", meaning(code))).collect();
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(codes.iter().map(|code| code.as_str().to_owned())));
    let body = AllOfBuilder::new()
        .item(Ref::from_schema_name(ErrorBody::name()))
        .item(ObjectBuilder::new().schema_type(Type::Object).property("code", code));
    let mut answer =
        ResponseBuilder::new().description(lines.join("\n")).content("application/json", Content::new(Some(body)));
    if codes.contains(&&ErrorCode::TokenMissing) {
        let text = "RFC 6750, 3. `Bearer`, with `error=\"invalid_token\"` where a token was sent.";
        answer = answer.header(header::WWW_AUTHENTICATE.as_str(), described(Type::String, text));
    }
    if [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status) {
        let text = "When to come back, in seconds.";
        answer = answer.header(header::RETRY_AFTER.as_str(), described(Type::Integer, text));
    }
    answer.build()
}

/// The code's own words, less the status, which stands beside them.
fn meaning(code: &ErrorCode) -> String {
    let meaning = code.meaning();
    let sentence = meaning.split_once(": ").map_or(meaning.as_str(), |(_, sentence)| sentence);
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn described(kind: Type, text: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(kind));
    header.description = Some(text.to_owned());
    header
}
