use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row as _, Transaction, postgres::PgRow};

use super::{
    PostgresStore, accounts, changes, commit, events, is_an_answer, retried, session_store::must_be_here, text, within,
};
use crate::{
    clock::Clock,
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        Account, Confirmation, Decide, Ending, Scope, Sessions, Step, StorageError, Transacted,
        rows::{SessionRow, attempts_to_json, large, session_columns, small},
    },
    token::access,
};

/// Sessions that an operator ends in one transaction.
const END_AT_ONCE: i64 = 500;
/// Uses of access tokens that are written in one transaction.
const CONFIRM_AT_ONCE: usize = 200;

#[async_trait]
impl Sessions for PostgresStore {
    async fn insert(&self, session: &Session, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        retried!(self.try_insert(session, account, event))
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        let query = sqlx::query_as(concat!("SELECT ", session_columns!(), " FROM sessions WHERE id = $1"))
            .bind(text(id.as_str()));
        let row: Option<SessionRow> =
            within(async { Ok(query.fetch_optional(&mut *self.connection().await?).await?) }).await?;
        row.map(Session::try_from).transpose()
    }

    async fn transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        retried!(async {
            let place = self.turns.queue(id);
            let _turn = place.turn().await;
            self.try_transact(id, clock, decide).await
        })
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Session>, StorageError> {
        let query = sqlx::query_as(concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY last_used_at DESC, id DESC"
        ))
        .bind(text(user.as_str()));
        let rows: Vec<SessionRow> =
            within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await?;
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn end_all(
        &self,
        scope: &Scope,
        reason: EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let Scope::BegunBefore(time) = scope else { return retried!(self.try_end_all(scope, &reason, event)) };
        // Of any size, so in parts: nobody waits long behind one, and whoever breaks off has ended some.
        let (mut all, mut after) = (vec![], String::new());
        loop {
            let Some(Part { endings, last }) = retried!(self.try_end_part(*time, &after, &reason, event))? else {
                return Ok((!all.is_empty()).then_some(all));
            };
            all.extend(endings);
            match last {
                Some(last) => after = last,
                None => return Ok(Some(all)),
            }
        }
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
    ) -> Result<bool, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        if !insert(&mut tx, session, account).await? {
            // Or they are kept elsewhere by now, and nobody would find this one.
            must_be_here(&mut tx).await?;
            return Ok(false);
        }
        events::insert(&mut tx, &[event]).await?;
        commit(tx).await?;
        Ok(true)
    }

    async fn try_transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let Some((session, now)) = lock(&mut tx, id).await? else { return Ok(Transacted::NotFound) };
        let Step { next, end_others, events } = decide(&session, clock.shared(now));
        let mut ended = vec![];
        if let Some(next) = next {
            update(&mut tx, &session, &next).await?;
            if session.ended.is_none() && next.ended.is_some() {
                ended.push(session.id.clone());
            }
            if let (Some(reason), Some(end)) = (end_others, &next.ended) {
                let others = Which::OthersOf(&session.user_id, &session.id);
                let endings = end_all(&mut tx, &others, end.at, &reason).await?;
                ended.extend(endings.into_iter().map(|(ending, _)| ending.session_id));
            }
        }
        if !ended.is_empty() {
            changes::notify(&mut tx).await?;
        }
        events::insert(&mut tx, &events.iter().collect::<Vec<_>>()).await?;
        commit(tx).await?;
        Ok(Transacted::Done { ended })
    }

    async fn try_end_all(
        &self,
        scope: &Scope,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let which = match scope {
            Scope::Of(user) => Which::Of(user),
            Scope::OthersOf(user, asking) => Which::OthersOf(user, asking),
            Scope::BegunBefore(_) => unreachable!("it is done in parts"),
        };
        let may = match (&which, &event.by) {
            (Which::OthersOf(_, asking), _) => is_living(&mut tx, asking).await?,
            (_, Some(actor)) => accounts::may_administrate(&mut tx, actor).await?,
            (_, None) => true,
        };
        if !may {
            return Ok(None);
        }
        let endings = end_all(&mut tx, &which, event.at, reason).await?;
        report_and_commit(tx, endings, event).await.map(Some)
    }

    async fn try_end_part(
        &self,
        begun_before: UnixMillis,
        after: &str,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Part>, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        if let Some(actor) = &event.by
            && !accounts::may_administrate(&mut tx, actor).await?
        {
            return Ok(None);
        }
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM sessions WHERE revoked_at IS NULL AND created_at < $1 AND id > $2 ORDER BY id LIMIT $3
             FOR NO KEY UPDATE",
        )
        .bind(begun_before.0)
        .bind(after)
        .bind(END_AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
        let endings = end_all(&mut tx, &Which::These(&ids), event.at, reason).await?;
        let endings = report_and_commit(tx, endings, event).await?;
        Ok(Some(Part { endings, last: ids.into_iter().next_back() }))
    }

    async fn try_confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        let mut connection = self.connection().await?;
        let now = sqlx::query_scalar("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        let now = clock.shared(UnixMillis(now.fetch_one(&mut *connection).await?));
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

/// What one part of a long work did.
struct Part {
    endings: Vec<Ending>,
    /// Where the next part goes on; `None`: there is no more.
    last: Option<String>,
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
             served_attempts = $6, emitted_at = $7, confirmed_at = $8, streak = $9, hit = $10, last_used_at = $11,
             idle_deadline = $12, revoked_at = $13, revoked_reason = $14, ip = $15, user_agent = $16
         WHERE id = $17 AND gen = $18 AND head_hash = $19 AND revoked_at IS NULL",
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

/// Whether it is there and was not ended. It stays so until the commit.
pub(super) async fn is_living(connection: &mut PgConnection, id: &SessionId) -> Result<bool, StorageError> {
    let living = sqlx::query("SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL FOR SHARE")
        .bind(text(id.as_str()))
        .fetch_optional(connection)
        .await?;
    Ok(living.is_some())
}

/// Which sessions one statement ends.
pub(super) enum Which<'a> {
    Of(&'a UserId),
    OthersOf(&'a UserId, &'a SessionId),
    These(&'a [String]),
}

/// Ends those that live, and says whose each was. The caller notifies and commits.
pub(super) async fn end_all(
    connection: &mut PgConnection,
    which: &Which<'_>,
    at: UnixMillis,
    reason: &EndReason,
) -> Result<Vec<(Ending, UserId)>, StorageError> {
    let mut query = QueryBuilder::<Postgres>::new("UPDATE sessions SET revoked_at = GREATEST(");
    query
        .push_bind(at.0)
        .push(", last_used_at), revoked_reason = ")
        .push_bind(reason.as_str())
        .push(" WHERE revoked_at IS NULL AND ");
    match which {
        Which::Of(user) => query.push("user_id = ").push_bind(text(user.as_str())),
        Which::OthersOf(user, but) => {
            query.push("user_id = ").push_bind(text(user.as_str())).push(" AND id <> ").push_bind(text(but.as_str()))
        }
        Which::These(ids) => query.push("id = ANY(").push_bind(*ids).push(")"),
    };
    query.push(" RETURNING id, revoked_at, ver, ver_at, user_id");
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(|row| Ok((ending(row)?, UserId::new(row.try_get::<String, _>(4)?)))).collect()
}

/// Tells each person who had one, and every instance.
async fn report_and_commit(
    mut tx: Transaction<'_, Postgres>,
    endings: Vec<(Ending, UserId)>,
    event: &SecurityEvent,
) -> Result<Vec<Ending>, StorageError> {
    let people: BTreeSet<&UserId> = endings.iter().map(|(_, user)| user).collect();
    let reports: Vec<SecurityEvent> = people.into_iter().map(|person| event.clone().of(person)).collect();
    if !endings.is_empty() {
        changes::notify(&mut tx).await?;
    }
    events::insert(&mut tx, &reports.iter().collect::<Vec<_>>()).await?;
    commit(tx).await?;
    Ok(endings.into_iter().map(|(ending, _)| ending).collect())
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
