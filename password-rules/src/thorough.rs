//! The server's judgement, by zxcvbn and the shipped list.

use super::{Estimate, Judge, Strength, common};

pub(super) struct Thorough;

impl Judge for Thorough {
    fn is_common(form: &str) -> bool {
        common::is_listed(form)
    }

    fn is_little(text: &str) -> bool {
        zxcvbn::zxcvbn(text, &[]).score() < zxcvbn::Score::Two
    }

    /// zxcvbn recognises common passwords, words, names, dates, keyboard runs and repetitions, and what is made of them.
    /// Below its third step an attacker needs fewer than a hundred million guesses.
    fn judge(form: &str, words: &[&str]) -> Estimate {
        let strength = match zxcvbn::zxcvbn(&with_few_symbols(form), words).score() {
            zxcvbn::Score::Three => Strength::Fair,
            zxcvbn::Score::Four => Strength::Strong,
            _ => Strength::Weak,
        };
        Estimate { strength, advice: None }
    }
}

/// The form without most of its symbols, where it has many different ones. zxcvbn tries every combination of the letters that
/// symbols may stand for: without a bound a single password could occupy a core for seconds.
pub(super) fn with_few_symbols(form: &str) -> String {
    const SYMBOLS: [char; 10] = ['@', '(', '{', '[', '<', '!', '|', '$', '+', '%'];
    // A row of keys, `!@#$%^&*()`, has five.
    const MOST: usize = 5;
    const NO_SYMBOL: char = '\u{f8ff}';

    let used: Vec<char> = SYMBOLS.into_iter().filter(|symbol| form.contains(*symbol)).collect();
    let read = &used[..used.len().min(MOST)];
    form.chars().map(|c| if SYMBOLS.contains(&c) && !read.contains(&c) { NO_SYMBOL } else { c }).collect()
}
