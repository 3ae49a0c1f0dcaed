//! What is wrong with a setting, or with something that a setting names.

/// Why the program does not start, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}. {fix}")]
pub struct Refusal {
    /// Which setting.
    pub variable: String,
    /// What is wrong with it, without its value where it is secret.
    pub reason: String,
    /// How to fix it.
    pub fix: String,
}

impl Refusal {
    pub(crate) fn new(variable: &str, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { variable: variable.to_owned(), reason: reason.into(), fix: fix.into() }
    }
}
