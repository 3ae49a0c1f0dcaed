//! Makes tokens that a server might take for its own, and shows them to it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::Value;
use server::clock::{Clock as _, SystemClock};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Person, TestApp};

pub(super) const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];

/// A server, somebody who has signed up with it, and its own private key in an attacker's hands.
pub(super) struct Forge {
    pub(super) app: TestApp,
    pub(super) ada: Person,
    pub(super) algorithm: Algorithm,
    /// The key that the server signs access tokens with.
    pub(super) key: EncodingKey,
    /// The secret that it signs refresh tokens with.
    pub(super) refresh_key: EncodingKey,
    /// A key of the same kind that the server does not know.
    pub(super) stranger: EncodingKey,
    /// All that everybody can learn of the server's key, in every form in which it could be taken for a secret.
    pub(super) public: Vec<Vec<u8>>,
    /// What the genuine token says.
    pub(super) header: Value,
    pub(super) claims: Value,
}

/// A token, and how it must be answered.
pub(super) struct Case {
    name: String,
    token: Vec<u8>,
    expected: Expected,
}

#[derive(Debug)]
enum Expected {
    /// This status and code.
    Answer(u16, &'static str),
    /// By HTTP itself or by us: 400, 403 or 431, or the connection is closed.
    RefusedSomehow,
}

impl Case {
    pub(super) fn new(name: impl Into<String>, token: impl Into<Vec<u8>>, status: u16, code: &'static str) -> Self {
        Self { name: name.into(), token: token.into(), expected: Expected::Answer(status, code) }
    }

    pub(super) fn invalid(name: impl Into<String>, token: impl Into<Vec<u8>>) -> Self {
        Self::new(name, token, 403, "TOKEN_INVALID")
    }

    pub(super) fn expired(name: impl Into<String>, token: impl Into<Vec<u8>>) -> Self {
        Self::new(name, token, 401, "TOKEN_EXPIRED")
    }

    /// For what may not get through HTTP at all.
    pub(super) fn refused_somehow(name: impl Into<String>, token: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), token: token.into(), expected: Expected::RefusedSomehow }
    }
}

/// Shows these cases to a server of each algorithm.
pub(super) async fn on_every_algorithm(cases: impl Fn(&Forge) -> Vec<Case>) {
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        forge.show(cases(&forge)).await;
    }
}

impl Forge {
    pub(super) async fn start(algorithm: Algorithm) -> Self {
        let app = TestApp::with(&[("ACCESS_TOKEN_ALGORITHM", &format!("{algorithm:?}"))]).await;
        let mut ada = app.direct();
        assert_eq!(ada.register().await.status, 201);
        let token = ada.access_token.clone().expect("a token");
        let [header, claims, _] = parts(&token);
        let decoded = |part: &str| serde_json::from_slice(&decode(part)).expect("JSON");
        let (header, claims): (Value, Value) = (decoded(header), decoded(claims));
        let kept = fs::read(only_file(&app.keys_folder("access"))).expect("read");
        let refresh_secret = fs::read(only_file(&app.keys_folder("refresh"))).expect("read");
        let jwks = reqwest::get(format!("{}/.well-known/jwks.json", app.url)).await.expect("sent");
        let jwks = jwks.text().await.expect("the body");
        let mut public = vec![header["kid"].as_str().expect("a name").into(), jwks.clone().into_bytes()];
        if algorithm != Algorithm::HS256 {
            let set: Value = serde_json::from_str(&jwks).expect("JSON");
            public.push(set["keys"][0].to_string().into_bytes());
            for value in ["n", "x", "y"].iter().filter_map(|name| set["keys"][0][*name].as_str()) {
                public.push(value.into());
                public.push(decode(value));
            }
            public.extend(forms_of(&spki(algorithm, &kept)));
        }
        Self {
            app,
            ada,
            algorithm,
            key: read(algorithm, &kept),
            refresh_key: EncodingKey::from_secret(&refresh_secret).expect("a secret"),
            stranger: stranger(algorithm),
            public,
            header,
            claims,
        }
    }

    /// The genuine token.
    pub(super) fn token(&self) -> &str {
        self.ada.access_token.as_deref().expect("a token")
    }

