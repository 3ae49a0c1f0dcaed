use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use serde::Serialize;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{SqliteStore, accounts, commit_in_the_background, events};
use crate::{
    account::Account,
    clock::Clock,
    session::{Cap, LastUse, SecurityEvent, Session, UnixMillis},
    storage::{
        ALL, AT_ONCE, Confirmation, Decide, EndedPart, Ending, Scope, Sessions, Step, StorageError, Tried, Trimmed,
        over_the_cap, over_the_cap_of,
        rows::{SessionRow, attempts_to_json, large, session_columns},
        split_expired,
    },
};

#[async_trait]
impl Sessions for SqliteStore {
    async fn insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        _clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let mut tx = self.begin().await?;
        let excess = cap.excess(last_uses(&mut tx, session, cap).await?);
        if !insert(&mut tx, session, account).await? {
            return Ok(None);
        }
        events::insert(&mut tx, event).await?;
        let endings = end_these(&mut tx, &excess, session.created_at, &EndReason::SessionLimit).await?;
        if !excess.is_empty() {
            events::insert(&mut tx, &cap.report(&excess)).await?;
        }
        self.commit(tx).await?;
        Ok(Some(endings.into_iter().map(|(ending, _)| ending).collect()))
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        select(&mut *self.readers.acquire().await?, id).await
    }

    async fn try_transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>) -> Result<Tried, StorageError> {
        let mut tx = self.begin().await?;
        let Some(session) = select(&mut tx, id).await? else { return Ok(Tried::NotFound) };
        let now = clock.now();
        let Step { next, end_others, events } = decide(&session, now);
        let ends = session.ended.is_none() && next.as_ref().is_some_and(|next| next.ended.is_some());
        if let Some(reason) = end_others.as_ref().filter(|_| ends) {
            let event = over_the_cap_of(&session, now);
            if let Some(trimmed) = trim(&mut tx, &session.user_id, Some(id), reason, &event).await? {
                self.commit(tx).await?;
                return Ok(Tried::Trimmed(trimmed));
            }
        }
        let mut ended = vec![];
        if let Some(next) = next {
            update(&mut tx, &session, &next).await?;
            if session.ended.is_none() && next.ended.is_some() {
                ended.push(session.id.clone());
            }
            if let (Some(reason), Some(end)) = (end_others, &next.ended) {
                let others = unended(&mut tx, &session.user_id, Some(&session.id), None, ALL).await?;
                let endings = end_these(&mut tx, &others, end.at, &reason).await?;
                ended.extend(endings.into_iter().map(|(ending, _)| ending.session_id));
            }
        }
        for event in &events {
            events::insert(&mut tx, event).await?;
        }
        self.commit(tx).await?;
        Ok(Tried::Done { ended })
    }

    async fn living(
        &self,
        user: &UserId,
        now: UnixMillis,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError> {
        // The ids are in the index, so that no row is read that is not on the page.
        let rows: Vec<SessionRow> = sqlx::query_as(concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE id IN
                 (SELECT id FROM sessions INDEXED BY sessions_unended
                  WHERE user_id = ?1 AND revoked_at IS NULL AND idle_deadline > ?2 AND (?3 IS NULL OR id < ?3)
                  ORDER BY id DESC LIMIT ?4)
              ORDER BY id DESC"
        ))
        .bind(user.as_str())
        .bind(now.0)
        .bind(before.map(SessionId::as_str))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn end_part(
        &self,
        scope: &Scope,
        after: Option<&str>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        // Nobody who writes waits while everybody's sessions are looked through.
        let begun_before = match scope {
            Scope::BegunBefore(time) => {
                begun_before(&mut *self.readers.acquire().await?, *time, after.unwrap_or_default()).await?
            }
            Scope::Of(_) | Scope::OthersOf { .. } => vec![],
        };
        let mut tx = self.begin().await?;
        let may = match (scope, &event.by) {
            (Scope::OthersOf { asking, .. }, _) => is_living(&mut tx, asking).await?,
            (_, Some(actor)) => accounts::may_administrate(&mut tx, actor).await?,
            _ => true,
        };
        if !may {
            return Ok(None);
        }
        let ids = match scope {
            Scope::Of(user) => unended(&mut tx, user, None, None, AT_ONCE).await?,
            Scope::OthersOf { user, asking, begun_before } => {
                unended(&mut tx, user, Some(asking), *begun_before, AT_ONCE).await?
            }
            Scope::BegunBefore(_) => begun_before,
        };
        let endings = end_these(&mut tx, &ids, event.at, reason).await?;
        let people: BTreeSet<&UserId> = endings.iter().map(|(_, user)| user).collect();
        for person in people {
            events::insert(&mut tx, &event.clone().of(person)).await?;
        }
        self.commit(tx).await?;
        let is_full = ids.len() >= AT_ONCE as usize;
        let next = ids.last().filter(|_| is_full).map(ToString::to_string);
        Ok(Some(EndedPart { endings: endings.into_iter().map(|(ending, _)| ending).collect(), next }))
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

    async fn session_time(&self, clock: &dyn Clock) -> Result<UnixMillis, StorageError> {
        Ok(clock.now())
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

/// Where an operation that `event` reports has to end more of an account's sessions than one transaction ends, ends some of
/// those that were unused for longest, and the caller commits. `None`: one transaction ends all of them. Sessions that have expired
/// are no excess over the cap: they end first, for the operation's `reason`, and are not reported.
pub(super) async fn trim(
    connection: &mut SqliteConnection,
    user: &UserId,
    spared: Option<&SessionId>,
    reason: &EndReason,
    event: &SecurityEvent,
) -> Result<Option<Trimmed>, StorageError> {
    let excess = excess(connection, user).await?;
    if excess == 0 {
        return Ok(None);
    }
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT id, idle_deadline FROM sessions INDEXED BY sessions_unended
         WHERE user_id = ?1 AND revoked_at IS NULL AND (?2 IS NULL OR id <> ?2) ORDER BY idle_deadline LIMIT ?3",
    )
    .bind(user.as_str())
    .bind(spared.map(SessionId::as_str))
    .bind(excess)
    .fetch_all(&mut *connection)
    .await?;
    let (expired, living) = split_expired(rows, event.at);
    let mut ended = end_these(connection, &expired, event.at, reason).await?;
    let over_the_cap = (!living.is_empty()).then(|| over_the_cap(event));
    if let Some(event) = &over_the_cap {
        ended.extend(end_these(connection, &living, event.at, &EndReason::SessionLimit).await?);
        events::insert(connection, event).await?;
    }
    Ok(Some(Trimmed { endings: ended.into_iter().map(|(ending, _)| ending).collect(), event: over_the_cap }))
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
    .bind(session.is_contested)
    .bind(session.client.browser)
    .bind(session.client.names_refreshes)
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
             served_attempts = ?, emitted_at = ?, confirmed_at = ?, streak = ?, hit = ?, attempts = ?,
             last_used_at = ?, idle_deadline = ?, revoked_at = ?, revoked_reason = ?, ip = ?, user_agent = ?
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
    .bind(next.is_contested)
    .bind(next.client.names_refreshes)
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

/// When the account's living sessions were used last, as far as the cap has to know.
async fn last_uses(connection: &mut SqliteConnection, new: &Session, cap: &Cap) -> Result<Vec<LastUse>, StorageError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT last_used_at, id FROM sessions INDEXED BY sessions_unended
         WHERE user_id = ? AND revoked_at IS NULL AND idle_deadline > ? ORDER BY idle_deadline LIMIT ?",
    )
    .bind(new.user_id.as_str())
    .bind(new.created_at.0)
    .bind(cap.window())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(at, id)| (UnixMillis(at), SessionId::new(id))).collect())
}

