use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{SqliteStore, accounts, commit_in_the_background, events};
use crate::{
    clock::Clock,
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        Account, Confirmation, Decide, Ending, Scope, Sessions, Step, StorageError, Transacted,
        rows::{SessionRow, attempts_to_json, large, session_columns},
    },
};

#[async_trait]
impl Sessions for SqliteStore {
    async fn insert(&self, session: &Session, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        if !insert(&mut tx, session, account).await? {
            return Ok(false);
        }
        events::insert(&mut tx, event).await?;
        self.commit(tx).await?;
        Ok(true)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        select(&mut *self.readers.acquire().await?, id).await
    }

    async fn transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        let mut tx = self.begin().await?;
        let Some(session) = select(&mut tx, id).await? else { return Ok(Transacted::NotFound) };
        let Step { next, end_others, events } = decide(&session, clock.now());
        let mut ended = vec![];
        if let Some(next) = next {
            update(&mut tx, &session, &next).await?;
            if session.ended.is_none() && next.ended.is_some() {
                ended.push(session.id.clone());
            }
            if let (Some(reason), Some(end)) = (end_others, &next.ended) {
                let others = Scope::OthersOf(session.user_id.clone(), session.id.clone());
                let endings = end_all(&mut tx, &others, end.at, &reason).await?;
                ended.extend(endings.into_iter().map(|(ending, _)| ending.session_id));
            }
        }
        for event in &events {
            events::insert(&mut tx, event).await?;
        }
        self.commit(tx).await?;
        Ok(Transacted::Done { ended })
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Session>, StorageError> {
        let rows: Vec<SessionRow> = sqlx::query_as(concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE user_id = ? AND revoked_at IS NULL ORDER BY last_used_at DESC, id DESC"
        ))
        .bind(user.as_str())
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn end_all(
        &self,
        scope: &Scope,
        reason: EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let mut tx = self.begin().await?;
        let may = match (scope, &event.by) {
            (Scope::OthersOf(_, asking), _) => is_living(&mut tx, asking).await?,
            (_, Some(actor)) => accounts::may_administrate(&mut tx, actor).await?,
            _ => true,
        };
        if !may {
            return Ok(None);
        }
        let endings = end_all(&mut tx, scope, event.at, &reason).await?;
        let people: BTreeSet<&UserId> = endings.iter().map(|(_, user)| user).collect();
        for person in people {
            events::insert(&mut tx, &event.clone().of(person)).await?;
        }
        self.commit(tx).await?;
        Ok(Some(endings.into_iter().map(|(ending, _)| ending).collect()))
    }

    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        let now = clock.now();
        let mut tx = self.begin().await?;
        for confirmation in confirmations {
            sqlx::query("UPDATE sessions SET confirmed_at = ? WHERE id = ? AND gen = ? AND confirmed_at IS NULL")
                .bind(confirmation.at.min(now).0)
                .bind(confirmation.session_id.as_str())
                .bind(large(confirmation.generation))
                .execute(&mut *tx)
                .await?;
        }
        commit_in_the_background(tx).await
    }

    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let rows = sqlx::query(
            "SELECT id, revoked_at, ver, ver_at FROM sessions WHERE revoked_at >= ?1
             UNION SELECT id, revoked_at, ver, ver_at FROM sessions WHERE ver_at > 0 AND ver_at >= ?1
             UNION SELECT session_id, ended_at, 0, 0 FROM tombstones WHERE ended_at >= ?1",
        )
        .bind(since.0)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(ending).collect()
    }

    async fn change_marker(&self) -> Result<i64, StorageError> {
        let mut watcher = self.watcher.lock().await;
        Ok(sqlx::query("PRAGMA data_version").fetch_one(&mut **watcher).await?.try_get(0)?)
    }

    fn visible_within(&self) -> Duration {
        // One machine, one clock, and a time-out for whoever waits to write.
        Duration::from_mins(1)
    }

    async fn tend(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn settle(&self) -> Result<(), StorageError> {
        // It does not fail where another process reads, but says so in a row.
        let busy: bool = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?.try_get(0)?;
        if busy {
            tracing::warn!("another process uses the database: its newest data stays in the log beside it (-wal)");
        }
        Ok(())
    }

    async fn purge(&self, before: UnixMillis) -> Result<u64, StorageError> {
        let tombstones = "DELETE FROM tombstones WHERE session_id IN
            (SELECT session_id FROM tombstones WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)";
        let sessions = "DELETE FROM sessions WHERE id IN
            (SELECT id FROM sessions WHERE absolute_deadline < ?1 ORDER BY absolute_deadline LIMIT ?2)";
        self.delete_in_batches(tombstones, before).await?;
        self.delete_in_batches(sessions, before).await
    }
}

