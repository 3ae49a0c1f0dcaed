//! An account, and the rules by which it is changed. Pure: no clock, no randomness, no I/O.
//!
//! [`decide`] says what an [`AccountRequest`] does to the account, to its sessions and to the record of events. A store reads the
//! [`AccountFacts`], asks for the decision and executes the [`AccountStep`], all in one transaction.

mod decide;
#[cfg(test)]
mod tests;

use secrecy::SecretString;
use sessionkeep_types::{EndReason, Role, SessionId, UserId};

pub use decide::decide;

use crate::session::{SecurityEvent, Session, UnixMillis};

/// An account as it is stored.
#[derive(Clone, Debug)]
pub struct Account {
    /// Never changes.
    pub id: UserId,
    /// Trimmed, in lower case, unique.
    pub email: String,
    /// Shown instead of the email address.
    pub display_name: Option<String>,
    /// What it may do.
    pub role: Role,
    /// A PHC string.
    pub password_hash: SecretString,
    /// When the password was set last: a sign-in that began with an older one must not succeed after that.
    pub password_changed_at: UnixMillis,
    /// Since when it may not sign in.
    pub disabled_at: Option<UnixMillis>,
    /// When it was made.
    pub created_at: UnixMillis,
}

impl Account {
    /// Whether it is an administrator's, and can sign in.
    #[must_use]
    pub fn can_administrate(&self) -> bool {
        self.role == Role::Admin && self.disabled_at.is_none()
    }

    /// Whether its owner may still do what was begun when the account was `read`.
    #[must_use]
    pub fn is_as_when(&self, read: &Self) -> bool {
        self.disabled_at.is_none() && self.password_changed_at == read.password_changed_at
    }
}

/// What an administrator or an operator changes about an account. Each change comes with the event that reports it.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// The new role.
    pub role: Option<(Role, SecurityEvent)>,
    /// Whether it shall be disabled from now on.
    pub disabled: Option<(bool, SecurityEvent)>,
    /// The administrator who asks, and must still be one. `None`: an operator, who may leave no administrator at all.
    pub by: Option<UserId>,
}

/// What is asked for an account.
#[derive(Clone, Copy, Debug)]
pub enum AccountRequest<'a> {
    /// Change the role, disable or enable.
    Change {
        /// The account.
        id: &'a UserId,
        /// What about it.
        change: &'a AccountChange,
    },
    /// Set another password, for which every session ends, and begin a session in place of the one that asks.
    ChangePassword {
        /// The account as it was when its owner proved who they are.
        read: &'a Account,
        /// The session that asks. It must not have ended.
        asking: &'a SessionId,
        /// The hash of the new password: a PHC string.
        hash: &'a SecretString,
        /// The session to begin.
        begin: &'a Session,
        /// Reports it.
        event: &'a SecurityEvent,
    },
    /// Delete the account and its sessions.
    Delete {
        /// The account as it was when its owner proved who they are.
        read: &'a Account,
        /// The session that asks. It must not have ended.
        asking: &'a SessionId,
        /// Reports it.
        event: &'a SecurityEvent,
    },
}

impl<'a> AccountRequest<'a> {
    /// The account.
    #[must_use]
    pub fn id(&self) -> &'a UserId {
        match self {
            Self::Change { id, .. } => id,
            Self::ChangePassword { read, .. } | Self::Delete { read, .. } => &read.id,
        }
    }

    /// The administrator whose rights are a fact of the decision.
    #[must_use]
    pub fn administrator(&self) -> Option<&'a UserId> {
        match self {
            Self::Change { change, .. } => change.by.as_ref(),
            Self::ChangePassword { .. } | Self::Delete { .. } => None,
        }
    }

    /// The session whose life is a fact of the decision.
    #[must_use]
    pub fn asking(&self) -> Option<&'a SessionId> {
        match self {
            Self::Change { .. } => None,
            Self::ChangePassword { asking, .. } | Self::Delete { asking, .. } => Some(asking),
        }
    }

    /// Whether it may remove an administrator. Two such requests are never decided at the same time.
    #[must_use]
    pub fn concerns_administrators(&self) -> bool {
        matches!(self, Self::Change { .. } | Self::Delete { .. })
    }

    /// The session that begins with it.
    #[must_use]
    pub fn begins(&self) -> Option<&'a Session> {
        match self {
            Self::ChangePassword { begin, .. } => Some(begin),
            Self::Change { .. } | Self::Delete { .. } => None,
        }
    }
}

/// What the store knows when a request is decided. None of it changes before the decision is committed, except where a field says so.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// The account now. `None`: it does not exist.
    pub account: Option<Account>,
    /// Whether [`AccountRequest::administrator`] can still administrate. True where the request names none.
    pub may_administrate: bool,
    /// Whether another account can administrate. True where that is not asked
    /// ([`AccountRequest::concerns_administrators`]), and where the account itself cannot.
    pub others_administrate: bool,
    /// Whether [`AccountRequest::asking`] has not ended. True where the request names none. Where sessions are in Redis: as of just
    /// before the transaction.
    pub asking_lives: bool,
}

/// Why nothing is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRefusal {
    /// The account does not exist.
    NotFound,
    /// The caller is no administrator any more.
    Forbidden,
    /// No account could administrate any more.
    LastAdministrator,
    /// The account is not as it was when it was read, or the session that asks has ended.
    Superseded,
}

/// What a request does. All of it is committed in one transaction.
#[derive(Clone, Debug)]
pub struct AccountStep {
    /// The account afterwards. `None`: it is deleted.
    pub account: Option<Account>,
    /// What happens to its sessions.
    pub sessions: SessionsEffect,
    /// What is recorded.
    pub events: Vec<SecurityEvent>,
}

/// What happens to an account's sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionsEffect {
    /// Nothing.
    Keep,
    /// The version of each is raised, so that its access tokens must be refreshed.
    Raise,
    /// Each one ends.
    End(EndReason),
    /// Each one is deleted. A tombstone stays for as long as its access tokens are in time.
    Bury,
}

impl SessionsEffect {
    /// The reason of the sessions that end after the first transaction, where there are more than it ends.
    #[must_use]
    pub fn reason(&self) -> Option<EndReason> {
        match self {
            Self::Keep | Self::Raise => None,
            Self::End(reason) => Some(reason.clone()),
            Self::Bury => Some(EndReason::SignedOutElsewhere),
        }
    }
}
