//! Verbs for tests: a running server, and people who use it.

mod answer;
mod app;
mod bundle;
#[cfg(unix)]
pub(crate) mod cluster;
pub(crate) mod database;
mod person;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod redis;
pub(crate) mod tls;

pub(crate) use answer::Answer;
pub(crate) use app::{HTTPS, TestApp};
pub(crate) use bundle::{bundle, files_in, is_named_by};
pub(crate) use person::{EMAIL, PASSWORD, Person};

/// How often a race is run: `few` times, or as often as `RACE_ROUNDS` says.
pub(crate) fn rounds(few: u64) -> u64 {
    std::env::var("RACE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(few)
}
