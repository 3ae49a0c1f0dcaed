use async_trait::async_trait;
use sessionkeep_types::{EventKind, SessionId, UserId};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::{PURGE_BATCH, SqliteStore};
use crate::{
    session::{SecurityEvent, UnixMillis},
    storage::{
        EventFilter, Events, StorageError, StoredEvent, is_settled,
        rows::{EventRow, event_columns},
    },
};

#[async_trait]
impl Events for SqliteStore {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        insert(&mut tx, event).await?;
        self.commit(tx).await
    }

    async fn page(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let mut query =
            QueryBuilder::<Sqlite>::new(concat!("SELECT ", event_columns!(), " FROM security_events WHERE id < "));
        query.push_bind(before.unwrap_or(i64::MAX));
        if let Some(user) = &filter.user {
            query.push(" AND user_id = ").push_bind(user.as_str());
        }
        if !filter.kinds.is_empty() {
            // The plus keeps SQLite from walking everybody's events of a kind to find one person's.
            query.push(if filter.user.is_some() { " AND +kind IN (" } else { " AND kind IN (" });
            let mut kinds = query.separated(", ");
            for kind in &filter.kinds {
                kinds.push_bind(kind.as_str());
            }
            query.push(")");
        }
        if filter.without_routine {
            let mut kinds = query.push(" AND kind NOT IN (").separated(", ");
            for kind in EventKind::ROUTINE {
                kinds.push_bind(kind.as_str());
            }
            query.push(")");
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows: Vec<EventRow> = query.build_query_as().fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError> {
        let rows: Vec<EventRow> = sqlx::query_as(concat!(
            "SELECT ",
            event_columns!(),
            " FROM security_events WHERE id > ? ORDER BY id LIMIT ?"
        ))
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn latest(&self) -> Result<i64, StorageError> {
        let row = sqlx::query("SELECT COALESCE(MAX(id), 0) FROM security_events").fetch_one(&self.readers).await?;
        Ok(row.try_get(0)?)
    }

    async fn forget(&self, before: UnixMillis) -> Result<u64, StorageError> {
        // By number, which is the order in which they were stored, so that no index by time is needed and none is looked at
        // that stays. SQLite would give the number of the latest again if that were gone.
        let oldest = "DELETE FROM security_events
            WHERE id IN (SELECT id FROM security_events ORDER BY id LIMIT ?2) AND at < ?1
                AND id < (SELECT MAX(id) FROM security_events)";
        self.delete_in_batches(oldest, before).await
    }
}

/// [`Accounts::erase_deleted`](crate::storage::Accounts::erase_deleted) for the events: those of each account that was deleted,
/// in parts, and that of its deletion last.
pub(super) async fn erase_deleted(store: &SqliteStore, settled: UnixMillis) -> Result<bool, StorageError> {
    let deletions: Vec<(i64, String, i64)> = sqlx::query_as(
        "SELECT id, user_id, at FROM security_events
         WHERE kind = ? AND user_id IS NOT NULL AND (ip <> '' OR user_agent <> '')",
    )
    .bind(EventKind::AccountDeleted.as_str())
    .fetch_all(&store.readers)
    .await?;
    let mut more = false;
    for (deletion, user, at) in deletions {
        let is_settled = is_settled(UnixMillis(at), settled);
        more |= !is_settled;
        let mut after = i64::MIN;
        while let Some(last) = last_of_part(store, &user, after).await? {
            let erased = sqlx::query(
                "UPDATE security_events SET ip = '', user_agent = '', other_ip = substr(other_ip, 1, 0),
                     other_user_agent = substr(other_user_agent, 1, 0)
                 WHERE user_id = ? AND id > ? AND id <= ? AND (id <> ? OR ?)
                     AND (ip <> '' OR user_agent <> '' OR other_ip <> '' OR other_user_agent <> '')",
            )
            .bind(&user)
            .bind(after)
            .bind(last)
            .bind(deletion)
            .bind(is_settled)
            .execute(&store.writer)
            .await?;
            if erased.rows_affected() > 0 {
                store.owe_the_log();
            }
            after = last;
        }
    }
    Ok(more)
}

/// The last of the next events of an account after `after`, as many as are changed at once.
async fn last_of_part(store: &SqliteStore, user: &str, after: i64) -> Result<Option<i64>, StorageError> {
    let last = sqlx::query_scalar(
        "SELECT MAX(id) FROM (SELECT id FROM security_events WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?)",
    );
    Ok(last.bind(user).bind(after).bind(PURGE_BATCH).fetch_one(&store.readers).await?)
}

pub(super) async fn insert(connection: &mut SqliteConnection, event: &SecurityEvent) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO security_events
             (at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(event.at.0)
    .bind(event.kind.as_str())
    .bind(event.user_id.as_ref().map(UserId::as_str))
    .bind(event.session_id.as_ref().map(SessionId::as_str))
    .bind(event.by.as_ref().map(UserId::as_str))
    .bind(&event.origin.ip)
    .bind(&event.origin.user_agent)
    .bind(event.other.as_ref().map(|other| &other.ip))
    .bind(event.other.as_ref().map(|other| &other.user_agent))
    .execute(connection)
    .await?;
    Ok(())
}
