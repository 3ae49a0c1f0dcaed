//! An adapter around another one that tells somebody what was committed, once it was.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sessionkeep_types::{EndReason, SessionId, UserId};

use super::{
    AccountTransacted, Accounts, Confirmation, Decide, EndedPart, Ending, EventFilter, Events, Scope, Sessions,
    StorageError, StoredEvent, Stores, Tried, Trimmed,
};
use crate::{
    account::{Account, AccountRequest},
    clock::Clock,
    session::{Caller, Cap, SecurityEvent, Session, UnixMillis},
};

/// Who is told. In the midst of somebody's request: nothing of it may wait.
pub trait Report: Send + Sync {
    /// This was stored, with what it reports.
    fn committed(&self, event: &SecurityEvent);
    /// A refresh token was made, for this session.
    fn token_created(&self, user: &UserId, session: &SessionId, origin: &Caller);
    /// These sessions were ended; at least one.
    fn tokens_revoked(&self, sessions: &[SessionId]);
}

impl Stores {
    /// The same, and `report` is told.
    #[must_use]
    pub fn reported_to(self, report: Arc<dyn Report>) -> Self {
        let (attempts, watched) = (Arc::clone(&self.attempts), Arc::clone(&self.watched));
        let reported = Arc::new(Reported { inner: self, report });
        Self {
            accounts: Arc::clone(&reported) as _,
            sessions: Arc::clone(&reported) as _,
            events: reported,
            attempts,
            watched,
        }
    }
}

struct Reported {
    inner: Stores,
    report: Arc<dyn Report>,
}

impl Reported {
    fn ended(&self, endings: &[Ending]) {
        let ended = endings.iter().filter(|ending| ending.ended_at.is_some());
        self.revoked(&ended.map(|ending| ending.session_id.clone()).collect::<Vec<_>>());
    }

    fn revoked(&self, sessions: &[SessionId]) {
        if !sessions.is_empty() {
            self.report.tokens_revoked(sessions);
        }
    }

    fn trimmed(&self, trimmed: &Trimmed) {
        if let Some(event) = &trimmed.event {
            self.report.committed(event);
        }
        self.ended(&trimmed.endings);
    }

    fn begun(&self, session: &Session, event: &SecurityEvent) {
        self.report.committed(event);
        self.report.token_created(&session.user_id, &session.id, &session.origin);
    }
}

#[async_trait]
impl Accounts for Reported {
    async fn insert(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        let inserted = self.inner.accounts.insert(account, event).await?;
        if inserted {
            self.report.committed(event);
        }
        Ok(inserted)
    }
    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError> {
        self.inner.accounts.by_email(email).await
    }
    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError> {
        self.inner.accounts.by_id(id).await
    }
    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
        self.inner.accounts.rehash_password(id, old, new).await
    }
    async fn password_costs(&self) -> Result<Vec<String>, StorageError> {
        self.inner.accounts.password_costs().await
    }
    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError> {
        self.inner.accounts.set_display_name(id, name).await
    }
    async fn page(
        &self,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, StorageError> {
        self.inner.accounts.page(query, before, limit).await
    }
    async fn has_admin(&self) -> Result<bool, StorageError> {
        self.inner.accounts.has_admin().await
    }
    async fn transact_account(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        let transacted = self.inner.accounts.transact_account(request, now).await?;
        match &transacted {
            AccountTransacted::Done { endings, reported } => {
                for event in reported {
                    self.report.committed(event);
                }
                if let Some(Session { id, user_id, origin, .. }) = request.begins() {
                    self.report.token_created(user_id, id, origin);
                }
                self.ended(endings);
            }
            AccountTransacted::Trimmed(trimmed) => self.trimmed(trimmed),
            AccountTransacted::Refused(_) => {}
        }
        Ok(transacted)
    }
    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        self.inner.accounts.erase_deleted(settled).await
    }
}

#[async_trait]
impl Sessions for Reported {
    async fn insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let endings = self.inner.sessions.insert(session, account, event, cap, clock).await?;
        if let Some(endings) = &endings {
            self.begun(session, event);
            if !endings.is_empty() {
                let ended: Vec<_> = endings.iter().map(|ending| ending.session_id.clone()).collect();
                self.report.committed(&cap.report(&ended));
                self.ended(endings);
            }
        }
        Ok(endings)
    }
    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        self.inner.sessions.find(id).await
    }
    async fn try_transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>) -> Result<Tried, StorageError> {
        let (mut events, mut created) = (vec![], None);
        // Asked again, it is the last answer that is committed.
        let mut listening = |session: &Session, now: UnixMillis| {
            let step = decide(session, now);
            events.clone_from(&step.events);
            created = step.next.as_ref().filter(|next| next.generation > session.generation).cloned();
            step
        };
        let tried = self.inner.sessions.try_transact(id, clock, &mut listening).await?;
        match &tried {
            Tried::Done { ended } => {
                for event in &events {
                    self.report.committed(event);
                }
                if let Some(next) = created {
                    self.report.token_created(&next.user_id, &next.id, &next.origin);
                }
                self.revoked(ended);
            }
            Tried::Trimmed(trimmed) => self.trimmed(trimmed),
            Tried::NotFound => {}
        }
        Ok(tried)
    }
    async fn living(
        &self,
        user: &UserId,
        now: UnixMillis,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError> {
        self.inner.sessions.living(user, now, before, limit).await
    }
    async fn end_part(
        &self,
        scope: &Scope,
        after: Option<&str>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        let part = self.inner.sessions.end_part(scope, after, reason, event).await?;
        if let Some(part) = part.as_ref().filter(|part| !part.endings.is_empty()) {
            // Stored for each account that had one, and reported once a part.
            self.report.committed(event);
            self.ended(&part.endings);
        }
        Ok(part)
    }
    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        self.inner.sessions.confirm(confirmations, clock).await
    }
    async fn session_time(&self, clock: &dyn Clock) -> Result<UnixMillis, StorageError> {
        self.inner.sessions.session_time(clock).await
    }
    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        self.inner.sessions.endings_since(since).await
    }
    async fn change_marker(&self) -> Result<i64, StorageError> {
        self.inner.sessions.change_marker().await
    }
    fn visible_within(&self) -> Duration {
        self.inner.sessions.visible_within()
    }
    async fn purge(&self, before: UnixMillis) -> Result<u64, StorageError> {
        self.inner.sessions.purge(before).await
    }
    async fn tend(&self) -> Result<(), StorageError> {
        self.inner.sessions.tend().await
    }
    async fn settle(&self) -> Result<(), StorageError> {
        self.inner.sessions.settle().await
    }
}

#[async_trait]
impl Events for Reported {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        self.inner.events.record(event).await?;
        self.report.committed(event);
        Ok(())
    }
    async fn page(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        self.inner.events.page(filter, before, limit).await
    }
    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError> {
        self.inner.events.after(after, limit).await
    }
    async fn latest(&self) -> Result<i64, StorageError> {
        self.inner.events.latest().await
    }
    async fn forget(&self, before: UnixMillis) -> Result<u64, StorageError> {
        self.inner.events.forget(before).await
    }
}
