use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::{FromRow, PgConnection, Row as _, postgres::PgRow};

use super::{
    PostgresStore, accounts, changes, commit, events, is_an_answer, retried, session_store::must_be_here, text, within,
};
use crate::{
    account::Account,
    clock::Clock,
    session::{Cap, LastUse, SecurityEvent, Session, UnixMillis},
    storage::{
        ALL, AT_ONCE, Confirmation, Decide, EndedPart, Ending, Scope, Sessions, Step, StorageError, Tried, Trimmed,
        over_the_cap, over_the_cap_of,
        rows::{SessionRow, attempts_to_json, large, session_columns, small},
        split_expired,
    },
    token::access,
};

/// Uses of access tokens that are written in one transaction.
const CONFIRM_AT_ONCE: usize = 200;

#[async_trait]
impl Sessions for PostgresStore {
    async fn insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        retried!(self.try_insert(session, account, event, cap, clock))
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        let query = sqlx::query_as(concat!("SELECT ", session_columns!(), " FROM sessions WHERE id = $1"))
            .bind(text(id.as_str()));
        let row: Option<SessionRow> =
            within(async { Ok(query.fetch_optional(&mut *self.connection().await?).await?) }).await?;
        row.map(Session::try_from).transpose()
    }

    async fn try_transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>) -> Result<Tried, StorageError> {
        retried!(async {
            let place = self.turns.queue(id);
            let _turn = place.turn().await;
            self.transact_once(id, clock, decide).await
        })
    }

    async fn living(
        &self,
        user: &UserId,
        now: UnixMillis,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError> {
        // The ids are in the index, so that no row is read that is not on the page.
        let query = sqlx::query_as(concat!(
            "WITH theirs AS MATERIALIZED
                 (SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND idle_deadline > $2)
             SELECT ",
            session_columns!(),
            " FROM sessions WHERE id IN
                 (SELECT id FROM theirs WHERE $3::text IS NULL OR id < $3 ORDER BY id DESC LIMIT $4)
              ORDER BY id DESC"
        ))
        .bind(text(user.as_str()))
        .bind(now.0)
        .bind(before.map(|before| text(before.as_str())))
        .bind(i64::from(limit));
        let rows: Vec<SessionRow> =
            within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await?;
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn end_part(
        &self,
        scope: &Scope,
        after: Option<&str>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        retried!(self.try_end_part(scope, after.unwrap_or_default(), reason, event))
    }

    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        let mut failed = None;
        for part in confirmations.chunks(CONFIRM_AT_ONCE) {
            match retried!(self.try_confirm(part, clock)) {
                Ok(()) => {}
                // A row that somebody holds keeps no others from being written.
                Err(error) if is_an_answer(&error) => failed = Some(error),
                Err(error) => return Err(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn session_time(&self, clock: &dyn Clock) -> Result<UnixMillis, StorageError> {
        // On the connection of the feed, which asks for it: requests may have all the others.
        Ok(clock.shared(within(async { self.changes.lock().await.now().await }).await?))
    }

    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        within(async { self.changes.lock().await.endings_since(since).await }).await
    }

    async fn change_marker(&self) -> Result<i64, StorageError> {
        self.changes.lock().await.marker().await
    }

    fn visible_within(&self) -> Duration {
        // As long as anybody may need to know of it: other machines have other clocks, and a commit waits for its standby.
        access::MAX_LIFETIME
    }

    async fn tend(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn settle(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn purge(&self, before: UnixMillis) -> Result<u64, StorageError> {
        let tombstones = "DELETE FROM tombstones WHERE session_id IN
            (SELECT session_id FROM tombstones WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)";
        let sessions = "DELETE FROM sessions WHERE id IN
            (SELECT id FROM sessions WHERE absolute_deadline < $1 ORDER BY absolute_deadline LIMIT $2
             FOR UPDATE SKIP LOCKED)";
        self.delete_in_batches(tombstones, before).await?;
        self.delete_in_batches(sessions, before).await
    }
}

impl PostgresStore {
    async fn try_insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let now = clock.shared(now(&mut tx).await?);
        let excess = cap.excess(last_uses(&mut tx, &session.user_id, now, cap).await?);
        if !insert(&mut tx, session, account).await? {
            // Or they are kept elsewhere by now, and nobody would find this one.
            must_be_here(&mut tx).await?;
            return Ok(None);
        }
        let endings = end_these(&mut tx, &excess, now, &EndReason::SessionLimit).await?;
        let report = cap.report(&excess);
        if endings.is_empty() {
            events::insert(&mut tx, &[event]).await?;
        } else {
            changes::notify(&mut tx).await?;
            events::insert(&mut tx, &[event, &report]).await?;
        }
        commit(tx).await?;
        Ok(Some(endings.into_iter().map(|(ending, _)| ending).collect()))
    }

    async fn transact_once(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Tried, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let Some((session, now)) = lock(&mut tx, id).await? else { return Ok(Tried::NotFound) };
        let now = clock.shared(now);
        let Step { next, end_others, events } = decide(&session, now);
        let ends = session.ended.is_none() && next.as_ref().is_some_and(|next| next.ended.is_some());
        if let Some(reason) = end_others.as_ref().filter(|_| ends) {
            let event = over_the_cap_of(&session, now);
            if let Some(trimmed) = trim(&mut tx, &session.user_id, Some(id), reason, &event).await? {
                commit(tx).await?;
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
        if !ended.is_empty() {
            changes::notify(&mut tx).await?;
        }
        events::insert(&mut tx, &events.iter().collect::<Vec<_>>()).await?;
        commit(tx).await?;
        Ok(Tried::Done { ended })
    }

    async fn try_end_part(
        &self,
        scope: &Scope,
        after: &str,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let may = match (scope, &event.by) {
            (Scope::OthersOf { asking, .. }, _) => is_living(&mut tx, asking).await?,
            (_, Some(actor)) => accounts::may_administrate(&mut tx, actor).await?,
            (_, None) => true,
        };
        if !may {
            return Ok(None);
        }
        let ids = match scope {
            Scope::Of(user) => unended(&mut tx, user, None, None, AT_ONCE).await?,
            Scope::OthersOf { user, asking, begun_before } => {
                unended(&mut tx, user, Some(asking), *begun_before, AT_ONCE).await?
            }
            Scope::BegunBefore(time) => begun_before(&mut tx, *time, after).await?,
        };
        let endings = end_these(&mut tx, &ids, event.at, reason).await?;
        let people: BTreeSet<&UserId> = endings.iter().map(|(_, user)| user).collect();
        let reports: Vec<SecurityEvent> = people.into_iter().map(|person| event.clone().of(person)).collect();
        if !endings.is_empty() {
            changes::notify(&mut tx).await?;
        }
        events::insert(&mut tx, &reports.iter().collect::<Vec<_>>()).await?;
        commit(tx).await?;
        let is_full = ids.len() >= AT_ONCE as usize;
        let next = ids.last().filter(|_| is_full).map(ToString::to_string);
        Ok(Some(EndedPart { endings: endings.into_iter().map(|(ending, _)| ending).collect(), next }))
    }

    async fn try_confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        let mut connection = self.connection().await?;
        let now = clock.shared(now(&mut connection).await?);
        // The rows are locked in one order on all instances, so that none waits for a row of another that waits for its own.
        sqlx::query(
            "WITH used AS MATERIALIZED (
                 SELECT sessions.id, used.at
                 FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS used (id, gen, at)
                 JOIN sessions ON sessions.id = used.id AND sessions.gen = used.gen
                 WHERE confirmed_at IS NULL ORDER BY sessions.id FOR NO KEY UPDATE OF sessions)
             UPDATE sessions SET confirmed_at = GREATEST(used.at, emitted_at) FROM used WHERE sessions.id = used.id",
        )
        .bind(confirmations.iter().map(|used| used.session_id.as_str()).collect::<Vec<_>>())
        .bind(confirmations.iter().map(|used| large(used.generation)).collect::<Vec<_>>())
        .bind(confirmations.iter().map(|used| used.at.min(now).0).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
        Ok(())
    }
}

/// The database's own clock.
pub(super) const NOW: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

pub(super) async fn now(connection: &mut PgConnection) -> Result<UnixMillis, StorageError> {
    Ok(UnixMillis(sqlx::query_scalar(NOW).fetch_one(connection).await?))
}

/// Reads one session, keeps everybody else from changing it until the commit, and tells the time at which that began: later
/// than whatever the one before has written.
async fn lock(connection: &mut PgConnection, id: &SessionId) -> Result<Option<(Session, UnixMillis)>, StorageError> {
    let row = sqlx::query(concat!(
        "WITH locked AS MATERIALIZED (SELECT ",
        session_columns!(),
        " FROM sessions WHERE id = $1 FOR UPDATE)
             SELECT *, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now FROM locked"
    ))
    .bind(text(id.as_str()))
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((Session::try_from(SessionRow::from_row(&row)?)?, UnixMillis(row.try_get("now")?))))
}

/// False: the account is not any more what was read, and nothing was added. Whoever changes the account meanwhile is waited
/// for, and has to wait for this.
pub(super) async fn insert(
    connection: &mut PgConnection,
    session: &Session,
    account: &Account,
) -> Result<bool, StorageError> {
    let inserted = sqlx::query(
        "INSERT INTO sessions (id, user_id, ver, ver_at, gen, head_hash, served_attempts, emitted_at, confirmed_at,
             streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline,
             absolute_deadline, ip, user_agent)
         SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
         FROM users WHERE id = $20 AND disabled_at IS NULL AND password_changed_at = $21 AND role = $22
             AND NOT EXISTS (SELECT FROM session_store)
         FOR SHARE OF users",
    )
    .bind(session.id.as_str())
    .bind(small(session.ver))
    .bind(session.ver_at.0)
    .bind(large(session.generation))
    .bind(session.head_hash.as_slice())
    .bind(attempts_to_json(&session.served_attempts))
    .bind(session.emitted_at.0)
    .bind(session.confirmed_at.map(|at| at.0))
    .bind(small(session.streak))
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
    .bind(account.role.as_str())
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Compare and set: the row must still be the one that was decided on. While it is locked it always is; the condition says
/// so to the database, too.
async fn update(connection: &mut PgConnection, read: &Session, next: &Session) -> Result<(), StorageError> {
    let updated = sqlx::query(
        "UPDATE sessions SET gen = $1, head_hash = $2, prev_hash = $3, sealed_head = $4, head_attempt = $5,
             served_attempts = $6, emitted_at = $7, confirmed_at = $8, streak = $9, hit = $10, attempts = $11,
             last_used_at = $12, idle_deadline = $13, revoked_at = $14, revoked_reason = $15, ip = $16, user_agent = $17
         WHERE id = $18 AND gen = $19 AND head_hash = $20 AND revoked_at IS NULL",
    )
    .bind(large(next.generation))
    .bind(next.head_hash.as_slice())
    .bind(next.prev_hash.as_ref().map(<[u8; 32]>::as_slice))
    .bind(&next.sealed_head)
    .bind(&next.head_attempt)
    .bind(attempts_to_json(&next.served_attempts))
    .bind(next.emitted_at.0)
    .bind(next.confirmed_at.map(|at| at.0))
    .bind(small(next.streak))
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

/// Whether it is there and was not ended. It stays so until the commit.
pub(super) async fn is_living(connection: &mut PgConnection, id: &SessionId) -> Result<bool, StorageError> {
    let living = sqlx::query("SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL FOR SHARE")
        .bind(text(id.as_str()))
        .fetch_optional(connection)
        .await?;
    Ok(living.is_some())
}

/// When the account's living sessions were used last, as far as the cap has to know.
async fn last_uses(
    connection: &mut PgConnection,
    user: &UserId,
    now: UnixMillis,
    cap: &Cap,
) -> Result<Vec<LastUse>, StorageError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT last_used_at, id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND idle_deadline > $2
         ORDER BY idle_deadline LIMIT $3",
    )
    .bind(user.as_str())
    .bind(now.0)
    .bind(i64::from(cap.window()))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(at, id)| (UnixMillis(at), SessionId::new(id))).collect())
}

/// Some of the account's sessions that were not ended, those first that expire first. They stay so until the commit.
pub(super) async fn unended(
    connection: &mut PgConnection,
    user: &UserId,
    spared: Option<&SessionId>,
    begun_before: Option<UnixMillis>,
    limit: u32,
) -> Result<Vec<SessionId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND ($2::text IS NULL OR id <> $2)
             AND ($3::bigint IS NULL OR created_at < $3)
         ORDER BY idle_deadline LIMIT $4 FOR NO KEY UPDATE",
    )
    .bind(text(user.as_str()))
    .bind(spared.map(|spared| text(spared.as_str())))
    .bind(begun_before.map(|time| time.0))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(SessionId::new).collect())
}

