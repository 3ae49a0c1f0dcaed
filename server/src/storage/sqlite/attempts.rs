use async_trait::async_trait;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{SqliteStore, commit_in_the_background};
use crate::{
    limits::counter::{Counter, Key},
    session::UnixMillis,
    storage::{Attempts, Recount, StorageError},
};

#[async_trait]
impl Attempts for SqliteStore {
    async fn recount(&self, keys: &[Key], decide: Recount<'_>) -> Result<(), StorageError> {
        // Whoever is refused changes nothing, and is not to keep the one writer busy.
        if decide(&select(&mut *self.readers.acquire().await?, keys).await?).is_none() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        if let Some(counters) = decide(&select(&mut tx, keys).await?) {
            for (key, counter) in keys.iter().zip(counters) {
                upsert(&mut tx, key, &counter).await?;
            }
            // Nobody is told of it. What is lost with the power are failures of the last moment.
            commit_in_the_background(tx).await?;
        }
        Ok(())
    }

    async fn purge_attempts(&self, counted_before: UnixMillis, known_before: UnixMillis) -> Result<u64, StorageError> {
        let failed = "DELETE FROM attempts WHERE key IN
            (SELECT key FROM attempts WHERE succeeded_at IS NULL AND counted_at < ?1 LIMIT ?2)";
        let succeeded = "DELETE FROM attempts WHERE key IN
            (SELECT key FROM attempts WHERE succeeded_at < ?1 LIMIT ?2)";
        let purged = self.delete_in_batches(failed, counted_before).await?;
        Ok(purged + self.delete_in_batches(succeeded, known_before).await?)
    }
}

async fn select(connection: &mut SqliteConnection, keys: &[Key]) -> Result<Vec<Counter>, StorageError> {
    let mut counters = Vec::with_capacity(keys.len());
    for key in keys {
        let row = sqlx::query("SELECT failures, counted_at, succeeded_at FROM attempts WHERE key = ?")
            .bind(key.as_slice())
            .fetch_optional(&mut *connection)
            .await?;
        counters.push(row.as_ref().map(counter).transpose()?.unwrap_or_default());
    }
    Ok(counters)
}

fn counter(row: &SqliteRow) -> Result<Counter, StorageError> {
    Ok(Counter {
        failures: row.try_get("failures")?,
        counted_at: UnixMillis(row.try_get("counted_at")?),
        succeeded_at: row.try_get::<Option<i64>, _>("succeeded_at")?.map(UnixMillis),
    })
}

async fn upsert(connection: &mut SqliteConnection, key: &Key, counter: &Counter) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO attempts (key, failures, counted_at, succeeded_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET
             failures = excluded.failures, counted_at = excluded.counted_at, succeeded_at = excluded.succeeded_at",
    )
    .bind(key.as_slice())
    .bind(counter.failures)
    .bind(counter.counted_at.0)
    .bind(counter.succeeded_at.map(|at| at.0))
    .execute(connection)
    .await?;
    Ok(())
}
