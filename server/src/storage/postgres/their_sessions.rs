use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::PgConnection;

use super::sessions;
use crate::{
    account::{Account, SessionsEffect},
    session::{SecurityEvent, Session, UnixMillis},
    storage::{ALL, AT_ONCE, Ending, StorageError, Trimmed},
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

    /// Does what the step says. What one transaction cannot raise is left for later ones.
    async fn apply(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        effect: &SessionsEffect,
        at: UnixMillis,
    ) -> Result<Applied, StorageError>;

    /// Begins `session` in place of `asking`, which is one of those that were `ended` just now. False: it had ended before.
    async fn replace(
        &self,
        tx: &mut PgConnection,
        account: &Account,
        asking: &SessionId,
        ended: &[Ending],
        session: &Session,
    ) -> Result<bool, StorageError>;
}

/// What became of the sessions.
#[derive(Default)]
pub(in crate::storage) struct Applied {
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

    async fn apply(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        effect: &SessionsEffect,
        at: UnixMillis,
    ) -> Result<Applied, StorageError> {
        match effect {
            SessionsEffect::Keep => Ok(Applied::default()),
            SessionsEffect::Raise => {
                let mut first = sessions::all_unended(tx, user).await?;
                let rest = first.split_off(first.len().min(AT_ONCE as usize));
                Ok(Applied { endings: sessions::raise_these(tx, &first, at).await?, rest })
            }
            SessionsEffect::End(reason) => {
                let all = sessions::unended(tx, user, None, None, ALL).await?;
                let ended = sessions::end_these(tx, &all, at, reason).await?;
                Ok(Applied { endings: ended.into_iter().map(|(ending, _)| ending).collect(), rest: vec![] })
            }
            SessionsEffect::Bury => Ok(Applied { endings: sessions::bury(tx, user, at).await?, rest: vec![] }),
        }
    }

    async fn replace(
        &self,
        tx: &mut PgConnection,
        account: &Account,
        asking: &SessionId,
        ended: &[Ending],
        session: &Session,
    ) -> Result<bool, StorageError> {
        let was_living = ended.iter().any(|ending| ending.session_id == *asking);
        Ok(was_living && sessions::insert(tx, session, account).await?)
    }
}
