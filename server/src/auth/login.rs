//! Sign-in.

use secrecy::ExposeSecret as _;
use sessionkeep_types::Password;

use super::{
    Auth, Credentials, Device, NotJudged, SignedIn,
    attempts::{Counted, Outcome},
    email::Email,
};
use crate::{
    account::Account,
    password::{Normalised, Place, Stored, Verified},
    session::{EventKind, SecurityEvent},
    storage::StorageError,
};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown account, wrong password or disabled account: which of them is not told, and takes the same time.
    #[error("the credentials are not right")]
    InvalidCredentials,
    /// Whether the password is right is not known, nor whether there is such an account.
    #[error(transparent)]
    NotJudged(#[from] NotJudged),
}

impl From<StorageError> for LoginError {
    fn from(error: StorageError) -> Self {
        Self::NotJudged(error.into())
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
                self.settle(counted, error.outcome()).await;
                return Err(error.into());
            }
        };
        let was_right = verified != Verified::Wrong;
        let account_can_sign_in = account.as_ref().is_some_and(|account| account.disabled_at.is_none());
        // Everybody beyond the shared allowances gets this answer, and no event is stored for it.
        if let Some(too_often) = counted.held().filter(|_| !was_right || !account_can_sign_in) {
            return Err(NotJudged::from(too_often).into());
        }
        let answer = self.answer(account, verified, device, refusal).await;
        let outcome = match &answer {
            Ok(_) => Outcome::Right,
            // A wrong password counts, whatever became of its report.
            Err(LoginError::NotJudged(error)) if was_right => error.outcome(),
            Err(_) => Outcome::Wrong,
        };
        self.settle(counted, outcome).await;
        answer
    }

    /// The account, and whether this is its password.
    async fn look_at(
        &self,
        counted: &Counted<'_>,
        place: Place,
        email: &Email,
        password: &Password,
    ) -> Result<(Option<Account>, Verified), NotJudged> {
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
