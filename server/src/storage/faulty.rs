//! An adapter around another one that fails when a test says so, and counts what requests ask of it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};

use super::{
    AccountTransacted, Accounts, Attempts, Confirmation, Decide, EndedPart, Ending, EventFilter, Events, PurgeTimes,
    Recount, Scope, Sessions, StorageError, StoredEvent, Tried, Vitals, Watched,
};
use crate::{
    account::{Account, AccountRequest},
    clock::Clock,
    faults::Faults,
    limits::counter::Key,
    session::{Cap, SecurityEvent, Session, UnixMillis},
};

/// `inner`, unless [`Faults::store_is_down`].
pub struct Faulty<S> {
    inner: S,
    faults: Arc<Faults>,
}

impl<S> Faulty<S> {
    /// Wraps `inner`.
    pub fn new(inner: S, faults: Arc<Faults>) -> Self {
        Self { inner, faults }
    }

    /// For somebody's request.
    fn up(&self) -> Result<&S, StorageError> {
        self.faults.count_question();
        self.in_background()
    }

    /// For what goes on whether anybody asks or not.
    fn in_background(&self) -> Result<&S, StorageError> {
        if self.faults.store_is_down() {
            Err(StorageError::Unavailable("a test has taken the store down".into()))
        } else {
            Ok(&self.inner)
        }
    }
}

impl Faulty<super::sqlite::SqliteStore> {
    /// As of the store that it wraps.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn copy_session(&self, id: &SessionId, count: u32) -> Result<(), StorageError> {
        self.inner.copy_session(id, count).await
    }
}

#[async_trait]
impl<S: Accounts> Accounts for Faulty<S> {
    async fn insert(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        self.up()?.insert(account, event).await
    }
    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError> {
        self.up()?.by_email(email).await
    }
    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError> {
        self.up()?.by_id(id).await
    }
    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
        self.up()?.rehash_password(id, old, new).await
    }
    async fn password_costs(&self) -> Result<Vec<String>, StorageError> {
        self.in_background()?.password_costs().await
    }
    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError> {
        self.up()?.set_display_name(id, name).await
    }
    async fn page(
        &self,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, StorageError> {
        self.up()?.page(query, before, limit).await
    }
    async fn has_admin(&self) -> Result<bool, StorageError> {
        self.up()?.has_admin().await
    }
    async fn transact_account(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        self.up()?.transact_account(request, now).await
    }
    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        self.in_background()?.erase_deleted(settled).await
    }
}

#[async_trait]
impl<S: Sessions> Sessions for Faulty<S> {
    async fn insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        self.up()?.insert(session, account, event, cap, clock).await
    }
    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        self.up()?.find(id).await
    }
    async fn try_transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>) -> Result<Tried, StorageError> {
        self.up()?.try_transact(id, clock, decide).await
    }
    async fn living(
        &self,
        user: &UserId,
        now: UnixMillis,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError> {
        self.up()?.living(user, now, before, limit).await
    }
    async fn end_part(
        &self,
        scope: &Scope,
        after: Option<&str>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        self.up()?.end_part(scope, after, reason, event).await
    }
    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        self.in_background()?.confirm(confirmations, clock).await
    }
    async fn session_time(&self, clock: &dyn Clock) -> Result<UnixMillis, StorageError> {
        self.in_background()?.session_time(clock).await
    }
    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        self.in_background()?.endings_since(since).await
    }
    async fn change_marker(&self) -> Result<i64, StorageError> {
        self.in_background()?.change_marker().await
    }
    async fn purge(&self, before: UnixMillis) -> Result<u64, StorageError> {
        self.in_background()?.purge(before).await
    }
    fn visible_within(&self) -> Duration {
        self.inner.visible_within()
    }
    async fn tend(&self) -> Result<(), StorageError> {
        self.in_background()?.tend().await
    }
    async fn settle(&self) -> Result<(), StorageError> {
        self.in_background()?.settle().await
    }
}

#[async_trait]
impl<S: Events> Events for Faulty<S> {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        self.up()?.record(event).await
    }
    async fn page(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        self.up()?.page(filter, before, limit).await
    }
    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError> {
        self.up()?.after(after, limit).await
    }
    async fn latest(&self) -> Result<i64, StorageError> {
        self.up()?.latest().await
    }
    async fn forget(&self, before: UnixMillis) -> Result<u64, StorageError> {
        self.in_background()?.forget(before).await
    }
}

#[async_trait]
impl<S: Attempts> Attempts for Faulty<S> {
    async fn recount(&self, keys: &[Key], decide: Recount<'_>) -> Result<(), StorageError> {
        self.up()?.recount(keys, decide).await
    }
    async fn purge_attempts(&self, counted_before: UnixMillis, known_before: UnixMillis) -> Result<u64, StorageError> {
        self.in_background()?.purge_attempts(counted_before, known_before).await
    }
}

#[async_trait]
impl<S: Watched> Watched for Faulty<S> {
    async fn vitals(&self) -> Vitals {
        self.inner.vitals().await
    }

    async fn time(&self) -> Result<Option<UnixMillis>, StorageError> {
        self.inner.time().await
    }

    async fn purge_times(&self, clock: &dyn Clock, ran: Duration) -> Result<PurgeTimes, StorageError> {
        self.in_background()?.purge_times(clock, ran).await
    }
}
