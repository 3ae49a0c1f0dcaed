//! What a token says of itself, read without a key as anybody can.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT has three parts");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("a JWT is base64url");
    serde_json::from_slice(&bytes).expect("a JWT's payload is JSON")
}

/// How many rotations the session had seen when the token was made.
pub(super) fn generation(token: &str) -> u64 {
    claims(token)["gen"].as_u64().expect("tokens of ours carry their generation")
}
