//! Marks: the accents, points and vowel signs that are drawn on the letter before them.

use sessionkeep_types::limits;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Whether some letter has more marks than any language writes: drawn, they would cover the lines above and below.
pub(super) fn too_many(text: &str) -> bool {
    let mut marks = 0;
    // Decomposed, because a letter may bring marks of its own.
    text.nfd().any(|c| {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        marks > limits::MARKS_MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vietnamese, Arabic with its vowel signs, Hindi, Thai, Hebrew with points and cantillation, Burmese, Tibetan, Khmer, Lithuanian,
    /// Yoruba, Tamil, Polytonic Greek.
    const NAMES: [&str; 14] = [
        "Nguyễn Thị Ánh Tuyết",
        "مُحَمَّدٌ ٱلرَّحْمٰن",
        "عَبْدُ ٱللَّٰهِ",
        "श्रीमती लक्ष्म्यै द्ध्र्यूँ",
        "ศรีสุวรรณ์ น้ำผึ้ง",
        "יִשְׂרָאֵל בֶּן־שָׁ֣לֹֽום",
        "בְּרֵאשִׁ֖ית יְרוּשָׁלִָ֑ם",
        "မြွှောင်း ကျွန်ုပ်",
        "བསྒྲུབས་རྒྱལ་མཚན ཧཱུྃ ཀྵྨླྺྲྀྃ",
        "ស្ត្រី ញ៉ាំ",
        "j\u{307}\u{303} Ė\u{301}glė",
        "Ọ̀láńrewájú Ẹ̀ṣọ́",
        "ஸ்ரீனிவாசன்",
        "ᾧ Ἀχιλλεύς",
    ];

    #[test]
    fn names_of_every_script_have_fewer_marks_on_a_letter() {
        for name in NAMES {
            assert!(!too_many(name), "{name}");
            assert!(!too_many(&name.nfd().collect::<String>()), "{name}, decomposed");
        }
    }

    #[test]
    fn a_letter_under_a_heap_of_marks_is_refused() {
        let with = |letter: &str, mark: &str, number: usize| format!("Ada {letter}{} B", mark.repeat(number));
        for mark in ["\u{301}", "\u{489}", "\u{327}", "\u{93f}", "\u{e49}", "\u{20dd}", "\u{1abe}"] {
            assert!(!too_many(&with("o", mark, 8)), "{mark:?}");
            for number in [9, 30, 60] {
                assert!(too_many(&with("o", mark, number)), "{number} {mark:?}");
            }
        }
        assert!(too_many(&with("ộ", "\u{301}", 7)), "two are the letter's own");
        assert!(!too_many(&format!("{}{}", with("o", "\u{301}", 8), with("o", "\u{301}", 8))));
    }
}
