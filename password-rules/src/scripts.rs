//! What zxcvbn and the browser's estimate do not know, because they know the Latin script alone: letters that look like Latin
//! ones, the order of other alphabets, other keyboards, and words in other languages.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    fold::{accented, fold, is_counted},
    own,
    unicode::{lower, nfd},
};

/// Where the words come from is told in `common/README.md`.
const WORDS: &str = include_str!("../common/words.txt");

/// Letters and the Latin letters, small or capital, that look like them (UTS #39, `confusables.txt`). The last five rows are Cherokee,
/// Coptic and Lisu.
const LOOKALIKES: [(&str, &str); 15] = [
    ("авеікмһнопрстухјѕԁԛԝӏгьб", "abeikmhhonpctyxjsdqwlrb6"),
    ("АВЕІКМҺНОПРСТУХЈЅԌԚԜӀЬ", "ABEIKMHHONPCTYXJSGQWIb"),
    ("αβγεηικνορτυχω", "abyenikvoptuxw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("ıɑɡɩøđłħŧßɪʏ", "iagiodlhtsiy"),
    ("ØĐŁĦŦ", "ODLHT"),
    ("ᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢ", "abcdefghjklmnoprstuvwz"),
    ("օոսհզյ", "onuhqj"),
    ("ОПС", "ONC"),
    ("ՕՍ", "OU"),
    ("ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏮᏳᏴ", "DRTiYAJEWMHYGhZ4bRWSVSLCPKd6GB"),
    ("ꭰꭱꭲꭵꭹꭺꭻꭼꮃꮇꮋꮍꮐꮒꮓꮞꮟꮢꮤꮥꮩꮪꮮꮯꮲꮶꮷꮾᏻᏼ", "drtiyajewmhyghz4brwsvslcpkd6gb"),
    ("ⲀⲂⲈⲌⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬ", "ABEZHIKMNOPCTYX"),
    ("ⲁⲃⲉⲍⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭ", "abezhikmnopctyx"),
    ("ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "BPDTGKJCZFMNLSRVHWXYAEIOU"),
];

/// Orders in which letters are learnt or counted. Latin and whatever follows the code points is zxcvbn's.
const ORDERS: [&str; 17] = [
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    "가나다라마바사아자차카타파하",
    "가갸거겨고교구규그기",
    "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす",
    "零一二三四五六七八九十",
    "甲乙丙丁戊己庚辛壬癸",
    "子丑寅卯辰巳午未申酉戌亥",
];

/// So many letters in order are a run, and no part of a word.
const SHORTEST_RUN: usize = 4;

/// Where a run is written down: each order has a block of its own in a plane for private use, so that zxcvbn sees the run as
/// code points that follow each other.
const RUNS_FROM: char = '\u{f0000}';
/// More than the letters of any order.
const BLOCK: u32 = 64;

/// Keyboards: letters, and the keys of a US keyboard on which they lie.
const KEYBOARDS: [(&str, &str); 6] = [
    ("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"),
    ("іїєґ", "s]'\\"),
    ("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"),
    ("קראטוןםפשדגכעיחלךףזסבהנמצתץ", "ertyuiopasdfghjkl;zxcvbnm,."),
    ("ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ", "qwertyuiop[]asdfghjkl;'zxcvnm,./`"),
    ("ๆไพะัีรนยบลฟหกดเ้่าสวงผปแอิืทมใฝํภถุึคตจขช", "qwrtyuiop[]asdfghjkl;'zxcvbnm,./e4567890-="),
];

/// The keys of a Korean keyboard, for the parts of a syllable in the order of Unicode.
const INITIALS: [&str; 19] =
    ["r", "R", "s", "e", "E", "f", "a", "q", "Q", "t", "T", "d", "w", "W", "c", "z", "x", "v", "g"];
const VOWELS: [&str; 21] =
    ["k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l"];
const FINALS: [&str; 27] = [
    "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "qt", "t", "T", "d",
    "w", "c", "z", "x", "v", "g",
];

/// Zeros of other digits; the nine others follow.
const ZEROS: [char; 13] = ['٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '០'];

/// First letters of alphabets of symbols that are not compatible with plain letters.
const SYMBOLS: [char; 3] = ['🅐', '🅰', '🇦'];

/// A folded password as zxcvbn can judge it: letters that look like Latin ones are those, digits are ASCII, kana are hiragana,
/// and runs along an alphabet follow each other.
pub(super) fn latin(folded: &str) -> String {
    let mut text: Vec<char> = folded.chars().map(unified).collect();
    mark_runs(&mut text);
    text.into_iter().map(|c| LATIN.get(&c).copied().unwrap_or(c)).collect()
}

/// What is typed with the same keys where the keyboard is set to the Latin script.
pub(super) fn keys(accented: &str) -> String {
    let mut typed = String::with_capacity(accented.len());
    for c in lower(accented).chars() {
        if let Some(key) = KEYS.get(&c) {
            typed += key;
        } else {
            for part in nfd(c.encode_utf8(&mut [0; 4])).chars() {
                match KEYS.get(&part) {
                    Some(key) => typed += key,
                    None => typed.extend(Some(part).filter(|part| is_counted(*part))),
                }
            }
        }
    }
    typed
}

/// Those of the words that `text`, in the form that is judged, may hold, for zxcvbn to find them.
pub(super) fn words_in(text: &str) -> impl Iterator<Item = &'static str> {
    let mut letters = own::legible(text);
    let forwards: String = letters.iter().collect();
    letters.reverse();
    let backwards: String = letters.into_iter().collect();
    WORDS_BY_LETTERS
        .iter()
        .filter(move |(letters, _)| forwards.contains(letters) || backwards.contains(letters))
        .map(|(_, word)| word.as_str())
}

/// The words as they are judged, also as typed on a Latin keyboard, each with its bare letters.
static WORDS_BY_LETTERS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let words = WORDS.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    words
        .flat_map(|word| [latin(&fold(word).text), keys(&accented(word))])
        .map(|word| (own::legible(&word).into_iter().collect::<String>(), word))
        // A few Latin letters are in every other word.
        .filter(|(letters, _)| letters.chars().count() >= if letters.is_ascii() { 4 } else { 2 })
        .collect()
});

