use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    access,
    support::{Answer, TestApp, program},
};

async fn served() -> Value {
    let app = TestApp::start().await;
    let answer = reqwest::get(format!("{}/api/openapi.json", app.url)).await.expect("sent");
    let answer = Answer::of(answer).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    answer.body
}

/// Path, method and the operation itself.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").iter();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

#[tokio::test]
async fn every_route_is_in_the_document_and_every_operation_is_a_route() {
    let document = served().await;
    let described: BTreeSet<_> =
        operations(&document).map(|(path, method, _)| (path.to_owned(), method.to_uppercase())).collect();
    let routed = access::TABLE.iter().map(|(path, method, _)| ((*path).to_owned(), method.to_string())).collect();
    assert_eq!(described, routed);
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_has_no_loose_end() {
    let document = served().await;
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    let references: BTreeSet<_> =
        text.split(r##""$ref":"#"##).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 30, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().expect("a name")), "{method} {path}");
        for what in ["summary", "tags", "responses"] {
            assert!(!operation[what].is_null(), "{method} {path} has no {what}");
        }
    }
}

/// What a route is answered with where no credential is shown is written down, too.
#[tokio::test]
async fn what_a_stranger_is_answered_stands_in_the_document() {
    let document = served().await;
    for (path, method, (status, code)) in access::TABLE {
        let answer = &document["paths"][path][method.as_str().to_lowercase()]["responses"][status.to_string()];
        let answer = match answer["$ref"].as_str() {
            Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("there"),
            None => answer,
        };
        assert!(answer.is_object(), "{method} {path} has no {status}");
        if !code.is_empty() {
            let codes = &answer["content"]["application/json"]["schema"]["allOf"][1]["properties"]["code"]["enum"];
            assert!(codes.as_array().expect("codes").iter().any(|other| other == code), "{method} {path}: {code}");
        }
    }
}

/// Neither a store nor a setting is needed, and none that is wrong is in the way.
#[tokio::test]
async fn the_program_prints_the_document_without_any_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program::output(folder.path(), &["openapi"], &[("PUBLIC_ORIGIN", "nonsense")]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).expect("JSON"), served().await);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "it left something behind");
}
