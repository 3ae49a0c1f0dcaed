//! The shipped list of common passwords (ASVS 5.0, 6.2.4). Where it comes from is told in `common/README.md`.

use std::sync::LazyLock;

/// Lower case, folded, sorted, one a line.
const TEXT: &str = include_str!("../common/passwords.txt");

static PASSWORDS: LazyLock<Vec<&str>> = LazyLock::new(|| TEXT.lines().collect());

/// Whether many people have this password, in a form in which it is judged, whatever its case.
pub(super) fn contains(password: &str) -> bool {
    let password = password.to_lowercase();
    PASSWORDS.binary_search(&password.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::limits;

    use super::*;
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
            assert!(contains(&fold(password).text), "{password}");
            assert_eq!(password.trim(), *password);
        }
    }

    #[test]
    fn case_does_not_hide_an_entry() {
        for common in ["qwerty123456", "QWERTY123456", "Qwerty123456", "1Q2w3e4r5T6y"] {
            assert!(contains(common), "{common}");
        }
        for other in ["", "qwerty", "qwerty123456\n", "qwerty123456 1q2w3e4r5t6y", "quiet river under the oak"] {
            assert!(!contains(other), "{other:?}");
        }
    }
}
