//! What a person can do, one use case a file: [`register`], [`login`], [`refresh`], [`authenticate`] (a protected
//! request), [`logout`], [`profile`], [`sessions`], [`activity`], [`review`], [`export`], [`change_password`],
//! [`delete_account`], [`administrate`].
//!
//! Each use case knows sessions, tokens and passwords, and the ports of [`crate::storage`]. What never lives here: HTTP,
//! cookies, SQL.

pub mod activity;
pub mod administrate;
mod attempts;
pub mod authenticate;
pub mod change_password;
pub mod confirm_password;
mod confirmations;
pub mod delete_account;
mod display_name;
pub(crate) mod email;
pub mod export;
pub mod login;
pub mod logout;
mod marks;
pub mod new_password;
pub mod profile;
pub mod refresh;
pub mod register;
pub mod review;
pub mod sent;
pub mod sessions;
pub mod wrong_field;

use std::sync::Arc;

use sessionkeep_types::{Role, SessionId};
use tokio::sync::Notify;

pub use attempts::NotJudged;
pub use confirmations::Confirmations;
pub use sent::Sent;
pub(crate) use sessions::end_step;

use crate::{
    account::{Account, AccountRefusal, AccountRequest},
    clock::Clock,
    ids,
    limits::{Limits, guessing::Guessing},
    metrics::Metrics,
    password::{PasswordRules, Passwords},
    random::Random,
    revocation::Revocations,
    session::{Caller, Cap, Client, EventKind, Policy, SecurityEvent, Session, UnixMillis},
    storage::{AccountTransacted, Accounts, Attempts, Events, Sessions, StorageError, Trimmed},
    token::{
        access::{AccessTokens, Claims},
        companion::{Companion, Companions},
        refresh::{Genuine, RefreshToken, RefreshTokens},
    },
};

/// Everything that the use cases need.
pub struct Auth {
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Security events.
    pub events: Arc<dyn Events>,
    /// Attempts that failed.
    pub attempts: Arc<dyn Attempts>,
    /// How often passwords may be guessed.
    pub guessing: Guessing,
    /// How often other things may be done.
    pub limits: Limits,
    /// Ended sessions whose access tokens may still be in time.
    pub revocations: Arc<Revocations>,
    /// Which generations' access tokens were used first, as far as that is known to be stored.
    pub confirmations: Confirmations,
    /// Access tokens.
    pub access_tokens: AccessTokens,
    /// Refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// Their companions; `None` where the browser would not keep the cookie (http).
    pub companions: Option<Companions>,
    /// Hashing.
    pub passwords: Passwords,
    /// What a new password must meet.
    pub password_rules: PasswordRules,
    /// What the operator calls the service, which is no password.
    pub service: String,
    /// Told when an account was deleted.
    pub deleted: Notify,
    /// Whether new accounts are taken.
    pub registration_open: bool,
    /// The rules for sessions.
    pub policy: Policy,
    /// How many living sessions an account may have.
    pub sessions_per_account: u32,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// A refresh token together with what its cookie must say of it.
#[derive(Debug)]
pub struct IssuedRefresh {
    /// For the cookie.
    pub token: RefreshToken,
    /// Which of its session's tokens it is; for the cookie beside it, which scripts may read.
    pub generation: u64,
    /// For the cookie that decides whether the token counts.
    pub companion: Option<Companion>,
    /// Seconds until the session ends if it is never refreshed; `None`: the cookie ends with the browser's session.
    pub max_age: Option<u64>,
}

/// An access token and how many seconds it lives.
#[derive(Debug)]
pub struct IssuedAccess {
    /// For the body.
    pub token: sessionkeep_types::AccessToken,
    /// Seconds.
    pub expires_in: u64,
}

/// Somebody has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Whose account.
    pub account: Account,
    /// The first access token.
    pub access: IssuedAccess,
    /// The first refresh token.
    pub refresh: IssuedRefresh,
}

/// A password as it was sent, before any rule.
#[derive(Debug)]
pub struct Credentials {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: sessionkeep_types::Password,
}

/// The device that signs in.
#[derive(Clone, Debug)]
pub struct Device {
    /// Which kind.
    pub client: Client,
    /// Where it is.
    pub origin: Caller,
    /// Whether the cookie outlives the browser's session.
    pub remember_me: bool,
}

