//! An older backup of the database is restored.

use std::{fs, path::PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::{database, restart};
use crate::support::{
    PASSWORD, Person,
    program::{self, Program},
};

/// The files of a SQLite database beside the first are told by these endings. The log belongs to the database: without it
/// the last commits are missing, and that of another time must not stay beside an older file.
const FILES: [&str; 3] = ["db", "db-wal", "db-shm"];

/// A copy of the database while the program does not run, as an operator makes one.
struct Backup(TempDir);

impl Backup {
    fn make(folder: &TempDir) -> Self {
        let backup = Self(tempfile::tempdir().expect("a folder"));
        for (original, copy) in backup.files(folder) {
            if original.exists() {
                fs::copy(original, copy).expect("copies");
            }
        }
        backup
    }

    fn restore(&self, folder: &TempDir) {
        for (original, copy) in self.files(folder) {
            let _was_none = fs::remove_file(&original);
            if copy.exists() {
                fs::copy(copy, original).expect("copies");
            }
        }
    }

    fn files(&self, folder: &TempDir) -> [(PathBuf, PathBuf); 3] {
        FILES.map(|ending| (database::file(folder).with_extension(ending), self.0.path().join(ending)))
    }
}

async fn another_device(of: &Person) -> Person {
    let mut device = Person::at(&of.url);
    assert_eq!(device.login().await.status, 200);
    assert_eq!(device.refresh().await.status, 200);
    assert_eq!(device.me().await.status, 200);
    device
}

async fn rotate(person: &mut Person) {
    assert_eq!(person.refresh().await.status, 200);
    assert_eq!(person.me().await.status, 200);
}

/// E19: whoever rotated since the backup signs in again and is not taken for a thief, everybody else stays signed in.
#[tokio::test]
async fn a_restored_backup_costs_those_who_went_on_a_sign_in_and_accuses_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut idle = Person::at(&server.url);
    idle.register().await;
    let (mut once, mut often) = (another_device(&idle).await, another_device(&idle).await);
    let (mut lost, mut signed_out) = (another_device(&idle).await, another_device(&idle).await);
    server.stop("-TERM");
    let backup = Backup::make(&folder);

    let server = restart(&folder, &mut [&mut idle, &mut once, &mut often, &mut lost, &mut signed_out]);
    rotate(&mut once).await;
    for _ in 0..3 {
        rotate(&mut often).await;
    }
    // Committed, and never arrived.
    assert_eq!(lost.copy().refresh().await.status, 200);
    assert_eq!(signed_out.logout().await.status, 204);
    let mut newcomer = Person::at(&server.url);
    let bob = json!({"email": "bob@example.com", "password": PASSWORD});
    assert_eq!(newcomer.post("/api/auth/register", bob.clone()).await.status, 201);
    server.stop("-TERM");
    backup.restore(&folder);

    let mut everybody = [&mut idle, &mut once, &mut often, &mut lost, &mut signed_out, &mut newcomer];
    let server = restart(&folder, &mut everybody);
    for person in [&mut once, &mut often] {
        for _ in 0..2 {
            let answer = person.refresh().await;
            assert_eq!((answer.outcome(), answer.header("set-cookie")), ((401, "SESSION_EXPIRED"), ""));
        }
        assert_eq!(person.login().await.status, 200);
        rotate(person).await;
    }
    for person in [&mut idle, &mut lost] {
        rotate(person).await;
        rotate(person).await;
    }
    assert_eq!(newcomer.refresh().await.outcome(), (403, "REFRESH_INVALID"));
    assert_eq!(newcomer.post("/api/auth/register", bob).await.status, 201);
    assert_eq!(signed_out.refresh().await.status, 200, "this is what the run book is for");
    server.stop("-TERM");
    assert_eq!(database::events(&folder, "authn_token_reuse").await, 0, "nobody is accused");
    assert_eq!(database::events(&folder, "database_restored").await, 2);
    assert_eq!(database::integrity(&folder).await, "ok");
}

/// E19, DR-05: the run book of `docs/operations.md`. What was ended after the backup does not come back (I2).
#[tokio::test]
async fn after_the_run_book_nothing_that_was_ended_lives_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut idle = Person::at(&server.url);
    idle.register().await;
    let mut signed_out = another_device(&idle).await;
    server.stop("-TERM");
    let backup = Backup::make(&folder);
    let server = restart(&folder, &mut [&mut idle, &mut signed_out]);
    assert_eq!(signed_out.logout().await.status, 204);
    server.stop("-TERM");
    backup.restore(&folder);

    let run_book = program::output(folder.path(), &["sessions", "revoke", "--before", "now"], &[]);
    assert!(run_book.status.success() && run_book.stdout == b"2 sessions are ended.\n", "{run_book:?}");
    let server = restart(&folder, &mut [&mut idle, &mut signed_out]);
    for person in [&mut idle, &mut signed_out] {
        assert_eq!(person.me().await.outcome(), (403, "TOKEN_REVOKED"));
        let answer = person.refresh().await;
        assert_eq!((answer.outcome(), &answer.body["reason"]), ((403, "SESSION_REVOKED"), &json!("ADMIN")));
        assert_eq!(person.login().await.status, 200);
    }
    server.stop("-TERM");
    assert_eq!(database::events(&folder, "sessions_ended").await, 1, "and the person is told");
}
