//! Everything that the pages say to people, in each language.
//!
//! [`Words`] lists the sentences by the page that shows them. A language is one file with one `static` of that type, so that
//! a missing translation does not compile and a translator reads one file. A sentence with values is a function. Pure:
//! which language applies is decided elsewhere.

#![expect(missing_docs, reason = "a field is named after what it says; a comment is there where that is not plain")]

mod api;
mod en;
mod it;
mod list;

pub use api::Api;
pub use list::*;
use sessionkeep_types::text::Unreadable;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Italian,
}

impl Language {
    /// The cookie that keeps what a person has chosen.
    pub const COOKIE: &str = "language";
    /// All of them, in the order in which a person is offered them.
    pub const ALL: [Self; 2] = [Self::English, Self::Italian];

    /// The tag of BCP 47, as in `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Italian => "it",
        }
    }

    /// Its name in its own language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Italian => "Italiano",
        }
    }

    /// The language with exactly this tag.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// What the pages say in it.
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &en::WORDS,
            Self::Italian => &it::WORDS,
        }
    }

    /// What the API says in it.
    #[must_use]
    pub fn api(self) -> &'static Api {
        match self {
            Self::English => &en::API,
            Self::Italian => &it::API,
        }
    }

    /// The best of them for an `Accept-Language` header (RFC 9110, 12.5.4). Our own few lines, because what a stranger sends must
    /// neither cost much nor panic.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let entries = header.split(',').filter_map(|entry| {
            let (range, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            // A region counts as its language: none of ours has regions.
            let primary = range.trim().split('-').next()?;
            let language = Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))?;
            Some((language, quality(parameters).filter(|quality| *quality > 0)?))
        });
        // Of equals the first.
        let best = entries.reduce(|best, entry| if entry.1 > best.1 { entry } else { best });
        best.map(|(language, _)| language).unwrap_or_default()
    }
}

/// The weight behind a language, in thousandths; nothing where it is no weight.
fn quality(parameters: &str) -> Option<u16> {
    let Some(value) = parameters.trim().strip_prefix("q=").or_else(|| parameters.trim().strip_prefix("Q=")) else {
        return parameters.trim().is_empty().then_some(1000);
    };
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let thousandths = format!("{rest:0<3}");
    let is_weight =
        matches!(whole, "0" | "1") && rest.len() <= 3 && thousandths.bytes().all(|digit| digit.is_ascii_digit());
    let weight = is_weight.then(|| format!("{whole}{thousandths}").parse().ok()).flatten();
    weight.filter(|weight| *weight <= 1000)
}

impl Fields {
    /// What to do about a character that cannot be read.
    #[must_use]
    pub fn unreadable(&self, found: Unreadable) -> String {
        let (say, c) = match found {
            Unreadable::Invisible(c) => (self.invisible, c),
            Unreadable::Undefined(c) => (self.undefined, c),
        };
        let sentence = say(&format!("U+{:04X}", u32::from(c)));
        match c {
            '\u{200c}' | '\u{200d}' | '\u{fe0f}' => format!("{sentence} {}", self.in_emoji),
            _ => sentence,
        }
    }
}

/// A time that runs down, as a clock shows it: `0:42`, `15:00`.
#[must_use]
pub fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_own_tag_alone() {
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
        for other in ["", "EN", "en-GB", "de", "it "] {
            assert_eq!(Language::of_tag(other), None, "{other}");
        }
    }

    #[test]
    fn the_browsers_first_language_that_we_speak_is_chosen() {
        for (header, tag) in [
            ("", "en"),
            ("it", "it"),
            ("it-CH", "it"),
            ("IT-it,it;q=0.9,en;q=0.5", "it"),
            ("en-GB,en;q=0.9,it;q=0.8", "en"),
            ("de,it;q=0.7,en;q=0.3", "it"),
            ("en;q=0.3,it;q=0.7", "it"),
            ("de,fr;q=0.5", "en"),
            ("*", "en"),
            (";;;,,q=", "en"),
            ("it;q=0, de", "en"),
            ("it;q=0.000, it-CH;q=0.001", "it"),
            ("en;q=0.9,it;q=nan", "en"),
            ("it;q=1.5,en;q=0.1", "en"),
            ("it;q=0.5;q=1", "en"),
            ("\u{0}\u{202e}", "en"),
        ] {
            assert_eq!(Language::accepted(header).tag(), tag, "{header:?}");
        }
    }

    #[test]
    fn attack_a_long_header_with_weights_that_are_no_numbers_is_read_all_the_same() {
        let header = "it;q=nan,it;q=1.0,en;q=0.1,it;q=-1,de;q=inf,it;q=0.5".repeat(500);
        assert_eq!(Language::accepted(&header).tag(), "it");
    }

    #[test]
    fn a_character_that_cannot_be_read_is_named() {
        let fields = &Language::English.words().fields;
        assert_eq!(fields.unreadable(Unreadable::Invisible('\u{ad}')), "Remove the invisible character U+00AD.");
        let undefined = fields.unreadable(Unreadable::Undefined('\u{e000}'));
        assert_eq!(undefined, "Remove the character U+E000, which has no meaning.");
        assert!(fields.unreadable(Unreadable::Invisible('\u{200d}')).ends_with(fields.in_emoji));
    }

    #[test]
    fn a_clock_shows_minutes_and_two_digits_of_seconds() {
        assert_eq!((clock(42), clock(60), clock(900)), ("0:42".into(), "1:00".into(), "15:00".into()));
    }

    #[test]
    fn numbers_and_their_nouns_agree() {
        let en = Language::English.words();
        assert_eq!((en.devices.signed_out_others)(1, false), "Signed out 1 other device.");
        assert_eq!((en.devices.signed_out_others)(5, false), "Signed out 5 other devices.");
        let it = Language::Italian.words();
        assert_eq!((it.devices.signed_out_others)(1, false), "Disconnesso 1 altro dispositivo.");
        assert_eq!((it.devices.signed_out_others)(5, false), "Disconnessi altri 5 dispositivi.");
    }
}