/// Where an operation that `event` reports has to end more of an account's sessions than one transaction ends, ends some of
/// those that were unused for longest, and the caller commits. `None`: one transaction ends all of them. Sessions that have expired
/// are no excess over the cap: they end first, for the operation's `reason`, and are not reported.
pub(super) async fn trim(
    connection: &mut PgConnection,
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
        "SELECT id, idle_deadline FROM sessions
         WHERE user_id = $1 AND revoked_at IS NULL AND ($2::text IS NULL OR id <> $2)
         ORDER BY idle_deadline LIMIT $3 FOR NO KEY UPDATE",
    )
    .bind(text(user.as_str()))
    .bind(spared.map(|spared| text(spared.as_str())))
    .bind(i64::from(excess))
    .fetch_all(&mut *connection)
    .await?;
    let (expired, living) = split_expired(rows, event.at);
    let mut ended = end_these(connection, &expired, event.at, reason).await?;
    let over_the_cap = (!living.is_empty()).then(|| over_the_cap(event));
    if let Some(event) = &over_the_cap {
        ended.extend(end_these(connection, &living, event.at, &EndReason::SessionLimit).await?);
        events::insert(connection, &[event]).await?;
    }
    changes::notify(connection).await?;
    Ok(Some(Trimmed { endings: ended.into_iter().map(|(ending, _)| ending).collect(), event: over_the_cap }))
}

