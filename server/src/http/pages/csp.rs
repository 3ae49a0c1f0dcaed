//! The content security policy: what a page may load and run. `docs/security.md` has a line about each directive.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_SECURITY_POLICY};
use sessionkeep_types::routes::CSP_REPORT;

use super::bundle::ASSETS_PATH;
use crate::{config::PublicOrigin, http::own_origin};

/// What `report-to` names.
const ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");
const ENDPOINT: HeaderValue = HeaderValue::from_static("csp=\"/api/csp-report\"");

/// What a deployment's policies have in common.
#[derive(Clone, Debug)]
pub(super) struct Policies {
    origin: PublicOrigin,
}

/// A policy, with the header that says where its reports go.
#[derive(Debug)]
pub(super) struct Policy {
    text: String,
    endpoint: bool,
}

impl Policies {
    /// For pages of this origin.
    pub(super) fn new(origin: &PublicOrigin) -> Self {
        Self { origin: origin.clone() }
    }

    /// The policy of a page whose one script has this nonce. Scripts are the bundle's alone: what else this origin has, such as
    /// the programs of `/api/docs`, is not run in a page. `wasm-unsafe-eval` lets WebAssembly be compiled, and no JavaScript.
    /// There is no Trusted Types directive because Leptos fills `<template>` elements with its own markup.
    pub(super) fn page(&self, asked: &HeaderMap, nonce: &str) -> Policy {
        let bundle = self.bundle(asked);
        self.finished(&format!(
            "default-src 'none'; script-src {bundle} 'nonce-{nonce}' 'wasm-unsafe-eval'; worker-src {bundle}; \
             connect-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; \
             base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
        ))
    }

    /// The policy of a worker: its own modules, and its WebAssembly, which it fetches.
    pub(super) fn worker(&self, asked: &HeaderMap) -> Policy {
        let bundle = self.bundle(asked);
        self.finished(&format!(
            "default-src 'none'; script-src {bundle} 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'"
        ))
    }

    /// The bundle's files. A path needs an origin before it: `'self'` takes none. No source can name an IPv6 address (CSP 3,
    /// 2.3.1), so that a developer who opens `http://[::1]` has the whole origin.
    fn bundle(&self, asked: &HeaderMap) -> String {
        let origin = own_origin(&self.origin, asked);
        if origin.contains('[') { "'self'".to_owned() } else { format!("{origin}{ASSETS_PATH}") }
    }

    /// Nothing else on a developer's machine is https, and reports by `report-to` are not sent from there either: a browser
    /// that knows it would send none.
    fn finished(&self, directives: &str) -> Policy {
        let https = self.origin.is_https();
        let only_https = if https { " upgrade-insecure-requests; report-to csp;" } else { "" };
        Policy { text: format!("{directives};{only_https} report-uri {CSP_REPORT}"), endpoint: https }
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
    use axum::http::header::HOST;

    use super::*;

    fn policies(origin: &str) -> Policies {
        let environment = [
            ("PUBLIC_ORIGIN", origin),
            ("ACCESS_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
            ("REFRESH_TOKEN_SECRET", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let sources = crate::config::Sources::new(std::collections::HashMap::new(), environment).expect("sources");
        Policies::new(&crate::config::Settings::load(&sources).expect("settings").public_origin)
    }

    fn asked(host: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))])
    }

    /// XS-01
    #[test]
    fn an_https_origin_upgrades_and_names_an_endpoint() {
        let mut headers = HeaderMap::new();
        policies("https://id.example.com").page(&asked("a;b.example"), "n").add(&mut headers);
        assert_eq!(
            headers[CONTENT_SECURITY_POLICY],
            "default-src 'none'; script-src https://id.example.com/assets/ 'nonce-n' 'wasm-unsafe-eval'; \
             worker-src https://id.example.com/assets/; connect-src 'self'; \
             style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; \
             form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests; report-to csp; \
             report-uri /api/csp-report"
        );
        assert_eq!(headers[ENDPOINTS], format!("csp=\"{CSP_REPORT}\"").as_str());
    }

    /// XS-01
    #[test]
    fn a_developers_machine_has_neither_and_is_named_as_it_was_asked() {
        let mut headers = HeaderMap::new();
        policies("http://localhost:3000").worker(&asked("127.0.0.1:3001")).add(&mut headers);
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.contains("script-src http://127.0.0.1:3001/assets/ 'wasm-unsafe-eval';"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'; report-uri /api/csp-report"), "{policy}");
        assert!(!headers.contains_key(ENDPOINTS));
    }

    #[test]
    fn what_is_no_nonce_makes_no_policy() {
        let mut headers = HeaderMap::new();
        policies("http://localhost:3000").page(&HeaderMap::new(), "\n").add(&mut headers);
        assert!(headers.is_empty(), "`nothing_unless_said` has the last word");
    }
}
