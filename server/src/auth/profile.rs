//! A person's own account: reading it, and the name it is shown with.

use super::{Auth, display_name::checked, wrong_field::WrongField};
use crate::{account::Account, storage::StorageError, token::access::Claims};

/// Why a profile was not read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The account is no longer there.
    #[error("the account is no longer there")]
    Gone,
    /// The name is refused.
    #[error("the display name was refused")]
    InvalidDisplayName(WrongField),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Auth {
    /// The account that these claims belong to.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub async fn profile(&self, claims: &Claims) -> Result<Account, ProfileError> {
        self.accounts.by_id(&claims.user_id).await?.ok_or(ProfileError::Gone)
    }

    /// Sets the display name, or removes it.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub async fn rename(&self, claims: &Claims, name: Option<String>) -> Result<Account, ProfileError> {
        let name = checked(name.as_deref()).map_err(ProfileError::InvalidDisplayName)?;
        if !self.accounts.set_display_name(&claims.user_id, name.as_deref()).await? {
            return Err(ProfileError::Gone);
        }
        self.profile(claims).await
    }
}
