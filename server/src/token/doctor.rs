//! The token with which `sessionkeep doctor`, on the server's machine, asks the server over the network what arrives there.
//!
//! It opens one route, which tells of the request itself and of nothing else.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sessionkeep_verify::jws::{NotGenuine, Unverified};

use crate::{keys::Keys, session::UnixMillis};

/// The header's `typ`.
const TYPE: &str = "doctor+jwt";
/// How long it is of use; clocks that differ by less are what it is there to find.
const LIFETIME_MS: i64 = 10 * 60 * 1000;

#[derive(Serialize, Deserialize)]
struct Wire {
    iat: i64,
}

/// Signs one with the refresh tokens' key, which no other service knows.
pub(crate) fn issue(keys: &Keys, now: UnixMillis) -> SecretString {
    keys.ring().signing(now).sign(TYPE, &Wire { iat: now.seconds() }).into()
}

/// Whether somebody who has our keys has signed it, lately.
///
/// # Errors
/// When not.
pub(crate) fn recognise(keys: &Keys, token: &str, now: UnixMillis) -> Result<(), NotGenuine> {
    let token = Unverified::read(token, TYPE)?;
    let ring = keys.ring();
    let dated = ring.find(token.key_id()).filter(|dated| dated.verifies(now)).ok_or(NotGenuine)?;
    let wire: Wire = token.open(dated.key.verifying())?;
    let age = now.seconds().saturating_sub(wire.iat).saturating_mul(1000);
    if (-LIFETIME_MS..=LIFETIME_MS).contains(&age) { Ok(()) } else { Err(NotGenuine) }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    #[test]
    fn ours_is_recognised_for_ten_minutes_by_who_has_the_key() {
        let keys = Keys::for_tests(1);
        let token = issue(&keys, NOW);
        for (later, recognised) in [(0, true), (599, true), (601, false), (-599, true), (-601, false)] {
            let then = UnixMillis(NOW.0 + later * 1000);
            assert_eq!(recognise(&keys, token.expose_secret(), then).is_ok(), recognised, "{later}");
        }
        assert!(recognise(&Keys::for_tests(2), token.expose_secret(), NOW).is_err());
    }

    #[test]
    fn no_other_token_of_the_key_is_one() {
        let keys = Keys::for_tests(1);
        let refresh = keys.ring().signing(NOW).sign("rt+jwt", &Wire { iat: NOW.seconds() });
        assert!(recognise(&keys, &refresh, NOW).is_err());
        assert!(recognise(&keys, "", NOW).is_err());
    }
}
