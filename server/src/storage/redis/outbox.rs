//! Events of sessions: written to Redis by the script that does what they report, and moved to the database. What is moved
//! twice is there once.

use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use redis::pipe;
use serde::{Deserialize, Serialize};
use sessionkeep_types::{EventKind, SessionId, UserId};
use tokio::time::timeout;

use super::RedisStore;
use crate::{
    clock::Clock,
    session::{Caller, SecurityEvent, UnixMillis},
    storage::{EventFilter, Events, PurgeTimes, StorageError, StoredEvent, Vitals, Watched, vitals},
};

const OUTBOX: &str = "sessionkeep:outbox";

/// How far the outbox has been read. Entries of a newer version stay in it, and must not keep those behind them from being read.
#[derive(Default)]
pub(super) struct Sweep {
    /// The last entry that was read. `None`: the next read begins with the first entry.
    after: Option<String>,
    /// How many entries before it this version cannot read.
    unreadable: usize,
    /// How many the previous sweep found.
    found_before: usize,
}

impl Sweep {
    /// Notes that these entries were read and, where this version can read them, moved.
    fn advance(&mut self, last: Option<String>, unreadable: usize, at_end: bool) {
        self.after = last;
        self.unreadable += unreadable;
        if at_end {
            // Once for each change, and not five times a second.
            if self.unreadable > self.found_before {
                tracing::warn!(
                    entries = self.unreadable,
                    "the outbox has events of a newer version, which will move them"
                );
            }
            *self = Self { found_before: self.unreadable, ..Self::default() };
        }
    }
}

/// An entry's id, and its fields.
type Written = (String, Vec<(String, String)>);

/// How many are moved at once.
const BATCH: usize = 100;
/// How long whoever has caused an event waits for it to be moved.
const AT_ONCE: Duration = Duration::from_millis(500);

#[async_trait]
impl Watched for RedisStore {
    async fn vitals(&self) -> Vitals {
        let mut length = pipe();
        length.cmd("XLEN").arg(OUTBOX);
        let waiting = timeout(vitals::AT_ONCE, self.connection.query::<(usize,)>(&length)).await;
        let waiting = waiting.ok().and_then(Result::ok).map(|(length,)| length);
        Vitals { outbox: Some(waiting), ..self.database.vitals().await }
    }

    async fn time(&self) -> Result<Option<UnixMillis>, StorageError> {
        self.database.time().await
    }

    async fn purge_times(&self, clock: &dyn Clock, _ran: Duration) -> Result<PurgeTimes, StorageError> {
        let others = clock.shared(self.database.now().await?);
        Ok(PurgeTimes { sessions: clock.shared(self.now().await?), others })
    }
}

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

    async fn forget(&self, before: UnixMillis) -> Result<u64, StorageError> {
        self.database.forget(before).await
    }
}

impl RedisStore {
    /// After a script that reports something: whoever looks next shall find it. What cannot be moved now is moved later, and
    /// nobody waits long for it.
    pub(super) async fn move_events_now(&self) {
        if let Ok(Err(error)) = timeout(AT_ONCE, self.move_events()).await {
            tracing::warn!(%error, "security events wait in Redis until the database takes them");
        }
    }

    /// Moves some, and says whether there may be more. Several instances may do so at once.
    pub(super) async fn move_events(&self) -> Result<bool, StorageError> {
        let mut sweep = self.moving.lock().await;
        let start = sweep.after.as_ref().map_or_else(|| "-".to_owned(), |after| format!("({after}"));
        let mut read = pipe();
        read.cmd("XRANGE").arg(OUTBOX).arg(start).arg("+").arg("COUNT").arg(BATCH);
        let (entries,): (Vec<Written>,) = self.connection.query(&read).await?;
        let there_may_be_more = entries.len() == BATCH;
        let (last, looked_at) = (entries.last().map(|(id, _)| id.clone()), entries.len());
        let (mut ids, mut events) = (vec![], vec![]);
        for (id, fields) in entries {
            let written = fields.iter().find(|(name, _)| name == "event").map(|(_, event)| event.as_str());
            let Some(event) = written.and_then(|event| serde_json::from_str::<Entry>(event).ok()) else {
                continue;
            };
            // The stream's ids alone could come again after a clock went back.
            let said = written.unwrap_or_default();
            events.push((format!("{id} {}", sha256(said)), event.into()));
            ids.push(id);
        }
        if !ids.is_empty() {
            self.database.take_over(&events).await?;
            let mut remove = pipe();
            remove.cmd("XDEL").arg(OUTBOX).arg(&ids);
            let (_,): (usize,) = self.connection.query(&remove).await?;
        }
        sweep.advance(last, looked_at - ids.len(), !there_may_be_more);
        Ok(there_may_be_more)
    }
}

fn sha256(text: &str) -> String {
    STANDARD_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
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
        let texts = |origin: &Caller| (origin.ip.clone(), origin.user_agent.clone());
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
        let origin = |(ip, user_agent)| Caller { ip, user_agent };
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
