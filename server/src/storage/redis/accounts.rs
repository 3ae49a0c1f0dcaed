//! Accounts are in the database alone. What a change of one does to its sessions is a task there, part of the change's
//! transaction, and is done here as soon as that is committed.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::PgConnection;

use super::{
    RedisStore, record,
    sessions::{self, first_part},
};
use crate::{
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        AT_ONCE, Account, AccountChange, Accounts, Changed, Ending, PasswordChange, Sessions, StorageError, Trimmed,
        postgres::{
            tasks::{self, PendingTask, Task},
            their_sessions::{Raised, TheirSessions},
            within,
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

    async fn password_costs(&self) -> Result<Vec<String>, StorageError> {
        self.database.password_costs().await
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
        let theirs = Theirs::default();
        let changed = self.database.change_with(&theirs, id, change, now).await?;
        self.with_endings(&theirs, id, changed, now).await
    }

    async fn change_password(
        &self,
        account: &Account,
        asking: &SessionId,
        new_hash: &str,
        session: &Session,
        event: &SecurityEvent,
    ) -> Result<PasswordChange, StorageError> {
        if !self.is_living(asking).await? {
            return Ok(PasswordChange::Refused);
        }
        let theirs = Theirs::default();
        let changed = self.database.change_password_with(&theirs, account, asking, new_hash, session, event).await?;
        if !matches!(changed, PasswordChange::Done(_)) {
            return Ok(changed);
        }
        let endings = self.endings_of(&theirs, &account.id, event.at).await?;
        // Where something overtakes it meanwhile, or Redis fails now, the person signs in with the new password. The token
        // that is given out says the role that was read.
        let current = self.database.by_id(&account.id).await?;
        let unchanged =
            |current: &Account| current.password_hash.expose_secret() == new_hash && current.role == account.role;
        let begun = match current.filter(unchanged) {
            Some(current) => within(self.begin(session, &current, None)).await?,
            None => None,
        };
        if begun.is_some() {
            Ok(PasswordChange::Done(endings))
        } else {
            Err(StorageError::Unavailable("the account was changed again".into()))
        }
    }

    async fn delete(
        &self,
        account: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<Changed, StorageError> {
        if !self.is_living(asking).await? {
            return Ok(Changed::NotFound);
        }
        let theirs = Theirs::default();
        let changed = self.database.delete_with(&theirs, account, asking, event).await?;
        self.with_endings(&theirs, &account.id, changed, event.at).await
    }

    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        // Events that wait in Redis come first, or they would arrive afterwards.
        self.tend().await?;
        self.database.erase_events_of_deleted(settled).await
    }
}

impl RedisStore {
    /// Whether it is there and was not ended. Looked at before the transaction of what it asks for: were it ended in between,
    /// that would be as if it had come after.
    async fn is_living(&self, id: &SessionId) -> Result<bool, StorageError> {
        Ok(self.find(id).await?.is_some_and(|session| session.ended.is_none()))
    }

    /// The change is committed, but not acknowledged before its tasks are done: who has disabled an account must be able to
    /// rely on it. What fails here is done later, by whoever sees it.
    async fn with_endings(
        &self,
        theirs: &Theirs,
        user: &UserId,
        changed: Changed,
        at: UnixMillis,
    ) -> Result<Changed, StorageError> {
        match changed {
            Changed::Done { reported, .. } => {
                Ok(Changed::Done { endings: self.endings_of(theirs, user, at).await?, reported })
            }
            refused => Ok(refused),
        }
    }

    /// What a change at this time has ended or raised, also where another instance has been faster.
    async fn endings_of(&self, theirs: &Theirs, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        if !theirs.left_a_task.load(Relaxed) {
            return Ok(vec![]);
        }
        let endings = within(self.do_tasks(Some(user))).await?;
        if !endings.is_empty() {
            return Ok(endings);
        }
        within(self.known(user, at)).await
    }

    /// What is known of the sessions of an account that were ended, or raised, at some time or later. Everybody's are looked
    /// through, so in parts. An ending that is written meanwhile may move others to the next part, which then names them again.
    async fn known(&self, user: &UserId, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let (mut endings, mut offset) = (vec![], 0_u64);
        loop {
            let (since, at_most) = (since.0.to_string(), AT_ONCE.to_string());
            let argument = Known { user, since, at_most, offset: offset.to_string() };
            let (walked, known): (u64, Vec<String>) = self.connection.call(&self.scripts.known, &argument).await?;
            for text in &known {
                endings.push(sessions::ending(text)?);
            }
            if walked < u64::from(AT_ONCE) {
                return Ok(endings);
            }
            offset += walked;
        }
    }

    /// Does what changes of accounts have left to be done, of one account or of all. Those of one account are done in their
    /// order; where one fails, the other accounts' are done all the same.
    pub(super) async fn do_tasks(&self, user: Option<&UserId>) -> Result<Vec<Ending>, StorageError> {
        let (mut endings, mut failed) = (vec![], HashMap::new());
        for task in self.database.pending_tasks(user).await? {
            if failed.contains_key(&task.user_id) {
                continue;
            }
            match self.do_task(&task).await {
                Ok(done) => {
                    endings.extend(done);
                    self.database.remove_task(&task).await?;
                }
                Err(error) => {
                    failed.insert(task.user_id, error);
                }
            }
        }
        failed.into_values().next().map_or(Ok(endings), Err)
    }

    async fn do_task(&self, task: &PendingTask) -> Result<Vec<Ending>, StorageError> {
        let (kind, reason) = match &task.task {
            Task::End(reason) => ("end", Some(record::reason(reason))),
            Task::Raise => ("raise", None),
            Task::Bury => ("bury", None),
        };
        let (user, epoch, at) = (&task.user_id, task.epoch.to_string(), task.at.0.to_string());
        let mut argument =
            Argument { user, epoch, kind, at, reason, at_most: AT_ONCE.to_string(), cursor: first_part() };
        let mut done = vec![];
        loop {
            let answer: Vec<String> = self.connection.call(&self.scripts.task, &argument).await?;
            let part = sessions::part(&answer)?;
            done.extend(part.endings);
            match part.next {
                Some(next) => argument.cursor = next,
                None => return Ok(done),
            }
        }
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
    at_most: String,
    cursor: String,
}

#[derive(Serialize)]
struct Known<'a> {
    user: &'a UserId,
    since: String,
    offset: String,
    at_most: String,
}

/// The sessions are in Redis: the transaction leaves tasks to whoever commits it. Nothing there is asked meanwhile, since it
/// would hold up everybody who waits for the account.
#[derive(Default)]
struct Theirs {
    left_a_task: AtomicBool,
}

impl Theirs {
    async fn leave(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        task: &Task,
        at: UnixMillis,
    ) -> Result<Vec<Ending>, StorageError> {
        tasks::add(tx, user, task, at).await?;
        self.left_a_task.store(true, Relaxed);
        Ok(vec![])
    }
}

#[async_trait]
impl TheirSessions for Theirs {
    async fn is_living(&self, _: &mut PgConnection, _: &SessionId) -> Result<bool, StorageError> {
        Ok(true)
    }

    /// A task is done in parts, and is not lost in a crash between them.
    async fn trim(
        &self,
        _: &mut PgConnection,
        _: &UserId,
        _: Option<&SessionId>,
        _: &EndReason,
        _: &SecurityEvent,
    ) -> Result<Option<Trimmed>, StorageError> {
        Ok(None)
    }

    async fn raise(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Raised, StorageError> {
        self.leave(tx, user, &Task::Raise, at).await?;
        Ok(Raised::default())
    }

    async fn end(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        at: UnixMillis,
        reason: &EndReason,
    ) -> Result<Vec<Ending>, StorageError> {
        self.leave(tx, user, &Task::End(reason.clone()), at).await
    }

    async fn replace(
        &self,
        tx: &mut PgConnection,
        account: &Account,
        _: &SessionId,
        _: &Session,
        at: UnixMillis,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        self.leave(tx, &account.id, &Task::End(EndReason::PasswordChanged), at).await.map(Some)
    }

    async fn bury(&self, tx: &mut PgConnection, user: &UserId, at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        self.leave(tx, user, &Task::Bury, at).await
    }
}