async fn select(connection: &mut SqliteConnection, id: &SessionId) -> Result<Option<Session>, StorageError> {
    let row: Option<SessionRow> = sqlx::query_as(concat!("SELECT ", session_columns!(), " FROM sessions WHERE id = ?"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(Session::try_from).transpose()
}

/// False: the account is not any more what was read, and nothing was added.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    session: &Session,
    account: &Account,
) -> Result<bool, StorageError> {
    let inserted = sqlx::query(
        "INSERT INTO sessions (id, user_id, ver, ver_at, gen, head_hash, served_attempts, emitted_at, confirmed_at,
             streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline,
             absolute_deadline, ip, user_agent)
         SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
         FROM users WHERE id = ? AND disabled_at IS NULL AND password_changed_at = ? AND role = ?",
    )
    .bind(session.id.as_str())
    .bind(session.ver)
    .bind(session.ver_at.0)
    .bind(large(session.generation))
    .bind(session.head_hash.as_slice())
    .bind(attempts_to_json(&session.served_attempts))
    .bind(session.emitted_at.0)
    .bind(session.confirmed_at.map(|at| at.0))
    .bind(session.streak)
    .bind(session.hit)
    .bind(session.client.browser)
    .bind(session.client.attempts)
    .bind(session.remember_me)
    .bind(session.created_at.0)
    .bind(session.last_used_at.0)
    .bind(session.idle_deadline.0)
    .bind(session.absolute_deadline.0)
    .bind(&session.origin.ip)
    .bind(&session.origin.user_agent)
    .bind(account.id.as_str())
    .bind(account.password_changed_at.0)
    .bind(account.role.as_str().to_owned())
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Compare and set: the row must still be the one that was decided on. Within `BEGIN IMMEDIATE` it always is; the
/// condition says so to the database, too.
async fn update(connection: &mut SqliteConnection, read: &Session, next: &Session) -> Result<(), StorageError> {
    let updated = sqlx::query(
        "UPDATE sessions SET gen = ?, head_hash = ?, prev_hash = ?, sealed_head = ?, head_attempt = ?,
             served_attempts = ?, emitted_at = ?, confirmed_at = ?, streak = ?, hit = ?, last_used_at = ?,
             idle_deadline = ?, revoked_at = ?, revoked_reason = ?, ip = ?, user_agent = ?
         WHERE id = ? AND gen = ? AND head_hash = ? AND revoked_at IS NULL",
    )
    .bind(large(next.generation))
    .bind(next.head_hash.as_slice())
    .bind(next.prev_hash.as_ref().map(<[u8; 32]>::as_slice))
    .bind(&next.sealed_head)
    .bind(&next.head_attempt)
    .bind(attempts_to_json(&next.served_attempts))
    .bind(next.emitted_at.0)
    .bind(next.confirmed_at.map(|at| at.0))
    .bind(next.streak)
    .bind(next.hit)
    .bind(next.last_used_at.0)
    .bind(next.idle_deadline.0)
    .bind(next.ended.as_ref().map(|ended| ended.at.0))
    .bind(next.ended.as_ref().map(|ended| ended.reason.as_str().to_owned()))
    .bind(&next.origin.ip)
    .bind(&next.origin.user_agent)
    .bind(read.id.as_str())
    .bind(large(read.generation))
    .bind(read.head_hash.as_slice())
    .execute(connection)
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StorageError::Unavailable("a session changed within the transaction that holds it".into()))
    }
}

/// Whether it is there and was not ended.
pub(super) async fn is_living(connection: &mut SqliteConnection, id: &SessionId) -> Result<bool, StorageError> {
    Ok(select(connection, id).await?.is_some_and(|session| session.ended.is_none()))
}

/// Ends what lives of `scope`, and says whose each was. The caller commits.
pub(super) async fn end_all(
    connection: &mut SqliteConnection,
    scope: &Scope,
    at: UnixMillis,
    reason: &EndReason,
) -> Result<Vec<(Ending, UserId)>, StorageError> {
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE sessions SET revoked_at = MAX(");
    query
        .push_bind(at.0)
        .push(", last_used_at), revoked_reason = ")
        .push_bind(reason.as_str())
        .push(" WHERE revoked_at IS NULL AND ");
    match scope {
        Scope::Of(user) => query.push("user_id = ").push_bind(user.as_str()),
        Scope::OthersOf(user, but) => {
            query.push("user_id = ").push_bind(user.as_str()).push(" AND id <> ").push_bind(but.as_str())
        }
        Scope::BegunBefore(time) => query.push("created_at < ").push_bind(time.0),
    };
    query.push(" RETURNING id, revoked_at, ver, ver_at, user_id");
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(|row| Ok((ending(row)?, UserId::new(row.try_get::<String, _>(4)?)))).collect()
}

pub(super) fn ending(row: &SqliteRow) -> Result<Ending, StorageError> {
    Ok(Ending {
        session_id: SessionId::new(row.try_get::<String, _>(0)?),
        ended_at: row.try_get::<Option<i64>, _>(1)?.map(UnixMillis),
        ver: row.try_get(2)?,
        ver_at: UnixMillis(row.try_get(3)?),
    })
}
