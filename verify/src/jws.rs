//! A token's form and header, before anything is believed (RFC 7515, RFC 8725).

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Validation;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{Algorithm, VerifyingKey};

/// More than any token of ours has; longer input is refused before it is parsed.
pub const MAX_BYTES: usize = 4096;

/// Not a genuine token of this kind. What exactly is wrong is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a genuine token")]
pub struct NotGenuine;

/// A token whose form and header are right. Nobody has vouched for it yet.
#[derive(Debug)]
pub struct Unverified<'t> {
    token: &'t str,
    header: Header,
}

/// All that a header of ours holds. Anything else (`crit`, `jku`, `jwk`, `x5c`, `zip`, `cty`, ...) refuses the token: its
/// sender expects something of us that we do not do (RFC 8725, 3.10; RFC 7515, 4.1.11).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

impl<'t> Unverified<'t> {
    /// Reads the header of a compact token of this type: three parts of unpadded base64url, no member that we do not know.
    ///
    /// # Errors
    /// [`NotGenuine`].
    pub fn read(token: &'t str, typ: &str) -> Result<Self, NotGenuine> {
        let well_formed = token.len() <= MAX_BYTES
            && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && token.bytes().filter(|b| *b == b'.').count() == 2;
        if !well_formed {
            return Err(NotGenuine);
        }
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).map_err(|_| NotGenuine));
        let mut object = || {
            let part = parts.next().ok_or(NotGenuine)??;
            // The derived readers take an array for a struct, too.
            if part.first() == Some(&b'{') { Ok(part) } else { Err(NotGenuine) }
        };
        let header: Header = serde_json::from_slice(&object()?).map_err(|_| NotGenuine)?;
        let _claims = object()?;
        if header.typ == typ { Ok(Self { token, header }) } else { Err(NotGenuine) }
    }

    /// The name of the key that it says it was signed with. It chooses among keys that are trusted, and nothing else.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.header.kid
    }

    /// What it says, if this key signed it, in the key's own algorithm.
    ///
    /// # Errors
    /// [`NotGenuine`].
    pub fn open<T: DeserializeOwned>(&self, key: &VerifyingKey) -> Result<T, NotGenuine> {
        if self.header.kid != key.id() || self.header.alg != key.algorithm().name() {
            return Err(NotGenuine);
        }
        let token = jsonwebtoken::decode::<T>(self.token, key.decoding(), validation(key.algorithm()));
        Ok(token.map_err(|_| NotGenuine)?.claims)
    }
}

/// The signature alone: times are judged by whoever knows the time (`jsonwebtoken` would read the machine's clock), and the
/// rest by [`crate::claims`], which takes a missing claim for a wrong one.
fn validation(algorithm: Algorithm) -> &'static Validation {
    static FOR_EACH: LazyLock<[Validation; 4]> = LazyLock::new(|| {
        [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256].map(|algorithm| {
            let mut validation = Validation::new(algorithm.into());
            validation.validate_exp = false;
            validation.validate_nbf = false;
            validation.validate_aud = false;
            validation.required_spec_claims.clear();
            validation
        })
    });
    &FOR_EACH[algorithm as usize]
}