/// Some of the account's sessions that were not ended, those first that expire first.
pub(super) async fn unended(
    connection: &mut SqliteConnection,
    user: &UserId,
    spared: Option<&SessionId>,
    begun_before: Option<UnixMillis>,
    limit: u32,
) -> Result<Vec<SessionId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions INDEXED BY sessions_unended
         WHERE user_id = ?1 AND revoked_at IS NULL AND (?2 IS NULL OR id <> ?2) AND (?3 IS NULL OR created_at < ?3)
         ORDER BY idle_deadline LIMIT ?4",
    )
    .bind(user.as_str())
    .bind(spared.map(SessionId::as_str))
    .bind(begun_before.map(|time| time.0))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(SessionId::new).collect())
}

/// How many more sessions than one transaction may end were not ended, as far as one transaction can end them. Those that have
/// expired count, because they have to be ended, too: the clock that says so may be wrong.
async fn excess(connection: &mut SqliteConnection, user: &UserId) -> Result<u32, StorageError> {
    let unended: u32 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM sessions INDEXED BY sessions_unended
                               WHERE user_id = ? AND revoked_at IS NULL LIMIT ?)",
    )
    .bind(user.as_str())
    .bind(2 * AT_ONCE)
    .fetch_one(connection)
    .await?;
    Ok(unended.saturating_sub(AT_ONCE))
}

/// Some of everybody's sessions that were begun before that and not ended.
async fn begun_before(
    connection: &mut SqliteConnection,
    time: UnixMillis,
    after: &str,
) -> Result<Vec<SessionId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions WHERE revoked_at IS NULL AND created_at < ? AND id > ? ORDER BY id LIMIT ?",
    )
    .bind(time.0)
    .bind(after)
    .bind(AT_ONCE)
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(SessionId::new).collect())
}

