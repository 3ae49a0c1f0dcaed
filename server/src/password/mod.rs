//! Passwords: the rules that a new one must meet, and hashing with argon2id, off the async threads and bounded.
//!
//! The rules themselves are in the crate `password-rules`. The browser estimates what they will decide.

mod cost;
mod hasher;
mod kept_memory;
mod pepper;
mod places;
mod queue;
mod workers;

pub use hasher::{Busy, FollowedCosts, KnownBy, Passwords, Stored, Unverifiable, Verified};
pub use password_rules::{PasswordRules, Refused};
pub use pepper::{Pepper, PepperMissing, Peppers};
pub use places::Place;

use secrecy::{ExposeSecret, SecretString};
use sessionkeep_types::{Password, limits};

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
        let normalised = password_rules::normalise(password.expose());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// PW-03
    #[test]
    fn what_is_longer_than_any_password_is_not_even_normalised() {
        assert!(Normalised::new(&Password::new("a".repeat(256))).is_some());
        assert!(Normalised::new(&Password::new("a".repeat(257))).is_none());
    }

    /// PW-03
    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let [composed, decomposed] = ["\u{c5}ngstr\u{f6}m", "A\u{30a}ngstro\u{308}m"]
            .map(|p| Normalised::new(&Password::new(p)).expect("short").expose().to_owned());
        assert_eq!(composed, decomposed);
    }
}
