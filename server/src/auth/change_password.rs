//! Change of password: every session ends, and the device that asked begins a new one (ASVS 7.2.4, 7.4.3).

use sessionkeep_types::Password;

use super::{Auth, Device, Sent, SignedIn, confirm_password::ConfirmPasswordError, new_password::NewPasswordError};
use crate::{
    account::AccountRequest,
    password::Normalised,
    session::{Caller, EventKind, SecurityEvent},
    storage::StorageError,
    token::access::Claims,
};

/// Why the password is still the old one.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// No refresh token that counts was sent.
    #[error("no refresh token that counts was sent")]
    RefreshMissing,
    /// No refresh token of the access token's session was sent.
    #[error("no refresh token of this session was sent")]
    RefreshInvalid,
    /// The session, or the account, has ended meanwhile.
    #[error("the session has ended meanwhile")]
    Gone,
    /// The current password is another one.
    #[error("the current password is not right")]
    WrongPassword,
    /// The new password is the current one.
    #[error("the new password is the current one")]
    Unchanged,
    /// The new password is refused.
    #[error(transparent)]
    NewPassword(#[from] NewPasswordError),
    /// Whether it is the owner who asks could not be told.
    #[error(transparent)]
    Confirm(ConfirmPasswordError),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<ConfirmPasswordError> for ChangePasswordError {
    fn from(error: ConfirmPasswordError) -> Self {
        match error {
            ConfirmPasswordError::Wrong => Self::WrongPassword,
            ConfirmPasswordError::Gone => Self::Gone,
            error @ ConfirmPasswordError::NotJudged(_) => Self::Confirm(error),
        }
    }
}

impl Auth {
    /// Sets `new` in place of `current`. `sent` must hold a refresh token of the access token's session that counts, of any
    /// generation: the answer replaces it.
    ///
    /// # Errors
    /// [`ChangePasswordError`]; nothing was changed then.
    pub async fn change_password(
        &self,
        claims: &Claims,
        sent: &Sent,
        current: &Password,
        new: &Password,
        origin: &Caller,
    ) -> Result<SignedIn, ChangePasswordError> {
        let genuine = self.recognise(sent);
        let counting = self.counting(sent, genuine.clone());
        if counting.is_empty() && (sent.tokens.is_empty() || !genuine.is_empty()) {
            return Err(ChangePasswordError::RefreshMissing);
        }
        if !counting.iter().any(|(_, genuine)| genuine.session_id == claims.session_id) {
            return Err(ChangePasswordError::RefreshInvalid);
        }
        let mut account = self.confirm_password(claims, current, origin).await?;
        if Normalised::new(current).zip(Normalised::new(new)).is_some_and(|(current, new)| current.is(&new)) {
            return Err(ChangePasswordError::Unchanged);
        }
        let shares = self.guessing.shares_of(&account.id, &origin.ip, self.clock.now());
        let hash = self.hash_new_password(&shares, new, &account.email, account.display_name.as_deref()).await?;
        loop {
            let now = self.clock.now();
            let old = self.sessions.find(&claims.session_id).await?;
            let old = old.filter(|old| old.ended.is_none() && !old.is_expired(now)).ok_or(ChangePasswordError::Gone)?;
            let device = Device { client: old.client, origin: origin.clone(), remember_me: old.remember_me };
            let (session, token) = self.new_session(&account, device, now);
            let event =
                SecurityEvent::new(EventKind::PasswordChanged, origin, now).of_session(&account.id, &session.id);
            let request = AccountRequest::ChangePassword {
                read: &account,
                asking: &claims.session_id,
                hash: &hash,
                begin: &session,
                event: &event,
            };
            match self.execute(&request, now).await? {
                Ok(()) => return Ok(self.signed_in(account, &session, token, now)),
                Err(_) => account = self.changed_in_role_alone(&account).await?.ok_or(ChangePasswordError::Gone)?,
            }
        }
    }
}
