//! Sign-in.

use secrecy::ExposeSecret as _;
use sessionkeep_types::Password;

use super::{Auth, Credentials, Device, NotCounted, SignedIn, attempts::Counted, email::Email};
use crate::{
    limits::TooOften,
    password::{Busy, Normalised, PepperMissing, Place, Stored, Unverifiable, Verified},
    session::{EventKind, SecurityEvent},
    storage::{Account, StorageError},
};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown account, wrong password or disabled account: which of them is not told, and takes the same time.
    #[error("the credentials are not right")]
    InvalidCredentials,
    /// Too many attempts. Whether the password is right is not known, nor whether there is such an account.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// Too many passwords are being checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Nobody can tell whether the password is right.
    #[error(transparent)]
    PepperMissing(#[from] PepperMissing),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<NotCounted> for LoginError {
    fn from(error: NotCounted) -> Self {
        match error {
            NotCounted::TooOften(error) => error.into(),
            NotCounted::Busy(error) => error.into(),
            NotCounted::Storage(error) => error.into(),
        }
    }
}

impl From<Unverifiable> for LoginError {
    fn from(error: Unverifiable) -> Self {
        match error {
            Unverifiable::Busy(busy) => busy.into(),
            Unverifiable::PepperMissing(missing) => missing.into(),
        }
    }
}

impl Auth {
    /// Signs in. Always begins a new session, whatever cookie came with the request (session fixation, ASVS 7.2.4).
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn login(&self, credentials: Credentials, device: Device) -> Result<SignedIn, LoginError> {
        let email = Email::entered(&credentials.email);
        let (counted, place) =
            self.count(self.guessing.sign_in(email.as_str(), &device.origin.ip, self.clock.now())).await?;
        // Whoever guesses on has to wait, which is told once: the owner may want to know.
        let refusal = if counted.is_last_free() { EventKind::LoginFailedOften } else { EventKind::LoginFailed };
        let (account, verified) = match self.look_at(&counted, place, &email, &credentials.password).await {
            Ok(looked_at) => looked_at,
            Err(error) => {
                // Whose hash cannot be checked is told apart from others, and so must not be free to ask for.
                if !matches!(error, LoginError::PepperMissing(_)) {
                    self.withdraw(counted).await;
                }
                return Err(error);
            }
        };
        let was_right = verified != Verified::Wrong;
        let account_can_sign_in = account.as_ref().is_some_and(|account| account.disabled_at.is_none());
        // Everybody beyond the shared allowances gets this answer, and no event is stored for it.
        if let Some(too_often) = counted.held().filter(|_| !was_right || !account_can_sign_in) {
            return Err(too_often.into());
        }
        let outcome = self.answer(account, verified, device, refusal).await;
        match outcome {
            Ok(_) => self.count_no_more(counted).await,
            // A wrong password counts, whatever became of its report.
            Err(LoginError::Storage(_)) if was_right => self.withdraw(counted).await,
            Err(_) => {}
        }
        outcome
    }

    /// The account, and whether this is its password.
    async fn look_at(
        &self,
        counted: &Counted<'_>,
        place: Place,
        email: &Email,
        password: &Password,
    ) -> Result<(Option<Account>, Verified), LoginError> {
        let account = self.account_of(email).await?;
        // A password that is too long for any account is still compared, with nothing, to take as long as any other.
        let nothing = Stored::Nothing(counted.address());
        let (password, stored) = match (Normalised::new(password), &account) {
            (Some(password), Some(account)) if counted.is_compared() => {
                let (hash, matters) = (account.password_hash.clone(), account.disabled_at.is_none());
                (password, Stored::Hash { hash, matters })
            }
            (Some(password), _) => (password, nothing),
            (None, _) => (Normalised::empty(), nothing),
        };
        let verified = self.passwords.verify(place, password, stored).await?;
        Ok((account, verified))
    }

    async fn answer(
        &self,
        account: Option<Account>,
        verified: Verified,
        device: Device,
        refusal: EventKind,
    ) -> Result<SignedIn, LoginError> {
        let refused = SecurityEvent::new(refusal, &device.origin, self.clock.now());
        let refused = match &account {
            Some(account) => refused.of(&account.id),
            None => refused,
        };
        if let (Some(account), Verified::Right { rehashed }) = (account, verified)
            && account.disabled_at.is_none()
        {
            if let Some(new) = rehashed {
                self.accounts.rehash_password(&account.id, account.password_hash.expose_secret(), &new).await?;
            }
            if let Some(signed_in) = self.begin_session(account, device).await? {
                return Ok(signed_in);
            }
        }
        self.events.record(&refused).await?;
        Err(LoginError::InvalidCredentials)
    }
}
