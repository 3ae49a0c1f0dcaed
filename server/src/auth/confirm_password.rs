//! Asks for the password again before something that cannot be taken back.

use sessionkeep_types::Password;

use super::{Auth, NotJudged, attempts::Outcome};
use crate::{
    account::Account,
    password::{Normalised, Place, Stored, Verified},
    session::{Caller, EventKind, SecurityEvent},
    storage::StorageError,
    token::access::Claims,
};

/// Why it is not certain that the owner asks.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmPasswordError {
    /// It is another password.
    #[error("the password is not right")]
    Wrong,
    /// The account is no longer there.
    #[error("the account is no longer there")]
    Gone,
    /// Whether the password is right is not known.
    #[error(transparent)]
    NotJudged(#[from] NotJudged),
}

impl From<StorageError> for ConfirmPasswordError {
    fn from(error: StorageError) -> Self {
        Self::NotJudged(error.into())
    }
}

impl Auth {
    /// The account of these claims, if this is its password.
    pub(super) async fn confirm_password(
        &self,
        claims: &Claims,
        password: &Password,
        origin: &Caller,
    ) -> Result<Account, ConfirmPasswordError> {
        let now = self.clock.now();
        let attempt = self.guessing.confirmation(&claims.session_id, &claims.user_id, &origin.ip, now);
        let (counted, place) = self.count(attempt).await?;
        let (account, verified) = match self.look_again(place, claims, password).await {
            Ok(looked_at) => looked_at,
            Err(error) => {
                let outcome = match &error {
                    ConfirmPasswordError::NotJudged(error) => error.outcome(),
                    ConfirmPasswordError::Gone => Outcome::NotCompared,
                    ConfirmPasswordError::Wrong => Outcome::Wrong,
                };
                self.settle(counted, outcome).await;
                return Err(error);
            }
        };
        if verified == Verified::Wrong {
            let event = SecurityEvent::new(EventKind::PasswordConfirmationFailed, origin, self.clock.now());
            self.events.record(&event.of_session(&account.id, &claims.session_id)).await?;
            return Err(ConfirmPasswordError::Wrong);
        }
        self.settle(counted, Outcome::Right).await;
        Ok(account)
    }

    async fn look_again(
        &self,
        place: Place,
        claims: &Claims,
        password: &Password,
    ) -> Result<(Account, Verified), ConfirmPasswordError> {
        let account = self.accounts.by_id(&claims.user_id).await?;
        let account = account.filter(|account| account.disabled_at.is_none()).ok_or(ConfirmPasswordError::Gone)?;
        let verified = match Normalised::new(password) {
            Some(password) => {
                let stored = Stored::Hash { hash: account.password_hash.clone(), matters: true };
                self.passwords.verify(place, password, stored).await.map_err(NotJudged::from)?
            }
            // Longer than any password that is accepted.
            None => Verified::Wrong,
        };
        Ok((account, verified))
    }
}
