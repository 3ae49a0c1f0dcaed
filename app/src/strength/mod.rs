//! How hard a new password is to guess, said while it is typed.
//!
//! It is an estimate by a worker (`strength/`), which is fetched when a field for a new password gets the focus. The server
//! decides, and may refuse a fair password. Without the worker the field shows the password's length, and nothing else.

#[cfg(target_arch = "wasm32")]
mod worker;

#[cfg(target_arch = "wasm32")]
pub(crate) use worker::Estimator;

/// The name of the `<meta>` that says where the worker's script is (`shell.rs`): a file's name holds its digest.
#[cfg(any(feature = "ssr", target_arch = "wasm32"))]
pub(crate) const WORKER: &str = "strength-worker";

/// How hard it is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(test, target_arch = "wasm32")), expect(dead_code, reason = "on the server nobody says so"))]
pub(crate) enum Strength {
    /// The server will probably refuse it.
    Weak,
    /// The server may accept it.
    Fair,
    /// The server will accept it.
    Strong,
}

impl Strength {
    /// As the worker numbers them.
    #[cfg(any(test, target_arch = "wasm32"))]
    pub(crate) fn numbered(number: f64) -> Option<Self> {
        [(0.0, Self::Weak), (1.0, Self::Fair), (2.0, Self::Strong)]
            .into_iter()
            .find(|(its, _)| (its - number).abs() < 0.5)
            .map(|(_, strength)| strength)
    }

    /// Its name for the style sheet.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Fair => "fair",
            Self::Strong => "strong",
        }
    }

    fn words(self) -> &'static str {
        let words = &crate::words::here().strength;
        match self {
            Self::Weak => words.weak,
            Self::Fair => words.fair,
            Self::Strong => words.strong,
        }
    }
}

/// What the worker said of the password that stands in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) strength: Strength,
    /// Its sentence by number (`words/`).
    pub(crate) advice: Option<usize>,
}

impl Estimate {
    /// For the person: how strong it is, why, and where it is weak how to do better.
    pub(crate) fn sentence(&self) -> String {
        let (advice, suggestion) = self.advice();
        joined([Some(self.strength.words()), advice, suggestion.filter(|_| self.strength == Strength::Weak)])
    }

    /// The same below an error, which says that it is refused.
    pub(crate) fn beside_error(&self) -> String {
        match self.advice() {
            (None, _) => crate::words::here().strength.suggestion.to_owned(),
            (advice, suggestion) => joined([None, advice, suggestion]),
        }
    }

    /// Why, and what to add, unless that is the same.
    fn advice(&self) -> (Option<&'static str>, Option<&'static str>) {
        let words = &crate::words::here().strength;
        let advice = self.advice.and_then(|number| words.advice.get(number)).copied();
        (advice, (advice != words.advice.last().copied()).then_some(words.add_words))
    }
}

fn joined(sentences: [Option<&str>; 3]) -> String {
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// On the server nobody types.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimator;

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unused_self, reason = "as in the browser")]
impl Estimator {
    pub(crate) fn new(_said: leptos::prelude::RwSignal<Option<Estimate>>) -> Self {
        Self
    }

    pub(crate) fn fetch(self) {}

    pub(crate) fn ask(self, _about: [&str; 4]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_worker() {
        let of = |number| Strength::numbered(number).map(Strength::name);
        assert_eq!([0.0, 1.0, 2.0, 3.0].map(of), [Some("weak"), Some("fair"), Some("strong"), None]);
    }

    #[test]
    fn advice_follows_the_strength_in_words() {
        let fair = |advice| Estimate { strength: Strength::Fair, advice: Some(advice) };
        assert_eq!(fair(7).sentence(), "Could be stronger. Add one or two unrelated words.");
        // A worker that is newer than the page.
        assert_eq!(fair(99).sentence(), "Could be stronger.");
        assert_eq!(Estimate { strength: Strength::Strong, advice: None }.sentence(), "Strong.");
    }

    #[test]
    fn a_weak_password_gets_a_suggestion_and_is_called_weak_once() {
        let weak = Estimate { strength: Strength::Weak, advice: Some(0) };
        assert_eq!(weak.sentence(), "Easy to guess. This is a common password. Add unrelated words.");
        assert_eq!(weak.beside_error(), "This is a common password. Add unrelated words.");
        let strong = Estimate { strength: Strength::Strong, advice: None };
        assert_eq!(strong.beside_error(), "A few unrelated words work well.");
    }
}
