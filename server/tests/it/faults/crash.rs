//! The process ends in the middle of a transaction.

use serde_json::json;
use tempfile::TempDir;

use super::{
    restart,
    writes::{Home, Write},
};
use crate::support::{Person, program::Program};

struct Scene {
    folder: TempDir,
    server: Program,
    ada: Person,
}

async fn signed_in() -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    assert_eq!(ada.register().await.status, 201);
    Scene { folder, server, ada }
}

/// With a thief who holds a token that is two generations old.
async fn stolen_from() -> (Scene, Person) {
    let mut scene = signed_in().await;
    let thief = scene.ada.copy();
    for _ in 0..2 {
        assert_eq!(scene.ada.refresh().await.status, 200);
    }
    (scene, thief)
}

fn generation(person: &Person) -> u64 {
    super::token::Token::read(person.access_token.as_deref().expect("an access token")).generation
}

/// E3: before the commit nothing has happened.
#[tokio::test]
async fn a_crash_between_compare_and_set_and_commit_leaves_the_old_token_current() {
    let Scene { folder, server, mut ada } = signed_in().await;
    server.fault(json!({"abortAt": "beforeCommit"})).await;
    ada.refresh_in_vain().await;
    server.end();
    let mut other = ada.copy();
    let _server = restart(&folder, &mut [&mut ada, &mut other]);
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(generation(&ada), 1, "the refresh that crashed did not count");
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(other.refresh().await.outcome(), (403, "REFRESH_REUSED"), "the token was replaced once, by the second");
}

/// E2, F3: after the commit it is a lost answer.
#[tokio::test]
async fn a_crash_between_commit_and_answer_is_a_lost_answer() {
    let Scene { folder, server, mut ada } = signed_in().await;
    server.fault(json!({"abortAt": "afterCommit"})).await;
    ada.refresh_in_vain().await;
    server.end();
    let _server = restart(&folder, &mut [&mut ada]);
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(generation(&ada), 1, "both refreshes were one rotation");
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.refresh().await.status, 200);
}

/// E4: a theft whose revocation was not committed is found again at the next reuse.
#[tokio::test]
async fn a_crash_before_a_theft_is_committed_only_delays_it() {
    let (Scene { folder, server, mut ada }, mut thief) = stolen_from().await;
    server.fault(json!({"abortAt": "beforeCommit"})).await;
    thief.refresh_in_vain().await;
    server.end();
    let _server = restart(&folder, &mut [&mut ada, &mut thief]);
    assert_eq!(ada.me().await.status, 200, "nobody was told anything yet");
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

/// E4: a theft whose revocation was committed has ended the session, though nobody was answered.
#[tokio::test]
async fn a_crash_after_a_theft_is_committed_leaves_the_session_dead() {
    let (Scene { folder, server, mut ada }, mut thief) = stolen_from().await;
    server.fault(json!({"abortAt": "afterCommit"})).await;
    thief.refresh_in_vain().await;
    server.end();
    let _server = restart(&folder, &mut [&mut ada, &mut thief]);
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    assert_eq!(thief.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    let answer = ada.refresh().await;
    assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
    assert_eq!(answer.body["reason"], "REUSE_DETECTED");
}

/// How many of these rows are reports.
fn events(rows: &[String]) -> usize {
    rows.iter().filter(|row| row.starts_with("security_events: ")).count()
}

/// The same two points of every request of a person that writes: before, nothing has changed; after, all of it has, with its report
/// (LG-05). Nobody was told anything.
#[tokio::test]
async fn a_crash_around_the_commit_of_any_write_leaves_nothing_of_it_or_all() {
    for write in Write::ALL {
        for (point, committed) in [("beforeCommit", false), ("afterCommit", true)] {
            let (home, server) = Home::begin().await;
            let before = home.rows().await;
            server.fault(json!({"abortAt": point})).await;
            write.ask(&home.ada, &home.tablet).await.expect_err("the answer is lost");
            server.end();
            let after = home.rows().await;
            assert_eq!(after != before, committed, "{write:?}, {point}");
            let reported = events(&after) > events(&before);
            assert_eq!(reported, committed && write.has_an_event(), "{write:?}, {point}");
            assert_eq!(home.shows_after_a_restart(write).await, committed, "{write:?}, {point}");
        }
    }
}

/// Nobody who was told 204 is signed in, and who was told nothing asks again.
#[tokio::test]
async fn a_crash_around_the_commit_of_a_sign_out_leaves_it_to_be_repeated() {
    for (point, afterwards) in [("beforeCommit", 200), ("afterCommit", 403)] {
        let Scene { folder, server, mut ada } = signed_in().await;
        server.fault(json!({"abortAt": point})).await;
        ada.logout_in_vain().await;
        server.end();
        let _server = restart(&folder, &mut [&mut ada]);
        assert_eq!(ada.me().await.status, afterwards, "{point}");
        assert_eq!(ada.logout().await.status, 204, "{point}");
        assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"), "{point}");
    }
}