    /// A token of this header and payload, signed with the server's own key: only its policy can refuse it.
    pub(super) fn signed(&self, header: &Value, claims: &Value) -> String {
        self.signed_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    pub(super) fn signed_bytes(&self, header: &[u8], claims: &[u8]) -> String {
        self.signed_text(&encode(header), &encode(claims))
    }

    /// The same of parts that are in base64 already, or in something like it.
    pub(super) fn signed_text(&self, header: &str, claims: &str) -> String {
        sign(header, claims, &self.key, self.algorithm)
    }

    /// A token signed with another key, or in another algorithm.
    pub(super) fn signed_with(&self, header: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
        sign(&encode(header.to_string()), &encode(self.claims.to_string()), key, algorithm)
    }

    /// The genuine token with another member in its header, signed again.
    pub(super) fn header_with(&self, name: &str, value: impl Into<Value>) -> String {
        self.signed(&with(&self.header, name, value), &self.claims)
    }

    /// The genuine token with another claim, signed again.
    pub(super) fn claims_with(&self, name: &str, value: impl Into<Value>) -> String {
        self.signed(&self.header, &with(&self.claims, name, value))
    }

    /// The genuine token with another signature.
    pub(super) fn signature(&self, signature: &[u8]) -> String {
        let [header, claims, _] = parts(self.token());
        format!("{header}.{claims}.{}", encode(signature))
    }

    /// Every case is answered as it must be, and the genuine token works before and after.
    pub(super) async fn show(&self, cases: Vec<Case>) {
        assert!(!cases.is_empty());
        assert_eq!(self.ada.me().await.status, 200, "{:?}: the control, before", self.algorithm);
        let mut wrong = vec![];
        for Case { name, token, expected } in cases {
            let got = bearer(&self.app.url, &token).await;
            let right = match (&expected, &got) {
                (Expected::Answer(status, code), Some(got)) => *got == (*status, (*code).to_owned()),
                (Expected::RefusedSomehow, Some((status, _))) => [400, 403, 431].contains(status),
                (Expected::RefusedSomehow, None) => true,
                (Expected::Answer(..), None) => false,
            };
            if !right {
                wrong.push(format!("{name}: {got:?}, expected {expected:?}: {}", String::from_utf8_lossy(&token)));
            }
        }
        assert!(wrong.is_empty(), "{:?}: {wrong:#?}", self.algorithm);
        assert_eq!(self.ada.me().await.status, 200, "{:?}: the control, after", self.algorithm);
    }
}

/// The only file of a folder.
pub(super) fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    file.clone()
}

fn read(algorithm: Algorithm, kept: &[u8]) -> EncodingKey {
    match algorithm {
        Algorithm::EdDSA => EncodingKey::from_ed_pem(kept).expect("a key"),
        Algorithm::ES256 => EncodingKey::from_ec_pem(kept).expect("a key"),
        Algorithm::RS256 => EncodingKey::from_rsa_pem(kept).expect("a key"),
        _ => EncodingKey::from_secret(kept).expect("a secret"),
    }
}

/// A new key.
fn stranger(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
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
            let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().expect("a key");
            let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8.as_ref()));
            EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key")
        }
        _ => EncodingKey::from_secret(b"another one of thirty-two bytes or more").expect("a secret"),
    }
}

/// The public part of a private key in PEM, as `SubjectPublicKeyInfo`.
fn spki(algorithm: Algorithm, private: &[u8]) -> Vec<u8> {
    let private = pem::parse(private).expect("PEM");
    let private = private.contents();
    let der: PublicKeyX509Der<'_> = match algorithm {
        Algorithm::EdDSA => Ed25519KeyPair::from_pkcs8(private).expect("a key").public_key().as_der(),
        Algorithm::ES256 => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private).expect("a key").public_key().as_der()
        }
        _ => RsaKeyPair::from_pkcs8(private).expect("a key").public_key().as_der(),
    }
    .expect("a key");
    der.as_ref().to_vec()
}

/// DER, and PEM as tools write it and as people copy it.
fn forms_of(spki: &[u8]) -> Vec<Vec<u8>> {
    let key = pem::Pem::new("PUBLIC KEY", spki);
    let pem = |ending| pem::encode_config(&key, pem::EncodeConfig::new().set_line_ending(ending));
    let (lf, crlf) = (pem(pem::LineEnding::LF), pem(pem::LineEnding::CRLF));
    let body: String = lf.lines().filter(|line| !line.starts_with('-')).collect();
    [spki.to_vec(), lf.clone().into(), lf.trim_end().into(), crlf.clone().into(), crlf.trim_end().into(), body.into()]
        .into()
}

pub(super) fn sign(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{header}.{claims}");
    let signature = crypto::sign(message.as_bytes(), key, algorithm).expect("signed");
    format!("{message}.{signature}")
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64")
}

pub(super) fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

pub(super) fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    object[name] = value.into();
    object
}

pub(super) fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().expect("an object").remove(name).expect("there");
    object
}

/// In seconds since 1970, as the server has it.
pub(super) fn now() -> i64 {
    SystemClock.now().seconds()
}

/// `GET /api/me` with these bytes after `Bearer`, over a connection of its own: an HTTP client would refuse to send some of
/// them. `None`: closed without an answer.
pub(super) async fn bearer(url: &str, token: &[u8]) -> Option<(u16, String)> {
    let mut connection = TcpStream::connect(url.trim_start_matches("http://")).await.expect("connects");
    let head = b"GET /api/me HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ";
    // The server may have answered, and closed, before it has read all.
    let _sent = connection.write_all(&[head, token, b"\r\n\r\n"].concat()).await;
    let mut answer = vec![];
    let _closed = connection.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).expect("text");
    let status = answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().expect("a status");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    Some((status, body["code"].as_str().unwrap_or_default().to_owned()))
}
