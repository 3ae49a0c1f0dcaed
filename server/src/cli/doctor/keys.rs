use std::time::Duration;

use super::Check;
use crate::{
    clock::{Clock as _, SystemClock},
    keys::{KeySource, Keys, Kind},
    session::UnixMillis,
};

/// A key that has signed for longer should have been followed by another one.
const OLD: Duration = Duration::from_hours(24 * 400);

/// Whether the keys can be used, and how old they are; and those that sign refresh tokens, where there are.
pub(super) fn look(source: &KeySource) -> (Vec<Check>, Option<Keys>) {
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(refusal) => {
            return (vec![Check::fail("keys", format!("{}: {}", refusal.variable, refusal.reason), refusal.fix)], None);
        }
    };
    let now = SystemClock.now();
    let mut found = vec![];
    for kind in Kind::ALL {
        let since = loaded.ring(kind).signing_since(now);
        if since.is_some_and(|since| is_old(since, now)) {
            found.push(Check::warn(
                "keys",
                format!("the key of {} tokens has signed for more than a year", kind.name()),
                format!("Run `sessionkeep keys rotate --kind {}`; nobody notices", kind.name()),
            ));
        }
    }
    for setting in loaded.overtaken() {
        found.push(Check::warn(
            "keys",
            format!("a newer key of KEYS_DIR has followed {setting}"),
            "Remove the setting when `sessionkeep keys list` says that it does nothing any more",
        ));
    }
    if found.is_empty() {
        found.push(Check::ok("keys", "those that sign can be used, and are fresh"));
    }
    (found, Some(Keys::new(loaded.refresh)))
}

fn is_old(since: UnixMillis, now: UnixMillis) -> bool {
    since.0 > 0 && since < now.minus(OLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_bears_no_time_has_no_age() {
        let now = UnixMillis(1_800_000_000_000);
        assert!(!is_old(UnixMillis(0), now));
        assert!(!is_old(now.minus(OLD), now));
        assert!(is_old(UnixMillis(now.minus(OLD).0 - 1), now));
    }
}
