//! Passwords that are made of what everybody knows of a person: the email address, the name, and what the service is
//! called (ASVS 5.0, 6.2.11).

use super::{Judge, Person};
use crate::{
    fold::{accented, fold},
    scripts::{keys, latin},
    unicode::lower,
};

/// What the service is called where its operator does not name it.
const SERVICE: &str = "sessionkeep";

/// The words that `person` is known by, as they are judged, also as typed on a Latin keyboard. Not the last part of the address's domain: it is nobody's own.
pub(super) fn words(person: Person<'_>) -> Vec<String> {
    let (local, domain) = person.email.rsplit_once('@').unwrap_or((person.email, ""));
    let domain = domain.rsplit_once('.').map_or("", |(labels, _)| labels);
    let name = person.display_name.unwrap_or_default();
    let words = [SERVICE, person.service, person.email, local, domain, name]
        .into_iter()
        .chain(
            [person.service, local, domain, name]
                .into_iter()
                .flat_map(|text| text.split(|c: char| !c.is_alphanumeric())),
        )
        // `ada1815` is `ada`, too.
        .chain([local, name].into_iter().flat_map(|text| text.split(|c: char| !c.is_alphabetic())))
        .map(lower)
        .flat_map(|word| [latin(&fold(&word).text), keys(&accented(&word))])
        .filter(|word| is_word(word));
    let mut own = vec![];
    for word in words {
        if !own.contains(&word) {
            own.push(word);
        }
    }
    own
}

/// Two letters of an alphabet are in every other word; two of a script with a sign for each syllable are a name.
fn is_word(text: &str) -> bool {
    text.chars().count() >= if text.is_ascii() { 3 } else { 2 }
}

/// Whether `password` holds these words of its person, forwards or backwards, and little else: what is left must be worth a
/// million guesses by itself. The words count for nothing, so that a passphrase may well hold one.
pub(super) fn is_all_there_is_to<J: Judge>(password: &str, words: &[String]) -> bool {
    let letters = letters(password);
    let mut own = vec![false; letters.len()];
    for word in words {
        let mut word = legible(word);
        for _ in 0..2 {
            mark(&letters, &word, &mut own);
            word.reverse();
        }
    }
    if !own.contains(&true) {
        return false;
    }
    let rest: String = letters
        .iter()
        .zip(own)
        .filter(|(letter, own)| !own && letter.is.is_alphanumeric())
        .map(|(l, _)| l.is)
        .collect();
    J::is_little(&rest)
}

fn mark(letters: &[Letter], word: &[char], own: &mut [bool]) {
    if word.is_empty() {
        return;
    }
    for (at, window) in letters.windows(word.len()).enumerate() {
        if window.iter().zip(word).all(|(letter, wanted)| letter.folded == *wanted) {
            own[at..at + word.len()].fill(true);
        }
    }
}

/// A letter without case.
struct Letter {
    is: char,
    /// What it may stand for: the same for `l`, `i`, `1` and `!`.
    folded: char,
}

/// What can be read in a password as it is judged, less what stands between it.
fn letters(text: &str) -> Vec<Letter> {
    lower(text)
        .chars()
        .map(|is| Letter { is, folded: folded(is) })
        .filter(|letter| letter.folded.is_alphanumeric())
        .collect()
}

/// The letters that can be read in a text as it is judged.
pub(super) fn legible(text: &str) -> Vec<char> {
    letters(text).into_iter().map(|letter| letter.folded).collect()
}

/// Digits and signs as the letters that they are written for.
fn folded(c: char) -> char {
    match c {
        '4' | '@' => 'a',
        '8' => 'b',
        '3' | '€' => 'e',
        '6' | '9' => 'g',
        '1' | '!' | '|' | 'l' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '2' => 'z',
        other => other,
    }
}
