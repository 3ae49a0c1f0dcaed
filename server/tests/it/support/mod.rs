//! Verbs for tests: a running server, and people who use it.

mod answer;
mod app;
mod person;
pub(crate) mod program;

pub(crate) use answer::Answer;
pub(crate) use app::TestApp;
pub(crate) use person::{EMAIL, PASSWORD, Person};
