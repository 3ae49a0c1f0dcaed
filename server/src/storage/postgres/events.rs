use async_trait::async_trait;
use sessionkeep_types::{EventKind, SessionId, UserId};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::{PostgresStore, commit, text};
use crate::{
    session::SecurityEvent,
    storage::{
        EventFilter, Events, StorageError, StoredEvent,
        rows::{EventRow, event_columns},
    },
};

/// Whoever adds an event holds this until the commit, so that numbers become visible in their order: a reader that asks for
/// what came after the latest would miss a lower number that was committed later.
const EVENTS_LOCK: i64 = 0x5e55_1001;

/// Rows of one statement, which has at most 65 535 values.
const AT_ONCE: usize = 5000;

#[async_trait]
impl Events for PostgresStore {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        insert(&mut tx, &[event]).await?;
        commit(tx).await
    }

    async fn page(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        let mut query =
            QueryBuilder::<Postgres>::new(concat!("SELECT ", event_columns!(), " FROM security_events WHERE id < "));
        query.push_bind(before.unwrap_or(i64::MAX));
        if let Some(user) = &filter.user {
            query.push(" AND user_id = ").push_bind(text(user.as_str()));
        }
        if let Some(kind) = &filter.kind {
            query.push(" AND kind = ").push_bind(text(kind.as_str()));
        }
        if filter.without_routine {
            let mut kinds = query.push(" AND kind NOT IN (").separated(", ");
            for kind in EventKind::ROUTINE {
                kinds.push_bind(text(kind.as_str()));
            }
            query.push(")");
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let rows: Vec<EventRow> = query.build_query_as().fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError> {
        let rows: Vec<EventRow> = sqlx::query_as(concat!(
            "SELECT ",
            event_columns!(),
            " FROM security_events WHERE id > $1 ORDER BY id LIMIT $2"
        ))
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn latest(&self) -> Result<i64, StorageError> {
        let latest = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM security_events");
        Ok(latest.fetch_one(&self.pool).await?)
    }
}

/// Adds them. To be the last that a transaction does: the lock that it takes is one for all, and whoever waits for a row
/// while holding it could wait for ever.
pub(super) async fn insert(connection: &mut PgConnection, events: &[&SecurityEvent]) -> Result<(), StorageError> {
    let events: Vec<(Option<&str>, &SecurityEvent)> = events.iter().map(|event| (None, *event)).collect();
    insert_once(connection, &events).await
}

impl PostgresStore {
    /// Adds events that were written elsewhere first, under the ids that they have there: none a second time.
    pub(in crate::storage) async fn take_over(&self, events: &[(String, SecurityEvent)]) -> Result<(), StorageError> {
        let events: Vec<(Option<&str>, &SecurityEvent)> =
            events.iter().map(|(id, event)| (Some(id.as_str()), event)).collect();
        let mut tx = self.begin().await?;
        insert_once(&mut tx, &events).await?;
        commit(tx).await
    }
}

/// Each event comes with its id in the outbox that it was taken from.
async fn insert_once(
    connection: &mut PgConnection,
    events: &[(Option<&str>, &SecurityEvent)],
) -> Result<(), StorageError> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(EVENTS_LOCK).execute(&mut *connection).await?;
    for some in events.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::<Postgres>::new(
            "INSERT INTO security_events
                 (at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent,
                  outbox_id) ",
        );
        insert.push_values(some, |mut row, (outbox_id, event)| {
            row.push_bind(event.at.0)
                .push_bind(event.kind.as_str().to_owned())
                .push_bind(event.user_id.as_ref().map(UserId::as_str))
                .push_bind(event.session_id.as_ref().map(SessionId::as_str))
                .push_bind(event.by.as_ref().map(UserId::as_str))
                .push_bind(&event.origin.ip)
                .push_bind(&event.origin.user_agent)
                .push_bind(event.other.as_ref().map(|other| &other.ip))
                .push_bind(event.other.as_ref().map(|other| &other.user_agent))
                .push_bind(outbox_id.map(str::to_owned));
        });
        insert.push(" ON CONFLICT (outbox_id) DO NOTHING");
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}
