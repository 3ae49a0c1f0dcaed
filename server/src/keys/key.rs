use jsonwebtoken::{
    EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse},
};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use sessionkeep_verify::{Algorithm, KeyError, VerifyingKey};

/// A key that signs tokens, in one algorithm. It prints nothing of itself but its name.
#[derive(Clone)]
pub struct Key {
    signing: EncodingKey,
    verifying: VerifyingKey,
    /// The public part; none of a secret.
    public: Option<Jwk>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.verifying.fmt(f)
    }
}

impl Key {
    /// The bytes of a secret, for HS256.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`].
    pub fn from_secret(secret: &SecretSlice<u8>) -> Result<Self, KeyError> {
        let secret = secret.expose_secret();
        let verifying = VerifyingKey::from_secret(secret)?;
        let signing = EncodingKey::from_secret(secret).map_err(|_| KeyError::ShortSecret)?;
        Ok(Self { signing, verifying, public: None })
    }

    /// A private key in PEM: Ed25519 or P-256 as PKCS#8, RSA as PKCS#8 or PKCS#1. What kind of key it is decides the algorithm.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        // A public key would be taken for a private one as far as its kind goes.
        let read = [
            (EncodingKey::from_ed_pem(pem), jsonwebtoken::Algorithm::EdDSA),
            (EncodingKey::from_ec_pem(pem), jsonwebtoken::Algorithm::ES256),
            (EncodingKey::from_rsa_pem(pem), jsonwebtoken::Algorithm::RS256),
        ];
        let (signing, algorithm) =
            read.into_iter().find_map(|(key, algorithm)| Some((key.ok()?, algorithm))).ok_or(KeyError::Malformed)?;
        let mut public = Jwk::from_encoding_key(&signing, algorithm).map_err(|_| KeyError::Malformed)?;
        let verifying = VerifyingKey::from_jwk(&public)?;
        public.common.key_id = Some(verifying.id().to_owned());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { signing, verifying, public: Some(public) })
    }

    /// Its name, the `kid` of the tokens that it signs.
    #[must_use]
    pub fn id(&self) -> &str {
        self.verifying.id()
    }

    /// Its one algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// What its tokens are verified with.
    #[must_use]
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// What everybody may know of it (RFC 7517). A secret has no such part.
    #[must_use]
    pub fn public(&self) -> Option<&Jwk> {
        self.public.as_ref()
    }

    /// A token of this type that says `claims`.
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> String {
        let mut header = Header::new(self.algorithm().into());
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.id().to_owned());
        jsonwebtoken::encode(&header, claims, &self.signing)
            .expect("OK because the key was read before, and our claims are plain structs")
    }
}