/// How many more sessions than one transaction may end were not ended, as far as one transaction can end them. Those that have
/// expired count, because they have to be ended, too: the clock that says so may be wrong.
async fn excess(connection: &mut PgConnection, user: &UserId) -> Result<u32, StorageError> {
    let unended: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL LIMIT $2) AS unended",
    )
    .bind(text(user.as_str()))
    .bind(i64::from(2 * AT_ONCE))
    .fetch_one(connection)
    .await?;
    Ok(u32::try_from(unended).unwrap_or(0).saturating_sub(AT_ONCE))
}

/// Some of everybody's sessions that were begun before that and not ended.
async fn begun_before(
    connection: &mut PgConnection,
    time: UnixMillis,
    after: &str,
) -> Result<Vec<SessionId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions WHERE revoked_at IS NULL AND created_at < $1 AND id > $2 ORDER BY id LIMIT $3
         FOR NO KEY UPDATE",
    )
    .bind(time.0)
    .bind(after)
    .bind(i64::from(AT_ONCE))
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(SessionId::new).collect())
}

/// Raises the version of those of them that were not ended. The caller notifies and commits.
pub(super) async fn raise_these(
    connection: &mut PgConnection,
    ids: &[SessionId],
    at: UnixMillis,
) -> Result<Vec<Ending>, StorageError> {
    let rows = sqlx::query(
        "UPDATE sessions SET ver = ver + 1, ver_at = GREATEST($1, last_used_at)
         WHERE revoked_at IS NULL AND id = ANY($2) RETURNING id, revoked_at, ver, ver_at",
    )
    .bind(at.0)
    .bind(ids.iter().map(SessionId::as_str).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    rows.iter().map(ending).collect()
}

/// The ids of all sessions of the account that were not ended, those first that expire last. They are not locked.
pub(super) async fn all_unended(connection: &mut PgConnection, user: &UserId) -> Result<Vec<SessionId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY idle_deadline DESC",
    )
    .bind(text(user.as_str()))
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(SessionId::new).collect())
}

