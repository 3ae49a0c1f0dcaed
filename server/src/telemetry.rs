//! Log lines. What is never logged: passwords, tokens, cookies, keys, queries and bodies of requests.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

/// `LOG_FORMAT` and `RUST_LOG`.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// One JSON document a line, or text for a person.
    pub json: bool,
    /// What is logged.
    pub filter: String,
}

/// Whether somebody is looking.
pub(crate) fn on_a_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Logs to standard error from now on. Only the first call in a process has an effect.
pub fn start(settings: &LogSettings) {
    let filter = EnvFilter::new(&settings.filter);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second start is a test in the same process: its lines go where the first one's go.
    let _second = if settings.json {
        lines.json().flatten_event(true).with_span_list(false).try_init()
    } else {
        lines.with_ansi(on_a_terminal()).try_init()
    };
}
