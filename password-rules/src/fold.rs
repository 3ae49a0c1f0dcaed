//! The form in which passwords are counted and judged. It is never hashed, stored or compared.
//!
//! Two passwords that look the same, or that differ in what nobody can see, have one form: compatibility letters (full-width,
//! circled, ligatures) are their plain ones, and invisible characters and accents are gone. The marks that write vowels, as
//! in Devanagari and Thai, are characters like any other.

use sessionkeep_types::text::is_invisible;

use crate::unicode::{is_accent, nfc, nfd, nfkc, nfkd};

/// A character that stands for more than so many others is kept as it is: else one `ﷺ` would count as eighteen.
const LONGEST_EXPANSION: usize = 3;

/// A password as it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    /// In NFC, in the case in which it was typed.
    pub(super) text: String,
    /// How many of the typed characters count.
    pub(super) length: usize,
}

pub(super) fn fold(password: &str) -> Folded {
    let typed = nfc(&counted(&nfd(password)));
    let (mut text, mut length) = (String::new(), 0);
    for c in typed.chars() {
        let plain = counted(&nfkd(c.encode_utf8(&mut [0; 4])));
        if plain.chars().count() > LONGEST_EXPANSION {
            text.push(c);
        } else {
            text += &plain;
        }
        length += usize::from(!plain.is_empty());
    }
    let text = nfc(&text);
    length = length.min(text.chars().count());
    Folded { text, length }
}

/// The password's letters with their accents, which may be letters of their own: `й` is another key than `и`.
pub(super) fn accented(password: &str) -> String {
    let visible: String = password.chars().filter(|c| !is_invisible(*c)).collect();
    nfkc(&visible)
}

fn counted(text: &str) -> String {
    text.chars().filter(|c| is_counted(*c)).collect()
}

/// Whether this is counted as a character of a password.
pub(super) fn is_counted(c: char) -> bool {
    !is_invisible(c) && !is_accent(c)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    #[track_caller]
    fn is(password: &str, text: &str, length: usize) {
        assert_eq!(fold(password), Folded { text: text.to_owned(), length }, "{password:?}");
    }

    #[test]
    fn what_looks_the_same_folds_to_the_same() {
        is("ｐａｓｓｗｏｒｄ１２３４", "password1234", 12);
        is("p\u{ad}ass\u{200b}w\u{34f}ord\u{e0041}", "password", 8);
        is("pa\u{301}sswo\u{20dd}rd", "password", 8);
        is("Ⓟⓐⓢⓢ", "Pass", 4);
        is("\u{a0}\u{3000}", "  ", 2);
        is("\u{2800}\u{3164}\u{ffa0}", "", 0);
        is("Ångström", "Angstrom", 8);
    }

    #[test]
    fn one_typed_character_counts_as_one_whatever_it_stands_for() {
        is("ﬃ", "ffi", 1);
        is("ﷺ", "ﷺ", 1);
        is("한글", "한글", 2);
        is("ｶﾞ", "ガ", 1);
    }

    #[test]
    fn vowel_signs_count_and_optional_points_do_not() {
        is("हिन्दी", "हिन्दी", 6);
        is("น้ำ", "น\u{e49}\u{e4d}\u{e32}", 3);
        is("がぎ", "がぎ", 2);
        is("كِتَابٌ", "كتاب", 4);
        is("שָׁלוֹם", "שלום", 4);
    }

    /// What each script is written with, and what is to be folded away.
    fn password() -> impl Strategy<Value = String> {
        let character = prop_oneof![
            any::<char>(),
            select(
                "aéﬃﷺᾂﾞｶ가ㅏ\u{1100}\u{1161}क\u{93f}\u{93c}\u{301}\u{20dd}\u{3099}かй\u{e48}\u{e4d}\u{200b}\u{1d15e}"
                    .chars()
                    .collect::<Vec<_>>()
            ),
        ];
        vec(character, 0..24).prop_map(|characters| characters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(password in password()) {
            let once = fold(&password);
            prop_assert_eq!(fold(&once.text).text, once.text);
        }

        #[test]
        fn an_ignorable_character_changes_nothing_wherever_it_is(
            password in password(),
            ignorable in select(vec!['\u{200b}', '\u{ad}', '\u{202e}', '\u{fe0f}', '\u{e0041}', '\u{301}', '\u{20dd}']),
            at in any::<prop::sample::Index>(),
        ) {
            let mut characters: Vec<char> = password.chars().collect();
            characters.insert(at.index(characters.len() + 1), ignorable);
            let with: String = characters.into_iter().collect();
            prop_assert_eq!(fold(&with), fold(&password));
            if is_invisible(ignorable) {
                prop_assert_eq!(accented(&with), accented(&password));
            }
        }
    }
}
