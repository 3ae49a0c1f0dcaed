use zxcvbn::{
    Entropy,
    feedback::Warning,
    matching::patterns::{DictionaryPattern, MatchPattern},
};

/// What makes a password easier to guess than it need be. The page has a sentence for each, by its number (`words/`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Many people have it, or one like it.
    Common,
    /// It is made of the person's own data.
    OwnData,
    /// It runs along the keyboard.
    Keyboard,
    /// It repeats itself.
    Repeats,
    /// It holds a run such as `abc`.
    Sequence,
    /// It holds a date or a year.
    Date,
    /// It holds a name.
    Name,
    /// Part of it is not counted.
    Uncounted,
    /// Nothing but more of it would help.
    More,
}

impl Advice {
    /// What stands out most.
    pub(super) fn of(entropy: &Entropy) -> Self {
        let Some(feedback) = entropy.feedback() else { return Self::More };
        match feedback.warning() {
            // The longest of several words is a password by itself. The whole is not like one.
            Some(Warning::ThisIsSimilarToACommonlyUsedPassword) if is_made_of_words(entropy) => Self::More,
            Some(
                Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
                | Warning::ThisIsSimilarToACommonlyUsedPassword,
            ) => Self::Common,
            Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
                Self::Keyboard
            }
            Some(Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => {
                Self::Repeats
            }
            Some(Warning::SequencesLikeAbcAreEasyToGuess) => Self::Sequence,
            Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Self::Date,
            Some(
                Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess,
            ) => Self::Name,
            Some(Warning::AWordByItselfIsEasyToGuess) | None => Self::More,
        }
    }
}

/// Whether it holds two words or more, none of them among the hundred most common passwords.
fn is_made_of_words(entropy: &Entropy) -> bool {
    const MOST_COMMON: usize = 100;

    let words: Vec<&DictionaryPattern> = entropy
        .sequence()
        .iter()
        .filter_map(|part| if let MatchPattern::Dictionary(word) = &part.pattern { Some(word) } else { None })
        .filter(|word| word.matched_word.chars().all(char::is_alphabetic))
        .collect();
    words.len() > 1 && words.iter().all(|word| word.rank > MOST_COMMON)
}
