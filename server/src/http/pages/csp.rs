//! The content security policy: what a page may load and run.

use axum::{
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::Response,
};

/// The policy of a page whose one script has this nonce. `wasm-unsafe-eval` lets WebAssembly be compiled, and no
/// JavaScript. There is no Trusted Types directive because Leptos fills `<template>` elements with its own markup.
pub(super) fn page(nonce: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; \
         img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    ))
    .ok()
}

/// The policy of a worker: its own modules, and its WebAssembly, which it fetches.
pub(super) const WORKER: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'",
);

/// Whatever else is answered here may load nothing at all.
pub(super) async fn nothing_unless_said(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}
