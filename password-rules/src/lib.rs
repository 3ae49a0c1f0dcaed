//! What a new password must meet: long enough, and not among the first that an attacker tries.
//!
//! The server decides with it, and the page of a new password says the same while it is typed, from a module of its own
//! (`strength/`): the lists are too large for everybody's download. No I/O, so the crate builds natively and for `wasm32`.
//!
//! Read in this order: [`PasswordRules`], `fold` (the form in which a password is judged), `scripts` (what other scripts than
//! the Latin one need), `common` (the shipped list), `own` (a person's own data).

mod advice;
mod common;
mod fold;
mod own;
mod scripts;

use std::collections::BTreeSet;

pub use advice::Advice;
use fold::{accented, fold};
use sessionkeep_types::limits;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// What a new password must meet. Nothing else is asked of it: no digits, no capitals, no expiry (ASVS 5.0, 6.2.5 and
/// 6.2.10).
#[derive(Clone, Copy, Debug)]
pub struct PasswordRules {
    /// Fewest characters. Invisible ones and accents by themselves are not counted.
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
    pub fn check(self, password: &str, person: Person<'_>) -> Result<(), Refused> {
        if self.is_too_short(fold(password).length) {
            return Err(Refused::TooShort { uncounted: !self.is_too_short(password.chars().count()) });
        }
        match estimate(password, person).strength {
            Strength::Weak => Err(Refused::TooWeak),
            Strength::Fair | Strength::Strong => Ok(()),
        }
    }

    /// How hard `password`, in NFC, is to guess for somebody who knows `person`, where it has enough characters if all of them
    /// are counted.
    #[must_use]
    pub fn estimate(self, password: &str, person: Person<'_>) -> Estimate {
        if self.is_too_short(fold(password).length) {
            return Estimate { strength: Strength::Weak, advice: Some(Advice::Uncounted) };
        }
        estimate(password, person)
    }

    fn is_too_short(self, length: usize) -> bool {
        length < self.min_length.max(limits::PASSWORD_MIN_FLOOR)
    }
}

/// How hard `password` is to guess for somebody who knows `person`. Its length alone is not judged.
///
/// It is judged as it reads, without its separators, and as the keys that it is typed with on a Latin keyboard; the weakest
/// counts.
fn estimate(password: &str, person: Person<'_>) -> Estimate {
    let folded = fold(password).text;
    if common::contains(&folded) {
        return Estimate { strength: Strength::Weak, advice: Some(Advice::Common) };
    }
    let own_words = own::words(person);
    let latin = scripts::latin(&folded);
    let as_read = judge(&latin, &own_words);
    if let Some(bare) = without_separators(&latin) {
        let as_bare = judge(&bare, &own_words);
        if as_bare.strength == Strength::Weak {
            return as_bare;
        }
    }
    let accented = accented(password);
    if as_read.strength == Strength::Weak || accented.is_ascii() {
        return as_read;
    }
    let as_typed = judge(&scripts::keys(&accented), &own_words);
    if as_typed.strength < as_read.strength { as_typed } else { as_read }
}

/// The form without its separators, where it has any: `password password` is no harder to guess than `passwordpassword`. Where
/// there are more than two kinds of signs, they are not separators but part of what has to be guessed.
fn without_separators(form: &str) -> Option<String> {
    const MOST: usize = 2;

    let is_separator = |c: &char| !c.is_alphanumeric() && !is_combining_mark(*c);
    let kinds: BTreeSet<char> = form.chars().filter(is_separator).collect();
    (1..=MOST).contains(&kinds.len()).then(|| form.chars().filter(|c| !is_separator(c)).collect())
}

/// Judges one form of a password.
fn judge(form: &str, own_words: &[String]) -> Estimate {
    let weak = |advice| Estimate { strength: Strength::Weak, advice: Some(advice) };
    if common::contains(form) {
        return weak(Advice::Common);
    }
    if own::is_all_there_is_to(form, own_words) {
        return weak(Advice::OwnData);
    }
    // zxcvbn recognises common passwords, words, names, dates, keyboard runs and repetitions, and what is made of them.
    // Below its third step an attacker needs fewer than a hundred million guesses.
    let mut inputs: Vec<&str> = own_words.iter().map(String::as_str).collect();
    for word in scripts::words_in(form) {
        inputs.push(word);
    }
    let entropy = zxcvbn::zxcvbn(&with_few_symbols(form), &inputs);
    let strength = match entropy.score() {
        zxcvbn::Score::Three => Strength::Fair,
        zxcvbn::Score::Four => Strength::Strong,
        _ => Strength::Weak,
    };
    Estimate { strength, advice: (strength != Strength::Strong).then(|| Advice::of(&entropy)) }
}

/// The form without most of its symbols, where it has many different ones. zxcvbn tries every combination of the letters that
/// symbols may stand for: without a bound a single password could occupy a core for seconds.
fn with_few_symbols(form: &str) -> String {
    const SYMBOLS: [char; 10] = ['@', '(', '{', '[', '<', '!', '|', '$', '+', '%'];
    // A row of keys, `!@#$%^&*()`, has five.
    const MOST: usize = 5;
    const NO_SYMBOL: char = '\u{f8ff}';

    let used: Vec<char> = SYMBOLS.into_iter().filter(|symbol| form.contains(*symbol)).collect();
    let read = &used[..used.len().min(MOST)];
    form.chars().map(|c| if SYMBOLS.contains(&c) && !read.contains(&c) { NO_SYMBOL } else { c }).collect()
}

/// The form in which passwords are hashed and compared (NIST SP 800-63B-4, 3.1.1.2).
#[must_use]
pub fn normalise(password: &str) -> String {
    password.nfc().collect()
}

#[cfg(test)]
mod tests;
