use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use async_trait::async_trait;
use redis::pipe;
use serde::Serialize;
use sessionkeep_types::{EndReason, SessionId, UserId};

use super::{
    RedisStore,
    connection::STORE_ID,
    outbox,
    record::{self, Fields},
};
use crate::{
    clock::Clock,
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        Account, Confirmation, Decide, Ending, Scope, Sessions, Step, StorageError, Transacted, postgres::within,
    },
    token::access,
};

/// How often a decision is taken again because another instance has changed the session meanwhile. Each time somebody has
/// got on, so this many in a row are as good as never.
const TRIES: u32 = 50;
/// How long after its absolute end a session is removed by Redis itself: a late client is told that it has expired.
const KEEP_ENDED: Duration = Duration::from_hours(24 * 7);
/// How many batches of events are moved before others are asked again what they need.
const BATCHES_AT_ONCE: usize = 10;
/// A command that a network has kept for longer comes to nothing: whoever gave it was told that it failed.
const NOT_LATER_THAN: Duration = Duration::from_secs(5);
/// How many are removed, or written, in one script: nobody else is served meanwhile.
const BATCH: usize = 200;

#[async_trait]
impl Sessions for RedisStore {
    async fn insert(&self, session: &Session, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        let begun = within(self.begin(session, account, Some(event))).await?;
        if begun {
            self.move_events_now().await;
        }
        Ok(begun)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        Ok(self.read(id).await?.map(|read| read.session))
    }

    async fn transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        let mut has_events = false;
        let done = within(async {
            let place = self.turns.queue(id);
            let _turn = place.turn().await;
            let mut seen: Option<Box<Read>> = None;
            for _ in 0..TRIES {
                let read = match seen.take() {
                    Some(read) => *read,
                    None => match self.read(id).await? {
                        Some(read) => read,
                        None => return Ok(Transacted::NotFound),
                    },
                };
                let step = decide(&read.session, clock.shared(read.at));
                has_events = !step.events.is_empty();
                match self.update(&read, step).await? {
                    Updated::Done(ended) => return Ok(Transacted::Done { ended }),
                    Updated::Changed(now) => seen = now,
                }
            }
            Err(StorageError::Unavailable("a session is changed without a pause".into()))
        })
        .await?;
        if has_events {
            self.move_events_now().await;
        }
        Ok(done)
    }

    async fn of_user(&self, user: &UserId) -> Result<Vec<Session>, StorageError> {
        let mut ids = pipe();
        ids.cmd("SMEMBERS").arg(living_of(user));
        let (ids,): (Vec<String>,) = self.connection.query(&ids).await?;
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let mut all = pipe();
        for id in &ids {
            all.cmd("HGETALL").arg(key(&SessionId::new(id.as_str())));
        }
        let all: Vec<Fields> = self.connection.query(&all).await?;
        // One that Redis has removed at its end has no fields.
        let there = ids.into_iter().zip(&all).filter(|(_, fields)| !fields.is_empty());
        let mut sessions =
            there.map(|(id, fields)| record::session(&SessionId::new(id), fields)).collect::<Result<Vec<_>, _>>()?;
        sessions.retain(|session| session.ended.is_none());
        sessions.sort_by(|one, other| (other.last_used_at, &other.id).cmp(&(one.last_used_at, &one.id)));
        Ok(sessions)
    }

    async fn end_all(
        &self,
        scope: &Scope,
        reason: EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        if let (Scope::Of(_), Some(actor)) = (scope, &event.by)
            && !self.database.is_admin(actor).await?
        {
            return Ok(None);
        }
        let ended = match scope {
            Scope::Of(user) => {
                within(self.end(&Whose { user, spared: None, begun_before: None }, &reason, event)).await?
            }
            Scope::OthersOf(user, spared) => {
                within(self.end(&Whose { user, spared: Some(spared), begun_before: None }, &reason, event)).await?
            }
            Scope::BegunBefore(time) => {
                let mut ended = vec![];
                for user in self.everybody().await? {
                    let theirs = Whose { user: &user, spared: None, begun_before: Some(*time) };
                    ended.extend(self.end(&theirs, &reason, event).await?.into_iter().flatten());
                }
                Some(ended)
            }
        };
        self.move_events_now().await;
        Ok(ended)
    }

    async fn confirm(&self, confirmations: &[Confirmation], clock: &dyn Clock) -> Result<(), StorageError> {
        let now = clock.shared(self.now().await?);
        for some in confirmations.chunks(BATCH) {
            let confirmations = some
                .iter()
                .map(|used| Used {
                    id: &used.session_id,
                    r#gen: used.generation.to_string(),
                    at: used.at.min(now).0.to_string(),
                })
                .collect();
            self.connection.call::<()>(&self.scripts.confirm, &Confirm { confirmations }).await?;
        }
        Ok(())
    }

    async fn endings_since(&self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let mut read = pipe();
        read.cmd("ZRANGEBYSCORE").arg("sessionkeep:endings").arg(since.0).arg("+inf");
        let (endings,): (Vec<String>,) = self.connection.query(&read).await?;
        endings.iter().map(|text| ending(text)).collect()
    }

    async fn change_marker(&self) -> Result<i64, StorageError> {
        let mut read = pipe();
        read.cmd("GET").arg("sessionkeep:marker");
        let (marker,): (Option<i64>,) = self.connection.query(&read).await?;
        Ok(marker.unwrap_or(0))
    }

    fn visible_within(&self) -> Duration {
        // As long as anybody may need to know of it: other machines have other clocks.
        access::MAX_LIFETIME
    }

    async fn tend(&self) -> Result<(), StorageError> {
        // The one may fail, and the other go on.
        let done = within(self.do_tasks(None)).await;
        let moved = within(async {
            for _ in 0..BATCHES_AT_ONCE {
                if !self.move_events().await? {
                    break;
                }
            }
            Ok(())
        });
        moved.await?;
        done.map(|_| ())
    }

    async fn purge(&self, before: UnixMillis) -> Result<u64, StorageError> {
        let argument = Purge { before: before.0.to_string(), at_most: BATCH.to_string() };
        self.database.purge_moved().await?;
        let mut purged = 0;
        loop {
            let (found, removed): (u64, u64) = self.connection.call(&self.scripts.purge, &argument).await?;
            purged += removed;
            if found == 0 {
                return Ok(purged);
            }
        }
    }

    async fn settle(&self) -> Result<(), StorageError> {
        // What cannot be done now is not lost: the next instance does it.
        if let Err(error) = self.tend().await {
            tracing::warn!(%error, "what one store owes the other is left to the next start");
        }
        Ok(())
    }
}

