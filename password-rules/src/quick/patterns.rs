//! What is no word and easy to guess all the same.

use super::{Advice, Piece};

/// A sequence or a path along the keyboard has at least so many characters.
const SHORTEST: usize = 3;

/// A count of characters, which are few.
#[expect(clippy::cast_precision_loss, reason = "counts of characters are small")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

/// Binomial coefficient.
pub(super) fn choose(of: usize, chosen: usize) -> f64 {
    (0..chosen).map(|at| number(of - at) / number(at + 1)).product()
}

/// Parts that repeat: where each begins, how long what is repeated is, and how often it is there.
pub(super) fn repeats(text: &[char]) -> impl Iterator<Item = (usize, usize, usize)> {
    let all = (0..text.len()).flat_map(|from| (1..=(text.len() - from) / 2).map(move |period| (from, period)));
    all.filter_map(|(from, period)| {
        let is_inside_another = from > 0 && text[from - 1] == text[from - 1 + period];
        let again = text[from..].iter().zip(&text[from + period..]).take_while(|(one, other)| one == other).count();
        let times = again / period + 1;
        (!is_inside_another && times > 1 && is_primitive(&text[from..from + period])).then_some((from, period, times))
    })
}

/// Whether it is no repetition itself.
fn is_primitive(text: &[char]) -> bool {
    (1..text.len()).all(|period| !text.len().is_multiple_of(period) || text[period..] != text[..text.len() - period])
}

/// Runs in which each character is the same step from the one before: `abc`, `97531`.
pub(super) fn sequences(text: &[char]) -> Vec<Piece> {
    const LONGEST_STEP: i64 = 5;
    const OBVIOUS: &str = "aAzZ019";

    let step = |at: usize| i64::from(u32::from(text[at + 1])) - i64::from(u32::from(text[at]));
    let (mut pieces, mut from) = (vec![], 0);
    while from + 1 < text.len() {
        let by = step(from);
        let to = (from..text.len() - 1).take_while(|at| step(*at) == by).count() + from + 1;
        if by != 0 && by.abs() <= LONGEST_STEP && to - from >= SHORTEST {
            let beginnings = match text[from] {
                first if OBVIOUS.contains(first) => 4.0,
                first if first.is_ascii_digit() => 10.0,
                _ => 26.0,
            };
            let directions = if by < 0 { 2.0 } else { 1.0 };
            let guesses = beginnings * directions * number(to - from);
            pieces.push(Piece { from, to, guesses, kind: Some(Advice::Sequence) });
        }
        from = to - 1;
    }
    pieces
}

/// Rows of keys, each with the same keys shifted.
struct Keyboard {
    rows: &'static [(&'static str, &'static str)],
    /// Whether each row lies half a key to the right of the one above.
    slanted: bool,
}

const KEYBOARDS: [Keyboard; 2] = [
    Keyboard {
        rows: &[
            ("`1234567890-=", "~!@#$%^&*()_+"),
            (" qwertyuiop[]\\", " QWERTYUIOP{}|"),
            (" asdfghjkl;'", " ASDFGHJKL:\""),
            (" zxcvbnm,./", " ZXCVBNM<>?"),
        ],
        slanted: true,
    },
    Keyboard { rows: &[(" /*-", ""), ("789+", ""), ("456", ""), ("123", ""), (" 0.", "")], slanted: false },
];

impl Keyboard {
    fn place(&self, c: char) -> Option<(i32, i32)> {
        let places = (0..).zip(self.rows).flat_map(|(y, (keys, shifted))| {
            let row = move |keys: &'static str| (0..).zip(keys.chars()).map(move |(x, key)| (key, (x, y)));
            row(keys).chain(row(shifted))
        });
        places.filter(|(key, _)| *key != ' ').find(|(key, _)| *key == c).map(|(_, place)| place)
    }

    /// The direction from one key to its neighbour.
    fn direction(&self, one: char, next: char) -> Option<(i32, i32)> {
        let ((x, y), (next_x, next_y)) = (self.place(one)?, self.place(next)?);
        let by @ (right, down) = (next_x - x, next_y - y);
        let is_near = right.abs() <= 1 && down.abs() <= 1 && by != (0, 0);
        let is_apart = self.slanted && down != 0 && right == down;
        (is_near && !is_apart).then_some(by)
    }

    fn keys(&self) -> f64 {
        number(self.rows.iter().map(|(keys, shifted)| keys.trim().len() + shifted.trim().len()).sum())
    }
}

/// Paths from key to neighbouring key.
pub(super) fn along_the_keyboard(text: &[char]) -> impl Iterator<Item = Piece> {
    KEYBOARDS.iter().flat_map(|keyboard| {
        let (mut pieces, mut from) = (vec![], 0);
        while from < text.len() {
            let path = text[from..].windows(2).map_while(|pair| keyboard.direction(pair[0], pair[1]));
            let directions: Vec<(i32, i32)> = path.collect();
            let to = from + directions.len() + 1;
            if to - from >= SHORTEST {
                let straight = directions.chunk_by(|one, next| one == next).count();
                let guesses = paths(to - from, straight, keyboard.keys());
                pieces.push(Piece { from, to, guesses, kind: Some(Advice::Keyboard) });
            }
            from = to;
        }
        pieces
    })
}

/// How many paths have at most so many keys and straight parts.
fn paths(keys: usize, straight: usize, beginnings: f64) -> f64 {
    const NEIGHBOURS: f64 = 4.0;

    let mut paths = 0.0;
    for keys in 2..=keys {
        let mut ways = 1.0;
        for parts in 1..=straight.min(keys - 1) {
            ways *= NEIGHBOURS;
            paths += choose(keys - 1, parts - 1) * ways;
        }
    }
    paths * beginnings
}

/// Years, and dates without separators.
pub(super) fn dates(text: &[char]) -> impl Iterator<Item = Piece> {
    /// How many digits there are, which are the year, and where day and month are, in any order.
    const FORMS: [(usize, (usize, usize), Option<usize>); 5] =
        [(4, (0, 4), None), (6, (4, 6), Some(0)), (6, (0, 2), Some(2)), (8, (4, 8), Some(0)), (8, (0, 4), Some(4))];
    const DAYS: f64 = 365.0;

    let digits_of = |text: &[char]| text.iter().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>();
    let found = move |(length, year, day): (usize, (usize, usize), Option<usize>), from: usize| {
        let digits = digits_of(text.get(from..from + length)?)?;
        let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |number, digit| number * 10 + digit);
        let years = years(number(year.0, year.1))?;
        let guesses = match day {
            Some(at) if is_day(number(at, at + 2), number(at + 2, at + 4)) => years * DAYS,
            Some(_) => return None,
            None => years,
        };
        Some(Piece { from, to: from + length, guesses, kind: Some(Advice::Date) })
    };
    FORMS.into_iter().flat_map(move |form| (0..text.len()).filter_map(move |from| found(form, from)))
}

/// Whether these are a day and a month.
fn is_day(one: u32, other: u32) -> bool {
    (1..=31).contains(&one.max(other)) && (1..=12).contains(&one.min(other))
}

/// How many years are tried until this one, of two digits or four, is found.
fn years(year: u32) -> Option<f64> {
    const NOW: u32 = 2025;
    const LEAST: u32 = 20;

    let whole = match year {
        0..=50 => year + 2000,
        51..=99 => year + 1900,
        _ => year,
    };
    (1900..2050).contains(&whole).then(|| f64::from(whole.abs_diff(NOW).max(LEAST)))
}
