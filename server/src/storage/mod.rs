//! The ports to what is kept, and the adapters that implement them: [`sqlite`] for one machine, [`postgres`]
//! for several, [`redis`] where sessions alone are elsewhere.
//!
//! No port method has a default body: an adapter that forgets one must not compile. No caller asks which adapter it has.

mod account_transactions;
#[cfg(feature = "test-support")]
pub mod faulty;
pub mod import;
mod migrations;
mod open;
pub mod postgres;
pub mod redis;
mod reported;
mod rows;
pub mod sqlite;
mod turns;
mod vitals;

use std::time::Duration;

use async_trait::async_trait;
use sessionkeep_types::{EndReason, EventKind, SessionId, UserId};

pub use self::{
    open::{Database, Stores},
    reported::Report,
    vitals::{PoolVitals, PurgeTimes, Vitals, Watched},
};
#[cfg(doc)]
use crate::account;
use crate::{
    account::{Account, AccountRefusal, AccountRequest},
    clock::Clock,
    limits::counter::{Counter, Key},
    session::{Cap, MOST_SESSIONS, SecurityEvent, Session, UnixMillis},
};

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// It cannot be reached, is full, or is too busy: come back later. Where the answer was lost, or one of two stores did
    /// its part, what was asked may have been done, or be done later.
    #[error("the store cannot be used: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds what no version of this program wrote.
    #[error("impossible data in {table}.{column} of row {row}")]
    Impossible {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's primary key.
        row: String,
    },
}

