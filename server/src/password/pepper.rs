//! A secret that goes into every hash and never into the database, so that a stolen database alone is worth nothing to
//! whoever would guess passwords (ASVS 5.0, appendix C; NIST SP 800-63B-4, 3.1.1.2).
//!
//! It is the secret `K` of argon2 itself (RFC 9106, 3.1). Which one a hash was made with stands behind its PHC string,
//! as `$pepper=` and the pepper's id: the parameter `keyid` that once was meant for that is no longer part of the format.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret as _, SecretSlice};

/// What stands between the PHC string and the pepper's id.
const MARK: &str = "$pepper=";

/// One pepper. It prints its id alone.
#[derive(Clone, Debug)]
pub struct Pepper {
    id: String,
    secret: SecretSlice<u8>,
}

impl Pepper {
    /// Whether the secret is a good one is judged where the settings are.
    #[must_use]
    pub fn new(secret: SecretSlice<u8>) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret());
        let tag = hmac::sign(&key, b"sessionkeep: the id of a pepper");
        let beginning = tag.as_ref().first_chunk().expect("OK because a tag has 32 bytes");
        Self { id: format!("{:016x}", u64::from_be_bytes(*beginning)), secret }
    }

    pub(super) fn secret(&self) -> &[u8] {
        self.secret.expose_secret()
    }
}

/// The peppers of the settings. None is fine, too.
#[derive(Clone, Debug, Default)]
pub struct Peppers {
    /// Goes into every new hash.
    pub current: Option<Pepper>,
    /// Went into hashes that may still be there. They are renewed when their owners sign in.
    pub previous: Option<Pepper>,
}

/// A hash was made with a pepper that is not in the settings. Nobody can tell whether a password is right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a password was hashed with the pepper {id}, which is neither PASSWORD_PEPPER nor PASSWORD_PEPPER_PREVIOUS: set the \
     one that is missing"
)]
pub struct PepperMissing {
    id: String,
}

impl Peppers {
    /// What is stored for this PHC string, which was made with the current pepper.
    pub(super) fn mark(&self, phc: String) -> String {
        match &self.current {
            Some(pepper) => phc + MARK + &pepper.id,
            None => phc,
        }
    }

    /// The PHC string in what is stored, and the pepper that it was made with.
    pub(super) fn of<'a>(&'a self, stored: &'a str) -> Result<(&'a str, Option<&'a Pepper>), PepperMissing> {
        let Some((phc, id)) = stored.rsplit_once(MARK) else { return Ok((stored, None)) };
        let pepper = [&self.current, &self.previous].into_iter().flatten().find(|pepper| pepper.id == id);
        pepper.map(|pepper| (phc, Some(pepper))).ok_or_else(|| PepperMissing { id: id.to_owned() })
    }

    /// Whether a hash with `pepper` is one that would be made now.
    pub(super) fn is_current(&self, pepper: Option<&Pepper>) -> bool {
        pepper.map(|pepper| &pepper.id) == self.current.as_ref().map(|pepper| &pepper.id)
    }
}
