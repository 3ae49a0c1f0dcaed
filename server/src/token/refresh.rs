//! The refresh token: a JWT of type `rt+jwt` with ids only, for the cookie and nowhere else.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sessionkeep_types::{SessionId, UserId};
use sessionkeep_verify::jws::{NotGenuine, Unverified};

use crate::{
    keys::Keys,
    random::{self, Random},
    session::{TokenHash, UnixMillis},
};

/// A refresh token. It prints nothing of itself.
#[derive(Clone, Debug)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// Wraps what a cookie holds.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token.into())
    }

    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database knows of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        let digest = digest::digest(&digest::SHA256, self.expose().as_bytes());
        digest.as_ref().try_into().expect("OK because SHA-256 has 32 bytes")
    }
}

/// What a genuine refresh token says of itself. Whether its session lives is not for it to say: the row's deadlines
/// decide, and `exp` is there for readers only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// Whose session.
    pub user_id: UserId,
    /// Which session.
    pub session_id: SessionId,
    /// Which of its tokens.
    pub generation: u64,
    /// Whether it was issued together with a companion, and counts beside that alone.
    pub companion: bool,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    sub: UserId,
    sid: SessionId,
    #[serde(rename = "gen")]
    generation: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    companion: bool,
    jti: String,
    iat: i64,
    exp: i64,
}

/// The header's `typ` of refresh tokens.
const TYPE: &str = "rt+jwt";

/// Makes refresh tokens and recognises them, of any generation, for as long as the key that signed them verifies.
pub struct RefreshTokens {
    keys: Keys,
}

impl RefreshTokens {
    /// Tokens under these keys.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self { keys }
    }

    /// Signs a token with 256 random bits in it.
    #[must_use]
    pub fn issue(&self, says: Genuine, ends: UnixMillis, now: UnixMillis, random: &dyn Random) -> RefreshToken {
        let wire = Wire {
            sub: says.user_id,
            sid: says.session_id,
            generation: says.generation,
            companion: says.companion,
            jti: URL_SAFE_NO_PAD.encode(random::bytes::<32>(random)),
            iat: now.seconds(),
            exp: ends.seconds(),
        };
        RefreshToken::new(self.keys.ring().signing(now).sign(TYPE, &wire))
    }

    /// What a token says, if its signature and type are right.
    ///
    /// # Errors
    /// When they are not.
    pub fn recognise(&self, token: &RefreshToken, now: UnixMillis) -> Result<Genuine, NotGenuine> {
        let token = Unverified::read(token.expose(), TYPE)?;
        let ring = self.keys.ring();
        let dated = ring.find(token.key_id()).filter(|dated| dated.verifies(now)).ok_or(NotGenuine)?;
        let wire: Wire = token.open(dated.key.verifying())?;
        Ok(Genuine { user_id: wire.sub, session_id: wire.sid, generation: wire.generation, companion: wire.companion })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn genuine() -> Genuine {
        Genuine { user_id: UserId::new("u"), session_id: SessionId::new("s"), generation: 7, companion: true }
    }

    fn issue() -> (RefreshTokens, RefreshToken) {
        let tokens = RefreshTokens::new(Keys::for_tests(1));
        let token = tokens.issue(genuine(), UnixMillis(2000), UnixMillis(1000), &SystemRandom);
        (tokens, token)
    }

    #[test]
    fn a_genuine_token_is_recognised_however_old() {
        let (tokens, token) = issue();
        assert_eq!(tokens.recognise(&token, UnixMillis(i64::MAX)), Ok(genuine()));
    }

    #[test]
    fn a_token_of_another_key_is_not() {
        let (_, token) = issue();
        assert_eq!(RefreshTokens::new(Keys::for_tests(2)).recognise(&token, UnixMillis(1000)), Err(NotGenuine));
    }

    #[test]
    fn two_tokens_that_say_the_same_differ() {
        assert_ne!(issue().1.hash(), issue().1.hash());
    }

    #[test]
    fn a_token_does_not_print_itself() {
        let (_, token) = issue();
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
