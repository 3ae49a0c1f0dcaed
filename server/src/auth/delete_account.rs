//! Deletes one's own account. There is no way back.

use sessionkeep_types::Password;

use super::{Auth, confirm_password::ConfirmPasswordError};
use crate::{
    account::{AccountRefusal, AccountRequest},
    session::{Caller, EventKind, SecurityEvent},
    storage::StorageError,
    token::access::Claims,
};

/// Why the account is still there.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAccountError {
    /// Whether it is the owner who asks could not be told.
    #[error(transparent)]
    Confirm(#[from] ConfirmPasswordError),
    /// Nobody could administrate any more.
    #[error("it is the last administrator's account")]
    LastAdmin,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Auth {
    /// Deletes the account of these claims and all its sessions. That it was there stays in the security events, by its id;
    /// addresses and user agents are removed from them soon after.
    ///
    /// # Errors
    /// [`DeleteAccountError`]; nothing was deleted then.
    pub async fn delete_account(
        &self,
        claims: &Claims,
        password: &Password,
        origin: &Caller,
    ) -> Result<(), DeleteAccountError> {
        let account = self.confirm_password(claims, password, origin).await?;
        let now = self.clock.now();
        let event =
            SecurityEvent::new(EventKind::AccountDeleted, origin, now).of_session(&account.id, &claims.session_id);
        let request = AccountRequest::Delete { read: &account, asking: &claims.session_id, event: &event };
        match self.execute(&request, now).await? {
            Ok(()) => {
                self.deleted.notify_one();
                Ok(())
            }
            Err(AccountRefusal::LastAdministrator) => Err(DeleteAccountError::LastAdmin),
            Err(AccountRefusal::NotFound | AccountRefusal::Superseded | AccountRefusal::Forbidden) => {
                Err(ConfirmPasswordError::Gone.into())
            }
        }
    }
}
