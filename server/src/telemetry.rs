//! Log lines. What is never logged: passwords, tokens, cookies, keys, queries and bodies of requests.
//!
//! An event is one line, whatever it holds: what a client sends must not look like another event, or speak to a terminal.

#[cfg(feature = "otel")]
mod traces;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal as _, Write},
    panic,
};

use tracing::{Level, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    fmt::{MakeWriter, layer},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::printable::is_deceptive;

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

/// Logs to standard error from now on, panics included. Only the first call in a process has an effect.
pub fn start(settings: &LogSettings) {
    #[cfg(feature = "otel")]
    let traced = traces::start();
    // A second start is a test in the same process: its lines go where the first one's go.
    if subscriber(settings, io::stderr, on_a_terminal()).try_init().is_ok() {
        log_panics();
    }
    #[cfg(feature = "otel")]
    if let Err(error) = traced {
        tracing::error!(%error, "nothing is traced");
    }
}

/// The last thing that a process does: what is not told yet is.
pub fn finish() {
    #[cfg(feature = "otel")]
    traces::finish();
}

fn subscriber<W>(settings: &LogSettings, writer: W, ansi: bool) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let events = tracing_subscriber::registry().with(EnvFilter::new(&settings.filter));
    #[cfg(feature = "otel")]
    let events = events.with(traces::layer());
    if settings.json {
        let writer = OneLine { inner: writer, colours: false };
        Box::new(events.with(layer().json().flatten_event(true).with_span_list(false).with_writer(writer)))
    } else {
        let writer = OneLine { inner: writer, colours: ansi };
        Box::new(events.with(layer().with_ansi(ansi).with_writer(writer)))
    }
}

/// A panic is an event like any other, where errors are logged.
fn log_panics() {
    let standard = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !tracing::enabled!(Level::ERROR) {
            return standard(info);
        }
        let payload = info.payload();
        let message = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref().copied());
        let location = info.location().map(ToString::to_string);
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(panic = message.unwrap_or("unknown"), location, backtrace, "a thread panicked");
    }));
}

/// Writes each event, which comes whole, as one line.
struct OneLine<W> {
    inner: W,
    /// Whether the formatter writes escape sequences of its own.
    colours: bool,
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine { inner: self.inner.make_writer(), colours: self.colours }
    }
}

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let (event, end) = text.strip_suffix('\n').map_or((&*text, ""), |event| (event, "\n"));
        self.inner.write_all((escaped(event, self.colours) + end).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// All that the formatter writes. It takes none out of what is shown as it is, and that may come from anybody: from these alone
/// nothing disappears.
const COLOURS: [&str; 9] = [
    "\u{1b}[0m",
    "\u{1b}[1m",
    "\u{1b}[2m",
    "\u{1b}[3m",
    "\u{1b}[31m",
    "\u{1b}[32m",
    "\u{1b}[33m",
    "\u{1b}[34m",
    "\u{1b}[35m",
];

/// Escapes what would deceive the reader of a log, in a form that JSON has, too.
fn escaped(event: &str, colours: bool) -> String {
    use std::fmt::Write as _;

    let mut line = String::with_capacity(event.len());
    for (at, c) in event.char_indices() {
        match c {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\u{1b}' if colours && COLOURS.iter().any(|colour| event[at..].starts_with(colour)) => line.push(c),
            c if is_deceptive(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(line, "\\u{unit:04x}").expect("OK because a String takes anything");
                }
            }
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What an event with this text, wherever it may stand, is written as.
    fn logged(json: bool, ansi: bool, text: &str) -> String {
        let written = Written::default();
        let (settings, writer) = (LogSettings { json, filter: "trace".to_owned() }, written.clone());
        tracing::subscriber::with_default(subscriber(&settings, move || writer.clone(), ansi), || {
            let span = tracing::error_span!("request", shown = %text, debugged = ?text, text);
            span.in_scope(|| tracing::error!(shown = %text, debugged = ?text, text, "{text}"));
        });
        let bytes = written.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("text")
    }

    const FORGED: &str = "x\r\n{\"event\":\"authn_login_success\"}\n\u{1b}[2J\u{1b}[8m\u{9b}31m\u{85}\u{2028}\u{202e}\u{2066}\u{e0041}\0\u{7}\",\"event\":\"forged\"";

    /// LG-03.
    #[test]
    fn nothing_that_is_logged_begins_another_line_or_speaks_to_a_terminal() {
        for (json, ansi) in [(true, false), (false, false), (false, true)] {
            let line = logged(json, ansi, FORGED);
            assert_eq!(line.lines().count(), 1, "{line:?}");
            assert!(line.ends_with('\n'));
            let said = line.trim_end_matches('\n');
            let foreign: Vec<char> = said.chars().filter(|c| c.is_control() && !(ansi && *c == '\u{1b}')).collect();
            assert!(foreign.is_empty(), "{foreign:?} in {line:?}");
            assert!(!said.contains(['\u{2028}', '\u{202e}', '\u{2066}', '\u{e0041}']), "{line:?}");
            for sequence in ["\u{1b}[2J", "\u{1b}[8m"] {
                assert!(!said.contains(sequence), "{line:?}");
            }
        }
    }

    /// LG-03.
    #[test]
    fn a_json_line_holds_what_was_logged_and_no_field_of_anybody_elses() {
        let line: serde_json::Value = serde_json::from_str(&logged(true, false, FORGED)).expect("JSON");
        assert_eq!((&line["message"], &line["text"]), (&FORGED.into(), &FORGED.into()));
        assert_eq!(line["span"]["text"], FORGED);
        assert!(line.get("event").is_none(), "{line}");
        let time = line["timestamp"].as_str().expect("a time");
        assert!(time.ends_with('Z'), "{time} is in UTC");
    }
}
