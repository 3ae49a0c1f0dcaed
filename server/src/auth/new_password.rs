//! What a new password must meet, at sign-up and when it is changed.

use secrecy::SecretString;
use sessionkeep_types::{Password, limits};

use super::{Auth, wrong_field::WrongField};
use crate::{
    limits::Shares,
    password::{Busy, KnownBy, Normalised, Refused},
};

/// Why a password cannot be the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewPasswordError {
    /// Its length.
    #[error("the password is too long or too short")]
    Wrong(WrongField),
    /// It is easily guessed.
    #[error("the password is easily guessed")]
    TooWeak,
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// The password in the one form that is judged and hashed.
pub(super) fn normalised(password: &Password) -> Result<Normalised, WrongField> {
    let length = || password.expose().chars().count();
    Normalised::new(password).ok_or_else(|| WrongField::TooLong { most: limits::PASSWORD_MAX_LENGTH, length: length() })
}

impl Auth {
    /// The hash of a new password for the person with these data.
    ///
    /// # Errors
    /// [`NewPasswordError`].
    pub(super) async fn hash_new_password(
        &self,
        shares: &Shares,
        password: &Password,
        email: &str,
        display_name: Option<&str>,
    ) -> Result<SecretString, NewPasswordError> {
        let password = normalised(password).map_err(NewPasswordError::Wrong)?;
        // Several at once are not refused.
        let own = self.guessing.under_way.on(shares.account);
        let _turn = self.turn_to_hash(&own).await?;
        let person = KnownBy {
            email: email.to_owned(),
            display_name: display_name.map(str::to_owned),
            service: self.service.clone(),
        };
        match self.passwords.check(shares, self.password_rules, password.clone(), person).await? {
            Ok(()) => Ok(self.passwords.hash(shares, password).await?.into()),
            Err(Refused::TooShort { uncounted }) => {
                let least = self.password_rules.min_length;
                Err(NewPasswordError::Wrong(WrongField::TooShort { least, uncounted }))
            }
            Err(Refused::TooWeak) => Err(NewPasswordError::TooWeak),
        }
    }
}
