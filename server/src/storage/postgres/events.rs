use async_trait::async_trait;
use sessionkeep_types::{EventKind, SessionId, UserId};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::{PURGE_BATCH, PostgresStore, retried, text, within};
use crate::{
    session::{SecurityEvent, UnixMillis},
    storage::{
        EventFilter, Events, StorageError, StoredEvent, is_settled,
        rows::{EventRow, event_columns},
    },
};

/// Whoever adds an event holds this until the commit, so that numbers become visible in their order: a reader that asks for
/// what came after the latest would miss a lower number that was committed later.
const EVENTS_LOCK: i64 = 0x5e55_1001;

#[async_trait]
impl Events for PostgresStore {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        // One statement is a transaction of its own: the lock is held for no round trip at all.
        retried!(async { insert(&mut *self.connection().await?, &[event]).await })
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
        if !filter.kinds.is_empty() {
            let mut kinds = query.push(" AND kind IN (").separated(", ");
            for kind in &filter.kinds {
                kinds.push_bind(text(kind.as_str()));
            }
            query.push(")");
        }
        if filter.without_routine {
            let mut kinds = query.push(" AND kind NOT IN (").separated(", ");
            for kind in EventKind::ROUTINE {
                kinds.push_bind(text(kind.as_str()));
            }
            query.push(")");
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let query = query.build_query_as();
        let rows: Vec<EventRow> = within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError> {
        let query = sqlx::query_as(concat!(
            "SELECT ",
            event_columns!(),
            " FROM security_events WHERE id > $1 ORDER BY id LIMIT $2"
        ));
        let query = query.bind(after).bind(i64::from(limit));
        let rows: Vec<EventRow> = within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn latest(&self) -> Result<i64, StorageError> {
        let latest = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM security_events");
        within(async { Ok(latest.fetch_one(&mut *self.connection().await?).await?) }).await
    }

    async fn forget(&self, before: UnixMillis) -> Result<u64, StorageError> {
        // By number, which is the order in which they were stored, so that no index by time is needed and none is looked at
        // that stays. Nothing is added, so the lock of those who add is not needed.
        let oldest = "WITH oldest AS MATERIALIZED
                (SELECT id, at FROM security_events WHERE id < (SELECT MAX(id) FROM security_events)
                 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
            DELETE FROM security_events WHERE id IN (SELECT id FROM oldest WHERE at < $1)";
        self.delete_in_batches(oldest, before).await
    }
}

impl PostgresStore {
    /// [`Accounts::erase_deleted`](crate::storage::Accounts::erase_deleted): the events of each account that was deleted, in parts,
    /// and that of its deletion last. What PostgreSQL keeps of rows that were changed goes with its own vacuum.
    pub(in crate::storage) async fn erase_events_of_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        let deletions = sqlx::query_as(
            "SELECT id, user_id, at FROM security_events
             WHERE kind = $1 AND user_id IS NOT NULL AND (ip <> '' OR user_agent <> '')",
        )
        .bind(EventKind::AccountDeleted.as_str().to_owned());
        let deletions: Vec<(i64, String, i64)> =
            within(async { Ok(deletions.fetch_all(&mut *self.connection().await?).await?) }).await?;
        let mut more = false;
        for (deletion, user, at) in deletions {
            let is_settled = is_settled(UnixMillis(at), settled);
            more |= !is_settled;
            let mut after = i64::MIN;
            while let Some(last) = self.last_of_part(&user, after).await? {
                retried!(async {
                    let query = sqlx::query(
                        "UPDATE security_events SET ip = '', user_agent = '', other_ip = left(other_ip, 0),
                             other_user_agent = left(other_user_agent, 0)
                         WHERE user_id = $1 AND id > $2 AND id <= $3 AND (id <> $4 OR $5)
                             AND (ip <> '' OR user_agent <> '' OR other_ip <> '' OR other_user_agent <> '')",
                    );
                    let query = query.bind(&user).bind(after).bind(last).bind(deletion).bind(is_settled);
                    Ok(query.execute(&mut *self.connection().await?).await?)
                })?;
                after = last;
            }
        }
        Ok(more)
    }

    /// The last of the next events of an account after `after`, as many as are changed at once.
    async fn last_of_part(&self, user: &str, after: i64) -> Result<Option<i64>, StorageError> {
        let last = sqlx::query_scalar(
            "SELECT MAX(id) FROM (SELECT id FROM security_events WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS part",
        );
        let last = last.bind(user.to_owned()).bind(after).bind(PURGE_BATCH);
        within(async { Ok(last.fetch_one(&mut *self.connection().await?).await?) }).await
    }
}

/// Adds them. To be the last that a transaction does: the lock that it takes is one for all, and whoever waits for a row
/// while holding it could wait for ever. One statement takes it and adds them, so that nothing but the commit is waited for
/// while it is held.
pub(super) async fn insert(connection: &mut PgConnection, events: &[&SecurityEvent]) -> Result<(), StorageError> {
    let events: Vec<(Option<&str>, &SecurityEvent)> = events.iter().map(|event| (None, *event)).collect();
    insert_once(connection, &events).await
}

impl PostgresStore {
    /// Adds events that were written elsewhere first, under the ids that they have there: none a second time.
    pub(in crate::storage) async fn take_over(&self, events: &[(String, SecurityEvent)]) -> Result<(), StorageError> {
        let events: Vec<(Option<&str>, &SecurityEvent)> =
            events.iter().map(|(id, event)| (Some(id.as_str()), event)).collect();
        retried!(async { insert_once(&mut *self.connection().await?, &events).await })
    }

    /// Forgets what nobody moves a second time any more.
    pub(in crate::storage) async fn purge_moved(&self) -> Result<(), StorageError> {
        let query = sqlx::query("DELETE FROM moved_events WHERE moved_at < now() - interval '7 days'");
        within(async { Ok(query.execute(&mut *self.connection().await?).await?) }).await.map(|_| ())
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
    // Numbers are given to the rows that the join yields, which are none before the lock is held.
    sqlx::query(
        "WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock($1)),
             new AS MATERIALIZED (
                 SELECT * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::text[]) WITH ORDINALITY AS new (at, kind, user_id, session_id, by_user_id,
                     ip, user_agent, other_ip, other_user_agent, outbox_id, place)),
             moved AS (
                 INSERT INTO moved_events (outbox_id) SELECT outbox_id FROM new WHERE outbox_id IS NOT NULL
                 ON CONFLICT DO NOTHING RETURNING outbox_id)
         INSERT INTO security_events
             (at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent)
         SELECT at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent
         FROM held CROSS JOIN new WHERE outbox_id IS NULL OR outbox_id IN (SELECT outbox_id FROM moved) ORDER BY place",
    )
    .bind(EVENTS_LOCK)
    .bind(column(events, |event| event.at.0))
    .bind(column(events, |event| event.kind.as_str().to_owned()))
    .bind(column(events, |event| event.user_id.as_ref().map(UserId::as_str)))
    .bind(column(events, |event| event.session_id.as_ref().map(SessionId::as_str)))
    .bind(column(events, |event| event.by.as_ref().map(UserId::as_str)))
    .bind(column(events, |event| event.origin.ip.as_str()))
    .bind(column(events, |event| event.origin.user_agent.as_str()))
    .bind(column(events, |event| event.other.as_ref().map(|other| other.ip.as_str())))
    .bind(column(events, |event| event.other.as_ref().map(|other| other.user_agent.as_str())))
    .bind(events.iter().map(|(outbox_id, _)| *outbox_id).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// One value of each, in their order.
fn column<'a, T>(events: &[(Option<&str>, &'a SecurityEvent)], value: impl Fn(&'a SecurityEvent) -> T) -> Vec<T> {
    events.iter().map(|(_, event)| value(event)).collect()
}
