//! Refresh tokens: `session.generation.random.mac`.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

const NONCE_LEN: usize = 12;

pub struct Tokens {
    /// From where your program keeps its secrets.
    key: [u8; 32],
}

impl Tokens {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    pub fn issue(&self, session: &str, generation: u64) -> String {
        let body = format!("{session}.{generation}.{}", hex::encode(random::<16>()));
        let mac = mac(&self.key, &body).finalize().into_bytes();
        format!("{body}.{}", hex::encode(mac))
    }

    /// The session and the generation of a token of our own, spelled as it was issued.
    pub fn read<'t>(&self, token: &'t str) -> Option<(&'t str, u64)> {
        let (body, signature) = token.rsplit_once('.')?;
        let bytes = hex::decode(signature).ok().filter(|bytes| hex::encode(bytes) == signature)?;
        mac(&self.key, body).verify_slice(&bytes).ok()?;
        let (session, rest) = body.split_once('.')?;
        Some((session, rest.split_once('.')?.0.parse().ok()?))
    }
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Only the presented token opens its successor. `about` is authenticated with it.
pub fn seal(head: &str, presented: &str, about: &str) -> Vec<u8> {
    let nonce = random::<NONCE_LEN>();
    let payload = Payload { msg: head.as_bytes(), aad: about.as_bytes() };
    let sealed = cipher(presented).encrypt(&Nonce::from(nonce), payload).expect("a short text");
    [nonce.as_slice(), &sealed].concat()
}

/// `None`: the row is damaged.
pub fn open(sealed: &[u8], presented: &str, about: &str) -> Option<String> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce: [u8; NONCE_LEN] = nonce.try_into().ok()?;
    let payload = Payload { msg: sealed, aad: about.as_bytes() };
    String::from_utf8(cipher(presented).decrypt(&Nonce::from(nonce), payload).ok()?).ok()
}

/// Not under the token's hash, which is in the row.
fn cipher(presented: &str) -> Aes256Gcm {
    let key: [u8; 32] = mac(presented.as_bytes(), "sealed successor").finalize().into_bytes().into();
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length").chain_update(text)
}
