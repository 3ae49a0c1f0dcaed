//! Accounts are in the database alone. What a change of one does to its sessions is a task there, part of the change's
//! transaction, and is done here as soon as that is committed.

use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::PgConnection;

use super::{RedisStore, record, sessions};
use crate::{
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        Account, AccountChange, Accounts, Changed, Ending, Sessions, StorageError,
        postgres::{
            tasks::{self, PendingTask, Task},
            their_sessions::TheirSessions,
        },
    },
};

#[async_trait]
impl Accounts for RedisStore {
    async fn insert(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        Accounts::insert(&*self.database, account, event).await
    }

    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError> {
        self.database.by_email(email).await
    }

    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError> {
        self.database.by_id(id).await
    }

    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
        self.database.rehash_password(id, old, new).await
    }

    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError> {
        self.database.set_display_name(id, name).await
    }

    async fn page(
        &self,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, StorageError> {
        Accounts::page(&*self.database, query, before, limit).await
    }

    async fn has_admin(&self) -> Result<bool, StorageError> {
        self.database.has_admin().await
    }

    async fn change(&self, id: &UserId, change: &AccountChange, now: UnixMillis) -> Result<Changed, StorageError> {
        let changed = self.database.change_with(&Theirs(self), id, change, now).await?;
        Ok(self.with_endings(id, changed).await)
    }

    async fn change_password(
        &self,
        account: &Account,
        asking: &SessionId,
        new_hash: &str,
        session: &Session,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let theirs = Theirs(self);
        let changed = self.database.change_password_with(&theirs, account, asking, new_hash, session, event).await?;
        if changed.is_none() {
            return Ok(None);
        }
        let endings = self.do_tasks(Some(&account.id)).await?;
        // Where something overtakes it meanwhile, or Redis fails now, the person signs in with the new password.
        let current = self.database.by_id(&account.id).await?;
        let begun = match current.filter(|current| current.password_hash.expose_secret() == new_hash) {
            Some(current) => self.begin(session, &current, None).await?,
            None => false,
        };
        if begun { Ok(Some(endings)) } else { Err(StorageError::Unavailable("the account was changed again".into())) }
    }

    async fn delete(
        &self,
        account: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<Changed, StorageError> {
        let changed = self.database.delete_with(&Theirs(self), account, asking, event).await?;
        Ok(self.with_endings(&account.id, changed).await)
    }
}

impl RedisStore {
    /// The change is committed, and its tasks will be done, if not now: then no session of this store can be used, either.
    async fn with_endings(&self, user: &UserId, changed: Changed) -> Changed {
        if !matches!(changed, Changed::Done { .. }) {
            return changed;
        }
        let endings = self.do_tasks(Some(user)).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what an account's change does to its sessions waits for Redis");
            vec![]
        });
        Changed::Done { endings }
    }

    /// Does what changes of accounts have left to be done, of one account or of all.
    pub(super) async fn do_tasks(&self, user: Option<&UserId>) -> Result<Vec<Ending>, StorageError> {
        let mut endings = vec![];
        loop {
            let pending = self.database.pending_tasks(user).await?;
            if pending.is_empty() {
                return Ok(endings);
            }
            for task in pending {
                endings.extend(self.do_task(&task).await?);
                self.database.remove_task(&task).await?;
            }
        }
    }

    async fn do_task(&self, task: &PendingTask) -> Result<Vec<Ending>, StorageError> {
        let (kind, reason) = match &task.task {
            Task::End(reason) => ("end", Some(record::reason(reason))),
            Task::Raise => ("raise", None),
            Task::Bury => ("bury", None),
        };
        let (user, epoch, at) = (&task.user_id, task.epoch.to_string(), task.at.0.to_string());
        let argument = Argument { user, epoch, kind, at, reason };
        let endings: Vec<String> = self.connection.call(&self.scripts.task, &argument).await?;
        endings.iter().map(|ending| sessions::ending(ending)).collect()
    }
}

#[derive(Serialize)]
struct Argument<'a> {
    user: &'a UserId,
    epoch: String,
    kind: &'static str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The sessions are in Redis: the transaction leaves a task to whoever commits it.
struct Theirs<'a>(&'a RedisStore);

impl Theirs<'_> {
    async fn leave(
        tx: &mut PgConnection,
        user: &UserId,
        task: &Task,
        at: UnixMillis,
    ) -> Result<Vec<Ending>, StorageError> {
        tasks::add(tx, user, task, at).await?;
        Ok(vec![])
    }
}

#[async_trait]
impl TheirSessions for Theirs<'_> {
    /// Who asks is looked at before the commit. Were it ended in between, that would be as if it had come after.
    async fn is_living(&self, _: &mut PgConnection, id: &SessionId) -> Result<bool, StorageError> {
        Ok(self.0.find(id).await?.is_some_and(|session| session.ended.is_none()))
    }

    async fn raise(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        Self::leave(tx, user, &Task::Raise, at).await
    }

    async fn end(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        at: UnixMillis,
        reason: &EndReason,
    ) -> Result<Vec<Ending>, StorageError> {
        Self::leave(tx, user, &Task::End(reason.clone()), at).await
    }

    async fn replace(
        &self,
        tx: &mut PgConnection,
        account: &Account,
        asking: &SessionId,
        _: &Session,
        at: UnixMillis,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        if !self.is_living(tx, asking).await? {
            return Ok(None);
        }
        Self::leave(tx, &account.id, &Task::End(EndReason::PasswordChanged), at).await.map(Some)
    }

    async fn bury(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        Self::leave(tx, user, &Task::Bury, at).await
    }
}