impl StorageError {
    /// For `TryFrom` of rows: the value in this column cannot be.
    fn impossible(table: &'static str, column: &'static str, row: &str) -> Self {
        Self::Impossible { table, column, row: row.to_owned() }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// Accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account. False: the email address is taken.
    async fn insert(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError>;
    /// Finds by email address, in lower case.
    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError>;
    /// Finds by id.
    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError>;
    /// Replaces `old` by `new`, which is a hash of the same password. Where `old` is no longer there nothing happens.
    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError>;
    /// The beginnings of all password hashes, up to their number of passes, each once: what hashes of the store cost.
    async fn password_costs(&self) -> Result<Vec<String>, StorageError>;
    /// Sets or removes the display name. False: there is no such account.
    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError>;
    /// A part of all accounts, newest first: those whose email address or display name contains `query`, made before the
    /// account `before`.
    async fn page(
        &self,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, StorageError>;
    /// Whether there is an administrator who can sign in.
    async fn has_admin(&self) -> Result<bool, StorageError>;
    /// Reads the facts, calls [`account::decide`] and executes its steps, in one serialised transaction, at `now`. Of more than [`AT_ONCE`] sessions whose version is raised, those that were used last are raised in that
    /// transaction, and the others in transactions after it. A session that begins with the request replaces the one that asks.
    async fn transact_account(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError>;
    /// Finishes deletions, in small batches: removes addresses and user agents from the events of deleted accounts, and deleted rows
    /// from the store's own files. The event of a deletion keeps its address until the deletion is older than `settled`, when no
    /// request can record an event of the account any more; until then it marks the account as unfinished. Returns whether
    /// something is left for a later pass.
    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError>;
}

/// A deletion with a later time than this was recorded while a clock was ahead, and must not keep its address until then.
const CLOCKS_DIFFER: Duration = Duration::from_hours(24);

/// Whether a deletion at this time is settled: [`Accounts::erase_deleted`].
fn is_settled(deleted_at: UnixMillis, settled: UnixMillis) -> bool {
    deleted_at < settled || deleted_at > settled.plus(CLOCKS_DIFFER)
}

/// What became of a request for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountTransacted {
    /// Nothing was changed.
    Refused(AccountRefusal),
    /// The request is permitted and not executed yet: ask again.
    Trimmed(Trimmed),
    /// It is executed.
    Done {
        /// The sessions whose access tokens are no longer good.
        endings: Vec<Ending>,
        /// The events that were stored with it.
        reported: Vec<SecurityEvent>,
    },
}

/// The account had more sessions than one transaction ends ([`AT_ONCE`]), so a transaction ended some of them, did nothing
/// else, and was committed. Each such transaction is an answer of its own, so that its endings and its event are
/// reported whatever becomes of the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trimmed {
    /// The sessions that were ended. None where others ended them at the same time.
    pub endings: Vec<Ending>,
    /// The event that was stored with it. `None`: all of those sessions had expired.
    pub event: Option<SecurityEvent>,
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session of `account` and ends the living sessions that exceed `cap` then. Which sessions live is decided by the
    /// store's clock where several instances share one, else by `clock`. Returns those that were ended, and `None` where the
    /// account was disabled, or got another password or role, since it was read: nothing was done then. Of sign-ins at the
    /// same time each may leave one session more than the cap; the next one ends it.
    async fn insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError>;

    /// Reads one session.
    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError>;

    /// Reads one session, asks `decide` what to do, and does all of it in one transaction that nothing else comes between.
    /// `decide` is told the time within it: that of the store where several instances share one, else that of `clock`. It
    /// may be asked again when the transaction had to be begun again. What it says is committed whatever it means to
    /// the client: a refusal that revokes is a success here. Callers use `transact`, which asks again after
    /// [`Tried::Trimmed`].
    async fn try_transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>) -> Result<Tried, StorageError>;

    /// A part of an account's sessions that live at `now`, the newest sign-in first, begun before the session `before`.
    async fn living(
        &self,
        user: &UserId,
        now: UnixMillis,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError>;

    /// Ends sessions of `scope` that were not ended yet, at the time of `event`, which is reported to each person who had
    /// one: in one transaction, and no more than that holds ([`AT_ONCE`]). `after` is what the part before gave as `next`.
    /// Where there was none to end, nothing is reported. `None`: the caller has lost the right to it (the session that was to
    /// be spared has ended, or the account is no administrator any more), and this part ended nothing.
    async fn end_part(
        &self,
        scope: &Scope,
        after: Option<&str>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError>;

    /// Writes that access tokens of these generations were used, and never in the future.
    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError>;

    /// The time by which sessions are judged: that of the store where several instances share one, else that of `clock`.
    async fn session_time(&self, clock: &dyn Clock) -> Result<UnixMillis, StorageError>;

    /// The sessions that were ended, deleted with their account, or raised to a newer version, at `since` or later.
    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError>;

    /// A change counter: while it is unchanged, no session has ended and no version was raised. It may also change without such an
    /// event, as after a lost connection.
    async fn change_marker(&self) -> Result<i64, StorageError>;

    /// How much later than the time that stands in it an ending may become visible: the clock that wrote it may have been
    /// behind, and its commit may have taken long.
    fn visible_within(&self) -> Duration;

    /// Deletes sessions whose absolute end was before `before`, in small batches. Returns how many.
    async fn purge(&self, before: UnixMillis) -> Result<u64, StorageError>;

    /// Does what one store still owes another after a crash. Asked for at start, and often.
    async fn tend(&self) -> Result<(), StorageError>;

    /// Puts what is kept in a form that can be copied as it lies. The last thing that a server asks of its store.
    async fn settle(&self) -> Result<(), StorageError>;
}

impl dyn Sessions {
    /// [`Sessions::try_transact`] until it is done.
    ///
    /// # Errors
    /// When the store fails. Sessions that were ended for the cap until then stay ended, and [`Sessions::endings_since`]
    /// names them.
    pub async fn transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        let mut trimmed = vec![];
        loop {
            match self.try_transact(id, clock, decide).await? {
                Tried::NotFound => return Ok(Transacted::NotFound),
                Tried::Trimmed(part) => trimmed.extend(part.endings.into_iter().map(|ending| ending.session_id)),
                Tried::Done { ended } => {
                    trimmed.extend(ended);
                    return Ok(Transacted::Done { ended: trimmed });
                }
            }
        }
    }

    /// [`Self::transact`] with a step that has a result. Returns the sessions that ended and the result of the step that was done;
    /// nothing where there is no such session.
    ///
    /// # Errors
    /// As [`Self::transact`]; [`StorageError::Impossible`] where the store has done a step for which it never asked.
    pub async fn transact_with<T: Send>(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        mut decide: impl FnMut(&Session, UnixMillis) -> (Step, T) + Send,
    ) -> Result<Option<(Vec<SessionId>, T)>, StorageError> {
        let mut result = None;
        // A transaction that begins again decides again: the last decision is the one that was done.
        let mut step = |session: &Session, now: UnixMillis| {
            let (step, its_result) = decide(session, now);
            result = Some(its_result);
            step
        };
        match self.transact(id, clock, &mut step).await? {
            Transacted::NotFound => Ok(None),
            Transacted::Done { ended } => {
                let result = result.ok_or_else(|| StorageError::impossible("sessions", "id", id.as_str()))?;
                Ok(Some((ended, result)))
            }
        }
    }
}

/// How many sessions one transaction ends, raises or deletes at most, so that other writers never wait long for one. All
/// living sessions of an account fit into it, unless the account is older than the cap: then those that were unused for
/// longest end first, in transactions of their own ([`Trimmed`]).
pub(crate) const AT_ONCE: u32 = MOST_SESSIONS;

/// No limit, where the account was brought below [`AT_ONCE`] just before: what was begun since is ended, too.
const ALL: u32 = u32::MAX;

/// The report of an operation on all sessions of an account, about those that had to end before it for the cap.
fn over_the_cap(event: &SecurityEvent) -> SecurityEvent {
    SecurityEvent { kind: EventKind::SessionLimitReached, session_id: None, other: None, ..event.clone() }
}

/// The same, where a transaction on this session ends all others.
fn over_the_cap_of(session: &Session, at: UnixMillis) -> SecurityEvent {
    SecurityEvent::new(EventKind::SessionLimitReached, &session.origin, at).of(&session.user_id)
}

/// Of sessions, each with its idle deadline, those that have expired, and those that live.
fn split_expired(rows: Vec<(String, i64)>, now: UnixMillis) -> (Vec<SessionId>, Vec<SessionId>) {
    let (expired, living): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, idle_deadline)| *idle_deadline <= now.0);
    let ids = |rows: Vec<(String, i64)>| rows.into_iter().map(|(id, _)| SessionId::new(id)).collect();
    (ids(expired), ids(living))
}

