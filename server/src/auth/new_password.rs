//! What a new password must meet, at sign-up and when it is changed.

use sessionkeep_types::{Password, limits};

use super::Auth;
use crate::{
    limits::Shares,
    password::{Busy, Normalised, Refused},
};

const UNCOUNTED: &str = " Invisible characters and accents by themselves are not counted.";

/// Why a password cannot be the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewPasswordError {
    /// More than [`limits::PASSWORD_MAX_LENGTH`] characters.
    #[error("Use at most {} characters.", limits::PASSWORD_MAX_LENGTH)]
    TooLong,
    /// Fewer characters than the setting asks for.
    #[error("Use at least {min_length} characters.{}", if *.uncounted { UNCOUNTED } else { "" })]
    TooShort {
        /// The setting.
        min_length: usize,
        /// Whether some of its characters are not counted.
        uncounted: bool,
    },
    /// It is easily guessed.
    #[error("This password is easily guessed. Use a longer one, or a few words of your own.")]
    TooWeak,
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl Auth {
    /// The hash of a new password for the person with these data.
    ///
    /// # Errors
    /// [`NewPasswordError`], whose text is for the person.
    pub(super) async fn hash_new_password(
        &self,
        shares: &Shares,
        password: &Password,
        email: &str,
        display_name: Option<&str>,
    ) -> Result<String, NewPasswordError> {
        let password = Normalised::new(password).ok_or(NewPasswordError::TooLong)?;
        // Several at once are not refused.
        let own = self.guessing.under_way.on(shares.account);
        let _turn = self.turn_to_hash(&own).await?;
        let (email, display_name) = (email.to_owned(), display_name.map(str::to_owned));
        match self.passwords.check(shares, self.password_rules, password.clone(), email, display_name).await? {
            Ok(()) => Ok(self.passwords.hash(shares, password).await?),
            Err(Refused::TooShort { uncounted }) => {
                Err(NewPasswordError::TooShort { min_length: self.password_rules.min_length, uncounted })
            }
            Err(Refused::TooWeak) => Err(NewPasswordError::TooWeak),
        }
    }
}
