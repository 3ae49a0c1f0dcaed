//! A commit that takes long.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::token::Token;
use crate::support::{Person, program::Program};

/// Long enough for an answer that does not wait for the commit: answers take a few milliseconds.
const AN_ANSWER_WOULD_HAVE_COME: Duration = Duration::from_millis(300);

/// E13: what is acknowledged is durable, so no byte of an answer precedes the commit.
#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    server.fault(json!({"holdCommits": true})).await;
    let mut tab = ada.copy();
    let mut first_byte = tokio::spawn(async move { tab.refresh().await });
    server.fault(json!({"awaitHeldCommit": true})).await;
    timeout(AN_ANSWER_WOULD_HAVE_COME, &mut first_byte).await.expect_err("no answer while the commit is held");
    assert_eq!(ada.me().await.status, 200, "whoever only reads does not wait");
    server.fault(json!({"holdCommits": false})).await;
    assert_eq!(first_byte.await.expect("runs").status, 200);
}

/// E13, with the plug pulled: what was not answered may be lost, and then it never happened.
#[tokio::test]
async fn a_commit_that_never_came_changed_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    server.fault(json!({"holdCommits": true})).await;
    let tab = ada.copy();
    let waiting = tokio::spawn(async move { tab.refresh_in_vain().await });
    server.fault(json!({"awaitHeldCommit": true})).await;
    server.kill();
    waiting.await.expect("the connection broke");
    let _server = super::restart(&folder, &mut [&mut ada]);
    let (first, second) = (ada.refresh().await, ada.refresh().await);
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(Token::read(ada.access_token.as_deref().expect("a token")).generation, 2);
}