impl Auth {
    /// Begins a session of `account`, and ends those for which it leaves no room. `None`: the account was disabled, or got
    /// another password, since it was read.
    async fn begin_session(&self, mut account: Account, device: Device) -> Result<Option<SignedIn>, StorageError> {
        let now = self.clock.now();
        let (session, token) = self.new_session(&account, device, now);
        let event =
            SecurityEvent::new(EventKind::LoginSucceeded, &session.origin, now).of_session(&account.id, &session.id);
        let report = SecurityEvent::new(EventKind::SessionLimitReached, &session.origin, now).of(&account.id);
        let cap = Cap { at_most: self.sessions_per_account, report };
        let endings = loop {
            if let Some(endings) = self.sessions.insert(&session, &account, &event, &cap, &*self.clock).await? {
                break endings;
            }
            // Where the role alone has changed meanwhile, the first access token must say the new one.
            match self.changed_in_role_alone(&account).await? {
                Some(current) => account = current,
                None => return Ok(None),
            }
        };
        self.revocations.note(&endings, now);
        Ok(Some(self.signed_in(account, &session, token, now)))
    }

    /// A session and its first refresh token, which nobody knows of yet.
    fn new_session(&self, account: &Account, device: Device, now: UnixMillis) -> (Session, RefreshToken) {
        let id = SessionId::new(ids::new(now, &*self.random));
        let head = Genuine {
            user_id: account.id.clone(),
            session_id: id.clone(),
            generation: 0,
            companion: self.companions.is_some(),
        };
        let token = self.refresh_tokens.issue(head, now.plus(self.policy.absolute_lifetime), now, &*self.random);
        let mut session = Session::begin(id, account.id.clone(), token.hash(), device.client, &self.policy, now);
        session.remember_me = device.remember_me;
        session.origin = device.origin;
        (session, token)
    }

    /// What whoever began `session` is given.
    fn signed_in(&self, account: Account, session: &Session, token: RefreshToken, now: UnixMillis) -> SignedIn {
        let access = self.issue_access(session, account.role.clone(), now);
        SignedIn { account, access, refresh: self.issued(session, token, now) }
    }

    /// Executes the request, in as many transactions as that takes, and notes each session that it ends.
    async fn execute(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<Result<(), AccountRefusal>, StorageError> {
        loop {
            match self.accounts.transact_account(request, now).await? {
                AccountTransacted::Trimmed(Trimmed { endings, .. }) => self.revocations.note(&endings, now),
                AccountTransacted::Done { endings, .. } => {
                    self.revocations.note(&endings, now);
                    return Ok(Ok(()));
                }
                AccountTransacted::Refused(refusal) => return Ok(Err(refusal)),
            }
        }
    }

    /// The account as it is now, if since it was read nothing but its role has changed that matters for a session.
    async fn changed_in_role_alone(&self, read: &Account) -> Result<Option<Account>, StorageError> {
        let current = self.accounts.by_id(&read.id).await?;
        Ok(current.filter(|current| current.is_as_when(read) && current.role != read.role))
    }

    /// The session's head, for the cookies.
    fn issued(&self, session: &Session, token: RefreshToken, now: UnixMillis) -> IssuedRefresh {
        let companion = self.companions.as_ref().map(|companions| companions.of(&session.id, now));
        IssuedRefresh { token, generation: session.generation, companion, max_age: max_age(session, now) }
    }

    fn issue_access(&self, session: &Session, role: Role, now: UnixMillis) -> IssuedAccess {
        let claims = Claims {
            user_id: session.user_id.clone(),
            session_id: session.id.clone(),
            generation: session.generation,
            ver: session.ver,
            role,
            expires_at: session.absolute_deadline.seconds(),
        };
        let id = ids::new(now, &*self.random);
        let (token, expires_in) = self.access_tokens.issue(claims, id, now);
        IssuedAccess { token, expires_in }
    }
}

/// The seconds for a cookie's `Max-Age`: never longer than the session can still live.
fn max_age(session: &Session, now: UnixMillis) -> Option<u64> {
    let ends = session.idle_deadline.min(session.absolute_deadline);
    session.remember_me.then(|| ends.since(now).map_or(0, |left| left.as_secs()))
}
