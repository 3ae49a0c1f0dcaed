//! What can be read in an access token.

use serde::Deserialize;
use sessionkeep_types::{AccessToken, SessionId, UserId};

/// The value of the `Authorization` header.
pub(crate) fn bearer(token: &AccessToken) -> String {
    format!("Bearer {}", token.expose())
}

/// What a token says of itself. Good for noticing another person or a lost cookie and for naming a session to the server,
/// and for nothing else: the server alone judges tokens.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: UserId,
    pub(crate) sid: SessionId,
    #[serde(rename = "gen")]
    pub(crate) generation: Option<u64>,
}

/// The session that a token says it belongs to.
pub(crate) fn session_of(token: &AccessToken) -> Option<SessionId> {
    claims(token).map(|claims| claims.sid)
}

/// What the token says.
pub(crate) fn claims(token: &AccessToken) -> Option<Claims> {
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
