//! Passwords: the rules that a new one must meet, and hashing with argon2id, off the async threads and bounded.

mod hasher;
mod rules;

pub use hasher::{Busy, Passwords, Verified};
pub use rules::{PasswordRules, Refused};

use secrecy::{ExposeSecret, SecretString};
use sessionkeep_types::{Password, limits};
use unicode_normalization::UnicodeNormalization;

/// A password in the one form that is counted, hashed and compared: NFC (NIST SP 800-63B-4, 3.1.1.2). It prints nothing
/// of itself.
#[derive(Clone, Debug)]
pub struct Normalised(SecretString);

impl Normalised {
    /// `None`: longer than any password that is accepted; nothing that long is hashed.
    #[must_use]
    pub fn new(password: &Password) -> Option<Self> {
        // A composed form has at most as many characters as it has bytes, so this bounds the work before it is done.
        if password.expose().len() > limits::PASSWORD_MAX_LENGTH * 16 {
            return None;
        }
        let normalised: String = password.expose().nfc().collect();
        (normalised.chars().count() <= limits::PASSWORD_MAX_LENGTH).then(|| Self(normalised.into()))
    }

    /// The password that nobody has.
    #[must_use]
    pub fn empty() -> Self {
        Self(SecretString::default())
    }

    /// Whether it is the same password, however its letters were composed.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}
