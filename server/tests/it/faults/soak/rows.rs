//! Compares the database, after the program has ended, with what the clients were told.

use std::{collections::BTreeMap, time::Duration};

use super::{
    super::database::Row,
    checker::{About, Rule, Violation, lines},
    client::email,
    history::{History, Verb},
};

/// All in which they differ.
pub(super) fn compare(history: &History, rows: &[Row], emails: &[String]) -> Vec<Violation> {
    let rows: BTreeMap<&str, &Row> = rows.iter().map(|row| (row.session.as_str(), row)).collect();
    let mut violations = vec![];
    let end = history.operations.iter().filter_map(|operation| operation.ended).max().unwrap_or(Duration::ZERO);
    for line in lines(history) {
        let mut wrong = |rule, what: String| {
            violations.push(Violation { rule, what, about: About::Session(line.session.to_owned()), at: end });
        };
        let Some(row) = rows.get(line.session) else {
            if line.newest_acknowledged().is_some() {
                wrong(Rule::AcknowledgedIsKept, "the database does not know the session".to_owned());
            }
            continue;
        };
        if line.end_acknowledged().is_some() && row.ended.is_none() {
            wrong(Rule::EndedStaysEnded, "it lives in the database, though its end was acknowledged".to_owned());
        }
        if let Some(reason) = &row.ended {
            let justified = match reason.as_str() {
                "SIGNED_OUT" => line.logout_asked().is_some(),
                "REUSE_DETECTED" | "CLONE_SUSPECTED" => line.robbed().is_some(),
                _ => false,
            };
            if !justified {
                wrong(Rule::NobodyIsLoggedOut, format!("the database has ended it as {reason}"));
            }
        }
        let Some(newest) = line.newest_acknowledged() else { continue };
        if row.generation < newest.generation {
            wrong(Rule::AcknowledgedIsKept, format!("the database is at {}, before {newest:?}", row.generation));
        }
        if row.generation == newest.generation && row.head_hash != newest.hash {
            wrong(Rule::OneLineage, format!("the database has another token than {newest:?}"));
        }
    }
    for operation in &history.operations {
        let made = operation.verb == Verb::Register && operation.success().is_some();
        if made && !emails.contains(&email(operation.account)) {
            violations.push(Violation::of(Rule::AcknowledgedIsKept, operation, "the database lacks the account"));
        }
    }
    violations
}
