//! Accounts are in the database alone. What a change of one does to its sessions is a task there, part of the change's
//! transaction, and is done here as soon as that is committed.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sessionkeep_types::{EndReason, SessionId, UserId};
use sqlx::PgConnection;

use super::{
    RedisStore, record,
    sessions::{self, first_part},
};
use crate::{
    account::{Account, AccountRequest, SessionsEffect},
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        AT_ONCE, AccountTransacted, Accounts, Ending, Sessions, StorageError, Trimmed,
        postgres::{
            tasks::{self, PendingTask, Task},
            their_sessions::{Applied, TheirSessions},
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

    async fn transact_account(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        // Read before the transaction. A session that ends in between still counts as living.
        let asking_lives = match request.asking() {
            Some(asking) => self.is_living(asking).await?,
            None => true,
        };
        let theirs = Theirs { asking_lives, left_a_task: AtomicBool::new(false) };
        let reported = match self.database.transact_with(&theirs, request, now).await? {
            AccountTransacted::Done { reported, .. } => reported,
            refused => return Ok(refused),
        };
        // The change is committed, but acknowledged only after its tasks: an administrator who disabled an account relies on it. Another
        // instance does later what fails here.
        let endings = self.endings_of(&theirs, request.id(), now).await?;
        if let AccountRequest::ChangePassword { read, hash, begin, .. } = request {
            self.begin_after(read, hash, begin).await?;
        }
        Ok(AccountTransacted::Done { endings, reported })
    }

    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        // Events that wait in Redis come first, or they would arrive afterwards.
        self.tend().await?;
        self.database.erase_events_of_deleted(settled).await
    }
}

impl RedisStore {
    /// Whether it is there and was not ended.
    async fn is_living(&self, id: &SessionId) -> Result<bool, StorageError> {
        Ok(self.find(id).await?.is_some_and(|session| session.ended.is_none()))
    }

    /// Begins the session of the password that was set just now. Where another change overtakes it, or Redis fails, the person signs
    /// in with the new password. The access token that is given out says the role that was read.
    async fn begin_after(&self, read: &Account, hash: &SecretString, session: &Session) -> Result<(), StorageError> {
        let begun = match self.database.by_id(&read.id).await? {
            Some(current)
                if current.password_hash.expose_secret() == hash.expose_secret() && current.role == read.role =>
            {
                within(self.begin(session, &current, None)).await?
            }
            _ => None,
        };
        begun.map(drop).ok_or_else(|| StorageError::Unavailable("the account was changed again".into()))
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
struct Theirs {
    asking_lives: bool,
    left_a_task: AtomicBool,
}

#[async_trait]
impl TheirSessions for Theirs {
    async fn is_living(&self, _: &mut PgConnection, _: &SessionId) -> Result<bool, StorageError> {
        Ok(self.asking_lives)
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

    async fn apply(
        &self,
        tx: &mut PgConnection,
        user: &UserId,
        effect: &SessionsEffect,
        at: UnixMillis,
    ) -> Result<Applied, StorageError> {
        let task = match effect {
            SessionsEffect::Keep => return Ok(Applied::default()),
            SessionsEffect::Raise => Task::Raise,
            SessionsEffect::End(reason) => Task::End(reason.clone()),
            SessionsEffect::Bury => Task::Bury,
        };
        tasks::add(tx, user, &task, at).await?;
        self.left_a_task.store(true, Relaxed);
        Ok(Applied::default())
    }

    /// It begins after the task, in Redis.
    async fn replace(
        &self,
        _: &mut PgConnection,
        _: &Account,
        _: &SessionId,
        _: &[Ending],
        _: &Session,
    ) -> Result<bool, StorageError> {
        Ok(true)
    }
}
