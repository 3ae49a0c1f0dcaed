//! Makes tokens as the server does, and as it never would.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{EncodingKey, crypto, jwk::Jwk};
use serde_json::{Value, json};
use sessionkeep_verify::{Algorithm, Claims, Expected, Refusal, VerifyingKey, claims::TYPE, jws::Unverified};

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const SECRET: &[u8] = b"Zq8mXc4vB6nL0pK1sD3fG5hJ7tY9wReU";
pub(crate) const ISSUER: &str = "https://auth.example.com";
pub(crate) const AUDIENCE: &str = "sessionkeep";

/// A key, and what its tokens say.
pub(crate) struct Mint {
    pub(crate) algorithm: Algorithm,
    pub(crate) signing: EncodingKey,
    pub(crate) key: VerifyingKey,
    /// The public part; none of a secret.
    pub(crate) jwk: Value,
}

/// One of each algorithm.
pub(crate) fn mints() -> &'static [Mint; 4] {
    static MINTS: LazyLock<[Mint; 4]> = LazyLock::new(|| {
        [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256].map(|algorithm| match algorithm {
            Algorithm::HS256 => Mint::of_secret(SECRET),
            _ => Mint::new(algorithm),
        })
    });
    &MINTS
}

/// The mint of Ed25519, where one is enough.
pub(crate) fn mint() -> &'static Mint {
    &mints()[1]
}

impl Mint {
    pub(crate) fn of_secret(secret: &[u8]) -> Self {
        let key = VerifyingKey::from_secret(secret).expect("long enough");
        Self {
            algorithm: Algorithm::HS256,
            signing: EncodingKey::from_secret(secret).expect("a secret"),
            key,
            jwk: Value::Null,
        }
    }

    /// With a new key.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let signing = match algorithm {
            Algorithm::HS256 => return Self::of_secret(b"another one of thirty-two bytes or more"),
            Algorithm::EdDSA => {
                let key = Ed25519KeyPair::generate().and_then(|key| key.to_pkcs8v1()).expect("a key");
                EncodingKey::from_ed_der(key.as_ref())
            }
            Algorithm::ES256 => {
                let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).and_then(|key| key.to_pkcs8v1());
                EncodingKey::from_ec_der(key.expect("a key").as_ref())
            }
            Algorithm::RS256 => {
                let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
                let key: Pkcs8V1Der<'_> = key.as_der().expect("a key");
                let body = STANDARD.encode(key.as_ref());
                let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
                EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key")
            }
        };
        let jwk = Jwk::from_encoding_key(&signing, algorithm.into()).expect("a key");
        let key = VerifyingKey::from_jwk(&jwk).expect("a good key");
        let mut jwk = serde_json::to_value(jwk).expect("JSON");
        jwk["kid"] = key.id().into();
        jwk["use"] = "sig".into();
        Self { algorithm, signing, key, jwk }
    }

    pub(crate) fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.algorithm.name(), "kid": self.key.id()})
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    pub(crate) fn sign_bytes(&self, header: &[u8], claims: &[u8]) -> String {
        self.sign_text(&encode(header), &encode(claims))
    }

    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{header}.{claims}");
        let signature = crypto::sign(message.as_bytes(), &self.signing, self.algorithm.into()).expect("signed");
        format!("{message}.{signature}")
    }

    /// A genuine token that says this.
    pub(crate) fn says(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    /// A genuine token.
    pub(crate) fn token(&self) -> String {
        self.says(&claims(NOW))
    }

    /// What the policy makes of a token at this time, if it knows this key alone.
    pub(crate) fn judge(&self, token: &str, now: i64) -> Result<Claims, Refusal> {
        let expected = Expected { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() };
        let token = Unverified::read(token, TYPE)?;
        expected.verify(&token, &self.key, now)
    }
}

/// What a token says that was made at this time.
pub(crate) fn claims(now: i64) -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "u", "exp": now + 900, "iat": now, "jti": "j", "sid": "s", "gen": 3, "ver": 1,
        "role": "user",
    })
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    object[name] = value.into();
    object
}

pub(crate) fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().expect("an object").remove(name).expect("there");
    object
}
