//! The access token: a JWT of type `at+jwt` (RFC 9068) that names the session and carries no personal data.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sessionkeep_types::{AccessToken, Role, SessionId, UserId};

use super::{SigningKey, jws::Jws};
use crate::session::UnixMillis;

/// No access token lives longer, whatever the settings say.
pub const MAX_LIFETIME: Duration = Duration::from_mins(15);

/// How far the clock of another issuer may be ahead when it stamps `iat`, in seconds. `exp` has no leeway.
const IAT_LEEWAY: i64 = 5;

/// Makes and checks access tokens.
pub struct AccessTokens {
    jws: Jws,
    issuer: String,
    audience: String,
    lifetime: Duration,
}

/// What an access token says. Strictly typed: a claim that is missing or of another type refuses the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    sub: UserId,
    exp: i64,
    iat: i64,
    jti: String,
    sid: SessionId,
    #[serde(rename = "gen")]
    generation: u64,
    ver: u32,
    role: Role,
}

/// What is signed, and what a genuine token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whose token it is.
    pub user_id: UserId,
    /// The session it belongs to.
    pub session_id: SessionId,
    /// The generation of the refresh token it was made with.
    pub generation: u64,
    /// The session's version at that time.
    pub ver: u32,
    /// What the person may do.
    pub role: Role,
}

/// Why an access token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// Genuine, but its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Anything else.
    #[error("not an access token of ours")]
    Invalid,
}

impl AccessTokens {
    /// `lifetime` beyond [`MAX_LIFETIME`] is cut.
    #[must_use]
    pub fn new(key: &SigningKey, issuer: String, audience: String, lifetime: Duration) -> Self {
        Self { jws: Jws::new("at+jwt", key), issuer, audience, lifetime: lifetime.min(MAX_LIFETIME) }
    }

    /// Signs a token that ends at `not_after` at the latest. Returns it with the seconds that it lives.
    #[must_use]
    pub fn issue(&self, claims: Claims, id: String, not_after: UnixMillis, now: UnixMillis) -> (AccessToken, u64) {
        let iat = now.seconds();
        let exp = now.plus(self.lifetime).min(not_after).seconds();
        let token = self.jws.sign(&Wire {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: claims.user_id,
            exp,
            iat,
            jti: id,
            sid: claims.session_id,
            generation: claims.generation,
            ver: claims.ver,
            role: claims.role,
        });
        (AccessToken::new(token), u64::try_from(exp - iat).unwrap_or_default())
    }

