//! What is wrong with what a person entered in one field.

use sessionkeep_types::{limits, text::Unreadable};
use words::Language;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongField {
    /// A character of it cannot be read.
    Unreadable(Unreadable),
    /// One letter has more than [`limits::MARKS_MAX`] accents or marks.
    TooManyMarks,
    /// It begins with an accent or mark.
    MarkFirst,
    /// It is no email address.
    NoEmail,
    /// It has too many characters.
    TooLong {
        /// The most it may have.
        most: usize,
        /// How many it has.
        length: usize,
    },
    /// It has too few characters.
    TooShort {
        /// The fewest it may have.
        least: usize,
        /// Whether some of its characters are not counted.
        uncounted: bool,
    },
}

impl WrongField {
    /// One sentence for the person.
    #[must_use]
    pub fn said(self, language: Language) -> String {
        let fields = &language.words().fields;
        match self {
            Self::Unreadable(found) => fields.unreadable(found),
            Self::TooManyMarks => (fields.marks)(limits::MARKS_MAX),
            Self::MarkFirst => fields.mark_first.to_owned(),
            Self::NoEmail => fields.email_form.to_owned(),
            Self::TooLong { most, length } => (fields.too_long)(most, length),
            Self::TooShort { least, uncounted: false } => (fields.at_least)(least),
            Self::TooShort { least, uncounted: true } => {
                format!("{} {}", (fields.at_least)(least), fields.uncounted)
            }
        }
    }
}

impl From<Unreadable> for WrongField {
    fn from(found: Unreadable) -> Self {
        Self::Unreadable(found)
    }
}
