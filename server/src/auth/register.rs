//! Sign-up: makes an account and signs it in.

use std::collections::BTreeMap;

use sessionkeep_types::{Password, Role, UserId};

use super::{
    Auth, Credentials, Device, SignedIn, display_name,
    email::Email,
    new_password::{NewPasswordError, normalised},
    wrong_field::WrongField,
};
use crate::{
    account::Account,
    ids,
    limits::TooOften,
    password::Busy,
    session::{EventKind, SecurityEvent},
    storage::StorageError,
};

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// `REGISTRATION=closed`.
    #[error("new accounts are not taken")]
    Closed,
    /// What is wrong with each field that was refused.
    #[error("a field was refused")]
    Invalid(BTreeMap<&'static str, WrongField>),
    /// The password is easily guessed.
    #[error("the password is too weak")]
    WeakPassword,
    /// There is one with this email address.
    #[error("the email address is taken")]
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
    /// Creates an account and signs the person in.
    ///
    /// # Errors
    /// [`RegisterError`]. After [`RegisterError::Storage`], and after [`RegisterError::Closed`] where somebody changed the account
    /// meanwhile, the account may exist.
    pub async fn register(
        &self,
        credentials: Credentials,
        display_name: Option<String>,
        device: Device,
    ) -> Result<SignedIn, RegisterError> {
        if !self.registration_open {
            return Err(RegisterError::Closed);
        }
        let person = NewPerson::checked(credentials, display_name.as_deref())?;
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
        origin: &crate::session::Caller,
    ) -> Result<Account, RegisterError> {
        self.make_account(NewPerson::checked(credentials, display_name.as_deref())?, role, origin).await
    }

    async fn make_account(
        &self,
        NewPerson { email, password, display_name }: NewPerson,
        role: Role,
        origin: &crate::session::Caller,
    ) -> Result<Account, RegisterError> {
        let shares = self.guessing.sign_in(email.as_str(), &origin.ip, self.clock.now()).shares;
        let hashed = self.hash_new_password(&shares, &password, email.as_str(), display_name.as_deref()).await;
        let password_hash = hashed.map_err(|error| match error {
            NewPasswordError::TooWeak => RegisterError::WeakPassword,
            NewPasswordError::Busy(busy) => RegisterError::Busy(busy),
            NewPasswordError::Wrong(wrong) => RegisterError::Invalid(BTreeMap::from([("password", wrong)])),
        })?;
        if self.is_taken_in_an_older_form(&email).await? {
            return Err(RegisterError::EmailTaken);
        }
        let now = self.clock.now();
        let account = Account {
            id: UserId::new(ids::new(now, &*self.random)),
            email: email.into_string(),
            display_name,
            role,
            password_hash,
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
    email: Email,
    password: Password,
    display_name: Option<String>,
}

impl NewPerson {
    fn checked(credentials: Credentials, display_name: Option<&str>) -> Result<Self, RegisterError> {
        let mut wrong = BTreeMap::new();
        let email = Email::entered(&credentials.email);
        if let Err(why) = email.check() {
            wrong.insert("email", why);
        }
        let display_name = display_name::checked(display_name).unwrap_or_else(|why| {
            wrong.insert("displayName", why);
            None
        });
        if let Err(why) = normalised(&credentials.password) {
            wrong.insert("password", why);
        }
        if !wrong.is_empty() {
            return Err(RegisterError::Invalid(wrong));
        }
        Ok(Self { email, password: credentials.password, display_name })
    }
}