/// Ends those of them that were not ended, and says whose each was. The caller notifies and commits.
pub(super) async fn end_these(
    connection: &mut PgConnection,
    ids: &[SessionId],
    at: UnixMillis,
    reason: &EndReason,
) -> Result<Vec<(Ending, UserId)>, StorageError> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let rows = sqlx::query(
        "UPDATE sessions SET revoked_at = GREATEST($1, last_used_at), revoked_reason = $2
         WHERE revoked_at IS NULL AND id = ANY($3) RETURNING id, revoked_at, ver, ver_at, user_id",
    )
    .bind(at.0)
    .bind(reason.as_str().to_owned())
    .bind(ids.iter().map(SessionId::as_str).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((ending(row)?, UserId::new(row.try_get::<String, _>(4)?)))).collect()
}

/// Leaves a tombstone of every session of the account. The caller deletes the account, and the sessions with it.
pub(super) async fn bury(tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
    let rows = sqlx::query(
        "INSERT INTO tombstones (session_id, ended_at)
         SELECT id, GREATEST($1, last_used_at) FROM sessions WHERE user_id = $2
         RETURNING session_id, ended_at, 0, 0::bigint",
    )
    .bind(at.0)
    .bind(text(user.as_str()))
    .fetch_all(tx)
    .await?;
    rows.iter().map(ending).collect()
}

/// Removes some of the account's sessions that were ended, and leaves their tombstones. Returns how many.
pub(super) async fn bury_ended(connection: &mut PgConnection, user: &UserId) -> Result<u32, StorageError> {
    let buried = sqlx::query(
        "WITH ended AS MATERIALIZED
             (SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NOT NULL LIMIT $2),
             gone AS (DELETE FROM sessions WHERE id IN (SELECT id FROM ended) RETURNING id, revoked_at)
         INSERT INTO tombstones (session_id, ended_at) SELECT id, revoked_at FROM gone",
    )
    .bind(text(user.as_str()))
    .bind(i64::from(AT_ONCE))
    .execute(connection)
    .await?;
    Ok(u32::try_from(buried.rows_affected()).unwrap_or(AT_ONCE))
}

pub(super) fn ending(row: &PgRow) -> Result<Ending, StorageError> {
    let id: String = row.try_get(0)?;
    Ok(Ending {
        ended_at: row.try_get::<Option<i64>, _>(1)?.map(UnixMillis),
        ver: u32::try_from(row.try_get::<i32, _>(2)?).map_err(|_| StorageError::impossible("sessions", "ver", &id))?,
        ver_at: UnixMillis(row.try_get(3)?),
        session_id: SessionId::new(id),
    })
}