    /// What a genuine token in its time says.
    ///
    /// # Errors
    /// [`AccessTokenError::Expired`] only for a token that is right in everything but its time.
    pub fn verify(&self, token: &str, now: UnixMillis) -> Result<Claims, AccessTokenError> {
        let wire: Wire = self.jws.verify(token).map_err(|_| AccessTokenError::Invalid)?;
        let life = wire.exp.checked_sub(wire.iat).ok_or(AccessTokenError::Invalid)?;
        let longest = i64::try_from(MAX_LIFETIME.as_secs()).unwrap_or(i64::MAX);
        let ours = wire.iss == self.issuer
            && wire.aud == self.audience
            && wire.iat >= 0
            && wire.iat <= now.seconds().saturating_add(IAT_LEEWAY)
            && (0..=longest).contains(&life);
        if !ours {
            return Err(AccessTokenError::Invalid);
        }
        if wire.exp <= now.seconds() {
            return Err(AccessTokenError::Expired);
        }
        Ok(Claims {
            user_id: wire.sub,
            session_id: wire.sid,
            generation: wire.generation,
            ver: wire.ver,
            role: wire.role,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
    const FOREVER: UnixMillis = UnixMillis(i64::MAX);

    fn tokens(key: u8, issuer: &str) -> AccessTokens {
        let key = SigningKey::new(vec![key; 32]);
        AccessTokens::new(&key, issuer.into(), "sessionkeep".into(), Duration::from_mins(15))
    }

    fn claims() -> Claims {
        Claims { user_id: UserId::new("u"), session_id: SessionId::new("s"), generation: 3, ver: 1, role: Role::User }
    }

    fn issue(tokens: &AccessTokens) -> AccessToken {
        tokens.issue(claims(), "j".into(), FOREVER, NOW).0
    }

    fn after(seconds: i64) -> UnixMillis {
        UnixMillis(NOW.0 + seconds * 1000)
    }

    #[test]
    fn a_token_lives_until_its_expiry_and_not_a_second_longer() {
        let tokens = tokens(1, "us");
        let token = issue(&tokens);
        assert_eq!(tokens.verify(token.expose(), after(899)), Ok(claims()));
        assert_eq!(tokens.verify(token.expose(), after(900)), Err(AccessTokenError::Expired));
    }

    #[test]
    fn a_token_never_outlives_its_session() {
        let (token, expires_in) = tokens(1, "us").issue(claims(), "j".into(), after(60), NOW);
        assert_eq!(expires_in, 60);
        assert_eq!(tokens(1, "us").verify(token.expose(), after(60)), Err(AccessTokenError::Expired));
    }

    #[test]
    fn a_token_of_another_key_issuer_or_time_is_invalid() {
        let token = issue(&tokens(1, "us"));
        assert_eq!(tokens(2, "us").verify(token.expose(), NOW), Err(AccessTokenError::Invalid));
        assert_eq!(tokens(1, "them").verify(token.expose(), NOW), Err(AccessTokenError::Invalid));
        assert_eq!(tokens(1, "us").verify(token.expose(), after(-6)), Err(AccessTokenError::Invalid));
    }

    #[test]
    fn an_expired_token_with_a_bad_signature_is_invalid_and_not_expired() {
        let token = issue(&tokens(2, "us"));
        assert_eq!(tokens(1, "us").verify(token.expose(), after(5000)), Err(AccessTokenError::Invalid));
    }

    #[test]
    fn what_is_not_a_compact_jws_is_invalid() {
        let tokens = tokens(1, "us");
        for junk in ["", ".", "..", "a.b.c", "a.b.c.d", "a b.c.d", &".".repeat(8000), &"a".repeat(200_000)] {
            assert_eq!(tokens.verify(junk, NOW), Err(AccessTokenError::Invalid));
        }
    }

    #[test]
    fn a_header_that_asks_for_more_is_invalid() {
        use jsonwebtoken::{Algorithm, EncodingKey, Header};
        let tokens = tokens(1, "us");
        let payload = tokens.jws.verify::<Wire>(issue(&tokens).expose()).expect("genuine");
        let sign = |header: &Header| {
            jsonwebtoken::encode(header, &payload, &EncodingKey::from_secret(&[1; 32])).expect("signs")
        };
        let mut ours = Header::new(Algorithm::HS256);
        ours.typ = Some("at+jwt".into());
        ours.kid = jsonwebtoken::decode_header(issue(&tokens).expose()).expect("header").kid;
        assert!(tokens.verify(&sign(&ours), NOW).is_ok(), "the control is accepted");

        let mut hostile = vec![];
        let mut change = |edit: &dyn Fn(&mut Header)| {
            let mut header = ours.clone();
            edit(&mut header);
            hostile.push(header);
        };
        change(&|h| h.typ = Some("rt+jwt".into()));
        change(&|h| h.typ = None);
        change(&|h| h.kid = None);
        change(&|h| h.kid = Some("../../dev/null".into()));
        change(&|h| h.jku = Some("https://evil.example".into()));
        change(&|h| h.cty = Some("JWT".into()));
        change(&|h| h.extras.insert("b64", false));
        for header in hostile {
            assert_eq!(tokens.verify(&sign(&header), NOW), Err(AccessTokenError::Invalid), "{header:?}");
        }
    }
}
