use async_trait::async_trait;
use sqlx::{PgConnection, Row as _};

use super::{PostgresStore, commit, retried, within};
use crate::{
    limits::counter::{Counter, Key},
    session::UnixMillis,
    storage::{Attempts, Recount, StorageError},
};

#[async_trait]
impl Attempts for PostgresStore {
    async fn recount(&self, keys: &[Key], decide: Recount<'_>) -> Result<(), StorageError> {
        // Whoever is refused changes nothing, and is not to hold rows.
        let stored = within(async { select(&mut *self.connection().await?, keys).await }).await?;
        if decide(&stored).is_none() {
            return Ok(());
        }
        retried!(self.try_recount(keys, &mut *decide))
    }

    async fn purge_attempts(&self, counted_before: UnixMillis, known_before: UnixMillis) -> Result<u64, StorageError> {
        let failed = "DELETE FROM attempts WHERE key IN
            (SELECT key FROM attempts WHERE succeeded_at IS NULL AND counted_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
        let succeeded = "DELETE FROM attempts WHERE key IN
            (SELECT key FROM attempts WHERE succeeded_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
        let purged = self.delete_in_batches(failed, counted_before).await?;
        Ok(purged + self.delete_in_batches(succeeded, known_before).await?)
    }
}

impl PostgresStore {
    async fn try_recount(&self, keys: &[Key], decide: &mut Decided<'_>) -> Result<(), StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        // Rows are made, and locked, in one order: of two that count on the same ones none has what the other waits for.
        sqlx::query(
            "INSERT INTO attempts (key, failures, counted_at) SELECT key, 0, 0 FROM unnest($1::bytea[]) AS new (key)
             ORDER BY key ON CONFLICT DO NOTHING",
        )
        .bind(bytes(keys))
        .execute(&mut *tx)
        .await?;
        sqlx::query("SELECT FROM attempts WHERE key = ANY ($1) ORDER BY key FOR UPDATE")
            .bind(bytes(keys))
            .execute(&mut *tx)
            .await?;
        let Some(counters) = decide(&select(&mut tx, keys).await?) else { return Ok(()) };
        sqlx::query(
            "UPDATE attempts SET failures = new.failures, counted_at = new.counted_at, succeeded_at = new.succeeded_at
             FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[])
                 AS new (key, failures, counted_at, succeeded_at)
             WHERE attempts.key = new.key",
        )
        .bind(bytes(keys))
        .bind(counters.iter().map(|counter| i64::from(counter.failures)).collect::<Vec<_>>())
        .bind(counters.iter().map(|counter| counter.counted_at.0).collect::<Vec<_>>())
        .bind(counters.iter().map(|counter| counter.succeeded_at.map(|at| at.0)).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
        commit(tx).await
    }
}

type Decided<'a> = dyn FnMut(&[Counter]) -> Option<Vec<Counter>> + Send + 'a;

async fn select(connection: &mut PgConnection, keys: &[Key]) -> Result<Vec<Counter>, StorageError> {
    let rows = sqlx::query("SELECT key, failures, counted_at, succeeded_at FROM attempts WHERE key = ANY ($1)")
        .bind(bytes(keys))
        .fetch_all(connection)
        .await?;
    let mut counters = vec![Counter::default(); keys.len()];
    for row in rows {
        let key: Vec<u8> = row.try_get("key")?;
        let failures: i64 = row.try_get("failures")?;
        let counter = Counter {
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            counted_at: UnixMillis(row.try_get("counted_at")?),
            succeeded_at: row.try_get::<Option<i64>, _>("succeeded_at")?.map(UnixMillis),
        };
        for (place, _) in keys.iter().enumerate().filter(|(_, asked)| asked.as_slice() == key) {
            counters[place] = counter;
        }
    }
    Ok(counters)
}

fn bytes(keys: &[Key]) -> Vec<&[u8]> {
    keys.iter().map(Key::as_slice).collect()
}
