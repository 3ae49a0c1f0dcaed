//! Events of sessions: written to Redis by the script that does what they report, and moved to the database. What is moved
//! twice is there once.

use async_trait::async_trait;
use redis::pipe;
use serde::{Deserialize, Serialize};
use sessionkeep_types::{EventKind, SessionId, UserId};

use super::RedisStore;
use crate::{
    session::{Origin, SecurityEvent, UnixMillis},
    storage::{EventFilter, Events, StorageError, StoredEvent},
};

const OUTBOX: &str = "sessionkeep:outbox";
/// An entry's id, and its fields.
type Written = (String, Vec<(String, String)>);

/// How many are moved at once.
const BATCH: usize = 100;

/// Where they are read is the database alone.
#[async_trait]
impl Events for RedisStore {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        self.database.record(event).await
    }

    async fn page(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StorageError> {
        Events::page(&*self.database, filter, before, limit).await
    }

    async fn after(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, StorageError> {
        self.database.after(after, limit).await
    }

    async fn latest(&self) -> Result<i64, StorageError> {
        self.database.latest().await
    }
}

impl RedisStore {
    /// After a script that reports something: whoever looks next shall find it. What cannot be moved now is moved later.
    pub(super) async fn move_events_now(&self) {
        if let Err(error) = self.move_events().await {
            tracing::warn!(%error, "security events wait in Redis until the database takes them");
        }
    }

    /// Moves what is there. Several instances may do so at once.
    pub(super) async fn move_events(&self) -> Result<(), StorageError> {
        loop {
            let mut read = pipe();
            read.cmd("XRANGE").arg(OUTBOX).arg("-").arg("+").arg("COUNT").arg(BATCH);
            let (entries,): (Vec<Written>,) = self.connection.query(&read).await?;
            if entries.is_empty() {
                return Ok(());
            }
            let mut ids = vec![];
            let mut events = vec![];
            for (id, fields) in entries {
                let written = fields.iter().find(|(name, _)| name == "event").map(|(_, event)| event.as_str());
                let event = written.and_then(|event| serde_json::from_str::<Entry>(event).ok());
                let event = event.ok_or_else(|| StorageError::impossible("outbox", "event", &id))?;
                events.push((id.clone(), event.into()));
                ids.push(id);
            }
            self.database.take_over(&events).await?;
            let mut remove = pipe();
            remove.cmd("XDEL").arg(OUTBOX).arg(&ids);
            let (_,): (usize,) = self.connection.query(&remove).await?;
        }
    }
}

/// As a script writes it.
pub(super) fn entry(event: &SecurityEvent) -> String {
    serde_json::to_string(&Entry::from(event)).expect("OK because it is texts and numbers")
}

#[derive(Serialize, Deserialize)]
struct Entry {
    at: i64,
    kind: EventKind,
    user_id: Option<UserId>,
    session_id: Option<SessionId>,
    by: Option<UserId>,
    /// Address and user agent, of the one side and of the other.
    origin: (String, String),
    other: Option<(String, String)>,
}

impl From<&SecurityEvent> for Entry {
    fn from(event: &SecurityEvent) -> Self {
        let texts = |origin: &Origin| (origin.ip.clone(), origin.user_agent.clone());
        Self {
            at: event.at.0,
            kind: event.kind.clone(),
            user_id: event.user_id.clone(),
            session_id: event.session_id.clone(),
            by: event.by.clone(),
            origin: texts(&event.origin),
            other: event.other.as_ref().map(texts),
        }
    }
}

impl From<Entry> for SecurityEvent {
    fn from(entry: Entry) -> Self {
        let origin = |(ip, user_agent)| Origin { ip, user_agent };
        Self {
            at: UnixMillis(entry.at),
            kind: entry.kind,
            user_id: entry.user_id,
            session_id: entry.session_id,
            by: entry.by,
            origin: origin(entry.origin),
            other: entry.other.map(origin),
        }
    }
}
