//! The rows as both databases have them, and what they mean.

use serde::{Deserialize, Serialize};
use sessionkeep_types::{EndReason, EventKind, Role, SessionId, UserId};
use sqlx::FromRow;

use super::{StorageError, StoredEvent};
use crate::account::Account;
use crate::session::{Caller, Client, Ended, SecurityEvent, ServedAttempts, Session, TokenHash, UnixMillis};

/// The columns of [`AccountRow`]. Every column is named wherever rows are read: what a newer version adds to a table must not
/// change what an older one is given. PostgreSQL refuses a prepared `SELECT *` once its table has another column.
macro_rules! account_columns {
    () => {
        "id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at"
    };
}
pub(super) use account_columns;

/// The columns of [`SessionRow`].
macro_rules! session_columns {
    () => {
        concat!("id, ", $crate::storage::rows::session_columns_but_id!())
    };
}
pub(super) use session_columns;

/// The same without the key.
macro_rules! session_columns_but_id {
    () => {
        "user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at,
         streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at,
         revoked_reason, ip, user_agent"
    };
}
pub(super) use session_columns_but_id;

/// The columns of [`EventRow`].
macro_rules! event_columns {
    () => {
        "id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent"
    };
}
pub(super) use event_columns;

#[derive(FromRow)]
pub(super) struct AccountRow {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) display_name: Option<String>,
    pub(super) role: String,
    pub(super) password_hash: String,
    pub(super) password_changed_at: i64,
    pub(super) disabled_at: Option<i64>,
    pub(super) created_at: i64,
}

impl TryFrom<AccountRow> for Account {
    type Error = StorageError;

    fn try_from(row: AccountRow) -> Result<Self, StorageError> {
        let role = match Role::from(row.role) {
            Role::Unknown(_) => return Err(StorageError::impossible("users", "role", &row.id)),
            role => role,
        };
        Ok(Self {
            id: UserId::new(row.id),
            email: row.email,
            display_name: row.display_name,
            role,
            password_hash: row.password_hash.into(),
            password_changed_at: UnixMillis(row.password_changed_at),
            disabled_at: row.disabled_at.map(UnixMillis),
            created_at: UnixMillis(row.created_at),
        })
    }
}

#[derive(FromRow, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one field a column")]
pub(super) struct SessionRow {
    #[serde(skip)]
    pub(super) id: String,
    pub(super) user_id: String,
    pub(super) ver: i32,
    pub(super) ver_at: i64,
    pub(super) r#gen: i64,
    #[serde(with = "base64_text")]
    pub(super) head_hash: Vec<u8>,
    #[serde(default, with = "optional_base64_text")]
    pub(super) prev_hash: Option<Vec<u8>>,
    #[serde(default, with = "optional_base64_text")]
    pub(super) sealed_head: Option<Vec<u8>>,
    pub(super) head_attempt: Option<String>,
    pub(super) served_attempts: String,
    pub(super) emitted_at: i64,
    pub(super) confirmed_at: Option<i64>,
    pub(super) streak: i32,
    pub(super) hit: bool,
    pub(super) browser: bool,
    pub(super) attempts: bool,
    pub(super) remember_me: bool,
    pub(super) created_at: i64,
    pub(super) last_used_at: i64,
    pub(super) idle_deadline: i64,
    pub(super) absolute_deadline: i64,
    pub(super) revoked_at: Option<i64>,
    pub(super) revoked_reason: Option<String>,
    pub(super) ip: String,
    pub(super) user_agent: String,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.to_string(),
            user_id: session.user_id.to_string(),
            ver: small(session.ver),
            ver_at: session.ver_at.0,
            r#gen: large(session.generation),
            head_hash: session.head_hash.to_vec(),
            prev_hash: session.prev_hash.map(|hash| hash.to_vec()),
            sealed_head: session.sealed_head.clone(),
            head_attempt: session.head_attempt.clone(),
            served_attempts: attempts_to_json(&session.served_attempts),
            emitted_at: session.emitted_at.0,
            confirmed_at: session.confirmed_at.map(|at| at.0),
            streak: small(session.streak),
            hit: session.is_contested,
            browser: session.client.browser,
            attempts: session.client.names_refreshes,
            remember_me: session.remember_me,
            created_at: session.created_at.0,
            last_used_at: session.last_used_at.0,
            idle_deadline: session.idle_deadline.0,
            absolute_deadline: session.absolute_deadline.0,
            revoked_at: session.ended.as_ref().map(|ended| ended.at.0),
            revoked_reason: session.ended.as_ref().map(|ended| ended.reason.to_string()),
            ip: session.origin.ip.clone(),
            user_agent: session.origin.user_agent.clone(),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StorageError;

