//! The companion of a refresh token: a keyed hash of the session's id, sent in a cookie with the prefix `__Host-`.
//!
//! A page of a neighbouring site can set a cookie with the refresh token's name, but none with that prefix. So of several
//! refresh tokens the one that belongs to the companion is the browser's own. The value depends on the session and the key
//! alone: all answers of one session set the same one, in whatever order they arrive.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sessionkeep_types::SessionId;

use crate::{
    keys::{Key, Keys},
    session::UnixMillis,
};

/// The header's `typ` of what is hashed. No token has it, and what is hashed is sent nowhere.
const TYPE: &str = "companion+jwt";

/// A companion, genuine or not. It prints nothing of itself.
#[derive(Clone, Debug)]
pub struct Companion(SecretString);

impl Companion {
    /// Wraps what a cookie holds.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value.into())
    }

    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Makes companions and recognises them.
pub struct Companions {
    keys: Keys,
}

impl Companions {
    /// With the keys of refresh tokens. A companion is valid for as long as a refresh token of the same key.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self { keys }
    }

    /// The companion of this session's refresh tokens.
    #[must_use]
    pub fn of(&self, session: &SessionId, now: UnixMillis) -> Companion {
        Companion::new(value(self.keys.ring().signing(now), session))
    }

    /// Whether one of `sent` is the companion of this session, under any key that still verifies.
    #[must_use]
    pub fn accompanies(&self, sent: &[Companion], session: &SessionId, now: UnixMillis) -> bool {
        let ring = self.keys.ring();
        let values: Vec<String> = ring
            .states(now)
            .filter(|(dated, _)| dated.verifies(now))
            .map(|(dated, _)| value(&dated.key, session))
            .collect();
        sent.iter().any(|sent| {
            let is = |value: &String| verify_slices_are_equal(value.as_bytes(), sent.expose().as_bytes()).is_ok();
            values.iter().any(is)
        })
    }
}

fn value(key: &Key, session: &SessionId) -> String {
    #[derive(Serialize)]
    struct Subject<'a> {
        sid: &'a SessionId,
    }

    let signed = key.sign(TYPE, &Subject { sid: session });
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, signed.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::keys::ring::{Dated, Ring};

    const DAY: i64 = 86_400_000;

    fn key(byte: u8) -> Key {
        Key::from_secret(&vec![byte; 32].into()).expect("long enough")
    }

    fn companions(keys: &[(u8, i64)]) -> Companions {
        let dated = keys.iter().map(|(byte, from)| Dated::new(key(*byte), UnixMillis(*from))).collect();
        Companions::new(Keys::new(Ring::new(dated, Duration::from_hours(24)).expect("it has a key")))
    }

    #[test]
    fn a_companion_belongs_to_one_session_and_one_set_of_keys() {
        let (ours, others, now) = (companions(&[(1, 0)]), companions(&[(2, 0)]), UnixMillis(1));
        let [mine, yours] = ["s", "t"].map(SessionId::new);
        let sent = [Companion::new("junk".into()), ours.of(&mine, now)];
        assert!(ours.accompanies(&sent, &mine, now));
        assert!(!ours.accompanies(&sent, &yours, now));
        assert!(!others.accompanies(&sent, &mine, now));
        assert!(!ours.accompanies(&[], &mine, now) && !ours.accompanies(&[Companion::new(String::new())], &mine, now));
        assert_eq!(ours.of(&mine, now).expose(), ours.of(&mine, UnixMillis(DAY)).expose());
    }

    /// Otherwise a rotation of keys would sign everybody out.
    #[test]
    fn a_companion_outlives_its_key_as_long_as_a_refresh_token_does() {
        let session = SessionId::new("s");
        let sent = [companions(&[(1, 0)]).of(&session, UnixMillis(1))];
        let rotated = companions(&[(1, 0), (2, DAY)]);
        assert_ne!(rotated.of(&session, UnixMillis(DAY)).expose(), sent[0].expose());
        assert!(rotated.accompanies(&sent, &session, UnixMillis(2 * DAY - 1)));
        assert!(!rotated.accompanies(&sent, &session, UnixMillis(2 * DAY)));
    }

    #[test]
    fn a_companion_is_no_token_and_does_not_print_itself() {
        let companion = companions(&[(1, 0)]).of(&SessionId::new("s"), UnixMillis(1));
        assert_eq!((companion.expose().len(), companion.expose().contains('.')), (43, false));
        assert!(!format!("{companion:?}").contains(companion.expose()));
    }
}
