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

/// Refuses a database in which another program keeps its migrations: each of the two would take the other's for its own, and
/// would not start again. `one` is the version and the checksum of a migration that the database has had, the first one where that
/// is among them.
///
/// # Errors
/// When there is another program.
pub(super) fn check_owner(migrations: &Migrator, one: Option<(i64, Vec<u8>)>) -> anyhow::Result<()> {
    let Some((version, checksum)) = one else { return Ok(()) };
    let is_ours = migrations.iter().any(|ours| ours.version == version && *ours.checksum == *checksum);
    anyhow::ensure!(
        version == FIRST && is_ours,
        "another program uses this database: its migrations are in the table _sqlx_migrations. Give Sessionkeep a database of its own"
    );
    Ok(())
}

/// The version of the first migration.
pub(super) const FIRST: i64 = 1;

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
