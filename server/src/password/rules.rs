use sessionkeep_types::limits;
use unicode_normalization::UnicodeNormalization as _;

use super::Normalised;

/// What a new password must meet. Nothing else is asked of it: no digits, no capitals, no expiry (ASVS 5.0, 6.2.5 and
/// 6.2.10).
#[derive(Clone, Copy, Debug)]
pub struct PasswordRules {
    /// Fewest characters.
    pub min_length: usize,
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Fewer characters than `min_length`.
    TooShort,
    /// Long enough, but among the first that an attacker tries: common, a pattern, or made of the person's own data.
    TooWeak,
}

impl PasswordRules {
    /// Checks a new password for the person with these data.
    ///
    /// # Errors
    /// With the reason.
    pub fn check(self, password: &Normalised, email: &str, display_name: Option<&str>) -> Result<(), Refused> {
        if password.expose().chars().count() < self.min_length.max(limits::PASSWORD_MIN_FLOOR) {
            return Err(Refused::TooShort);
        }
        let bare = |text: &str| text.to_lowercase().nfc().filter(|c| c.is_alphanumeric()).collect::<String>();
        let alone = bare(password.expose());
        if [email, display_name.unwrap_or_default()]
            .iter()
            .map(|own| bare(own))
            .any(|own| !own.is_empty() && own == alone)
        {
            return Err(Refused::TooWeak);
        }
        // The estimate knows the words and keyboards of ASCII. Of a password without any it would see repetition at most.
        if !password.expose().chars().any(|c| c.is_ascii()) {
            return Ok(());
        }
        let own: Vec<&str> = email
            .split(['@', '.', '+', '-', '_'])
            .chain([email])
            .chain(display_name.into_iter().flat_map(str::split_whitespace))
            .chain(["sessionkeep", "session keep"])
            .filter(|word| word.chars().count() >= 3)
            .collect();
        // zxcvbn recognises common passwords, words, names, dates, keyboard runs and repetitions, and what is made of them.
        // Below its third step an attacker needs fewer than a hundred million guesses.
        let estimate = zxcvbn::zxcvbn(password.expose(), &own);
        if estimate.score() < zxcvbn::Score::Three { Err(Refused::TooWeak) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::Password;

    use super::*;

    fn check(password: &str) -> Result<(), Refused> {
        let password = Normalised::new(&Password::new(password)).expect("not too long");
        PasswordRules { min_length: 12 }.check(&password, "ada.lovelace@example.com", Some("Countess Ada"))
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(check("fjk3 kdl2 s"), Err(Refused::TooShort));
        assert_eq!(check(&"🔑".repeat(11)), Err(Refused::TooShort));
        assert_eq!(check(&"🔑".repeat(12)), Ok(()));
    }

    #[test]
    fn composition_is_free() {
        assert_eq!(check("quiet river under the oak"), Ok(()));
    }

    #[test]
    fn common_passwords_patterns_and_own_data_are_too_weak() {
        for weak in [
            "password1234",
            "123456789012",
            "qwertyuiop12",
            "aaaaaaaaaaaaaaaa",
            "iloveyou1234",
            "lovelace2026",
            "ada.lovelace@example.com",
            "sessionkeep1",
        ] {
            assert_eq!(check(weak), Err(Refused::TooWeak), "{weak}");
        }
    }

    #[test]
    fn a_name_in_any_script_is_no_password() {
        let password = Normalised::new(&Password::new("КОНСТАНТИН Опольский")).expect("not too long");
        let checked = PasswordRules { min_length: 12 }.check(&password, "k@example.com", Some("Константин Опольский"));
        assert_eq!(checked, Err(Refused::TooWeak));
    }

    #[test]
    fn what_is_longer_than_any_password_is_not_even_normalised() {
        assert!(Normalised::new(&Password::new("a".repeat(256))).is_some());
        assert!(Normalised::new(&Password::new("a".repeat(257))).is_none());
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let [composed, decomposed] = ["\u{c5}ngstr\u{f6}m", "A\u{30a}ngstro\u{308}m"]
            .map(|p| Normalised::new(&Password::new(p)).expect("short").expose().to_owned());
        assert_eq!(composed, decomposed);
    }
}
