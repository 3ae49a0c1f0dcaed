//! The rows as both databases have them, and what they mean.

use sessionkeep_types::{EndReason, EventKind, Role, SessionId, UserId};
use sqlx::FromRow;

use super::{Account, StorageError, StoredEvent};
use crate::session::{Client, Ended, Origin, SecurityEvent, ServedAttempts, Session, TokenHash, UnixMillis};

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
        "id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at,
         streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at,
         revoked_reason, ip, user_agent"
    };
}
pub(super) use session_columns;

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

#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "one field a column")]
pub(super) struct SessionRow {
    pub(super) id: String,
    pub(super) user_id: String,
    pub(super) ver: i32,
    pub(super) ver_at: i64,
    pub(super) r#gen: i64,
    pub(super) head_hash: Vec<u8>,
    pub(super) prev_hash: Option<Vec<u8>>,
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
            hit: row.hit,
            client: Client { browser: row.browser, attempts: row.attempts },
            remember_me: row.remember_me,
            created_at: UnixMillis(row.created_at),
            last_used_at: UnixMillis(row.last_used_at),
            idle_deadline: UnixMillis(row.idle_deadline),
            absolute_deadline: UnixMillis(row.absolute_deadline),
            ended,
            origin: Origin { ip: row.ip, user_agent: row.user_agent },
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
        let other = (row.other_ip.zip(row.other_user_agent)).map(|(ip, user_agent)| Origin { ip, user_agent });
        Self {
            id: row.id,
            event: SecurityEvent {
                at: UnixMillis(row.at),
                kind: EventKind::from(row.kind),
                user_id: row.user_id.map(UserId::new),
                session_id: row.session_id.map(SessionId::new),
                by: row.by_user_id.map(UserId::new),
                origin: Origin { ip: row.ip, user_agent: row.user_agent },
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