/// A session as it was read, and what makes sure that it still is so.
struct Read {
    session: Session,
    rev: String,
    at: UnixMillis,
}

impl Read {
    fn of(id: &SessionId, mut fields: Fields, time: Time) -> Result<Option<Self>, StorageError> {
        let Some(rev) = fields.remove("rev") else { return Ok(None) };
        Ok(Some(Self { session: record::session(id, &fields)?, rev, at: millis(time) }))
    }
}

/// What became of a decision.
enum Updated {
    /// It is done, and has ended these.
    Done(Vec<SessionId>),
    /// Nothing was done: the session is not any more what was read, but this, or gone.
    Changed(Option<Box<Read>>),
}

/// Seconds and microseconds, as Redis tells them.
type Time = (i64, i64);

/// Sessions of one account.
struct Whose<'a> {
    user: &'a UserId,
    spared: Option<&'a SessionId>,
    begun_before: Option<UnixMillis>,
}

impl RedisStore {
    /// Adds a session of `account`, if that is still what was read. What a change of it has left to do is done before, and
    /// if another one comes between, the script refuses.
    pub(super) async fn begin(
        &self,
        session: &Session,
        account: &Account,
        event: Option<&SecurityEvent>,
    ) -> Result<bool, StorageError> {
        let mut done_before = None;
        for _ in 0..TRIES {
            let Some(epoch) = self.database.session_epoch(account).await? else { return Ok(false) };
            self.do_tasks(Some(&account.id)).await?;
            if let Some(done) = done_before.filter(|done| epoch < *done) {
                self.database.raise_epoch(&account.id, done).await?;
                done_before = None;
                continue;
            }
            let argument = Insert {
                id: &session.id,
                user: &session.user_id,
                epoch: epoch.to_string(),
                fields: record::fields(session).0,
                deadline: session.absolute_deadline.0.to_string(),
                expires_at: session.absolute_deadline.plus(KEEP_ENDED).0.to_string(),
                event: event.map(outbox::entry),
            };
            done_before = self.connection.call::<Option<i64>>(&self.scripts.insert, &argument).await?;
            if done_before.is_none() {
                return Ok(true);
            }
        }
        Err(StorageError::Unavailable("an account is changed without a pause".into()))
    }

    async fn read(&self, id: &SessionId) -> Result<Option<Read>, StorageError> {
        let mut read = pipe();
        // In this order, so that nothing that was read is later than the time. What is written in between fails the comparison.
        // No MULTI: a full Redis refuses even reads in one.
        read.cmd("HGETALL").arg(key(id)).cmd("TIME").cmd("EXISTS").arg(STORE_ID);
        let (fields, time, is_ours): (Fields, Time, bool) = self.connection.query(&read).await?;
        match Read::of(id, fields, time)? {
            // A Redis that somebody has emptied knows of no session, and says nothing about any.
            None if !is_ours => Err(StorageError::Unavailable("Redis was emptied".into())),
            read => Ok(read),
        }
    }

    pub(super) async fn now(&self) -> Result<UnixMillis, StorageError> {
        let mut read = pipe();
        read.cmd("TIME");
        let (time,): (Time,) = self.connection.query(&read).await?;
        Ok(millis(time))
    }

