use axum::http::StatusCode;
use sessionkeep_types::ErrorCode;

use super::{ALWAYS, BEARER, DOCUMENT, document, named, operations};
use crate::{auth::authenticate::AuthenticateError, http::error::Refuses as _};

/// What a summary begins with: what a client does.
const VERBS: [&str; 14] = [
    "Change", "Check", "Confirm", "Create", "Delete", "Download", "End", "Exchange", "Get", "List", "Open", "Report",
    "Sign", "Stream",
];

/// The group is a constant, and the extractor answers by its mapping.
#[test]
fn the_group_of_the_access_token_has_what_its_extractor_answers() {
    let mut answered = vec![(StatusCode::UNAUTHORIZED, ErrorCode::TokenMissing)];
    answered.extend(AuthenticateError::refusals().into_iter().filter(|refusal| !ALWAYS.contains(refusal)));
    assert_eq!(answered, BEARER);
}

/// `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_committed_document_is_what_the_server_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, DOCUMENT.as_str()).expect("written");
    }
    assert!(
        std::fs::read_to_string(path).expect("docs/openapi.json") == DOCUMENT.as_str(),
        "docs/openapi.json differs: UPDATE_DOCS=1 writes it anew"
    );
}

#[test]
fn every_summary_says_what_a_client_does() {
    let mut document = document();
    let mut summaries = vec![];
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        summaries.push(operation.summary.clone().expect("a summary"));
    }
    assert!(summaries.len() > 20, "{}", summaries.len());
    for summary in summaries {
        let verb = summary.split(' ').next().unwrap_or_default();
        assert!(VERBS.contains(&verb) && !summary.ends_with('.'), "{summary}");
    }
}

#[test]
fn the_served_document_has_the_operators_name() {
    let named = named("Acme \"Söhne\"");
    assert_eq!(named.len() + "Sessionkeep".len(), DOCUMENT.len() + r#"Acme \"Söhne\""#.len());
    assert!(named.contains(r#""title": "Acme \"Söhne\"""#));
}
