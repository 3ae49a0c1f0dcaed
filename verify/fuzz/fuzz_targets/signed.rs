//! AT-05, AT-02: what is signed with the right key is accepted only if it is what the server would have written. See `README.md`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[path = "../../tests/it/mint.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod mint;

use mint::{AUDIENCE, ISSUER, NOW, claims, mints};

fuzz_target!(|data: &[u8]| {
    // The secret signs fastest, and the policy is the same for all.
    let mint = &mints()[0];
    let genuine = (mint.header().to_string(), claims(NOW).to_string());
    let (header, says) = match data.iter().position(|byte| *byte == 0xff) {
        Some(at) => (&data[..at], &data[at + 1..]),
        // One of the two is genuine: the other one is reached more often.
        None if data.first() == Some(&b'h') => (&data[1..], genuine.1.as_bytes()),
        None => (genuine.0.as_bytes(), data),
    };
    let Ok(accepted) = mint.judge(&mint.sign_bytes(header, says), NOW) else { return };
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("what was accepted is JSON");
    assert_eq!(read(header), mint.header());
    let says = read(says);
    assert_eq!((says["iss"].as_str(), says["aud"].as_str()), (Some(ISSUER), Some(AUDIENCE)));
    assert_eq!(says["exp"].as_i64(), Some(accepted.expires_at));
    assert!(accepted.expires_at > NOW && accepted.expires_at <= NOW + 905);
    assert_eq!(says["sub"].as_str(), Some(accepted.user_id.as_str()));
    assert_eq!(says["sid"].as_str(), Some(accepted.session_id.as_str()));
});
