//! Common passwords (ASVS 5.0, 6.2.4): the shipped list, and the filter that the browser has instead. `common/README.md`
//! says where the list comes from.

pub(crate) mod key;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use list::is_listed;

use std::sync::LazyLock;

use filter::{DESCRIPTOR, FINGERPRINTS};
use xorf::{BinaryFuse16, Filter as _};

use crate::unicode::lower;

#[expect(clippy::unreadable_literal, reason = "the build script writes them")]
mod filter {
    include!(concat!(env!("OUT_DIR"), "/filter.rs"));
}

static FILTER: LazyLock<BinaryFuse16> =
    LazyLock::new(|| BinaryFuse16 { descriptor: DESCRIPTOR, fingerprints: FINGERPRINTS.into() });

/// Whether the list has this password, whatever its case, if it has [`PASSWORD_MIN_LENGTH`] characters. One of 65,000 others
/// is taken for one of them.
///
/// [`PASSWORD_MIN_LENGTH`]: sessionkeep_types::limits::PASSWORD_MIN_LENGTH
pub(super) fn may_be_listed(password: &str) -> bool {
    FILTER.contains(&key::of(&lower(password)))
}

#[cfg(not(target_arch = "wasm32"))]
mod list {
    use std::sync::LazyLock;

    /// Lower case, folded, sorted, one a line.
    const TEXT: &str = include_str!("../../common/passwords.txt");

    pub(super) static PASSWORDS: LazyLock<Vec<&str>> = LazyLock::new(|| TEXT.lines().collect());

    /// Whether the list has this password, in a form in which it is judged, whatever its case.
    pub(crate) fn is_listed(password: &str) -> bool {
        let password = password.to_lowercase();
        PASSWORDS.binary_search(&password.as_str()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::limits;

    use super::{list::PASSWORDS, *};
    use crate::fold::fold;

    /// PW-04
    #[test]
    fn thousands_of_entries_meet_the_length_rule() {
        let at_least = |length| PASSWORDS.iter().filter(|password| password.chars().count() >= length).count();
        assert!(at_least(limits::PASSWORD_MIN_LENGTH) >= 3000, "{}", at_least(limits::PASSWORD_MIN_LENGTH));
        assert_eq!(at_least(limits::PASSWORD_MIN_FLOOR), PASSWORDS.len(), "a shorter one is refused by its length");
    }

    #[test]
    fn the_file_is_sorted_and_every_entry_in_the_form_that_is_looked_up() {
        assert!(PASSWORDS.is_sorted_by(|one, next| one < next));
        for password in &*PASSWORDS {
            assert!(is_listed(&fold(password).text), "{password}");
            assert_eq!(password.trim(), *password);
        }
    }

    #[test]
    fn case_does_not_hide_an_entry() {
        for common in ["qwerty123456", "QWERTY123456", "Qwerty123456", "1Q2w3e4r5T6y"] {
            assert!(is_listed(common) && may_be_listed(common), "{common}");
        }
        for other in ["", "qwerty", "qwerty123456\n", "qwerty123456 1q2w3e4r5t6y", "quiet river under the oak"] {
            assert!(!is_listed(other) && !may_be_listed(other), "{other:?}");
        }
    }

    #[test]
    fn the_filter_has_every_entry_that_is_long_enough_and_hardly_anything_else() {
        let long = |password: &&&str| password.chars().count() >= limits::PASSWORD_MIN_LENGTH;
        assert!(PASSWORDS.iter().filter(long).all(|password| may_be_listed(password)));
        let others = (0..100_000).filter(|number| may_be_listed(&format!("other password {number}"))).count();
        assert!(others < 10, "{others}");
    }
}
