use super::DOCUMENT;

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
