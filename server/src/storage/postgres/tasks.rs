//! What a committed change of an account still has to do to its sessions, where those are in another store. It stands in
//! the transaction of the change, so that none is lost, and is removed when it is done.

use serde::{Deserialize, Serialize};
use sessionkeep_types::{EndReason, UserId};
use sqlx::{FromRow, PgConnection};

use super::{PostgresStore, text, within};
use crate::{account::Account, session::UnixMillis, storage::StorageError};

/// How many are read at once.
const BATCH: i64 = 100;

/// What is to be done to all sessions of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(in crate::storage) enum Task {
    /// End what lives.
    End(EndReason),
    /// Raise the version of what lives.
    Raise,
    /// Remove them: the account is deleted.
    Bury,
}

/// One that is not done yet, or was done and not removed.
#[derive(Debug)]
pub(in crate::storage) struct PendingTask {
    id: i64,
    pub(in crate::storage) user_id: UserId,
    /// The account's changes are counted. Of one account the lower ones are done first.
    pub(in crate::storage) epoch: i64,
    pub(in crate::storage) task: Task,
    pub(in crate::storage) at: UnixMillis,
}

/// Leaves `task` to whoever commits, and everybody after them. The account is locked, so its epochs are committed in order.
pub(in crate::storage) async fn add(
    tx: &mut PgConnection,
    user: &UserId,
    task: &Task,
    at: UnixMillis,
) -> Result<(), StorageError> {
    let task = serde_json::to_string(task).expect("OK because it is an enum of texts");
    sqlx::query(
        "WITH numbered AS
             (INSERT INTO session_epochs AS known (user_id, epoch)
              VALUES ($1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
              ON CONFLICT (user_id) DO UPDATE SET epoch = GREATEST(known.epoch + 1, EXCLUDED.epoch)
              RETURNING user_id, epoch)
         INSERT INTO session_tasks (user_id, epoch, task, at) SELECT user_id, epoch, $2, $3 FROM numbered",
    )
    .bind(text(user.as_str()))
    .bind(task)
    .bind(at.0)
    .execute(tx)
    .await?;
    Ok(())
}

impl PostgresStore {
    /// The first tasks, of one account or of all.
    pub(in crate::storage) async fn pending_tasks(
        &self,
        user: Option<&UserId>,
    ) -> Result<Vec<PendingTask>, StorageError> {
        let query = sqlx::query_as(
            "SELECT id, user_id, epoch, task, at FROM session_tasks WHERE $1 IS NULL OR user_id = $1
             ORDER BY id LIMIT $2",
        )
        .bind(user.map(|user| text(user.as_str())))
        .bind(BATCH);
        let rows: Vec<Row> = within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await?;
        rows.into_iter().map(PendingTask::try_from).collect()
    }

    /// It is done.
    pub(in crate::storage) async fn remove_task(&self, task: &PendingTask) -> Result<(), StorageError> {
        // Of a deleted account nothing stays.
        let query = sqlx::query(
            "WITH done AS (DELETE FROM session_tasks WHERE id = $1)
             DELETE FROM session_epochs WHERE user_id = $2 AND NOT EXISTS (SELECT FROM users WHERE id = $2)",
        )
        .bind(task.id)
        .bind(text(task.user_id.as_str()));
        within(async { Ok(query.execute(&mut *self.connection().await?).await?) }).await.map(|_| ())
    }

    /// The number of the latest task that `account` had, if it may begin a session: it was not disabled, and got no other password or
    /// role, since it was read.
    pub(in crate::storage) async fn session_epoch(&self, account: &Account) -> Result<Option<i64>, StorageError> {
        let query = sqlx::query_scalar(
            "SELECT COALESCE((SELECT epoch FROM session_epochs WHERE user_id = $1), 0) FROM users
             WHERE id = $1 AND disabled_at IS NULL AND password_changed_at = $2 AND role = $3",
        )
        .bind(text(account.id.as_str()))
        .bind(account.password_changed_at.0)
        .bind(account.role.as_str());
        within(async { Ok(query.fetch_optional(&mut *self.connection().await?).await?) }).await
    }

    /// Redis knows of a later task than this database, which was restored then: the next number is to be greater.
    pub(in crate::storage) async fn raise_epoch(&self, user: &UserId, to: i64) -> Result<(), StorageError> {
        let query = sqlx::query(
            "INSERT INTO session_epochs AS known (user_id, epoch) VALUES ($1, $2)
             ON CONFLICT (user_id) DO UPDATE SET epoch = GREATEST(known.epoch, EXCLUDED.epoch)",
        )
        .bind(text(user.as_str()))
        .bind(to);
        within(async { Ok(query.execute(&mut *self.connection().await?).await?) }).await.map(|_| ())
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    user_id: String,
    epoch: i64,
    task: String,
    at: i64,
}

impl TryFrom<Row> for PendingTask {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let task = serde_json::from_str(&row.task)
            .map_err(|_| StorageError::impossible("session_tasks", "task", &row.id.to_string()))?;
        Ok(Self { id: row.id, user_id: UserId::new(row.user_id), epoch: row.epoch, task, at: UnixMillis(row.at) })
    }
}
