use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

#[cfg(feature = "jwks")]
use crate::jwks::{RemoteKeys, Unavailable, Unusable};
use crate::{Claims, Expected, KeyError, Refusal, VerifyingKey, claims, jws::Unverified};

/// What a service checks access tokens with. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    keys: Keys,
    expected: Expected,
}

enum Keys {
    Shared(VerifyingKey),
    #[cfg(feature = "jwks")]
    Remote(RemoteKeys),
}

/// Why there is no answer with claims.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token is not good.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Whether it is good cannot be told: the keys cannot be had.
    #[cfg(feature = "jwks")]
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Verifier {
    /// With the keys of the server's JWKS document, which is fetched at the first token, see [`crate::jwks`].
    ///
    /// # Errors
    /// When the address is none, or neither `https` nor on this machine.
    #[cfg(feature = "jwks")]
    pub fn from_jwks(url: &str, issuer: &str, audience: &str) -> Result<Self, Unusable> {
        Ok(Self::new(Keys::Remote(RemoteKeys::new(url)?), issuer, audience))
    }

    /// With the secret that the server signs with (`ACCESS_TOKEN_SECRET`). Whoever has it can make tokens, too: prefer
    /// [`Self::from_jwks`] for a service that need not.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`].
    pub fn from_secret(secret: &[u8], issuer: &str, audience: &str) -> Result<Self, KeyError> {
        Ok(Self::new(Keys::Shared(VerifyingKey::from_secret(secret)?), issuer, audience))
    }

    fn new(keys: Keys, issuer: &str, audience: &str) -> Self {
        let expected = Expected { issuer: issuer.to_owned(), audience: audience.to_owned() };
        Self(Arc::new(Inner { keys, expected }))
    }

    /// Whether both are the same one, and not only alike.
    #[cfg(feature = "axum")]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What a genuine token in its time says.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify(&self, token: &str) -> Result<Claims, VerifyError> {
        self.judge(token, system_time).await
    }

    /// The same at another time, in seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify_at(&self, token: &str, now: i64) -> Result<Claims, VerifyError> {
        self.judge(token, || now).await
    }

    /// The time is asked for last: a key may have to be waited for.
    #[cfg_attr(not(feature = "jwks"), expect(clippy::unused_async, reason = "it waits for keys of another machine"))]
    async fn judge(&self, token: &str, now: impl FnOnce() -> i64) -> Result<Claims, VerifyError> {
        let inner = &*self.0;
        let token = Unverified::read(token, claims::TYPE).map_err(Refusal::from)?;
        let key = match &inner.keys {
            Keys::Shared(key) => Some(key.clone()),
            #[cfg(feature = "jwks")]
            Keys::Remote(keys) => keys.find(token.key_id()).await?,
        };
        let key = key.ok_or(Refusal::Invalid)?;
        Ok(inner.expected.verify(&token, &key, now())?)
    }
}

/// Before 1970 it is 1970.
#[expect(clippy::disallowed_methods, reason = "whoever has another clock calls `verify_at`")]
fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
