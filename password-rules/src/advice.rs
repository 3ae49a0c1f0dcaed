/// What makes a password easier to guess than it need be. The page has a sentence for each, by its number (`words/`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Many people have it, or a frequent word is most of it.
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
    /// Part of it is not counted.
    Uncounted,
    /// Nothing but more of it would help.
    More,
}
