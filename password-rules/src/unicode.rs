//! Normalisation forms, letter case and marks. In the browser forms and case are the browser's own, because their tables weigh
//! more than all the rest of the program.

pub(crate) use forms::{lower, nfc, nfd, nfkc, nfkd};

// `build.rs`
include!(concat!(env!("OUT_DIR"), "/ranges.rs"));

/// Whether this is a mark on the letter before it.
pub(crate) fn is_mark(c: char) -> bool {
    is_in(&MARKS, c)
}

/// Whether this mark only changes the letter before it, and is no letter itself.
pub(crate) fn is_accent(c: char) -> bool {
    is_in(&ACCENTS, c)
}

fn is_in(ranges: &[(char, char)], c: char) -> bool {
    let next = ranges.partition_point(|(first, _)| *first <= c);
    next > 0 && c <= ranges[next - 1].1
}

#[cfg(not(target_arch = "wasm32"))]
mod forms {
    use unicode_normalization::UnicodeNormalization as _;

    pub(crate) fn lower(text: &str) -> String {
        text.to_lowercase()
    }

    pub(crate) fn nfc(text: &str) -> String {
        text.nfc().collect()
    }

    pub(crate) fn nfd(text: &str) -> String {
        text.nfd().collect()
    }

    pub(crate) fn nfkc(text: &str) -> String {
        text.nfkc().collect()
    }

    pub(crate) fn nfkd(text: &str) -> String {
        text.nfkd().collect()
    }
}

#[cfg(target_arch = "wasm32")]
mod forms {
    use js_sys::JsString;

    fn normalised(text: &str, form: &str) -> String {
        if text.is_ascii() { text.to_owned() } else { JsString::from(text).normalize(form).into() }
    }

    pub(crate) fn lower(text: &str) -> String {
        if text.is_ascii() { text.to_ascii_lowercase() } else { JsString::from(text).to_lower_case().into() }
    }

    pub(crate) fn nfc(text: &str) -> String {
        normalised(text, "NFC")
    }

    pub(crate) fn nfd(text: &str) -> String {
        normalised(text, "NFD")
    }

    pub(crate) fn nfkc(text: &str) -> String {
        normalised(text, "NFKC")
    }

    pub(crate) fn nfkd(text: &str) -> String {
        normalised(text, "NFKD")
    }
}
