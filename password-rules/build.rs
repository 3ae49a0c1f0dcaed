//! Makes what the browser has instead of large tables: a filter of the common passwords, and ranges of characters.

#[path = "src/common/key.rs"]
mod key;

use std::{env, fs, path::Path};

use sessionkeep_types::limits::PASSWORD_MIN_LENGTH;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use xorf::BinaryFuse16;

const LIST: &str = "common/passwords.txt";

fn main() {
    println!("cargo::rerun-if-changed={LIST}");
    println!("cargo::rerun-if-changed=src/common/key.rs");
    let folder = env::var_os("OUT_DIR").expect("OK because Cargo sets it");
    for (name, code) in
        [("filter.rs", filter()), ("ranges.rs", ranges("MARKS", is_combining_mark) + &ranges("ACCENTS", is_accent))]
    {
        fs::write(Path::new(&folder).join(name), code).expect("OK because Cargo made the folder");
    }
}

/// The filter of those common passwords that are long enough.
fn filter() -> String {
    let list = fs::read_to_string(LIST).expect("OK because it is beside this file");
    let is_long = |password: &&str| password.chars().count() >= PASSWORD_MIN_LENGTH;
    let keys: Vec<u64> = list.lines().filter(is_long).map(key::of).collect();
    let BinaryFuse16 { descriptor, fingerprints } =
        BinaryFuse16::try_from(keys).expect("OK because no password is twice in the list");
    format!(
        "pub(super) const DESCRIPTOR: xorf::Descriptor = xorf::{descriptor:?};
        pub(super) static FINGERPRINTS: [u16; {}] = {fingerprints:?};",
        fingerprints.len()
    )
}

/// Whether this mark only changes the letter before it. By its combining class: an overlay, a point of Hebrew, Arabic or
/// Syriac, or an accent. Not the classes of vowel signs, viramas and nuktas, nor that of the marks that voice kana.
fn is_accent(c: char) -> bool {
    let encloses = matches!(
        c,
        '\u{488}'..='\u{489}' | '\u{1abe}' | '\u{20dd}'..='\u{20e0}' | '\u{20e2}'..='\u{20e4}' | '\u{a670}'..='\u{a672}'
    );
    encloses || (is_combining_mark(c) && matches!(canonical_combining_class(c), 1 | 10..=36 | 200..))
}

/// The characters for which this holds, in ascending ranges.
fn ranges(name: &str, holds: fn(char) -> bool) -> String {
    let mut ranges: Vec<(char, char)> = vec![];
    for c in (char::MIN..=char::MAX).filter(|c| holds(*c)) {
        match ranges.last_mut() {
            Some((_, last)) if u32::from(*last) + 1 == u32::from(c) => *last = c,
            _ => ranges.push((c, c)),
        }
    }
    format!("const {name}: [(char, char); {}] = {ranges:?};\n", ranges.len())
}
