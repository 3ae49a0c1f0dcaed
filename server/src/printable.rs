//! Text from outside, for the eyes of an operator.

use sessionkeep_types::text::{is_invisible, is_undefined};

/// Whether the character moves a cursor, ends a line, begins a command of a terminal, cannot be seen or means nothing, turns the
/// text that follows around, or looks like a space and is none.
pub(crate) fn is_deceptive(c: char) -> bool {
    is_invisible(c) || is_undefined(c) || (c.is_whitespace() && c != ' ')
}

/// The text with every deceptive character escaped, as in `\u{202e}`.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        if is_deceptive(c) {
            line.extend(c.escape_unicode());
        } else {
            line.push(c);
        }
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_write_over_the_list() {
        assert_eq!(printable("a\u{1b}[2Jb\tc\n"), r"a\u{1b}[2Jb\u{9}c\u{a}");
    }

    #[test]
    fn what_cannot_be_seen_is_shown_escaped() {
        assert_eq!(
            printable("a\u{202e}b\u{2066}c\u{ad}d\u{200b}e\u{a0}"),
            r"a\u{202e}b\u{2066}c\u{ad}d\u{200b}e\u{a0}"
        );
        assert_eq!(printable("a\u{e000}b\u{fffc}c\u{10fffd}"), r"a\u{e000}b\u{fffc}c\u{10fffd}");
        assert_eq!(printable("Ада 山田 é"), "Ада 山田 é");
    }
}
