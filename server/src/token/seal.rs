//! Keeps a refresh token so that only the holder of its predecessor can read it.
//!
//! The key is derived (HKDF-SHA256, RFC 5869) from the predecessor, which the database does not hold. So neither the
//! database nor a backup nor the configuration yields a usable token, and yet a lost answer can be given again.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use sessionkeep_types::SessionId;

use super::refresh::RefreshToken;
use crate::random::{self, Random};

/// The sealed token does not open: it was not sealed under this predecessor, or the database was tampered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed refresh token does not open")]
pub struct SealBroken;

/// Encrypts `head` under a key derived from `parent`, bound to the session and the head's generation.
#[must_use]
pub fn seal(
    head: &RefreshToken,
    parent: &RefreshToken,
    session: &SessionId,
    generation: u64,
    random: &dyn Random,
) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = random::bytes(random);
    let mut sealed = head.expose().as_bytes().to_vec();
    key(parent)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated(session, generation), &mut sealed)
        .expect("OK because AES-GCM refuses only inputs of gigabytes");
    [nonce.as_slice(), &sealed].concat()
}

/// Decrypts what [`seal`] made.
///
/// # Errors
/// When any of the inputs is another one.
pub fn open(
    sealed: &[u8],
    parent: &RefreshToken,
    session: &SessionId,
    generation: u64,
) -> Result<RefreshToken, SealBroken> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(SealBroken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealBroken)?;
    let mut buffer = sealed.to_vec();
    let plain =
        key(parent).open_in_place(nonce, associated(session, generation), &mut buffer).map_err(|_| SealBroken)?;
    String::from_utf8(plain.to_vec()).map(RefreshToken::new).map_err(|_| SealBroken)
}

fn key(parent: &RefreshToken) -> LessSafeKey {
    let secret = Salt::new(HKDF_SHA256, b"sessionkeep").extract(parent.expose().as_bytes());
    let derived = secret
        .expand(&[b"sealed refresh token v1"], &AES_256_GCM)
        .expect("OK because 32 bytes are within HKDF's limit");
    LessSafeKey::new(UnboundKey::from(derived))
}

fn associated(session: &SessionId, generation: u64) -> Aad<Vec<u8>> {
    Aad::from([session.as_str().as_bytes(), &generation.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn only_the_predecessor_opens_the_seal_and_only_for_this_session_and_generation() {
        let [parent, head, other] = ["parent", "head", "other"].map(|t| RefreshToken::new(t.into()));
        let session = SessionId::new("s");
        let sealed = seal(&head, &parent, &session, 4, &SystemRandom);
        assert!(!sealed.windows(4).any(|w| w == b"head"));
        let opens = |parent, session: &str, generation| {
            open(&sealed, parent, &SessionId::new(session), generation).map(|t| t.expose().to_owned())
        };
        assert_eq!(opens(&parent, "s", 4), Ok("head".into()));
        assert_eq!(opens(&other, "s", 4), Err(SealBroken));
        assert_eq!(opens(&parent, "t", 4), Err(SealBroken));
        assert_eq!(opens(&parent, "s", 5), Err(SealBroken));
        assert!(open(&sealed[..5], &parent, &session, 4).is_err());
    }
}
