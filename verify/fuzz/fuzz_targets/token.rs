//! AT-07: whatever bytes come as a token, only a genuine one is accepted, and nothing panics. See `README.md`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/mint.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod mint;

use mint::{NOW, mints};

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        for mint in mints() {
            assert!(mint.judge(text, NOW).is_err(), "{text}");
        }
    }
    let Some((which, edits)) = data.split_first() else { return };
    let mint = &mints()[usize::from(which % 4)];
    let genuine = genuine(usize::from(which % 4));
    let mut token = genuine.clone().into_bytes();
    // Three bytes an edit: a place, and what to do there.
    for edit in edits.chunks_exact(3) {
        if token.is_empty() {
            break;
        }
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1] & 0x3f])) % token.len();
        match edit[1] >> 6 {
            0 => token[place] = edit[2],
            1 => token.insert(place, edit[2]),
            2 => token[place] ^= 1 << (edit[2] % 7),
            _ => {
                token.remove(place);
            }
        }
    }
    if let Ok(token) = String::from_utf8(token) {
        assert_eq!(mint.judge(&token, NOW).is_ok(), token == *genuine, "{token}");
    }
});

/// Made once, so that a crash can be repeated within a run; keys are new in each run.
fn genuine(index: usize) -> &'static String {
    static TOKENS: std::sync::LazyLock<[String; 4]> = std::sync::LazyLock::new(|| mints().each_ref().map(mint::Mint::token));
    &TOKENS[index]
}
