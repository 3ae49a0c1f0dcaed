//! Tokens: what is signed, sealed and hashed.
//!
//! [`access`] makes and checks the short-lived token for the `Authorization` header, [`refresh`] the long-lived one for
//! the cookie, [`seal`] keeps a refresh token so that only the holder of its predecessor can read it. The two kinds have
//! their own keys and types; neither is any use in the other's place.
//!
//! What never lives here: whether a session is alive, HTTP, SQL.

pub mod access;
mod jws;
pub mod refresh;
pub mod seal;

use secrecy::{ExposeSecret, SecretSlice};

/// A symmetric signing key. It prints nothing of itself.
#[derive(Clone, Debug)]
pub struct SigningKey(SecretSlice<u8>);

impl SigningKey {
    /// Fewest bytes: HS256 asks for a key as long as its hash (RFC 7518, 3.2).
    pub const MIN_BYTES: usize = 32;

    /// Takes the secret's bytes as the key.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}
