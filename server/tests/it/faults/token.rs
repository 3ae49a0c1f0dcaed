//! What a token says of itself, read without a key as anybody can.

use std::fmt;

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A token of either kind, as far as it matters which one it is. Two that are equal are the same token.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Token {
    pub(super) session: String,
    /// How many rotations the session had seen when the token was made.
    pub(super) generation: u64,
    /// SHA-256 of the whole token.
    pub(super) hash: Vec<u8>,
}

impl Token {
    pub(super) fn read(token: &str) -> Self {
        let claims = claims(token);
        Self {
            session: claims["sid"].as_str().expect("tokens of ours name their session").to_owned(),
            generation: claims["gen"].as_u64().expect("tokens of ours carry their generation"),
            hash: digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_owned(),
        }
    }
}

/// Short: the end of a session's id is the part that differs.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.session.len().saturating_sub(6);
        write!(f, "{}/{}#", &self.session[tail..], self.generation)?;
        self.hash.iter().take(2).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT has three parts");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("a JWT is base64url");
    serde_json::from_slice(&bytes).expect("a JWT's payload is JSON")
}
