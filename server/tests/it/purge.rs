//! What nothing needs any more is deleted while people are served.

use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::support::{Person, program::Program};

/// How many rows of each kind are too old.
const OLD: i64 = 20_000;

async fn open(folder: &tempfile::TempDir) -> SqliteConnection {
    let file = format!("sqlite://{}", folder.path().join("data/sessionkeep.db").display());
    SqliteConnection::connect(&file).await.expect("opens")
}

/// Sessions that were over in 1970, copied from one that lives, and tombstones.
async fn fill(database: &mut SqliteConnection) {
    for table in [
        "INSERT INTO sessions (id, user_id, ver, ver_at, gen, head_hash, served_attempts, emitted_at, streak, hit, browser,
             attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, ip, user_agent)
         SELECT 'old-' || n, user_id, ver, ver_at, gen, randomblob(32), served_attempts, emitted_at, streak, hit, browser, attempts,
             remember_me, 0, 0, 0, 0, ip, user_agent
         FROM numbers, (SELECT * FROM sessions LIMIT 1)",
        "INSERT INTO tombstones (session_id, ended_at) SELECT 'old-' || n, 0 FROM numbers",
    ] {
        let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) ";
        let insert = sqlx::AssertSqlSafe(format!("{numbers}{table}"));
        sqlx::query(insert).bind(OLD).execute(&mut *database).await.expect("filled");
    }
}

/// How many old rows are left.
async fn left(database: &mut SqliteConnection) -> i64 {
    let count =
        "SELECT (SELECT COUNT(*) FROM sessions WHERE absolute_deadline = 0) + (SELECT COUNT(*) FROM tombstones)";
    sqlx::query(count).fetch_one(database).await.expect("a row").get(0)
}

/// It begins with the start. Each batch is a transaction of its own, and who writes gets a turn between two of them.
#[tokio::test]
async fn people_are_served_while_very_many_old_rows_are_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    assert_eq!(server.stop("-TERM").0, Some(0));
    let mut database = open(&folder).await;
    fill(&mut database).await;
    assert_eq!(left(&mut database).await, 2 * OLD);

    let server = Program::start(folder.path(), &[("REFRESHES_PER_MINUTE", "0")]);
    ada.url.clone_from(&server.url);
    let mut granted = 0;
    loop {
        assert_eq!(ada.refresh().await.status, 200);
        match left(&mut database).await {
            0 => break,
            _ => granted += 1,
        }
    }
    // In one statement for each kind it would be two or three.
    assert!(granted >= 10, "only {granted} refreshes were granted meanwhile");
    assert_eq!(ada.me().await.status, 200, "what lives is left");
}
