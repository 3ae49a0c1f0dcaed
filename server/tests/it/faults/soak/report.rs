//! Violations for a person: what is wrong, and the part of the history that shows it.

use std::{fmt::Write as _, time::Duration};

use super::{
    checker::{About, Violation},
    history::History,
};

/// More would only hide the first.
const AT_MOST: usize = 5;
/// How much of a session's history is shown before the offending operation, in operations.
const BEFORE: usize = 15;
const AFTER: usize = 4;
/// Faults are shown from this long before the first operation shown.
const EARLIER: Duration = Duration::from_secs(1);

pub(super) fn report(history: &History, violations: &[Violation]) -> String {
    let mut text = String::new();
    for violation in violations.iter().take(AT_MOST) {
        let Violation { rule, what, about, at } = violation;
        writeln!(text, "\n{rule:?} at {:.3}, {about:?}: {what}", at.as_secs_f64()).expect("a String takes anything");
        text.push_str(&excerpt(history, about, *at));
    }
    if violations.len() > AT_MOST {
        writeln!(text, "\nand {} more", violations.len() - AT_MOST).expect("a String takes anything");
    }
    text
}

fn excerpt(history: &History, about: &About, at: Duration) -> String {
    let mut shown: Vec<_> = (history.operations.iter())
        .filter(|operation| match about {
            About::Session(session) => operation.session() == Some(session),
            About::Account(account) => operation.account == *account,
        })
        .collect();
    shown.sort_by_key(|operation| operation.started);
    let middle = shown.partition_point(|operation| operation.started <= at);
    let shown = &shown[middle.saturating_sub(BEFORE)..shown.len().min(middle + AFTER)];
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return String::new() };
    let from = first.started.saturating_sub(EARLIER);
    let mut lines: Vec<(Duration, String)> = shown.iter().map(|it| (it.started, it.to_string())).collect();
    let incidents = history.incidents.iter().filter(|it| (from..=last.started).contains(&it.at));
    lines.extend(incidents.map(|incident| (incident.at, incident.to_string())));
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}
