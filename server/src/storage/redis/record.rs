//! A session as a hash: one field a property, each a JSON value, so that a script can read and write the numbers.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};
use sessionkeep_types::{EndReason, SessionId, UserId};

use crate::{
    session::{Client, Ended, Origin, ServedAttempts, Session, TokenHash, UnixMillis},
    storage::StorageError,
};

pub(super) type Fields = HashMap<String, String>;

/// The fields of a session, and those of its properties that it has not.
pub(super) fn fields(session: &Session) -> (Fields, Vec<String>) {
    let record = serde_json::to_value(Record::from(session)).expect("OK because it is texts and numbers");
    let serde_json::Value::Object(record) = record else { unreachable!("a struct is an object") };
    let (mut fields, mut unset) = (Fields::new(), vec![]);
    for (name, value) in record {
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
    let impossible = |column| StorageError::impossible("sessions", column, id.as_str());
    let mut record = serde_json::Map::new();
    for (name, value) in fields {
        record.insert(name.clone(), serde_json::from_str(value).map_err(|_| impossible("a field"))?);
    }
    let record: Record = serde_json::from_value(record.into()).map_err(|_| impossible("a field"))?;
    let bytes = |text: &str, column| STANDARD_NO_PAD.decode(text).map_err(|_| impossible(column));
    let hash = |text: &str, column| TokenHash::try_from(bytes(text, column)?).map_err(|_| impossible(column));
    let ended = match (record.revoked_at, record.revoked_reason) {
        (None, None) => None,
        (Some(at), Some(reason)) => Some(Ended { at: UnixMillis(at), reason }),
        _ => return Err(impossible("revoked_reason")),
    };
    Ok(Session {
        id: id.clone(),
        user_id: record.user_id,
        ver: record.ver,
        ver_at: UnixMillis(record.ver_at),
        generation: record.r#gen,
        head_hash: hash(&record.head_hash, "head_hash")?,
        prev_hash: record.prev_hash.as_deref().map(|prev| hash(prev, "prev_hash")).transpose()?,
        sealed_head: record.sealed_head.as_deref().map(|sealed| bytes(sealed, "sealed_head")).transpose()?,
        head_attempt: record.head_attempt,
        served_attempts: ServedAttempts::from_stored(
            record.served_attempts.into_iter().map(|(attempt, at)| (attempt, UnixMillis(at))).collect(),
        ),
        emitted_at: UnixMillis(record.emitted_at),
        confirmed_at: record.confirmed_at.map(UnixMillis),
        streak: record.streak,
        hit: record.hit,
        client: Client { browser: record.browser, attempts: record.attempts },
        remember_me: record.remember_me,
        created_at: UnixMillis(record.created_at),
        last_used_at: UnixMillis(record.last_used_at),
        idle_deadline: UnixMillis(record.idle_deadline),
        absolute_deadline: UnixMillis(record.absolute_deadline),
        ended,
        origin: Origin { ip: record.ip, user_agent: record.user_agent },
    })
}

/// As a script writes a reason.
pub(super) fn reason(reason: &EndReason) -> String {
    serde_json::to_string(reason).expect("OK because it is a text")
}

#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one field a property")]
struct Record {
    user_id: UserId,
    ver: u32,
    ver_at: i64,
    r#gen: u64,
    head_hash: String,
    prev_hash: Option<String>,
    sealed_head: Option<String>,
    head_attempt: Option<String>,
    served_attempts: Vec<(String, i64)>,
    emitted_at: i64,
    confirmed_at: Option<i64>,
    streak: u32,
    hit: bool,
    browser: bool,
    attempts: bool,
    remember_me: bool,
    created_at: i64,
    last_used_at: i64,
    idle_deadline: i64,
    absolute_deadline: i64,
    revoked_at: Option<i64>,
    revoked_reason: Option<EndReason>,
    ip: String,
    user_agent: String,
}

impl From<&Session> for Record {
    fn from(session: &Session) -> Self {
        Self {
            user_id: session.user_id.clone(),
            ver: session.ver,
            ver_at: session.ver_at.0,
            r#gen: session.generation,
            head_hash: STANDARD_NO_PAD.encode(session.head_hash),
            prev_hash: session.prev_hash.map(|hash| STANDARD_NO_PAD.encode(hash)),
            sealed_head: session.sealed_head.as_ref().map(|sealed| STANDARD_NO_PAD.encode(sealed)),
            head_attempt: session.head_attempt.clone(),
            served_attempts: session.served_attempts.iter().map(|(attempt, at)| (attempt.to_owned(), at.0)).collect(),
            emitted_at: session.emitted_at.0,
            confirmed_at: session.confirmed_at.map(|at| at.0),
            streak: session.streak,
            hit: session.hit,
            browser: session.client.browser,
            attempts: session.client.attempts,
            remember_me: session.remember_me,
            created_at: session.created_at.0,
            last_used_at: session.last_used_at.0,
            idle_deadline: session.idle_deadline.0,
            absolute_deadline: session.absolute_deadline.0,
            revoked_at: session.ended.as_ref().map(|ended| ended.at.0),
            revoked_reason: session.ended.as_ref().map(|ended| ended.reason.clone()),
            ip: session.origin.ip.clone(),
            user_agent: session.origin.user_agent.clone(),
        }
    }
}
