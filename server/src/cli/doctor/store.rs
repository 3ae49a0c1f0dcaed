use super::Check;
use crate::{
    clock::{Clock as _, SystemClock},
    config::Settings,
    storage::{Database, Stores, sqlite::check_private},
};

/// Access tokens carry the time of the instance that signed them; verifiers allow for so much.
const APART_MS: i64 = 5000;

/// Whether the store can be opened and read, its clock, and who can read its file.
pub(super) async fn look(settings: &Settings) -> Vec<Check> {
    let mut found = vec![];
    if let Database::Sqlite(file) = &settings.database {
        if !file.is_file() {
            let fix = "Start the server once, which makes it, or correct DATABASE_URL";
            return vec![Check::fail("database", format!("there is no file {}", file.display()), fix)];
        }
        if let Err(refusal) = check_private(file) {
            return vec![Check::fail("database file", refusal.reason, refusal.fix)];
        }
        found.push(Check::ok("database file", format!("{} is for its owner alone", file.display())));
    }
    #[cfg(feature = "test-support")]
    let faults = std::sync::Arc::default();
    let opened = Stores::open(
        &settings.database,
        #[cfg(feature = "test-support")]
        &faults,
    );
    let stores = match opened.await {
        Ok(stores) => stores,
        Err(error) => {
            let fix = "See that it runs, that this machine reaches it, and that DATABASE_URL and SESSION_STORE name it";
            found.push(Check::fail("database", format!("{error:#}"), fix));
            return found;
        }
    };
    let nobodys = sessionkeep_types::SessionId::new("");
    found.push(match tokio::try_join!(stores.accounts.has_admin(), stores.sessions.find(&nobodys)) {
        Ok((true, _)) => Check::ok("database", format!("{} answers", settings.database)),
        Ok((false, _)) => Check::warn(
            "database",
            format!("{} answers, and there is no administrator", settings.database),
            "Run `sessionkeep user set-role <email> admin`",
        ),
        Err(error) => Check::fail("database", format!("{error}"), "See its log; the server answers 503 meanwhile"),
    });
    let before = SystemClock.now();
    match stores.watched.time().await {
        Ok(None) => {}
        Ok(Some(theirs)) => {
            // What the answer took is nobody's fault.
            let after = SystemClock.now();
            let apart = (theirs.0 - after.0).max(before.0 - theirs.0).max(0);
            found.push(if apart > APART_MS {
                let fix = "Keep both by NTP: sessions are timed by the database, and access tokens by this machine";
                Check::fail("clock", format!("the database's is {} s away from this machine's", apart / 1000), fix)
            } else {
                Check::ok("clock", "the database's and this machine's agree")
            });
        }
        Err(error) => found.push(Check::fail("clock", format!("{error}"), "See the database's log")),
    }
    found
}
