//! The access token in memory. Nothing here prints or serialises, and nothing writes it anywhere.

use core::time::Duration;

use serde::Deserialize;
use sessionkeep_types::{AccessToken, SessionId, TokenResponse, UserId};

use super::{schedule, state::Epoch};

/// The token that is in use. Its age is counted from its receipt on the page's own monotonic clock: the server's clock
/// and the browser's are never compared.
pub(super) struct HeldToken {
    token: AccessToken,
    person: Option<UserId>,
    generation: Option<u64>,
    serial: u64,
    expires: Duration,
    renew_ahead: Option<Duration>,
}

impl HeldToken {
    pub(super) fn received(answer: TokenResponse, serial: u64, now: Duration, dice: f64) -> Self {
        let life = Duration::from_secs(answer.expires_in);
        let (person, generation) = claims(&answer.access_token).map(|claims| (claims.sub, claims.generation)).unzip();
        Self {
            person,
            generation: generation.flatten(),
            token: answer.access_token,
            serial,
            expires: now.saturating_add(life),
            renew_ahead: schedule::renew_ahead_at(life, dice).map(|age| now.saturating_add(age)),
        }
    }

    /// Whether both belong to one person, as far as can be read.
    pub(super) fn is_of_the_same_person_as(&self, other: &Self) -> bool {
        self.person == other.person
    }

    /// Whether it belongs to this person, as far as can be read.
    pub(super) fn is_of(&self, person: &UserId) -> bool {
        self.person.as_ref() == Some(person)
    }

    /// Which refresh token the browser has, if it kept what it was given, as far as can be read.
    pub(super) fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// The session that it belongs to, as far as can be read.
    pub(super) fn session(&self) -> Option<SessionId> {
        session_of(&self.token)
    }

    /// The token itself, when it is to be used for the last time.
    pub(super) fn into_token(self) -> AccessToken {
        self.token
    }

    pub(super) fn has_expired(&self, now: Duration) -> bool {
        now >= self.expires
    }

    /// When to renew it although it is still good.
    pub(super) fn renew_ahead(&self) -> Option<Duration> {
        self.renew_ahead
    }

    pub(super) fn pass(&self, epoch: Epoch) -> Pass {
        Pass { token: self.token.clone(), serial: self.serial, epoch }
    }
}

/// The right to send one request: a token, and the session that it belongs to.
pub struct Pass {
    token: AccessToken,
    pub(super) serial: u64,
    pub(super) epoch: Epoch,
}

impl Pass {
    /// The value of the `Authorization` header.
    pub(crate) fn bearer(&self) -> String {
        bearer(&self.token)
    }
}

/// The value of the `Authorization` header.
pub(crate) fn bearer(token: &AccessToken) -> String {
    format!("Bearer {}", token.expose())
}

/// What a token says of itself. Good for noticing another person or a lost cookie and for naming a session to the server,
/// and for nothing else: the server alone judges tokens.
#[derive(Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    #[serde(rename = "gen")]
    generation: Option<u64>,
}

/// The session that a token says it belongs to.
pub(crate) fn session_of(token: &AccessToken) -> Option<SessionId> {
    claims(token).map(|claims| claims.sid)
}

fn claims(token: &AccessToken) -> Option<Claims> {
    let claims = base64url(token.expose().split('.').nth(1)?)?;
    serde_json::from_slice(&claims).ok()
}

/// A handful of lines, where a crate would be some kilobytes of the bundle.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut unread) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes() {
        let six = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        unread += 6;
        if unread >= 8 {
            unread -= 8;
            bytes.push((bits >> unread).to_le_bytes()[0]);
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::api::fake::{ADAS, ADAS_EIGHTH, EVES};

    fn read(token: &str) -> Option<(UserId, SessionId)> {
        claims(&AccessToken::new(token)).map(|claims| (claims.sub, claims.sid))
    }

    #[test]
    fn a_token_says_whose_it_is_and_of_which_session() {
        assert_eq!(read(ADAS), Some((UserId::new("ada"), SessionId::new("adas"))));
        assert_eq!(read(EVES), Some((UserId::new("eve"), SessionId::new("eves"))));
    }

    #[test]
    fn a_token_says_which_refresh_token_it_came_with_where_it_does() {
        let generation = |token: &str| claims(&AccessToken::new(token)).and_then(|claims| claims.generation);
        assert_eq!((generation(ADAS), generation(ADAS_EIGHTH)), (None, Some(7)));
    }

    #[test]
    fn what_is_no_token_belongs_to_nobody() {
        let padded = ADAS.replacen(".c2ln", "==.c2ln", 1);
        for junk in ["", "t1", "a.b", "e30.e30.c2ln", "e30.eyJzdWIiOiJhZGEifQ.c2ln", &padded] {
            assert_eq!(read(junk), None, "{junk}");
        }
    }

    #[test]
    fn every_byte_is_read_from_base64url() {
        assert_eq!(base64url("AAEC-_z9_v8"), Some(vec![0, 1, 2, 251, 252, 253, 254, 255]));
        assert_eq!(base64url("aMOp").as_deref(), Some("hé".as_bytes()));
    }
}