static LATIN: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pairs = LOOKALIKES.iter().flat_map(|(letters, latin)| letters.chars().zip(latin.chars()));
    let symbols = SYMBOLS.iter().flat_map(|first| (0..26).map(|at| (nth(*first, at), nth('a', at))));
    pairs.chain(symbols).collect()
});

static KEYS: LazyLock<HashMap<char, String>> = LazyLock::new(|| {
    let keyboards = KEYBOARDS.iter().flat_map(|(letters, keys)| letters.chars().zip(keys.chars().map(String::from)));
    let parts = [('\u{1100}', &INITIALS[..]), ('\u{1161}', &VOWELS), ('\u{11a8}', &FINALS)];
    let hangul = parts
        .into_iter()
        .flat_map(|(first, keys)| (0..).zip(keys).map(move |(at, key)| (nth(first, at), (*key).to_owned())));
    keyboards.chain(hangul).collect()
});

static FOLDED_ORDERS: LazyLock<[Vec<char>; ORDERS.len()]> =
    LazyLock::new(|| ORDERS.map(|order| fold(order).text.chars().map(unified).collect()));

fn unified(c: char) -> char {
    if let 'ァ'..='ヶ' = c {
        return char::from_u32(u32::from(c) - 0x60).unwrap_or(c);
    }
    let digit = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|digit| *digit < 10));
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

/// Writes runs along an order, upwards or downwards, as code points that follow each other.
fn mark_runs(text: &mut [char]) {
    if text.iter().all(char::is_ascii) {
        return;
    }
    let lower = lowercase(text);
    let mut at = 0;
    while at < lower.len() {
        let run = longest_run(&lower[at..]);
        if run.len() >= SHORTEST_RUN {
            text[at..at + run.len()].copy_from_slice(&run);
            at += run.len();
        } else {
            at += 1;
        }
    }
}

