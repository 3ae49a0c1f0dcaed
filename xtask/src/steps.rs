//! What a person sees while something is done: each step, its outcome, its time.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

/// A row of numbered steps: `[2/6] Trunk 0.21.14 … found (0.1 s)`.
pub(crate) struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Does one step. Its closure returns what the step gives and the words for how it ended.
    pub(crate) fn step<T>(&mut self, name: &str, act: impl FnOnce(&mut Step) -> Result<(T, String)>) -> Result<T> {
        self.begun += 1;
        eprint!("[{}/{}] {name} … ", self.begun, self.total);
        let _ = std::io::stderr().flush();
        let mut step = Step { begun: Instant::now(), line_open: true };
        match act(&mut step) {
            Ok((value, outcome)) => {
                step.say(&format!("{outcome} ({})", seconds(step.begun.elapsed())));
                Ok(value)
            }
            Err(error) => {
                step.say(&format!("failed ({})", seconds(step.begun.elapsed())));
                Err(error)
            }
        }
    }
}

/// A step under way.
pub(crate) struct Step {
    begun: Instant,
    line_open: bool,
}

impl Step {
    /// Ends the step's first line, because somebody else is about to write.
    pub(crate) fn make_room(&mut self) {
        if std::mem::take(&mut self.line_open) {
            eprintln!();
        }
    }

    /// Something worth knowing before the step ends.
    pub(crate) fn note(&mut self, words: &str) {
        self.make_room();
        eprintln!("      {words}");
    }

    /// A sign of life, with the time so far.
    pub(crate) fn heartbeat(&mut self, words: &str) {
        let so_far = seconds(self.begun.elapsed());
        self.note(&format!("… {so_far}: {words}"));
    }

    fn say(&mut self, words: &str) {
        if std::mem::take(&mut self.line_open) {
            eprintln!("{words}");
        } else {
            eprintln!("      {words}");
        }
    }
}

/// Whether a person watches: then other programs' own progress is shown as it is.
pub(crate) fn watched() -> bool {
    std::io::stderr().is_terminal()
}

/// `0.1 s`, `1 min 52 s`.
pub(crate) fn seconds(time: Duration) -> String {
    if time < Duration::from_mins(1) {
        return format!("{:.1} s", time.as_secs_f64());
    }
    let whole = time.as_secs();
    format!("{} min {} s", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_unit_a_person_would_use() {
        assert_eq!(seconds(Duration::from_millis(140)), "0.1 s");
        assert_eq!(seconds(Duration::from_secs(112)), "1 min 52 s");
    }
}
