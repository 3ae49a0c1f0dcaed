//! Compact JWS (RFC 7515) with one key, one algorithm and one type, around `jsonwebtoken`, which checks the signature
//! but neither the type nor what a header must not hold.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::SigningKey;

/// More than any token of ours has; longer input is refused before it is parsed.
const MAX_BYTES: usize = 4096;

/// Not a genuine token of this kind. What exactly is wrong is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a genuine token")]
pub struct NotGenuine;

/// Signs and verifies tokens of one type under one key.
pub(super) struct Jws {
    typ: &'static str,
    key_id: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

/// All that a header of ours holds. Anything else (`crit`, `jku`, `jwk`, `x5c`, `zip`, `cty`, ...) refuses the token: its
/// sender expects something of us that we do not do (RFC 8725, 3.10; RFC 7515, 4.1.11).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

impl Jws {
    pub(super) fn new(typ: &'static str, key: &SigningKey) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are judged by whoever knows the time: `jsonwebtoken` would read the machine's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            typ,
            key_id: key_id(key),
            signing: EncodingKey::from_secret(key.expose()),
            verifying: DecodingKey::from_secret(key.expose()),
            validation,
        }
    }

    pub(super) fn sign<T: Serialize>(&self, claims: &T) -> String {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(self.typ.to_owned());
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.signing)
            .expect("OK because HMAC takes any key and our claims are plain structs")
    }

    /// The claims of a genuine token: form, header, type, key and signature are right.
    pub(super) fn verify<T: DeserializeOwned>(&self, token: &str) -> Result<T, NotGenuine> {
        let well_formed = token.len() <= MAX_BYTES
            && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && token.bytes().filter(|b| *b == b'.').count() == 2;
        if !well_formed {
            return Err(NotGenuine);
        }
        let (header, _) = token.split_once('.').ok_or(NotGenuine)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| NotGenuine)?;
        let header: StrictHeader = serde_json::from_slice(&header).map_err(|_| NotGenuine)?;
        if header.alg != "HS256" || header.typ != self.typ || header.kid != self.key_id {
            return Err(NotGenuine);
        }
        let token = jsonwebtoken::decode::<T>(token, &self.verifying, &self.validation).map_err(|_| NotGenuine)?;
        Ok(token.claims)
    }
}

/// Names a key without telling anything of it: the start of a hash of its hash.
fn key_id(key: &SigningKey) -> String {
    let once = digest::digest(&digest::SHA256, key.expose());
    let twice = digest::digest(&digest::SHA256, once.as_ref());
    URL_SAFE_NO_PAD.encode(&twice.as_ref()[..12])
}
