//! A commit that takes long.

use std::time::Duration;

use serde_json::json;
use tokio::{task::JoinHandle, time::timeout};

use super::writes::{Home, Write};
use crate::support::program::Program;

/// Long enough for an answer that does not wait for the commit: answers take a few milliseconds.
const AN_ANSWER_WOULD_HAVE_COME: Duration = Duration::from_millis(300);

/// Asks, and returns while the commit is held.
async fn ask_and_hold(home: &Home, server: &Program, write: Write) -> JoinHandle<reqwest::Result<u16>> {
    server.fault(json!({"holdCommits": true})).await;
    let (ada, tablet) = (home.ada.copy(), home.tablet.copy());
    let asking = tokio::spawn(async move { write.ask(&ada, &tablet).await });
    server.fault(json!({"awaitHeldCommit": true})).await;
    asking
}

/// E13, I3: what is acknowledged is durable. So no byte of an answer precedes the commit, and what was answered is there
/// although the process ends at once.
#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    for write in Write::ALL {
        let (home, server) = Home::begin().await;
        let mut first_byte = ask_and_hold(&home, &server, write).await;
        let early = timeout(AN_ANSWER_WOULD_HAVE_COME, &mut first_byte).await;
        assert!(early.is_err(), "{write:?} is answered while the commit is held: {early:?}");
        assert_eq!(home.ada.me().await.status, 200, "{write:?}: whoever only reads does not wait");
        server.fault(json!({"holdCommits": false})).await;
        assert_eq!(first_byte.await.expect("runs").expect("an answer"), write.success(), "{write:?}");
        server.kill();
        assert!(home.shows_after_a_restart(write).await, "{write:?} was acknowledged and is lost");
    }
}

/// E13, with the plug pulled: what was not answered may be lost, and then it never happened.
#[tokio::test]
async fn a_commit_that_never_came_changed_nothing() {
    for write in Write::ALL {
        let (home, server) = Home::begin().await;
        let before = home.rows().await;
        let asking = ask_and_hold(&home, &server, write).await;
        server.kill();
        asking.await.expect("runs").expect_err("the connection broke");
        assert_eq!(home.rows().await, before, "{write:?}");
        assert!(!home.shows_after_a_restart(write).await, "{write:?}");
    }
}