/// What one part of an ending did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndedPart {
    /// The sessions that it ended.
    pub endings: Vec<Ending>,
    /// Where the next part begins; `None`: there is none.
    pub next: Option<String>,
}

/// Which sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of an account.
    Of(UserId),
    /// Sessions of an account but the one that asks, which must live.
    OthersOf {
        /// The account.
        user: UserId,
        /// The session that asks.
        asking: SessionId,
        /// Only those that began before this time. `None`: all.
        begun_before: Option<UnixMillis>,
    },
    /// All that were begun before this time.
    BegunBefore(UnixMillis),
}

/// Security events. Those that report something that is stored are stored with it; these are the others.
#[async_trait]
pub trait Events: Send + Sync {
    /// Adds one.
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError>;
    /// A part of what `filter` names, newest first, from before the event `before`.
    async fn page(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError>;
    /// What happened after the event `after`, oldest first.
    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError>;
    /// The number of the latest event; 0 where there is none.
    async fn latest(&self) -> Result<i64, StorageError>;
    /// Deletes what happened before `before`, in small batches. The latest event stays, so that no number is given twice.
    /// Returns how many.
    async fn forget(&self, before: UnixMillis) -> Result<u64, StorageError>;
}

/// Counters of attempts that failed.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Reads these counters, asks `decide` what they shall be, and writes that, in one transaction that nothing else comes
    /// between. It may be asked more than once; what it says last is what was done.
    async fn recount(&self, keys: &[Key], decide: Recount<'_>) -> Result<(), StorageError>;
    /// Deletes, in small batches, counters on which nothing was counted since `counted_before` and nothing succeeded since
    /// `known_before`. Returns how many.
    async fn purge_attempts(&self, counted_before: UnixMillis, known_before: UnixMillis) -> Result<u64, StorageError>;
}

/// Which events.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of this account alone.
    pub user: Option<UserId>,
    /// Of these kinds alone; of any where there are none.
    pub kinds: Vec<EventKind>,
    /// Without what rotation copes with by itself.
    pub without_routine: bool,
}

/// An event and its number: later ones have greater ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The number.
    pub id: i64,
    /// The event.
    pub event: SecurityEvent,
}

/// Asks what a transaction on one session shall do at this time.
pub type Decide<'a> = &'a mut (dyn for<'s> FnMut(&'s Session, UnixMillis) -> Step + Send);

/// Says what counters shall be, in the order in which they come. `None`: they stay as they are.
pub type Recount<'a> = &'a mut (dyn FnMut(&[Counter]) -> Option<Vec<Counter>> + Send);

/// What a transaction on one session does.
#[derive(Debug, Default)]
pub struct Step {
    /// The row as it shall be. `None`: it stays as it is.
    pub next: Option<Session>,
    /// Ends every other session of the person too.
    pub end_others: Option<EndReason>,
    /// What to report.
    pub events: Vec<SecurityEvent>,
}

/// What one try of a transaction on one session did.
#[derive(Debug, PartialEq, Eq)]
pub enum Tried {
    /// There is no such session.
    NotFound,
    /// What was decided ends more sessions than one transaction does, and is not done yet: ask again.
    Trimmed(Trimmed),
    /// It is committed.
    Done {
        /// The sessions that it ended.
        ended: Vec<SessionId>,
    },
}

/// What a transaction on one session did.
#[derive(Debug, PartialEq, Eq)]
pub enum Transacted {
    /// There is no such session.
    NotFound,
    /// It is committed.
    Done {
        /// The sessions that it ended.
        ended: Vec<SessionId>,
    },
}

/// An access token of the session's generation was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Which session.
    pub session_id: SessionId,
    /// Which generation of its refresh token the access token was made with.
    pub generation: u64,
    /// When it was used first.
    pub at: UnixMillis,
}

/// A session whose access tokens are no longer good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Which session.
    pub session_id: SessionId,
    /// When it was ended; `None` where only its version was raised.
    pub ended_at: Option<UnixMillis>,
    /// Its version.
    pub ver: u32,
    /// When its version was raised last.
    pub ver_at: UnixMillis,
}