/// Raises the version of all sessions of the account that were not ended, if one transaction can do that; else of those that
/// expire last. Returns what it raised, and those that are left for [`raise_these`].
pub(super) async fn raise_first(
    connection: &mut SqliteConnection,
    user: &UserId,
    at: UnixMillis,
) -> Result<(Vec<Ending>, Vec<SessionId>), StorageError> {
    let mut first = unended(connection, user, None, None, ALL).await?;
    first.reverse();
    let rest = first.split_off(first.len().min(AT_ONCE as usize));
    Ok((raise_these(connection, &first, at).await?, rest))
}

/// Raises the version of those of them that were not ended. The caller commits.
pub(super) async fn raise_these(
    connection: &mut SqliteConnection,
    ids: &[SessionId],
    at: UnixMillis,
) -> Result<Vec<Ending>, StorageError> {
    let rows = sqlx::query(
        "UPDATE sessions SET ver = ver + 1, ver_at = MAX(?, last_used_at)
         WHERE revoked_at IS NULL AND id IN (SELECT value FROM json_each(?)) RETURNING id, revoked_at, ver, ver_at",
    )
    .bind(at.0)
    .bind(json(ids))
    .fetch_all(connection)
    .await?;
    rows.iter().map(ending).collect()
}

/// Ends those of them that were not ended, and says whose each was. The caller commits.
pub(super) async fn end_these(
    connection: &mut SqliteConnection,
    ids: &[SessionId],
    at: UnixMillis,
    reason: &EndReason,
) -> Result<Vec<(Ending, UserId)>, StorageError> {
    let rows = sqlx::query(
        "UPDATE sessions SET revoked_at = MAX(?, last_used_at), revoked_reason = ?
         WHERE revoked_at IS NULL AND id IN (SELECT value FROM json_each(?))
         RETURNING id, revoked_at, ver, ver_at, user_id",
    )
    .bind(at.0)
    .bind(reason.as_str().to_owned())
    .bind(json(ids))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((ending(row)?, UserId::new(row.try_get::<String, _>(4)?)))).collect()
}

/// Ends every session of the account that has not ended. The caller commits.
pub(super) async fn end_all_of(
    connection: &mut SqliteConnection,
    user: &UserId,
    at: UnixMillis,
    reason: &EndReason,
) -> Result<Vec<Ending>, StorageError> {
    let all = unended(connection, user, None, None, ALL).await?;
    let ended = end_these(connection, &all, at, reason).await?;
    Ok(ended.into_iter().map(|(ending, _)| ending).collect())
}

/// Leaves a tombstone of every session of the account. The caller deletes the account, and the sessions with it.
pub(super) async fn bury(
    connection: &mut SqliteConnection,
    user: &UserId,
    at: UnixMillis,
) -> Result<Vec<Ending>, StorageError> {
    let rows = sqlx::query(
        "INSERT INTO tombstones (session_id, ended_at) SELECT id, MAX(?, last_used_at) FROM sessions WHERE user_id = ?
         RETURNING session_id, ended_at, 0, 0",
    )
    .bind(at.0)
    .bind(user.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(ending).collect()
}

/// Removes some of the account's sessions that were ended, and leaves their tombstones. Returns how many.
pub(super) async fn bury_ended(connection: &mut SqliteConnection, user: &UserId) -> Result<u32, StorageError> {
    let ids: Vec<String> =
        sqlx::query_scalar("SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NOT NULL LIMIT ?")
            .bind(user.as_str())
            .bind(AT_ONCE)
            .fetch_all(&mut *connection)
            .await?;
    for statement in [
        "INSERT INTO tombstones (session_id, ended_at)
         SELECT id, revoked_at FROM sessions WHERE id IN (SELECT value FROM json_each(?))",
        "DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(statement).bind(json(&ids)).execute(&mut *connection).await?;
    }
    Ok(u32::try_from(ids.len()).unwrap_or(AT_ONCE))
}

/// A list, as `json_each` takes it.
fn json(ids: &[impl Serialize]) -> String {
    serde_json::to_string(ids).expect("OK because it is a list of texts")
}

pub(super) fn ending(row: &SqliteRow) -> Result<Ending, StorageError> {
    Ok(Ending {
        session_id: SessionId::new(row.try_get::<String, _>(0)?),
        ended_at: row.try_get::<Option<i64>, _>(1)?.map(UnixMillis),
        ver: row.try_get(2)?,
        ver_at: UnixMillis(row.try_get(3)?),
    })
}
