//! The access token: a JWT of type `at+jwt` (RFC 9068) that names the session and carries no personal data.

use std::time::Duration;

use sessionkeep_types::AccessToken;
pub use sessionkeep_verify::{Claims, Refusal};
use sessionkeep_verify::{
    Expected,
    claims::{self, Wire},
    jws::Unverified,
};

use crate::{keys::Keys, session::UnixMillis};

/// No access token lives longer, whatever the settings say.
pub const MAX_LIFETIME: Duration = Duration::from_secs(claims::MAX_LIFETIME.unsigned_abs());

/// Makes and checks access tokens.
pub struct AccessTokens {
    keys: Keys,
    expected: Expected,
    lifetime: Duration,
}

impl AccessTokens {
    /// `lifetime` beyond [`MAX_LIFETIME`] is cut.
    #[must_use]
    pub fn new(keys: Keys, expected: Expected, lifetime: Duration) -> Self {
        Self { keys, expected, lifetime: lifetime.min(MAX_LIFETIME) }
    }

    /// Signs a token that says `claims` and ends at the time they say, or when its own lifetime is over, if that comes first.
    /// Returns it with the seconds that it lives.
    #[must_use]
    pub fn issue(&self, claims: Claims, id: String, now: UnixMillis) -> (AccessToken, u64) {
        let iat = now.seconds();
        let exp = now.plus(self.lifetime).seconds().min(claims.expires_at);
        let wire = Wire {
            iss: self.expected.issuer.clone(),
            aud: self.expected.audience.clone(),
            sub: claims.user_id,
            exp,
            iat,
            nbf: None,
            jti: id,
            sid: claims.session_id,
            generation: claims.generation,
            ver: claims.ver,
            role: claims.role,
        };
        let token = self.keys.ring().signing(now).sign(claims::TYPE, &wire);
        (AccessToken::new(token), u64::try_from(exp - iat).unwrap_or_default())
    }

    /// What a genuine token in its time says.
    ///
    /// # Errors
    /// [`Refusal::Expired`] only for a token that is right in everything but its time.
    pub fn verify(&self, token: &str, now: UnixMillis) -> Result<Claims, Refusal> {
        let token = Unverified::read(token, claims::TYPE)?;
        let ring = self.keys.ring();
        let dated = ring.find(token.key_id()).ok_or(Refusal::Invalid)?;
        // Of a key whose last token has ended, too: whoever comes late with one shall hear that it has expired, and no more.
        let claims = self.expected.verify(&token, dated.key.verifying(), now.seconds())?;
        if dated.verifies(now) { Ok(claims) } else { Err(Refusal::Invalid) }
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{Role, SessionId, UserId};

    use super::*;
    use crate::keys::{Key, Ring, ring::Dated};

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn tokens(key: u8, issuer: &str) -> AccessTokens {
        let expected = Expected { issuer: issuer.to_owned(), audience: "sessionkeep".to_owned() };
        AccessTokens::new(Keys::for_tests(key), expected, Duration::from_mins(15))
    }

    fn claims(expires_at: i64) -> Claims {
        let (user_id, session_id) = (UserId::new("u"), SessionId::new("s"));
        Claims { user_id, session_id, generation: 3, ver: 1, role: Role::User, expires_at }
    }

    fn issue(tokens: &AccessTokens) -> AccessToken {
        tokens.issue(claims(i64::MAX), "j".into(), NOW).0
    }

    fn after(seconds: i64) -> UnixMillis {
        UnixMillis(NOW.0 + seconds * 1000)
    }

    #[test]
    fn a_token_lives_until_its_expiry_and_not_a_second_longer() {
        let tokens = tokens(1, "us");
        let token = issue(&tokens);
        assert_eq!(tokens.verify(token.expose(), after(899)), Ok(claims(after(900).seconds())));
        assert_eq!(tokens.verify(token.expose(), after(900)), Err(Refusal::Expired));
    }

    /// AT-14.
    #[test]
    fn a_token_never_outlives_its_session() {
        let (token, expires_in) = tokens(1, "us").issue(claims(after(60).seconds()), "j".into(), NOW);
        assert_eq!(expires_in, 60);
        assert_eq!(tokens(1, "us").verify(token.expose(), after(60)), Err(Refusal::Expired));
    }

    #[test]
    fn a_token_of_another_key_issuer_or_time_is_invalid() {
        let token = issue(&tokens(1, "us"));
        assert_eq!(tokens(2, "us").verify(token.expose(), NOW), Err(Refusal::Invalid));
        assert_eq!(tokens(1, "them").verify(token.expose(), NOW), Err(Refusal::Invalid));
        assert_eq!(tokens(1, "us").verify(token.expose(), after(-6)), Err(Refusal::Invalid));
    }

    /// Whoever has got hold of a key that is long out of use makes nothing with it.
    #[test]
    fn what_a_key_signs_after_its_time_is_invalid_and_what_it_signed_before_has_expired() {
        let key = |byte| Key::from_secret(&vec![byte; 32].into()).expect("long enough");
        let dated = |byte, second| Dated::new(key(byte), after(second));
        let ring = Ring::new(vec![dated(1, -10_000), dated(2, 0)], MAX_LIFETIME).expect("they sign");
        let expected = Expected { issuer: "us".to_owned(), audience: "sessionkeep".to_owned() };
        let ours = AccessTokens::new(Keys::new(ring), expected, MAX_LIFETIME);
        let issued_at = |second| tokens(1, "us").issue(claims(i64::MAX), "j".into(), after(second)).0;
        assert!(ours.verify(issued_at(-1).expose(), after(898)).is_ok());
        assert_eq!(ours.verify(issued_at(-1).expose(), after(900)), Err(Refusal::Expired));
        assert_eq!(ours.verify(issued_at(900).expose(), after(900)), Err(Refusal::Invalid));
    }
}
