//! A session as a hash: one field a column of its row, each a JSON value, so that a script can read and write the numbers.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sessionkeep_types::{EndReason, SessionId};

use crate::{
    session::Session,
    storage::{StorageError, rows::SessionRow},
};

pub(super) type Fields = HashMap<String, String>;

/// The fields of a session, and those that it has not.
pub(super) fn fields(session: &Session) -> (Fields, Vec<String>) {
    let row = serde_json::to_value(SessionRow::from(session)).expect("OK because it is texts and numbers");
    let Value::Object(row) = row else { unreachable!("a struct is an object") };
    let (mut fields, mut unset) = (Fields::new(), vec![]);
    for (name, value) in row {
        if value.is_null() {
            unset.push(name);
        } else {
            fields.insert(name, value.to_string());
        }
    }
    (fields, unset)
}

/// The session of these fields.
pub(super) fn session(id: &SessionId, fields: &Fields) -> Result<Session, StorageError> {
    let impossible = |_| StorageError::impossible("sessions", "a field", id.as_str());
    let read = |(name, value): (&String, &String)| Ok((name.clone(), serde_json::from_str(value)?));
    let row = fields.iter().map(read).collect::<serde_json::Result<Map<_, _>>>().map_err(impossible)?;
    let row: SessionRow = serde_json::from_value(row.into()).map_err(impossible)?;
    Session::try_from(SessionRow { id: id.to_string(), ..row })
}

/// As a script writes a reason.
pub(super) fn reason(reason: &EndReason) -> String {
    serde_json::to_string(reason).expect("OK because it is a text")
}
