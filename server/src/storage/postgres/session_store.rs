//! Where the sessions are, so that no instance looks for them in the wrong place, and takes everybody for signed out.

use anyhow::ensure;
use sqlx::PgConnection;

use super::{PostgresStore, commit};
use crate::storage::StorageError;

impl PostgresStore {
    /// The id of the Redis that has the sessions. Where there is none yet, `begin` gives one to a Redis that nobody has used;
    /// whoever else asks meanwhile waits for that.
    pub(in crate::storage) async fn session_store(
        &self,
        begin: impl AsyncFnOnce(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<String> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        sqlx::query("LOCK TABLE session_store IN EXCLUSIVE MODE").execute(&mut *tx).await?;
        let known: Option<String> = sqlx::query_scalar("SELECT id FROM session_store").fetch_optional(&mut *tx).await?;
        if let Some(id) = known {
            return Ok(id);
        }
        // Whoever begins one at this moment is waited for, and the next one is refused.
        sqlx::query("LOCK TABLE sessions IN SHARE MODE").execute(&mut *tx).await?;
        let here: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sessions WHERE revoked_at IS NULL").fetch_one(&mut *tx).await?;
        ensure!(
            here == 0,
            "it has {here} sessions, which nobody moves to Redis: run `sessions revoke --before now` without SESSION_STORE \
             first, and everybody signs in again"
        );
        let id: String = sqlx::query_scalar("INSERT INTO session_store (id) VALUES (gen_random_uuid()) RETURNING id")
            .fetch_one(&mut *tx)
            .await?;
        begin(&id).await?;
        commit(tx).await?;
        Ok(id)
    }

    /// Refuses to keep sessions here where they are in a Redis.
    pub(in crate::storage) async fn must_have_sessions(&self) -> anyhow::Result<()> {
        Ok(must_be_here(&mut *self.connection().await?).await?)
    }
}

/// Fails where the sessions are in a Redis.
pub(super) async fn must_be_here(connection: &mut PgConnection) -> Result<(), StorageError> {
    let elsewhere = sqlx::query_scalar("SELECT EXISTS (SELECT FROM session_store)").fetch_one(connection).await?;
    if elsewhere {
        return Err(StorageError::Unavailable(
            "its sessions are in Redis: set SESSION_STORE, or, if everybody shall sign in again, `DELETE FROM session_store`"
                .into(),
        ));
    }
    Ok(())
}
