//! What text from outside must not do to whoever reads it.

/// Whether the character moves a cursor, ends a line, begins a command of a terminal, cannot be seen, or turns what follows around.
pub(crate) fn is_treacherous(c: char) -> bool {
    let is_unseen = matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    c.is_control() || is_unseen
}

/// What a client sent, for an operator's eyes.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if is_treacherous(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_sent_cannot_write_over_the_list() {
        assert_eq!(printable("a\u{1b}[2Jb\tc"), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(printable("a\u{202e}b\u{2066}"), "a\u{fffd}b\u{fffd}");
    }
}
