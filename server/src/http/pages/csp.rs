//! The content security policy: what a page may load and run. `docs/security.md` has a line about each directive.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_SECURITY_POLICY};
use sessionkeep_types::routes::CSP_REPORT;

/// What `report-to` names.
const ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");
const ENDPOINT: HeaderValue = HeaderValue::from_static("csp=\"/api/csp-report\"");

/// What a deployment's policies have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policies {
    https: bool,
}

/// A policy, with the header that says where its reports go.
#[derive(Debug)]
pub(super) struct Policy {
    text: String,
    endpoint: bool,
}

impl Policies {
    /// For an origin that is https, or a developer's machine.
    pub(super) fn new(https: bool) -> Self {
        Self { https }
    }

    /// The policy of a page whose one script has this nonce. `wasm-unsafe-eval` lets WebAssembly be compiled, and no
    /// JavaScript. There is no Trusted Types directive because Leptos fills `<template>` elements with its own markup.
    pub(super) fn page(self, nonce: &str) -> Policy {
        self.finished(&format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; worker-src 'self'; \
             connect-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; \
             base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
        ))
    }

    /// The policy of a worker: its own modules, and its WebAssembly, which it fetches.
    pub(super) fn worker(self) -> Policy {
        self.finished(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'",
        )
    }

    /// Nothing else on a developer's machine is https, and reports by `report-to` are not sent from there either: a browser
    /// that knows it would send none.
    fn finished(self, directives: &str) -> Policy {
        let only_https = if self.https { " upgrade-insecure-requests; report-to csp;" } else { "" };
        Policy { text: format!("{directives};{only_https} report-uri {CSP_REPORT}"), endpoint: self.https }
    }
}

impl Policy {
    /// A policy that is no header value is left out, and with it everything that the page may do.
    pub(super) fn add(self, headers: &mut HeaderMap) {
        let Ok(policy) = HeaderValue::try_from(self.text) else { return };
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        if self.endpoint {
            headers.insert(ENDPOINTS, ENDPOINT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// XS-01
    #[test]
    fn an_https_origin_upgrades_and_names_an_endpoint() {
        let mut headers = HeaderMap::new();
        Policies::new(true).page("n").add(&mut headers);
        assert_eq!(
            headers[CONTENT_SECURITY_POLICY],
            "default-src 'none'; script-src 'self' 'nonce-n' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
             style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; \
             form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests; report-to csp; \
             report-uri /api/csp-report"
        );
        assert_eq!(headers[ENDPOINTS], format!("csp=\"{CSP_REPORT}\"").as_str());
    }

    /// XS-01
    #[test]
    fn a_developers_machine_has_neither() {
        let mut headers = HeaderMap::new();
        Policies::new(false).worker().add(&mut headers);
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.ends_with("frame-ancestors 'none'; report-uri /api/csp-report"), "{policy}");
        assert!(!headers.contains_key(ENDPOINTS));
    }

    #[test]
    fn what_is_no_nonce_makes_no_policy() {
        let mut headers = HeaderMap::new();
        Policies::new(false).page("\n").add(&mut headers);
        assert!(headers.is_empty(), "`nothing_unless_said` has the last word");
    }
}
