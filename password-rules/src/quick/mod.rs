//! The page's judgement: zxcvbn's search for the cheapest way to guess a password, with a filter instead of the list of common
//! passwords and with the most frequent words alone. Its result is a hint.
//!
//! Every password is guessed twice: as if a word that is not among the frequent ones was random, which finds what is
//! certainly weak, and as if it was a rarer word, which finds what is certainly strong.

mod patterns;
mod words;

use std::collections::HashMap;

use super::{Advice, Estimate, Judge, Strength, common};

/// Only the first characters are judged. Each takes time.
const MOST_CHARACTERS: usize = 64;
/// Below this many guesses a part of a password counts for little.
const LITTLE: f64 = 1e6;
/// Below this many guesses a password is refused.
const WEAK: f64 = 1e8;
/// From this many guesses on there is no advice.
const STRONG: f64 = 1e11;
/// An attacker who tries more pieces has tried so many passwords of fewer pieces.
const BEFORE_MORE_PIECES: f64 = 1e4;

pub(super) struct Quick;

impl Judge for Quick {
    fn is_common(form: &str) -> bool {
        common::may_be_listed(form)
    }

    fn is_little(text: &str) -> bool {
        Attacker { words: HashMap::new(), unknown: random }.cheapest(&characters(text)).guesses < LITTLE
    }

    fn judge(form: &str, words: &[&str]) -> Estimate {
        let words: HashMap<&str, u32> = words.iter().copied().zip(1..).collect();
        let text = characters(form);
        let least = Attacker { words: words.clone(), unknown: rarer_words }.cheapest(&text);
        if least.guesses >= STRONG {
            return Estimate { strength: Strength::Strong, advice: None };
        }
        let most = Attacker { words, unknown: random }.cheapest(&text);
        let strength = if most.guesses < WEAK { Strength::Weak } else { Strength::Fair };
        Estimate { strength, advice: Some(most.advice()) }
    }
}

fn characters(text: &str) -> Vec<char> {
    text.chars().take(MOST_CHARACTERS).collect()
}

/// What is known of the password, and what of its parts that fit no pattern.
struct Attacker<'a> {
    /// Words that are tried before others, each with the guesses that find it.
    words: HashMap<&'a str, u32>,
    /// The guesses that find a part that fits no pattern.
    unknown: fn(&[char]) -> f64,
}

/// A part of a password.
#[derive(Clone, Copy, Debug)]
struct Piece {
    from: usize,
    to: usize,
    guesses: f64,
    /// What it is; `None`: it fits no pattern.
    kind: Option<Advice>,
}

/// A way to guess a password.
struct Way {
    guesses: f64,
    pieces: Vec<Piece>,
}

impl Attacker<'_> {
    /// The way that takes the fewest guesses: the product of those of its pieces, in any order.
    fn cheapest(&self, text: &[char]) -> Way {
        let known = self.pieces(text);
        // By the end of the last piece and the number of pieces: the least product, and the last piece.
        let mut best: Vec<Vec<Option<(f64, Piece)>>> = vec![vec![None; text.len() + 1]; text.len() + 1];
        for to in 1..=text.len() {
            let unknown = (0..to).map(|from| Piece { from, to, guesses: (self.unknown)(&text[from..to]), kind: None });
            for mut piece in known.iter().filter(|piece| piece.to == to).copied().chain(unknown) {
                piece.guesses = piece.guesses.max(least_guesses(&piece, text.len()));
                for count in 0..=piece.from {
                    let before = match best[piece.from][count] {
                        _ if piece.from == 0 && count == 0 => 1.0,
                        Some((product, _)) => product,
                        None => continue,
                    };
                    let product = before * piece.guesses;
                    let place = &mut best[to][count + 1];
                    if place.is_none_or(|(other, _)| product < other) {
                        *place = Some((product, piece));
                    }
                }
            }
        }
        let mut arrangements = 1.0;
        let mut cheapest = (1.0, 0);
        for (count, found) in (0_u32..).zip(&best[text.len()]).skip(1) {
            arrangements *= f64::from(count);
            let Some((product, _)) = found else { continue };
            let guesses = arrangements * product + BEFORE_MORE_PIECES.powi(count.cast_signed() - 1);
            if cheapest.1 == 0 || guesses < cheapest.0 {
                cheapest = (guesses, count as usize);
            }
        }
        let (guesses, mut count) = cheapest;
        let (mut pieces, mut to) = (vec![], text.len());
        while let Some((_, piece)) = best[to][count] {
            pieces.push(piece);
            (to, count) = (piece.from, count - 1);
        }
        Way { guesses, pieces }
    }

    fn pieces(&self, text: &[char]) -> Vec<Piece> {
        let mut pieces = words::pieces(text, &self.words);
        pieces.extend(patterns::sequences(text));
        pieces.extend(patterns::along_the_keyboard(text));
        pieces.extend(patterns::dates(text));
        pieces.extend(patterns::repeats(text).map(|(from, period, times)| Piece {
            from,
            to: from + period * times,
            guesses: self.cheapest(&text[from..from + period]).guesses * patterns::number(times),
            kind: Some(Advice::Repeats),
        }));
        pieces
    }
}

/// A piece of a longer password has to be found among others of its length.
fn least_guesses(piece: &Piece, length: usize) -> f64 {
    let least = match piece.to - piece.from {
        whole if whole == length => 1.0,
        1 => 10.0,
        _ => 50.0,
    };
    // A pattern explains a part better than chance.
    if piece.kind.is_none() { least + 1.0 } else { least }
}

/// Ten guesses a character.
fn random(text: &[char]) -> f64 {
    text.iter().map(|_| 10.0).product()
}

/// The same, but of a word half the letters count: there are about so many words.
fn rarer_words(text: &[char]) -> f64 {
    const SHORTEST: usize = 4;

    let is_one_word = |one: &char, next: &char| {
        one.is_ascii_alphabetic() && next.is_ascii_alphabetic() && !(one.is_lowercase() && next.is_uppercase())
    };
    let guesses = |word: &[char]| if word.len() < SHORTEST { random(word) } else { random(word).sqrt() };
    text.chunk_by(is_one_word).map(guesses).product()
}

impl Way {
    /// What stands out most.
    fn advice(&self) -> Advice {
        let length = |piece: &&Piece| piece.to - piece.from;
        let longest = self.pieces.iter().filter(|piece| piece.kind.is_some()).max_by_key(length);
        let whole: usize = self.pieces.iter().map(|piece| length(&piece)).sum();
        match longest.and_then(|piece| Some((piece.kind?, length(&piece)))) {
            // A password of several words is not like one of them.
            Some((Advice::Common, length)) if length * 2 <= whole => Advice::More,
            Some((kind, _)) => kind,
            None => Advice::More,
        }
    }
}

#[cfg(test)]
mod tests;
