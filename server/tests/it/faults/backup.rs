//! A copy of the database is made while the server runs.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};
use tokio::task::spawn_blocking;

use super::database;
use crate::support::{
    Person,
    program::{self, Program},
};

/// So much that a copy takes a while.
async fn fill(folder: &tempfile::TempDir) {
    let file = format!("sqlite://{}", database::file(folder).display());
    let mut connection = SqliteConnection::connect(&file).await.expect("opens");
    sqlx::query(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
         INSERT INTO security_events (at, kind, ip, user_agent) SELECT n, 'authn_login_success', '::1', hex(randomblob(50))
         FROM numbers",
    )
    .execute(&mut connection)
    .await
    .expect("filled");
    connection.close().await.expect("closed");
}

/// A folder in which the program finds this copy and the keys of the original.
fn restored(original: &tempfile::TempDir, copy: &std::path::Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("made");
    fs::copy(copy, data.join("sessionkeep.db")).expect("copies");
    let keys = std::process::Command::new("cp").arg("-rp").arg(original.path().join("data/keys")).arg(&data).status();
    assert!(keys.expect("runs").success());
    folder
}

/// DR-05: whatever was acknowledged before the copy was begun is in it, however much is written meanwhile.
#[cfg(unix)]
#[tokio::test]
async fn a_copy_of_a_busy_database_has_all_that_was_acknowledged_before_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[("REFRESHES_PER_MINUTE", "0")]);
    fill(&folder).await;
    let (mut idle, mut busy) = (Person::at(&server.url), Person::at(&server.url));
    idle.register().await;
    busy.login().await;
    let mut signed_out = idle.copy();
    signed_out.login().await;
    assert_eq!(idle.refresh().await.status, 200);

    let copy = folder.path().join("copy.db");
    let (done, written) = (AtomicBool::new(false), AtomicU32::new(0));
    let load = async {
        while !done.load(Relaxed) {
            assert_eq!(busy.refresh().await.status, 200, "nobody who writes waits for the copy");
            written.fetch_add(1, Relaxed);
        }
    };
    let backup = async {
        while written.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let before = written.load(Relaxed);
        let folder = folder.path().to_owned();
        let output = spawn_blocking(move || program::output(&folder, &["backup", "copy.db"], &[])).await.expect("runs");
        done.store(true, Relaxed);
        (output, written.load(Relaxed) - before)
    };
    let (output, meanwhile) = tokio::join!(backup, load).0;
    assert!(output.status.success(), "{output:?}");
    assert!(meanwhile > 0, "nothing was written meanwhile");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.starts_with("copy.db has all") && said.contains(": 1 accounts, 3 sessions, "), "{said}");
    assert_eq!(fs::metadata(&copy).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(!folder.path().join("copy.db.incomplete").exists());

    assert_eq!(signed_out.logout().await.status, 204);
    server.stop("-TERM");
    let restored = restored(&folder, &copy);
    let server = Program::start(restored.path(), &[]);
    for person in [&mut idle, &mut busy, &mut signed_out] {
        person.url.clone_from(&server.url);
    }
    assert_eq!(idle.me().await.status, 200);
    assert_eq!(idle.refresh().await.status, 200, "the last token that was acknowledged before the copy");
    assert_ne!(busy.refresh().await.outcome().1, "REFRESH_REUSED", "who went on is no thief");
    let run_book = program::output(restored.path(), &["sessions", "revoke", "--before", "now"], &[]);
    assert!(run_book.status.success(), "{run_book:?}");
    let answer = signed_out.refresh().await;
    assert_eq!((answer.outcome(), &answer.body["reason"]), ((403, "SESSION_REVOKED"), &json!("ADMIN")));
    assert_eq!(database::integrity(&restored).await, "ok");
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |arguments: &[&str], environment: &[(&str, &str)]| {
        let output = program::output(folder.path(), arguments, environment);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(refused(&["backup", "copy.db"], &[]).contains("there is no database data/sessionkeep.db"));
    drop(Program::start(folder.path(), &[]));
    fs::write(folder.path().join("mine"), "mine").expect("written");
    assert!(refused(&["backup", "mine"], &[]).contains("mine exists already"));
    assert_eq!(fs::read_to_string(folder.path().join("mine")).expect("text"), "mine");
    assert!(refused(&["backup", "nowhere/copy.db"], &[]).contains("nowhere/copy.db.incomplete cannot be made"));

    // A text is no database, and one of somebody else's is none of ours.
    fs::write(folder.path().join("text.db"), "no database".repeat(1000)).expect("written");
    fs::write(folder.path().join("others.db"), "").expect("written");
    for database in ["sqlite://text.db", "sqlite://others.db"] {
        refused(&["backup", "copy.db"], &[("DATABASE_URL", database), ("KEYS_DIR", "data/keys")]);
        assert!(!folder.path().join("copy.db").exists() && !folder.path().join("copy.db.incomplete").exists());
    }
}

#[test]
fn postgresql_is_said_to_have_its_own_tools() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = [("DATABASE_URL", "postgres://sessionkeep:hush@127.0.0.1/accounts?sslmode=disable")];
    let output = program::output(folder.path(), &["backup", "copy.db"], &database);
    let line = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.code() == Some(1) && line.contains("pg_dump") && !line.contains("hush"), "{line}");
}
