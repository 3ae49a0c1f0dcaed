//! What a person can do, one use case a file: [`register`], [`login`], [`refresh`], [`authenticate`] (a protected
//! request), [`logout`], [`profile`].
//!
//! Each use case knows sessions, tokens and passwords, and the ports of [`crate::storage`]. What never lives here: HTTP,
//! cookies, SQL.

pub mod authenticate;
mod confirmations;
pub mod login;
pub mod logout;
pub mod profile;
pub mod refresh;
pub mod register;

use std::sync::Arc;

use sessionkeep_types::{Role, SessionId, UserId};

pub use confirmations::Confirmations;

use crate::{
    clock::Clock,
    ids,
    password::{PasswordRules, Passwords},
    random::Random,
    revocation::Revocations,
    session::{Client, EventKind, Origin, Policy, SecurityEvent, Session, UnixMillis},
    storage::{Account, Accounts, Events, Sessions, StorageError},
    token::{
        access::{AccessTokens, Claims},
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
    /// Ended sessions whose access tokens may still be in time.
    pub revocations: Arc<Revocations>,
    /// Access tokens that were used and whose use is not written yet.
    pub confirmations: Confirmations,
    /// Access tokens.
    pub access_tokens: AccessTokens,
    /// Refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// Hashing.
    pub passwords: Passwords,
    /// What a new password must meet.
    pub password_rules: PasswordRules,
    /// Whether new accounts are taken.
    pub registration_open: bool,
    /// The rules for sessions.
    pub policy: Policy,
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
    pub origin: Origin,
    /// Whether the cookie outlives the browser's session.
    pub remember_me: bool,
}

impl Auth {
    /// Begins a session of `account`. `None`: the account was disabled, or got another password, since it was read.
    async fn begin_session(&self, mut account: Account, device: Device) -> Result<Option<SignedIn>, StorageError> {
        let now = self.clock.now();
        let id = SessionId::new(ids::new(now, &*self.random));
        let head = Genuine { user_id: account.id.clone(), session_id: id.clone(), generation: 0 };
        let token = self.refresh_tokens.issue(head, now.plus(self.policy.absolute_lifetime), now, &*self.random);
        let mut session = Session::begin(id, account.id.clone(), token.hash(), device.client, &self.policy, now);
        session.remember_me = device.remember_me;
        session.ip.clone_from(&device.origin.ip);
        session.user_agent.clone_from(&device.origin.user_agent);

        let event = event(EventKind::LoginSucceeded, Some(&account.id), Some(&session.id), &device.origin, now);
        while !self.sessions.insert(&session, &account, &event).await? {
            let Some(current) = self.accounts.by_id(&account.id).await? else { return Ok(None) };
            let may_sign_in =
                current.disabled_at.is_none() && current.password_changed_at == account.password_changed_at;
            if !may_sign_in || current.role == account.role {
                return Ok(None);
            }
            // The role alone has changed meanwhile: the first access token must say the new one.
            account = current;
        }
        let refresh = IssuedRefresh { token, max_age: max_age(&session, now) };
        let access = self.issue_access(&session, account.role.clone(), now);
        Ok(Some(SignedIn { account, access, refresh }))
    }

    fn issue_access(&self, session: &Session, role: Role, now: UnixMillis) -> IssuedAccess {
        let claims = Claims {
            user_id: session.user_id.clone(),
            session_id: session.id.clone(),
            generation: session.generation,
            ver: session.ver,
            role,
        };
        let id = ids::new(now, &*self.random);
        let (token, expires_in) = self.access_tokens.issue(claims, id, session.absolute_deadline, now);
        IssuedAccess { token, expires_in }
    }
}

/// An event about `user_id` and `session_id`.
fn event(
    kind: EventKind,
    user_id: Option<&UserId>,
    session_id: Option<&SessionId>,
    origin: &Origin,
    at: UnixMillis,
) -> SecurityEvent {
    SecurityEvent { at, kind, user_id: user_id.cloned(), session_id: session_id.cloned(), origin: origin.clone() }
}

/// The seconds for a cookie's `Max-Age`: never longer than the session can still live.
fn max_age(session: &Session, now: UnixMillis) -> Option<u64> {
    let ends = session.idle_deadline.min(session.absolute_deadline);
    session.remember_me.then(|| ends.since(now).map_or(0, |left| left.as_secs()))
}

/// The one form in which e-mail addresses are kept and compared.
pub(crate) fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}