/// Each character in lower case, as one character.
pub(super) fn lowercase(text: &[char]) -> Vec<char> {
    text.iter().map(|c| lower(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(*c)).collect()
}

/// The longest run that the letters begin with, as it is written down.
fn longest_run(letters: &[char]) -> Vec<char> {
    let mut longest = vec![];
    for (block, order) in (0_u32..).zip(&*FOLDED_ORDERS) {
        let ordered: Vec<(char, char)> =
            (0_u32..).zip(order).map(|(at, letter)| (*letter, nth(RUNS_FROM, block * BLOCK + at))).collect();
        for start in (0..order.len()).filter(|start| order[*start] == letters[0]) {
            let upwards = run(letters, ordered[start..].iter());
            let downwards = run(letters, ordered[..=start].iter().rev());
            longest = [longest, upwards, downwards].into_iter().max_by_key(Vec::len).unwrap_or_default();
        }
    }
    longest
}

fn run<'a>(letters: &[char], order: impl Iterator<Item = &'a (char, char)>) -> Vec<char> {
    letters.iter().zip(order).take_while(|(is, (letter, _))| *is == letter).map(|(_, (_, written))| *written).collect()
}

/// The character `at` places after the first.
fn nth(first: char, at: u32) -> char {
    char::from_u32(u32::from(first) + at).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> String {
        latin(&fold(password).text)
    }

    #[test]
    fn every_letter_of_a_table_has_its_counterpart() {
        for (letters, latin) in LOOKALIKES.into_iter().chain(KEYBOARDS) {
            assert_eq!(letters.chars().count(), latin.chars().count(), "{letters}");
        }
        assert!(FOLDED_ORDERS.iter().all(|order| order.len() <= BLOCK as usize));
    }

    #[test]
    fn letters_that_look_like_latin_ones_are_read_as_those() {
        for text in ["p\u{430}ssw\u{43e}rd", "ᴘᴀꜱꜱᴡᴏʀᴅ", "🅟🅐🅢🅢🅦🅞🅡🅓", "pαsswοrd"]
        {
            assert_eq!(judged(text), "password", "{text}");
        }
        assert_eq!(judged("٢٠٢٦ ۲۰۲۶ २०२६"), "2026 2026 2026");
        assert_eq!(judged("パスワード"), judged("ぱすわーど"));
    }

    #[test]
    fn letters_in_the_order_of_their_alphabet_follow_each_other() {
        for run in ["абвгдежзийкл", "ЯЮЭЬ", "גדהוזחט", "나다라마바", "アイウエオカキ", "二三四五"]
        {
            let written: Vec<u32> = judged(run).chars().map(u32::from).collect();
            let steps: Vec<u32> = written.windows(2).map(|pair| pair[0].abs_diff(pair[1])).collect();
            assert!(steps.iter().all(|step| *step == 1), "{run}: {written:x?}");
        }
        assert_eq!(judged("где"), "rдe", "three letters may be a word");
    }

    #[test]
    fn what_is_typed_on_another_keyboard_is_what_the_keys_are() {
        for (typed, keys) in [
            ("йцукенгшщзхъ", "qwertyuiop[]"),
            ("Пароль", "gfhjkm"),
            ("비밀번호", "qlalfqjsgh"),
            ("ㅁㄴㅇㄹ", "asdf"),
            ("ςερτυ", "werty"),
            ("κωδικός", "kvdikow"),
            ("שדגכ", "asdf"),
            ("ضصثق", "qwer"),
            ("ฟหกด", "asdf"),
        ] {
            assert_eq!(super::keys(&accented(typed)), keys, "{typed}");
        }
    }

    #[test]
    fn a_word_is_found_inside_a_password_in_either_direction_and_on_the_wrong_keyboard() {
        for text in ["пароль1", "пар0ль", "ьлорап", "gfhjkm99", "비밀번호", "我爱你"] {
            assert!(words_in(&judged(text)).next().is_some(), "{text}");
        }
        assert_eq!(words_in("quiet river").next(), None);
    }
}
