use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row as _, postgres::PgRow};

use super::{PostgresStore, accounts, changes, commit, events, retried, text};
use crate::{
    clock::Clock,
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        Account, Confirmation, Decide, Ending, Scope, Sessions, Step, StorageError, Transacted,
        rows::{SessionRow, attempts_to_json, session_columns},
    },
    token::access,
};

/// Rows deleted in one transaction: no request waits long behind it.
const PURGE_BATCH: i64 = 200;

#[async_trait]
impl Sessions for PostgresStore {
    async fn insert(&self, session: &Session, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        retried!(self.try_insert(session, account, event))
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        let row: Option<SessionRow> =
            sqlx::query_as(concat!("SELECT ", session_columns!(), " FROM sessions WHERE id = $1"))
                .bind(text(id.as_str()))
                .fetch_optional(&self.pool)
                .await?;
        row.map(Session::try_from).transpose()
    }

    async fn transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        retried!(self.try_transact(id, clock, decide))
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Session>, StorageError> {
        let rows: Vec<SessionRow> = sqlx::query_as(concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY last_used_at DESC, id DESC"
        ))
        .bind(text(user.as_str()))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn end_all(
        &self,
        scope: &Scope,
        reason: EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        retried!(self.try_end_all(scope, &reason, event))
    }

    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        // In one order on all instances, so that none waits for a row of another that waits for a row of its own.
        let mut sorted: Vec<&Confirmation> = confirmations.iter().collect();
        sorted.sort_by(|one, other| one.session_id.as_str().cmp(other.session_id.as_str()));
        retried!(self.try_confirm(&sorted, clock))
    }

    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let rows = sqlx::query(
            "SELECT id, revoked_at, ver, ver_at FROM sessions WHERE revoked_at >= $1
             UNION SELECT id, revoked_at, ver, ver_at FROM sessions WHERE ver_at > 0 AND ver_at >= $1
             UNION SELECT session_id, ended_at, 0, 0 FROM tombstones WHERE ended_at >= $1",
        )
        .bind(since.0)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(ending).collect()
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
        sqlx::query("DELETE FROM tombstones WHERE ended_at < $1").bind(before.0).execute(&self.pool).await?;
        let mut purged = 0;
        loop {
            // Rows that another instance purges at this moment are passed over.
            let batch = sqlx::query(
                "DELETE FROM sessions WHERE id IN
                 (SELECT id FROM sessions WHERE absolute_deadline < $1 ORDER BY absolute_deadline LIMIT $2
                  FOR UPDATE SKIP LOCKED)",
            )
            .bind(before.0)
            .bind(PURGE_BATCH)
            .execute(&self.pool)
            .await?
            .rows_affected();
            purged += batch;
            if batch == 0 {
                return Ok(purged);
            }
        }
    }
}

impl PostgresStore {
    async fn try_insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
    ) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        if !insert(&mut tx, session, account).await? {
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
        let mut tx = self.begin().await?;
        let Some((session, now)) = lock(&mut tx, id).await? else { return Ok(Transacted::NotFound) };
        let Step { next, end_others, events } = decide(&session, clock.shared(now));
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
        let mut tx = self.begin().await?;
        let may = match (scope, &event.by) {
            (Scope::OthersOf(_, asking), _) => is_living(&mut tx, asking).await?,
            (_, Some(actor)) => accounts::may_administrate(&mut tx, actor).await?,
            _ => true,
        };
        if !may {
            return Ok(None);
        }
        if let Scope::BegunBefore(_) = scope {
            // An operator's, and of any size.
            sqlx::query("SET LOCAL statement_timeout = '10min'").execute(&mut *tx).await?;
        }
        let endings = end_all(&mut tx, scope, event.at, reason).await?;
        let people: BTreeSet<&UserId> = endings.iter().map(|(_, user)| user).collect();
        let reports: Vec<SecurityEvent> = people.into_iter().map(|person| event.clone().of(person)).collect();
        if !endings.is_empty() {
            changes::notify(&mut tx).await?;
        }
        events::insert(&mut tx, &reports.iter().collect::<Vec<_>>()).await?;
        commit(tx).await?;
        Ok(Some(endings.into_iter().map(|(ending, _)| ending).collect()))
    }

    async fn try_confirm(&self, confirmations: &[&Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        let now = sqlx::query_scalar("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        let now = clock.shared(UnixMillis(now.fetch_one(&mut *tx).await?));
        for confirmation in confirmations {
            sqlx::query("UPDATE sessions SET confirmed_at = GREATEST($1, emitted_at) WHERE id = $2 AND gen = $3 AND confirmed_at IS NULL")
                .bind(confirmation.at.min(now).0)
                .bind(confirmation.session_id.as_str())
                .bind(stored(confirmation.generation))
                .execute(&mut *tx)
                .await?;
        }
        commit(tx).await
    }
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
         FOR SHARE",
    )
    .bind(session.id.as_str())
    .bind(small(session.ver))
    .bind(session.ver_at.0)
    .bind(stored(session.generation))
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
    .bind(stored(next.generation))
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
    .bind(stored(read.generation))
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

/// Ends what lives of `scope`, and says whose each was. The caller notifies and commits.
pub(super) async fn end_all(
    connection: &mut PgConnection,
    scope: &Scope,
    at: UnixMillis,
    reason: &EndReason,
) -> Result<Vec<(Ending, UserId)>, StorageError> {
    let mut query = QueryBuilder::<Postgres>::new("UPDATE sessions SET revoked_at = GREATEST(");
    query
        .push_bind(at.0)
        .push(", last_used_at), revoked_reason = ")
        .push_bind(reason.as_str())
        .push(" WHERE revoked_at IS NULL AND ");
    match scope {
        Scope::Of(user) => query.push("user_id = ").push_bind(text(user.as_str())),
        Scope::OthersOf(user, but) => {
            query.push("user_id = ").push_bind(text(user.as_str())).push(" AND id <> ").push_bind(text(but.as_str()))
        }
        Scope::BegunBefore(time) => query.push("created_at < ").push_bind(time.0),
    };
    query.push(" RETURNING id, revoked_at, ver, ver_at, user_id");
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(|row| Ok((ending(row)?, UserId::new(row.try_get::<String, _>(4)?)))).collect()
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

/// PostgreSQL's integers are signed. A generation that does not fit would take longer than the universe has lasted.
fn stored(generation: u64) -> i64 {
    i64::try_from(generation).unwrap_or(i64::MAX)
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
