//! The name that others see: which text it may be, and the form in which it is stored.

use sessionkeep_types::{limits, text::check_readable};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{marks, wrong_field::WrongField};

/// The name as it is stored: trimmed, in NFC, and with plain spaces alone, so that no two of them look the same and are not.
/// Blank means none.
///
/// # Errors
/// [`WrongField`].
pub(super) fn checked(name: Option<&str>) -> Result<Option<String>, WrongField> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(None) };
    check_readable(name)?;
    let length = name.chars().count();
    if length > limits::DISPLAY_NAME_MAX_LENGTH {
        return Err(WrongField::TooLong { most: limits::DISPLAY_NAME_MAX_LENGTH, length });
    }
    // It would be drawn on the character before it, which belongs to the page.
    if name.starts_with(is_combining_mark) {
        return Err(WrongField::MarkFirst);
    }
    if marks::too_many(name) {
        return Err(WrongField::TooManyMarks);
    }
    Ok(Some(name.nfc().map(|c| if c.is_whitespace() { ' ' } else { c }).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_stored_in_nfc_with_plain_spaces() {
        for name in ["Ada", "José", "山田 太郎", "राम कुमार", "สมชาย", "محمد", "Nguyễn Thị Ánh", "🔑"]
        {
            assert_eq!(checked(Some(name)), Ok(Some(name.to_owned())), "{name}");
        }
        assert_eq!(checked(Some(" Jose\u{301}\u{a0}L ")), Ok(Some("Jos\u{e9} L".to_owned())));
        assert_eq!(checked(Some(" \t ")), Ok(None));
        assert_eq!(checked(None), Ok(None));
    }

    #[test]
    fn a_name_that_cannot_be_read_as_it_is_is_refused() {
        let (long, heap) = ("n".repeat(65), format!("a{}", "\u{301}".repeat(9)));
        for bad in [
            "a\tb",
            "a\u{200b}b",
            "\u{202e}ada",
            "ad\u{ad}a",
            "\u{301}ada",
            "\u{93e}",
            "\u{3164}",
            "a\u{e000}b",
            "\u{fffc}",
            &heap,
            &long,
        ] {
            assert!(checked(Some(bad)).is_err(), "{bad:?}");
        }
    }
}
