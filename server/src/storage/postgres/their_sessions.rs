use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::PgConnection;

use super::{sessions, text};
use crate::{
    session::{SecurityEvent, Session, UnixMillis},
    storage::{ALL, AT_ONCE, Account, Ending, StorageError, Trimmed},
};

/// What a change of an account does to its sessions, within the transaction that changes it. The account is locked.
#[async_trait]
pub(in crate::storage) trait TheirSessions: Send + Sync {
    /// Whether it is there and was not ended.
    async fn is_living(&self, tx: &mut PgConnection, id: &SessionId) -> Result<bool, StorageError>;

    /// Where they are more than this transaction ends, ends some but `spared`. The caller commits that, and does nothing else
    /// before it begins again.
    async fn trim(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        spared: Option<&SessionId>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Trimmed>, StorageError>;

    /// Raises the version of those that live, as many as this transaction raises.
    async fn raise(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Raised, StorageError>;

    /// Ends all that live.
    async fn end(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        at: UnixMillis,
        reason: &EndReason,
    ) -> Result<Vec<Ending>, StorageError>;

    /// Ends all that live, for the password has changed, and lets `session` be the one that is there. `None`: `asking` had
    /// ended before.
    async fn replace(
        &self,
        tx: &mut PgConnection,
        account: &Account,
        asking: &SessionId,
        session: &Session,
        at: UnixMillis,
    ) -> Result<Option<Vec<Ending>>, StorageError>;

    /// Removes all, and remembers for as long as their access tokens are in time that they were there.
    async fn bury(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError>;
}

/// What a transaction raised.
#[derive(Default)]
pub(in crate::storage) struct Raised {
    pub(super) endings: Vec<Ending>,
    /// Those whose version is to be raised after the commit.
    pub(super) rest: Vec<SessionId>,
}

/// They are in the same database: it is all one transaction.
pub(super) struct InThisDatabase;

#[async_trait]
impl TheirSessions for InThisDatabase {
    async fn is_living(&self, tx: &mut PgConnection, id: &SessionId) -> Result<bool, StorageError> {
        sessions::is_living(tx, id).await
    }

    async fn trim(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        spared: Option<&SessionId>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Trimmed>, StorageError> {
        sessions::trim(tx, user, spared, reason, event).await
    }

    async fn raise(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Raised, StorageError> {
        let mut first = sessions::all_unended(tx, user).await?;
        let rest = first.split_off(first.len().min(AT_ONCE as usize));
        Ok(Raised { endings: sessions::raise_these(tx, &first, at).await?, rest })
    }

    async fn end(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        at: UnixMillis,
        reason: &EndReason,
    ) -> Result<Vec<Ending>, StorageError> {
        let all = sessions::unended(tx, user, None, None, ALL).await?;
        let ended = sessions::end_these(tx, &all, at, reason).await?;
        Ok(ended.into_iter().map(|(ending, _)| ending).collect())
    }

    async fn replace(
        &self,
        tx: &mut PgConnection,
        account: &Account,
        asking: &SessionId,
        session: &Session,
        at: UnixMillis,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let endings = self.end(tx, &account.id, at, &EndReason::PasswordChanged).await?;
        let was_living = endings.iter().any(|ending| ending.session_id == *asking);
        let begun = was_living && sessions::insert(tx, session, account).await?;
        Ok(begun.then_some(endings))
    }

    async fn bury(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let rows = sqlx::query(
            "INSERT INTO tombstones (session_id, ended_at)
             SELECT id, GREATEST($1, last_used_at) FROM sessions WHERE user_id = $2
             RETURNING session_id, ended_at, 0, 0::bigint",
        )
        .bind(at.0)
        .bind(text(user.as_str()))
        .fetch_all(tx)
        .await?;
        rows.iter().map(sessions::ending).collect()
    }
}