    fn try_from(row: SessionRow) -> Result<Self, StorageError> {
        let wrong = |column| StorageError::impossible("sessions", column, &row.id);
        let hash = |bytes: &[u8], column| TokenHash::try_from(bytes).map_err(|_| wrong(column));
        let served: Vec<(String, i64)> =
            serde_json::from_str(&row.served_attempts).map_err(|_| wrong("served_attempts"))?;
        let ended = match (row.revoked_at, row.revoked_reason) {
            (None, None) => None,
            (Some(at), Some(reason)) => Some(Ended { at: UnixMillis(at), reason: EndReason::from(reason) }),
            _ => return Err(wrong("revoked_reason")),
        };
        Ok(Self {
            user_id: UserId::new(row.user_id),
            ver: u32::try_from(row.ver).map_err(|_| wrong("ver"))?,
            ver_at: UnixMillis(row.ver_at),
            generation: u64::try_from(row.r#gen).map_err(|_| wrong("gen"))?,
            head_hash: hash(&row.head_hash, "head_hash")?,
            prev_hash: row.prev_hash.as_deref().map(|prev| hash(prev, "prev_hash")).transpose()?,
            sealed_head: row.sealed_head,
            head_attempt: row.head_attempt,
            served_attempts: ServedAttempts::from_stored(
                served.into_iter().map(|(attempt, at)| (attempt, UnixMillis(at))).collect(),
            ),
            emitted_at: UnixMillis(row.emitted_at),
            confirmed_at: row.confirmed_at.map(UnixMillis),
            streak: u32::try_from(row.streak).map_err(|_| wrong("streak"))?,
            is_contested: row.hit,
            client: Client { browser: row.browser, names_refreshes: row.attempts },
            remember_me: row.remember_me,
            created_at: UnixMillis(row.created_at),
            last_used_at: UnixMillis(row.last_used_at),
            idle_deadline: UnixMillis(row.idle_deadline),
            absolute_deadline: UnixMillis(row.absolute_deadline),
            ended,
            origin: Caller { ip: row.ip, user_agent: row.user_agent },
            id: SessionId::new(row.id),
        })
    }
}

/// Has no meaning of its own: it is read as an ending.
#[derive(FromRow)]
pub(super) struct TombstoneRow {
    pub(super) session_id: String,
    pub(super) ended_at: i64,
}

#[derive(FromRow)]
pub(super) struct EventRow {
    pub(super) id: i64,
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) user_id: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) by_user_id: Option<String>,
    pub(super) ip: String,
    pub(super) user_agent: String,
    pub(super) other_ip: Option<String>,
    pub(super) other_user_agent: Option<String>,
}

impl From<EventRow> for StoredEvent {
    fn from(row: EventRow) -> Self {
        let other = (row.other_ip.zip(row.other_user_agent)).map(|(ip, user_agent)| Caller { ip, user_agent });
        Self {
            id: row.id,
            event: SecurityEvent {
                at: UnixMillis(row.at),
                kind: EventKind::from(row.kind),
                user_id: row.user_id.map(UserId::new),
                session_id: row.session_id.map(SessionId::new),
                by: row.by_user_id.map(UserId::new),
                origin: Caller { ip: row.ip, user_agent: row.user_agent },
                other,
            },
        }
    }
}

/// The column `served_attempts`.
pub(super) fn attempts_to_json(attempts: &ServedAttempts) -> String {
    let attempts: Vec<(&str, i64)> = attempts.iter().map(|(attempt, at)| (attempt, at.0)).collect();
    serde_json::to_string(&attempts).expect("OK because strings and numbers always serialise")
}

/// Databases' integers are signed. A generation that does not fit would take longer than the universe has lasted.
pub(super) fn large(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The same for counts.
pub(super) fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Bytes as JSON has them.
mod base64_text {
    use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD_NO_PAD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The same where there may be none.
mod optional_base64_text {
    use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "serde asks for it")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|bytes| STANDARD_NO_PAD.encode(bytes)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| STANDARD_NO_PAD.decode(text)).transpose().map_err(D::Error::custom)
    }
}
