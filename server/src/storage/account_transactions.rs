//! What the SQL adapters share of [`Accounts::transact_account`].

use async_trait::async_trait;
use sessionkeep_types::SessionId;

#[cfg(doc)]
use super::Accounts;
use super::{AT_ONCE, AccountTransacted, Ending, StorageError};
use crate::session::{SecurityEvent, UnixMillis};

/// What became of one transaction.
pub(super) enum Tried {
    /// A batch of ended sessions was deleted and committed. Retry.
    Again,
    /// This is the answer.
    Answered(AccountTransacted),
    /// The step is committed.
    Executed(Executed),
}

/// What a committed step did.
pub(super) struct Executed {
    pub(super) endings: Vec<Ending>,
    pub(super) reported: Vec<SecurityEvent>,
    /// The sessions whose version is still to be raised.
    pub(super) not_raised: Vec<SessionId>,
}

/// A store that raises the version of sessions.
#[async_trait]
pub(super) trait Raise: Sync {
    /// Raises those of them that have not ended, in one transaction.
    async fn raise(&self, ids: &[SessionId], at: UnixMillis) -> Result<Vec<Ending>, StorageError>;
}

impl Executed {
    /// Raises the version of the rest, a batch a transaction, and answers with everything.
    pub(super) async fn finish(self, store: &dyn Raise, at: UnixMillis) -> AccountTransacted {
        let Self { mut endings, reported, not_raised } = self;
        for some in not_raised.chunks(AT_ONCE as usize) {
            match store.raise(some, at).await {
                Ok(raised) => endings.extend(raised),
                Err(error) => {
                    // The role is committed. Its rights are checked against the account; those tokens only name the old one.
                    tracing::warn!(%error, "access tokens with the old role of an account stay in use until they expire");
                    break;
                }
            }
        }
        AccountTransacted::Done { endings, reported }
    }
}
