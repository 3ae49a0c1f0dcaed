//! Which versions can use one database: an old and a new one at the same time, until a migration says otherwise.

use sqlx::migrate::Migrator;

/// The same migrations, on a database that a newer version may have migrated further.
pub(super) fn beside_newer(mut migrations: Migrator) -> Migrator {
    migrations.set_ignore_missing(true);
    migrations
}

/// The latest of these migrations.
pub(super) fn latest(migrations: &Migrator) -> i64 {
    migrations.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Refuses a database from which a newer version has taken something that this one needs. `oldest` is what its table
/// `compatibility` says.
///
/// # Errors
/// When it has.
pub(super) fn check(migrations: &Migrator, oldest: i64) -> anyhow::Result<()> {
    let latest = latest(migrations);
    anyhow::ensure!(
        oldest <= latest,
        "a newer version has changed it so that this one cannot use it any more: it takes a version with migration {oldest}, \
         and this one's latest is {latest}"
    );
    Ok(())
}
