//! What a new password must meet: long enough, and not among the first that an attacker tries.
//!
//! The server decides with [`PasswordRules::check`]. The page of a new password has [`PasswordRules::estimate`] while it is
//! typed, from a module of its own (`strength/`). Both read a password in the same way. The lists are too large to download, so
//! the estimate has a filter and the most frequent words in their place. No I/O, so the crate builds natively and for `wasm32`,
//! where only the estimate is there.
//!
//! Read in this order: [`PasswordRules`], `fold` (the form in which a password is judged), `scripts` (what other scripts than
//! the Latin one need), `common` (the shipped list and its filter), `own` (a person's own data), `thorough` and `quick`
//! (the server's judgement and the page's).

mod advice;
mod common;
mod fold;
mod own;
mod quick;
mod scripts;
#[cfg(not(target_arch = "wasm32"))]
mod thorough;
mod unicode;

pub use advice::Advice;
use fold::{accented, fold};
use quick::Quick;
use sessionkeep_types::limits;
#[cfg(not(target_arch = "wasm32"))]
use thorough::Thorough;

/// What a new password must meet. Nothing else is asked of it: no digits, no capitals, no expiry (ASVS 5.0, 6.2.5 and
/// 6.2.10).
#[derive(Clone, Copy, Debug)]
pub struct PasswordRules {
    /// Fewest characters. Invisible ones and accents by themselves are not counted.
    pub min_length: usize,
}

/// Whose password it is to be, and where, as far as an attacker knows.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The email address.
    pub email: &'a str,
    /// The name that others see.
    pub display_name: Option<&'a str>,
    /// What the operator calls the service.
    pub service: &'a str,
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Fewer characters than `min_length`.
    TooShort {
        /// Whether it would have enough if all of its characters were counted.
        uncounted: bool,
    },
    /// Long enough, but among the first that an attacker tries: common, a pattern, or made of the person's own data.
    TooWeak,
}

/// How hard a password is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    #[cfg(not(target_arch = "wasm32"))]
    pub fn check(self, password: &str, person: Person<'_>) -> Result<(), Refused> {
        if self.is_too_short(fold(password).length) {
            return Err(Refused::TooShort { uncounted: !self.is_too_short(password.chars().count()) });
        }
        match estimate::<Thorough>(password, person).strength {
            Strength::Weak => Err(Refused::TooWeak),
            Strength::Fair | Strength::Strong => Ok(()),
        }
    }

    /// What `check` will probably decide, where `password`, in NFC, has enough characters if all of them are counted.
    #[must_use]
    pub fn estimate(self, password: &str, person: Person<'_>) -> Estimate {
        if self.is_too_short(fold(password).length) {
            return Estimate { strength: Strength::Weak, advice: Some(Advice::Uncounted) };
        }
        estimate::<Quick>(password, person)
    }

    fn is_too_short(self, length: usize) -> bool {
        length < self.min_length.max(limits::PASSWORD_MIN_FLOOR)
    }
}

/// How one form of a password is judged.
trait Judge {
    /// Whether many people have this password.
    fn is_common(form: &str) -> bool;

    /// Whether a million guesses find this part of a password.
    fn is_little(text: &str) -> bool;

    /// How hard the form is to guess for an attacker who tries these words first.
    fn judge(form: &str, words: &[&str]) -> Estimate;
}

/// How hard `password` is to guess for somebody who knows `person`. Its length alone is not judged.
///
/// It is judged as it reads, without its separators, and as the keys that it is typed with on a Latin keyboard; the weakest
/// counts.
fn estimate<J: Judge>(password: &str, person: Person<'_>) -> Estimate {
    let folded = fold(password).text;
    if J::is_common(&folded) {
        return Estimate { strength: Strength::Weak, advice: Some(Advice::Common) };
    }
    let own_words = own::words(person);
    let latin = scripts::latin(&folded);
    let as_read = judge::<J>(&latin, &own_words);
    if let Some(bare) = without_separators(&latin) {
        let as_bare = judge::<J>(&bare, &own_words);
        if as_bare.strength == Strength::Weak {
            return as_bare;
        }
    }
    let accented = accented(password);
    if as_read.strength == Strength::Weak || accented.is_ascii() {
        return as_read;
    }
    let as_typed = judge::<J>(&scripts::keys(&accented), &own_words);
    if as_typed.strength < as_read.strength { as_typed } else { as_read }
}

/// The form without its separators, where it has any: `password password` is no harder to guess than `passwordpassword`. Where
/// there are more than two kinds of signs, they are not separators but part of what has to be guessed.
fn without_separators(form: &str) -> Option<String> {
    const MOST: usize = 2;

    let is_separator = |c: &char| !c.is_alphanumeric() && !unicode::is_mark(*c);
    let mut kinds: Vec<char> = vec![];
    for separator in form.chars().filter(is_separator) {
        if !kinds.contains(&separator) {
            kinds.push(separator);
        }
    }
    (1..=MOST).contains(&kinds.len()).then(|| form.chars().filter(|c| !is_separator(c)).collect())
}

/// Judges one form of a password.
fn judge<J: Judge>(form: &str, own_words: &[String]) -> Estimate {
    let weak = |advice| Estimate { strength: Strength::Weak, advice: Some(advice) };
    if J::is_common(form) {
        return weak(Advice::Common);
    }
    if own::is_all_there_is_to::<J>(form, own_words) {
        return weak(Advice::OwnData);
    }
    let mut words: Vec<&str> = own_words.iter().map(String::as_str).collect();
    words.extend(scripts::words_in(form).map(|word| -> &str { word }));
    J::judge(form, &words)
}

/// The form in which passwords are hashed and compared (NIST SP 800-63B-4, 3.1.1.2).
#[must_use]
pub fn normalise(password: &str) -> String {
    unicode::nfc(password)
}

#[cfg(test)]
mod tests;
