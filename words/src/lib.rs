//! Everything that the pages say to people, in each language.
//!
//! [`Words`] lists the sentences by the page that shows them. A language is one file with one `static` of that type, so that
//! a missing translation does not compile and a translator reads one file. A sentence with values is a function. Pure:
//! which language applies is decided elsewhere.

#![expect(missing_docs, reason = "a field is named after what it says; a comment is there where that is not plain")]

mod en;
mod it;
mod list;

pub use list::*;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Italian,
}

impl Language {
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

    /// The best of them for an `Accept-Language` header (RFC 9110, 12.5.4).
    #[cfg(feature = "negotiate")]
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let tags = Self::ALL.map(Self::tag);
        // A region counts as its language: none of ours has regions.
        let preferred = accept_language::parse(header);
        preferred
            .iter()
            .find_map(|tag| {
                let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
                tags.contains(&primary.as_str()).then(|| Self::of_tag(&primary)).flatten()
            })
            .unwrap_or_default()
    }
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

    #[cfg(feature = "negotiate")]
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
            ("\u{0}\u{202e}", "en"),
        ] {
            assert_eq!(Language::accepted(header).tag(), tag, "{header:?}");
        }
    }

    #[test]
    fn numbers_and_their_nouns_agree() {
        let en = Language::English.words();
        assert_eq!((en.devices.signed_out_others)(1), "Signed out 1 other device.");
        assert_eq!((en.devices.signed_out_others)(5), "Signed out 5 other devices.");
        let it = Language::Italian.words();
        assert_eq!((it.devices.signed_out_others)(1), "Disconnesso 1 altro dispositivo.");
        assert_eq!((it.devices.signed_out_others)(5), "Disconnessi altri 5 dispositivi.");
    }
}
