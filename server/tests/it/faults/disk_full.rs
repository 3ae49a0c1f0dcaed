//! No room for another page.

use serde_json::json;

use super::database;
use crate::support::{Answer, Person, program::Program};

/// More sessions than the file has room for without growing: each of them is a page or two of rows, and their first
/// rotation doubles them.
const SESSIONS: usize = 12;

fn refused_honestly(answer: &Answer) {
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"), "{answer:?}");
    assert_eq!((answer.header("set-cookie"), answer.header("retry-after")), ("", "2"));
}

/// E12: writes are refused, reads go on, nobody loses a session, and no restart is needed afterwards.
#[tokio::test]
async fn a_full_disk_costs_nobody_the_session_and_is_got_over_without_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[("SIGN_INS_AT_ONCE", "0")]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let mut devices = vec![];
    for _ in 0..SESSIONS {
        let mut device = Person::at(&server.url);
        assert_eq!(device.login().await.status, 200);
        devices.push(device);
    }

    server.fault(json!({"diskFull": true})).await;
    let mut stranger = Person::at(&server.url);
    let mut refused = stranger.login().await;
    while refused.status == 200 {
        refused = stranger.login().await;
    }
    refused_honestly(&refused);
    let mut waiting = 0;
    for device in &mut devices {
        let answer = device.refresh().await;
        if answer.status != 200 {
            refused_honestly(&answer);
            waiting += 1;
        }
        assert_eq!(device.me().await.status, 200, "reads go on");
    }
    assert!(waiting > 0, "the disk was not full enough to prove anything");

    server.fault(json!({"diskFull": false})).await;
    for device in &mut devices {
        assert_eq!(device.refresh().await.status, 200);
        assert_eq!(device.me().await.status, 200);
    }
    assert_eq!(stranger.login().await.status, 200);
    ada.logout().await;
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    server.stop("-TERM");
    assert_eq!(database::integrity(&folder).await, "ok");
}
