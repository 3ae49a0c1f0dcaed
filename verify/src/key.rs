use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse, ThumbprintHash},
};

/// How a token is signed. A key has one, and no token chooses it (RFC 8725, 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC with SHA-256: whoever can verify can sign, too.
    HS256,
    /// Ed25519 (RFC 8037).
    EdDSA,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
}

impl Algorithm {
    /// Its name in a token's header (RFC 7518, 3.1).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::EdDSA => "EdDSA",
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
        }
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::HS256 => Self::HS256,
            Algorithm::EdDSA => Self::EdDSA,
            Algorithm::ES256 => Self::ES256,
            Algorithm::RS256 => Self::RS256,
        }
    }
}

/// What a token is verified with: one algorithm, and the name by which tokens call it (`kid`).
#[derive(Clone)]
pub struct VerifyingKey {
    id: String,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyingKey").field("id", &self.id).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Why a key is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A secret that is shorter than the hash (RFC 7518, 3.2).
    #[error("it has fewer than {} bytes", VerifyingKey::MIN_SECRET_BYTES)]
    ShortSecret,
    /// An RSA key that can be broken (RFC 7518, 3.3).
    #[error("an RSA key must have at least {} bits", VerifyingKey::MIN_RSA_BITS)]
    SmallRsa,
    /// An RSA key with an exponent that no good key has.
    #[error("the RSA key's exponent must be 65537")]
    RsaExponent,
    /// Of a kind, on a curve or for a use that no token of ours has.
    #[error("it is no Ed25519, P-256 or RSA key for signatures")]
    OtherKind,
    /// Not a key.
    #[error("it cannot be read as a key (Ed25519, P-256, or RSA of at least 2048 bits)")]
    Malformed,
}

impl VerifyingKey {
    /// Fewest bytes of a secret.
    pub const MIN_SECRET_BYTES: usize = 32;
    /// Fewest bits of an RSA modulus.
    pub const MIN_RSA_BITS: usize = 2048;

    /// The bytes of a secret that is shared with the server, for HS256. Its name tells nothing of it: it is the start of a
    /// hash of its hash.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`].
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < Self::MIN_SECRET_BYTES {
            return Err(KeyError::ShortSecret);
        }
        let once = digest::digest(&digest::SHA256, secret);
        let twice = digest::digest(&digest::SHA256, once.as_ref());
        Ok(Self {
            id: URL_SAFE_NO_PAD.encode(&twice.as_ref()[..12]),
            algorithm: Algorithm::HS256,
            key: DecodingKey::from_secret(secret).map_err(|_| KeyError::ShortSecret)?,
        })
    }

    /// A public key (RFC 7517). Its name is its thumbprint (RFC 7638); a `kid` that says otherwise refuses it, and so do an
    /// `alg` of another kind and a `use` other than `sig`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
            AlgorithmParameters::RSA(key) => {
                check_rsa(&key.n, &key.e)?;
                Algorithm::RS256
            }
            _ => return Err(KeyError::OtherKind),
        };
        let id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Malformed)?;
        let key = DecodingKey::from_jwk(jwk).map_err(|_| KeyError::Malformed)?;
        let common = &jwk.common;
        let as_it_says = common.key_id.as_ref().is_none_or(|kid| *kid == id)
            && common.key_algorithm.as_ref().is_none_or(|alg| alg.to_string() == algorithm.name())
            && common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
        if as_it_says { Ok(Self { id, algorithm, key }) } else { Err(KeyError::OtherKind) }
    }

    /// The name by which tokens call it: their header's `kid`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The one algorithm that it is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn decoding(&self) -> &DecodingKey {
        &self.key
    }
}

fn check_rsa(n: &str, e: &str) -> Result<(), KeyError> {
    let modulus = URL_SAFE_NO_PAD.decode(n).map_err(|_| KeyError::Malformed)?;
    let exponent = URL_SAFE_NO_PAD.decode(e).map_err(|_| KeyError::Malformed)?;
    let significant = modulus.iter().skip_while(|byte| **byte == 0);
    let bits = match significant.clone().next() {
        Some(first) => significant.count() * 8 - first.leading_zeros() as usize,
        None => 0,
    };
    if bits < VerifyingKey::MIN_RSA_BITS {
        Err(KeyError::SmallRsa)
    } else if exponent != [1, 0, 1] {
        Err(KeyError::RsaExponent)
    } else {
        Ok(())
    }
}
