//! Characters that email addresses and display names must not contain, because a reader cannot see them or because they mean nothing.
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

/// Characters that mean nothing, or something else in each font, in ascending ranges: those for private use, noncharacters, the
/// object replacement character, and planes 4 to 16, in which Unicode has no letters. Unassigned characters of the other planes are
/// not among them, because each version of Unicode assigns some.
pub const UNDEFINED: [(char, char); 7] = [
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fffc}', '\u{fffc}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{1fffe}', '\u{1ffff}'),
    ('\u{2fffe}', '\u{2ffff}'),
    ('\u{3fffe}', '\u{10ffff}'),
];

/// Whether this is one of the [`INVISIBLE`] characters.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    is_in(&INVISIBLE, c)
}

/// Whether this is one of the [`UNDEFINED`] characters.
#[must_use]
pub fn is_undefined(c: char) -> bool {
    is_in(&UNDEFINED, c)
}

fn is_in(ranges: &[(char, char)], c: char) -> bool {
    let next = ranges.partition_point(|(first, _)| *first <= c);
    next > 0 && c <= ranges[next - 1].1
}

/// Text contains a character that cannot be read. Displayed, it is a sentence for the person who entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It cannot be seen.
    Invisible(
        /// The first one.
        char,
    ),
    /// It means nothing.
    Undefined(
        /// The first one.
        char,
    ),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Invisible(c) => write!(f, "Remove the invisible character U+{:04X}.", u32::from(c))?,
            Self::Undefined(c) => write!(f, "Remove the character U+{:04X}, which has no meaning.", u32::from(c))?,
        }
        match self {
            Self::Invisible('\u{200c}' | '\u{200d}' | '\u{fe0f}') => {
                f.write_str(" Some emoji and ligatures contain it.")
            }
            _ => Ok(()),
        }
    }
}

impl core::error::Error for Unreadable {}

/// Checks that every character of an email address or a display name can be seen and means something. White space around it does
/// not count.
///
/// # Errors
/// [`Unreadable`], with the first character that cannot.
pub fn check_readable(text: &str) -> Result<(), Unreadable> {
    let unreadable = |c| match c {
        _ if is_invisible(c) => Some(Unreadable::Invisible(c)),
        _ if is_undefined(c) => Some(Unreadable::Undefined(c)),
        _ => None,
    };
    text.trim().chars().find_map(unreadable).map_or(Ok(()), Err)
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
    fn the_other_table_is_private_use_noncharacters_the_object_replacement_and_planes_without_letters() {
        let categories = CodePointMapData::<GeneralCategory>::new();
        for c in '\0'..=char::MAX {
            let (code, category) = (u32::from(c), categories.get(c));
            let is_noncharacter = code & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
            let expected =
                category == GeneralCategory::PrivateUse || is_noncharacter || c == '\u{fffc}' || code >= 0x40000;
            assert_eq!(is_undefined(c), expected, "U+{code:04X}");
            let has_letter = !matches!(category, GeneralCategory::PrivateUse | GeneralCategory::Unassigned);
            assert!(!is_undefined(c) || !has_letter || is_invisible(c) || c == '\u{fffc}', "U+{code:04X}");
        }
    }

    #[test]
    fn the_first_invisible_character_is_named_and_white_space_around_is_none() {
        for visible in ["ada@example.com", " Ada\t\n", "José", "山田\u{3000}太郎", "नमस्ते", "สวัสดี", "🔑"]
        {
            assert_eq!(check_readable(visible), Ok(()), "{visible:?}");
        }
        for (text, c) in [
            ("ada\u{200b}@example.com", '\u{200b}'),
            ("\u{202e}ada\u{200b}", '\u{202e}'),
            ("a\tb", '\t'),
            ("a\0", '\0'),
            ("\u{e0041}", '\u{e0041}'),
        ] {
            assert_eq!(check_readable(text), Err(Unreadable::Invisible(c)), "{text:?}");
        }
        assert_eq!(Unreadable::Invisible('\u{ad}').to_string(), "Remove the invisible character U+00AD.");
    }

    #[test]
    fn a_character_without_meaning_is_refused_wherever_it_is() {
        for c in [
            '\u{e000}',
            '\u{f8ff}',
            '\u{fdd0}',
            '\u{fffc}',
            '\u{ffff}',
            '\u{5fffe}',
            '\u{50000}',
            '\u{f0000}',
            '\u{10fffd}',
        ] {
            for text in [format!("ada{c}"), format!("{c}ada"), format!("ada@{c}.example.com")] {
                assert_eq!(check_readable(&text), Err(Unreadable::Undefined(c)), "{text:?}");
            }
        }
        assert_eq!(Unreadable::Undefined('\u{e000}').to_string(), "Remove the character U+E000, which has no meaning.");
    }
}