    /// Does what was decided on `read`.
    async fn update(&self, read: &Read, step: Step) -> Result<Updated, StorageError> {
        let session = &read.session;
        if session.ended.is_some() && step.next.is_some() {
            return Err(StorageError::Unavailable("a session that has ended is never written again".into()));
        }
        let ended = step.next.as_ref().and_then(|next| next.ended.as_ref());
        let (fields, unset) = step.next.as_ref().map(record::fields).unzip();
        let argument = Update {
            id: &session.id,
            user: &session.user_id,
            rev: &read.rev,
            fields,
            unset,
            ended_at: ended.map(|ended| ended.at.0.to_string()),
            end_others: ended
                .zip(step.end_others.as_ref())
                .map(|(ended, reason)| EndOthers { at: ended.at.0.to_string(), reason: record::reason(reason) }),
            events: step.events.iter().map(outbox::entry).collect(),
        };
        let mut answer: Vec<Vec<String>> = self.connection.call(&self.scripts.update, &argument).await?;
        let impossible = || StorageError::impossible("sessions", "an answer", session.id.as_str());
        match (answer.pop(), answer.pop()) {
            (Some(endings), None) => {
                let ended = endings.iter().map(|text| Ok(ending(text)?.session_id));
                ended.collect::<Result<_, _>>().map(Updated::Done)
            }
            (Some(time), Some(fields)) => {
                let fields = fields.chunks_exact(2).map(|field| (field[0].clone(), field[1].clone())).collect();
                let [seconds, micros] = &*time else { return Err(impossible()) };
                let number = |text: &str| text.parse().map_err(|_| impossible());
                let read = Read::of(&session.id, fields, (number(seconds)?, number(micros)?))?;
                Ok(Updated::Changed(read.map(Box::new)))
            }
            _ => Err(impossible()),
        }
    }

    async fn end(
        &self,
        whose: &Whose<'_>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let argument = EndAll {
            not_after: self.now().await?.plus(NOT_LATER_THAN).0.to_string(),
            user: whose.user,
            spared: whose.spared,
            begun_before: whose.begun_before.map(|time| time.0.to_string()),
            at: event.at.0.to_string(),
            reason: record::reason(reason),
            event: outbox::entry(&event.clone().of(whose.user)),
        };
        let endings: Option<Vec<String>> = self.connection.call(&self.scripts.end_all, &argument).await?;
        endings.map(|endings| endings.iter().map(|text| ending(text)).collect()).transpose()
    }

    /// Everybody who has a session.
    async fn everybody(&self) -> Result<BTreeSet<UserId>, StorageError> {
        let (mut everybody, mut cursor) = (BTreeSet::new(), 0_u64);
        loop {
            let mut scan = pipe();
            scan.cmd("ZSCAN").arg("sessionkeep:deadlines").arg(cursor).arg("COUNT").arg(BATCH);
            let ((next, members),): ((u64, HashMap<String, String>),) = self.connection.query(&scan).await?;
            let users = members.keys().filter_map(|member| member.split_once(' '));
            everybody.extend(users.map(|(user, _)| UserId::new(user)));
            cursor = next;
            if cursor == 0 {
                return Ok(everybody);
            }
        }
    }
}

fn key(id: &SessionId) -> String {
    format!("sessionkeep:session:{id}")
}

fn living_of(user: &UserId) -> String {
    format!("sessionkeep:living-of:{user}")
}

fn millis((seconds, micros): Time) -> UnixMillis {
    UnixMillis(seconds * 1000 + micros / 1000)
}

/// As `announce` of `common.lua` writes it.
pub(super) fn ending(text: &str) -> Result<Ending, StorageError> {
    let impossible = || StorageError::impossible("endings", "member", text);
    let mut parts = text.splitn(4, ' ');
    let mut part = || parts.next().ok_or_else(impossible);
    let (ended_at, ver, ver_at, id) = (part()?, part()?, part()?, part()?);
    let number = |text: &str| text.parse::<i64>().map_err(|_| impossible());
    Ok(Ending {
        session_id: SessionId::new(id),
        ended_at: if ended_at.is_empty() { None } else { Some(UnixMillis(number(ended_at)?)) },
        ver: ver.parse().map_err(|_| impossible())?,
        ver_at: UnixMillis(number(ver_at)?),
    })
}

#[derive(Serialize)]
struct Insert<'a> {
    id: &'a SessionId,
    user: &'a UserId,
    epoch: String,
    fields: Fields,
    deadline: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
}

#[derive(Serialize)]
struct Update<'a> {
    id: &'a SessionId,
    user: &'a UserId,
    rev: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Fields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unset: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_others: Option<EndOthers>,
    events: Vec<String>,
}

#[derive(Serialize)]
struct EndOthers {
    at: String,
    reason: String,
}

#[derive(Serialize)]
struct EndAll<'a> {
    not_after: String,
    user: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    spared: Option<&'a SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    begun_before: Option<String>,
    at: String,
    reason: String,
    event: String,
}

#[derive(Serialize)]
struct Confirm<'a> {
    confirmations: Vec<Used<'a>>,
}

#[derive(Serialize)]
struct Used<'a> {
    id: &'a SessionId,
    r#gen: String,
    at: String,
}

#[derive(Serialize)]
struct Purge {
    before: String,
    at_most: String,
}
