//! What administrators do with other people's accounts. Who asks is checked here, against the store: a token may be older
//! than a demotion.

use sessionkeep_types::{EndReason, EventKind, Role, SessionId, UserId};

use super::Auth;
use crate::{
    account::{Account, AccountChange, AccountRefusal, AccountRequest},
    session::{Caller, SecurityEvent, Session},
    storage::{EventFilter, Scope, StorageError, StoredEvent},
    token::access::Claims,
};

/// Why an administrator's request was refused.
#[derive(Debug, thiserror::Error)]
pub enum AdministrateError {
    /// The person is no administrator.
    #[error("the role is not enough")]
    Forbidden,
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The role is none of ours.
    #[error("there is no such role")]
    UnknownRole,
    /// Nobody could administrate any more.
    #[error("it is the last administrator")]
    LastAdmin,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Somebody who was an administrator when the request began. Only [`Auth::administrator`] makes one.
#[derive(Debug)]
pub struct Administrator {
    id: UserId,
}

impl Auth {
    /// Whether the person of these claims may administrate.
    ///
    /// # Errors
    /// [`AdministrateError::Forbidden`], or when the store fails.
    pub async fn administrator(&self, claims: &Claims) -> Result<Administrator, AdministrateError> {
        let account = self.accounts.by_id(&claims.user_id).await?;
        let account = account.filter(|account| claims.role == Role::Admin && account.can_administrate());
        account.map(|account| Administrator { id: account.id }).ok_or(AdministrateError::Forbidden)
    }

    /// A part of all accounts, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn users(
        &self,
        _: &Administrator,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, AdministrateError> {
        Ok(self.accounts.page(query, before, limit).await?)
    }

    /// One account.
    ///
    /// # Errors
    /// [`AdministrateError::NotFound`], or when the store fails.
    pub async fn user(&self, _: &Administrator, id: &UserId) -> Result<Account, AdministrateError> {
        self.accounts.by_id(id).await?.ok_or(AdministrateError::NotFound)
    }

    /// Changes the role, or disables or enables, and gives the account as it is then.
    ///
    /// # Errors
    /// [`AdministrateError`]; nothing was changed then.
    pub async fn change_user(
        &self,
        actor: &Administrator,
        id: &UserId,
        role: Option<Role>,
        disabled: Option<bool>,
        origin: &Caller,
    ) -> Result<Account, AdministrateError> {
        self.change_account(id, role, disabled, Some(&actor.id), origin).await?;
        self.user(actor, id).await
    }

    /// A part of an account's living sessions, the newest sign-in first.
    ///
    /// # Errors
    /// [`AdministrateError::NotFound`], or when the store fails.
    pub async fn sessions_of(
        &self,
        actor: &Administrator,
        id: &UserId,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, AdministrateError> {
        self.user(actor, id).await?;
        Ok(self.living_sessions(id, before, limit).await?)
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// [`AdministrateError::NotFound`], or when the store fails.
    pub async fn end_sessions_of(
        &self,
        actor: &Administrator,
        id: &UserId,
        origin: &Caller,
    ) -> Result<(), AdministrateError> {
        self.user(actor, id).await?;
        let event = SecurityEvent::new(EventKind::SessionsEnded, origin, self.clock.now()).of(id).by(Some(&actor.id));
        self.end_all_as_admin(&Scope::Of(id.clone()), &event).await.map(drop)
    }

    /// A part of everybody's security events, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn all_events(
        &self,
        _: &Administrator,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, AdministrateError> {
        Ok(self.events.page(filter, before, limit).await?)
    }

    /// What an administrator, or an operator (`actor` is `None`), changes about an account.
    ///
    /// # Errors
    /// [`AdministrateError`]; nothing was changed then. Of an account with too many sessions some may have ended for the cap, if
    /// the change was permitted until then.
    pub(crate) async fn change_account(
        &self,
        id: &UserId,
        role: Option<Role>,
        disabled: Option<bool>,
        actor: Option<&UserId>,
        origin: &Caller,
    ) -> Result<(), AdministrateError> {
        if matches!(role, Some(Role::Unknown(_))) {
            return Err(AdministrateError::UnknownRole);
        }
        let now = self.clock.now();
        let report = |kind| SecurityEvent::new(kind, origin, now).of(id).by(actor);
        let change = AccountChange {
            role: role.map(|role| (role, report(EventKind::RoleChanged))),
            disabled: disabled.map(|disabled| {
                let kind = if disabled { EventKind::AccountDisabled } else { EventKind::AccountEnabled };
                (disabled, report(kind))
            }),
            by: actor.cloned(),
        };
        self.execute(&AccountRequest::Change { id, change: &change }, now).await?.map_err(|refusal| match refusal {
            AccountRefusal::NotFound | AccountRefusal::Superseded => AdministrateError::NotFound,
            AccountRefusal::Forbidden => AdministrateError::Forbidden,
            AccountRefusal::LastAdministrator => AdministrateError::LastAdmin,
        })
    }

    /// Ends the sessions of `scope` in an administrator's or an operator's name. Returns how many.
    ///
    /// # Errors
    /// [`AdministrateError::Forbidden`] where the administrator is none any more, or when the store fails.
    pub(crate) async fn end_all_as_admin(
        &self,
        scope: &Scope,
        event: &SecurityEvent,
    ) -> Result<usize, AdministrateError> {
        self.end_all(scope, &EndReason::Admin, event).await?.ok_or(AdministrateError::Forbidden)
    }
}
