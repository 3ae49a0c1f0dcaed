//! Characters that e-mail addresses and display names must not contain, because nobody can see them.
//!
//! They make two different names look the same, turn the text around them, or command a terminal. The server refuses them,
//! a form can say so before it sends, and whatever prints text of other people escapes them.

use core::fmt;

/// Every character without a shape of its own, in ascending ranges: controls, format characters (which turn the direction of
/// writing), separators of lines and paragraphs, what Unicode calls default-ignorable, and the blank Braille pattern. White
/// space that only separates words is not among them.
pub const INVISIBLE: [(char, char); 28] = [
    ('\0', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether this is one of the [`INVISIBLE`] characters.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    let next = INVISIBLE.partition_point(|(first, _)| *first <= c);
    next > 0 && c <= INVISIBLE[next - 1].1
}

/// Text contains a character that cannot be seen. Displayed, it is a sentence for the person who entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invisible(
    /// The first one.
    pub char,
);

impl fmt::Display for Invisible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remove the invisible character U+{:04X}.", u32::from(self.0))?;
        match self.0 {
            '\u{200c}' | '\u{200d}' | '\u{fe0f}' => f.write_str(" Some emoji and ligatures contain it."),
            _ => Ok(()),
        }
    }
}

impl core::error::Error for Invisible {}

/// Checks that every character of an e-mail address or a display name can be seen. White space around it does not count.
///
/// # Errors
/// [`Invisible`], with the first character that cannot.
pub fn check_visible(text: &str) -> Result<(), Invisible> {
    text.trim().chars().find(|c| is_invisible(*c)).map_or(Ok(()), |c| Err(Invisible(c)))
}

#[cfg(test)]
mod tests {
    use icu_properties::{
        CodePointMapData, CodePointSetData,
        props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup},
    };

    use super::*;

    #[test]
    fn the_table_is_what_unicode_calls_control_format_separator_or_ignorable_and_the_blank_braille_pattern() {
        let hidden = GeneralCategoryGroup::Control
            .union(GeneralCategoryGroup::Format)
            .union(GeneralCategoryGroup::LineSeparator)
            .union(GeneralCategoryGroup::ParagraphSeparator);
        let categories = CodePointMapData::<GeneralCategory>::new();
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        for c in '\0'..=char::MAX {
            let expected = hidden.contains(categories.get(c)) || ignorable.contains(c) || c == '\u{2800}';
            assert_eq!(is_invisible(c), expected, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn the_first_invisible_character_is_named_and_white_space_around_is_none() {
        for visible in ["ada@example.com", " Ada\t\n", "José", "山田\u{3000}太郎", "नमस्ते", "สวัสดี", "🔑"]
        {
            assert_eq!(check_visible(visible), Ok(()), "{visible:?}");
        }
        for (text, c) in [
            ("ada\u{200b}@example.com", '\u{200b}'),
            ("\u{202e}ada\u{200b}", '\u{202e}'),
            ("a\tb", '\t'),
            ("a\0", '\0'),
            ("\u{e0041}", '\u{e0041}'),
        ] {
            assert_eq!(check_visible(text), Err(Invisible(c)), "{text:?}");
        }
        assert_eq!(Invisible('\u{ad}').to_string(), "Remove the invisible character U+00AD.");
    }
}
