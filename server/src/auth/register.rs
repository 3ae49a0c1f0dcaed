//! Sign-up: makes an account and signs it in.

use std::collections::BTreeMap;

use sessionkeep_types::{Password, Role, UserId, limits};

use super::{Auth, Credentials, Device, SignedIn, new_password::NewPasswordError, normalise_email};
use crate::{
    ids,
    limits::TooOften,
    password::{Busy, Normalised},
    session::{EventKind, SecurityEvent},
    storage::{Account, StorageError},
};

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// `REGISTRATION=closed`.
    #[error("new accounts are not taken")]
    Closed,
    /// A sentence for each field that was refused.
    #[error("a field was refused")]
    Invalid(BTreeMap<&'static str, String>),
    /// The password is easily guessed.
    #[error("the password is too weak")]
    WeakPassword,
    /// There is one with this e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Too many registrations from this network.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Auth {
    /// Makes an account and signs it in.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing was made then, unless the store failed in between: signing in tells.
    pub async fn register(
        &self,
        credentials: Credentials,
        display_name: Option<String>,
        device: Device,
    ) -> Result<SignedIn, RegisterError> {
        if !self.registration_open {
            return Err(RegisterError::Closed);
        }
        let person = NewPerson::checked(credentials, display_name)?;
        // After what costs nothing to look at: mistakes in a form use up nobody's allowance.
        self.limits.register(&device.origin.ip)?;
        let origin = device.origin.clone();
        let account = self.make_account(person, Role::User, &origin).await?;
        match self.begin_session(account, device).await? {
            Some(signed_in) => {
                self.remember_place(&signed_in.account.email, &origin.ip).await;
                Ok(signed_in)
            }
            // Disabled between two statements; as if it had never been there.
            None => Err(RegisterError::Closed),
        }
    }

    /// Makes an account without signing it in, as an operator does.
    ///
    /// # Errors
    /// [`RegisterError`], never [`RegisterError::Closed`] or [`RegisterError::TooOften`].
    pub async fn create_account(
        &self,
        credentials: Credentials,
        display_name: Option<String>,
        role: Role,
        origin: &crate::session::Origin,
    ) -> Result<Account, RegisterError> {
        self.make_account(NewPerson::checked(credentials, display_name)?, role, origin).await
    }

    async fn make_account(
        &self,
        NewPerson { email, password, display_name }: NewPerson,
        role: Role,
        origin: &crate::session::Origin,
    ) -> Result<Account, RegisterError> {
        let password_hash =
            self.hash_new_password(&password, &email, display_name.as_deref()).await.map_err(|error| match error {
                NewPasswordError::TooWeak => RegisterError::WeakPassword,
                NewPasswordError::Busy(busy) => RegisterError::Busy(busy),
                NewPasswordError::TooLong | NewPasswordError::TooShort { .. } => {
                    RegisterError::Invalid(BTreeMap::from([("password", error.to_string())]))
                }
            })?;
        let now = self.clock.now();
        let account = Account {
            id: UserId::new(ids::new(now, &*self.random)),
            email,
            display_name,
            role,
            password_hash: password_hash.into(),
            password_changed_at: now,
            disabled_at: None,
            created_at: now,
        };
        let registered = SecurityEvent::new(EventKind::Registered, origin, now).of(&account.id);
        if self.accounts.insert(&account, &registered).await? { Ok(account) } else { Err(RegisterError::EmailTaken) }
    }
}

/// What can be told of somebody without looking anything up.
struct NewPerson {
    email: String,
    password: Password,
    display_name: Option<String>,
}

impl NewPerson {
    fn checked(credentials: Credentials, display_name: Option<String>) -> Result<Self, RegisterError> {
        let mut wrong = BTreeMap::new();
        let email = normalise_email(&credentials.email);
        if !is_email(&email) {
            wrong.insert("email", "Enter an e-mail address, such as name@example.com.".to_owned());
        }
        let display_name = normalise_display_name(display_name);
        if let Err(sentence) = check_display_name(display_name.as_deref()) {
            wrong.insert("displayName", sentence);
        }
        if Normalised::new(&credentials.password).is_none() {
            wrong.insert("password", NewPasswordError::TooLong.to_string());
        }
        if !wrong.is_empty() {
            return Err(RegisterError::Invalid(wrong));
        }
        Ok(Self { email, password: credentials.password, display_name })
    }
}

/// Blank means none.
pub(super) fn normalise_display_name(name: Option<String>) -> Option<String> {
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

pub(super) fn check_display_name(name: Option<&str>) -> Result<(), String> {
    let Some(name) = name else { return Ok(()) };
    if name.chars().count() > limits::DISPLAY_NAME_MAX_LENGTH {
        return Err(format!("Use at most {} characters.", limits::DISPLAY_NAME_MAX_LENGTH));
    }
    if name.chars().any(char::is_control) {
        return Err("Use letters, digits, spaces and punctuation.".to_owned());
    }
    Ok(())
}

/// Whether mail could be sent there. Only a mail can prove it, so this refuses what is certainly none.
fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    email.len() <= limits::EMAIL_MAX_LENGTH
        && plain(local)
        && !local.contains('@')
        && plain(domain)
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && domain.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certainly_no_email_address_is_refused() {
        for good in ["a@b.c", "ada.lovelace+x@sub.example.co.uk", "用户@例子.公司"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in ["", "a", "@b.c", "a@", "a@b", "a b@c.d", "a@b..c", "a@-b.c", "a@b@c.d", "a\r\n@b.c", &long] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
