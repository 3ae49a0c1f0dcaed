//! Frequent words in a password, also backwards and with digits and signs for letters.

use std::{collections::HashMap, sync::LazyLock};

use super::{Advice, Piece};
use crate::scripts::lowercase;

/// Each line has a rank and the words up to it (`common/README.md`).
const FREQUENT: &str = include_str!("../../common/english.txt");
/// Shorter words are not found faster than their letters.
const SHORTEST: usize = 3;

static RANKS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let words_of = |line: &'static str| {
        let mut words = line.split(' ');
        let rank = words.next().and_then(|rank| rank.parse().ok()).unwrap_or(1);
        words.map(move |word| (word, rank))
    };
    FREQUENT.lines().flat_map(words_of).collect()
});

/// What a digit or sign is written for. `1` stands for two letters.
fn read(c: char, one: char) -> char {
    match c {
        '4' | '@' => 'a',
        '8' => 'b',
        '(' | '{' | '[' | '<' => 'c',
        '3' => 'e',
        '6' | '9' => 'g',
        '1' | '!' | '|' => one,
        '0' => 'o',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '%' => 'x',
        '2' => 'z',
        other => other,
    }
}

/// The pieces that are frequent words, or words of the person's own.
pub(super) fn pieces(text: &[char], own: &HashMap<&str, u32>) -> Vec<Piece> {
    let lower = lowercase(text);
    let readings: [Vec<char>; 3] =
        [lower.clone(), lower.iter().map(|c| read(*c, 'i')).collect(), lower.iter().map(|c| read(*c, 'l')).collect()];
    let mut pieces = vec![];
    for from in 0..text.len() {
        for to in from + 1..=text.len() {
            for (reading, backwards) in readings.iter().flat_map(|reading| [(reading, 1.0), (reading, 2.0)]) {
                let word: String = if backwards > 1.0 {
                    reading[from..to].iter().rev().collect()
                } else {
                    reading[from..to].iter().collect()
                };
                let frequent = if to - from < SHORTEST { None } else { RANKS.get(word.as_str()) };
                if let Some(rank) = own.get(word.as_str()).or(frequent) {
                    let signs = substituted(&lower[from..to], &reading[from..to]);
                    let guesses = f64::from(*rank) * backwards * signs * capitals(&text[from..to]);
                    pieces.push(Piece { from, to, guesses, kind: Some(Advice::Common) });
                }
            }
        }
    }
    pieces
}

/// In how many ways signs could have been written for these letters.
fn substituted(is: &[char], read: &[char]) -> f64 {
    let is_first = |at: &usize| is[*at] != read[*at] && !is[..*at].contains(&is[*at]);
    (0..is.len()).filter(is_first).map(|_| 2.0).product()
}

/// In how many ways a word could have been written with so many capitals.
fn capitals(word: &[char]) -> f64 {
    let is_upper = |c: &&char| c.is_uppercase();
    let upper = word.iter().filter(is_upper).count();
    let lower = word.iter().filter(|c| c.is_lowercase()).count();
    let is_at_an_end = || [word.first(), word.last()].into_iter().flatten().any(char::is_ascii_uppercase);
    match upper {
        0 => 1.0,
        1 if is_at_an_end() => 2.0,
        _ if lower == 0 => 2.0,
        _ => (1..=upper.min(lower)).map(|capitals| super::patterns::choose(upper + lower, capitals)).sum(),
    }
}
