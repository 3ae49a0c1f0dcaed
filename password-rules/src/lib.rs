//! What a new password must meet: long enough, and not among the first that an attacker tries.
//!
//! The server decides with it, and the page of a new password says the same while it is typed, from a module of its own
//! (`strength/`): the lists are too large for everybody's download. No I/O, so the crate builds natively and for `wasm32`.
//!
//! Read in this order: [`PasswordRules`], `common` (the shipped list), `own` (a person's own data).

mod advice;
mod common;
mod own;

pub use advice::Advice;
use sessionkeep_types::limits;
use unicode_normalization::UnicodeNormalization as _;

/// What a new password must meet. Nothing else is asked of it: no digits, no capitals, no expiry (ASVS 5.0, 6.2.5 and
/// 6.2.10).
#[derive(Clone, Copy, Debug)]
pub struct PasswordRules {
    /// Fewest characters.
    pub min_length: usize,
}

/// Whose password it is to be, as far as an attacker knows.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The e-mail address.
    pub email: &'a str,
    /// The name that others see.
    pub display_name: Option<&'a str>,
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Fewer characters than `min_length`.
    TooShort,
    /// Long enough, but among the first that an attacker tries: common, a pattern, or made of the person's own data.
    TooWeak,
}

/// How hard a password is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Refused.
    Weak,
    /// Accepted. Ten thousand million guesses would find it.
    Fair,
    /// Accepted, and nothing is left to wish for.
    Strong,
}

/// A strength, and what would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// How hard it is to guess.
    pub strength: Strength,
    /// What makes it easier to guess than it need be.
    pub advice: Option<Advice>,
}

impl PasswordRules {
    /// Checks a new password, in NFC, for `person`.
    ///
    /// # Errors
    /// With the reason.
    pub fn check(self, password: &str, person: Person<'_>) -> Result<(), Refused> {
        if password.chars().count() < self.min_length.max(limits::PASSWORD_MIN_FLOOR) {
            return Err(Refused::TooShort);
        }
        match estimate(password, person).strength {
            Strength::Weak => Err(Refused::TooWeak),
            Strength::Fair | Strength::Strong => Ok(()),
        }
    }
}

/// How hard `password`, in NFC, is to guess for somebody who knows `person`. Its length alone is not judged.
#[must_use]
pub fn estimate(password: &str, person: Person<'_>) -> Estimate {
    let weak = |advice| Estimate { strength: Strength::Weak, advice: Some(advice) };
    if common::contains(password) {
        return weak(Advice::Common);
    }
    if own::is_all_there_is_to(password, person) {
        return weak(Advice::OwnData);
    }
    // The estimate knows the words and keyboards of ASCII. Of a password without any it would see repetition at most.
    if !password.chars().any(|c| c.is_ascii()) {
        return Estimate { strength: Strength::Fair, advice: None };
    }
    // zxcvbn recognises common passwords, words, names, dates, keyboard runs and repetitions, and what is made of them.
    // Below its third step an attacker needs fewer than a hundred million guesses.
    let words = own::words(person);
    let inputs: Vec<&str> = words.iter().map(String::as_str).collect();
    let entropy = zxcvbn::zxcvbn(password, &inputs);
    let strength = match entropy.score() {
        zxcvbn::Score::Three => Strength::Fair,
        zxcvbn::Score::Four => Strength::Strong,
        _ => Strength::Weak,
    };
    Estimate { strength, advice: (strength != Strength::Strong).then(|| Advice::of(&entropy)) }
}

/// The form in which passwords are counted, judged, hashed and compared (NIST SP 800-63B-4, 3.1.1.2).
#[must_use]
pub fn normalise(password: &str) -> String {
    password.nfc().collect()
}

#[cfg(test)]
mod tests;
