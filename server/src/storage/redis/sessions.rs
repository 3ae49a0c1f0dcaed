use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use async_trait::async_trait;
use redis::pipe;
use serde::Serialize;
use sessionkeep_types::{EndReason, SessionId, UserId};

use super::{
    RedisStore, outbox,
    record::{self, Fields},
};
use crate::{
    account::Account,
    clock::Clock,
    session::{Cap, LastUse, SecurityEvent, Session, UnixMillis},
    storage::{
        AT_ONCE, Confirmation, Decide, EndedPart, Ending, Scope, Sessions, Step, StorageError, Tried, Trimmed,
        over_the_cap_of, postgres::within,
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
    async fn insert(
        &self,
        session: &Session,
        account: &Account,
        event: &SecurityEvent,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let begun = within(self.begin(session, account, Some((event, cap, clock)))).await?;
        if begun.is_some() {
            self.move_events_now().await;
        }
        Ok(begun)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StorageError> {
        Ok(self.read(id).await?.map(|read| read.session))
    }

    async fn try_transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>) -> Result<Tried, StorageError> {
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
                        None => return Ok(Tried::NotFound),
                    },
                };
                let now = clock.shared(read.at);
                let step = decide(&read.session, now);
                has_events = !step.events.is_empty();
                let end_others = step.end_others.clone();
                match (self.update(&read, step).await?, end_others) {
                    (Updated::Done(ended), _) => return Ok(Tried::Done { ended }),
                    (Updated::Changed(now), _) => seen = now,
                    (Updated::TooMany, Some(reason)) => {
                        if let Some(trimmed) = self.trim(&read.session, &reason, now).await? {
                            has_events = trimmed.event.is_some();
                            return Ok(Tried::Trimmed(trimmed));
                        }
                    }
                    // The script says so only where there are others to end.
                    (Updated::TooMany, None) => {}
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

    async fn living(
        &self,
        user: &UserId,
        now: UnixMillis,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StorageError> {
        let mut ids = self.scan_living(user).await?;
        if let Some(before) = before {
            let _begun_later = ids.split_off(before);
        }
        let (limit, mut living) = (usize::try_from(limit).unwrap_or(usize::MAX), vec![]);
        let ids: Vec<SessionId> = ids.into_iter().rev().collect();
        for some in ids.chunks(BATCH) {
            let mut read = pipe();
            for id in some {
                read.cmd("HGETALL").arg(key(id));
            }
            let fields: Vec<Fields> = self.connection.query(&read).await?;
            // One that Redis has removed at its end has no fields.
            for (id, fields) in some.iter().zip(&fields).filter(|(_, fields)| !fields.is_empty()) {
                let session = record::session(id, fields)?;
                if session.ended.is_none() && !session.is_expired(now) {
                    living.push(session);
                }
                if living.len() == limit {
                    return Ok(living);
                }
            }
        }
        Ok(living)
    }

    async fn end_part(
        &self,
        scope: &Scope,
        after: Option<&str>,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        if let (Scope::Of(_), Some(actor)) = (scope, &event.by)
            && !self.database.is_admin(actor).await?
        {
            return Ok(None);
        }
        let cursor = after.map_or_else(first_part, str::to_owned);
        let part = match scope {
            Scope::Of(user) => {
                let whose = Whose { user, spared: None, begun_before: None };
                within(self.end(&whose, &cursor, reason, event)).await?
            }
            Scope::OthersOf { user, asking, begun_before } => {
                let whose = Whose { user, spared: Some(asking), begun_before: *begun_before };
                within(self.end(&whose, &cursor, reason, event)).await?
            }
            Scope::BegunBefore(time) => Some(self.end_begun_before(*time, &cursor, reason, event).await?),
        };
        self.move_events_now().await;
        Ok(part)
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

    async fn session_time(&self, clock: &dyn Clock) -> Result<UnixMillis, StorageError> {
        Ok(clock.shared(self.now().await?))
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
    /// Nothing was done: the account has more sessions to end than one script does.
    TooMany,
}

/// Sessions of an account that were not ended.
#[derive(Default)]
struct Unended {
    living: Vec<LastUse>,
    /// When each expired, and its id.
    expired: Vec<(UnixMillis, SessionId)>,
    /// Those that Redis has removed.
    gone: Vec<SessionId>,
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
    /// Adds a session of `account`, if that is still what was read, and ends those that exceed the cap then. What a change of
    /// the account has left to do is done before, and if another one comes between, the script refuses.
    pub(super) async fn begin(
        &self,
        session: &Session,
        account: &Account,
        sign_in: Option<(&SecurityEvent, &Cap, &dyn Clock)>,
    ) -> Result<Option<Vec<Ending>>, StorageError> {
        let mut done_before: Option<i64> = None;
        for _ in 0..TRIES {
            let Some(epoch) = self.database.session_epoch(account).await? else { return Ok(None) };
            self.do_tasks(Some(&account.id)).await?;
            if let Some(done) = done_before.filter(|done| epoch < *done) {
                self.database.raise_epoch(&account.id, done).await?;
                done_before = None;
                continue;
            }
            let excess = match sign_in {
                Some((_, cap, clock)) => self.excess(&session.user_id, cap, clock).await?,
                None => None,
            };
            let argument = Insert {
                id: &session.id,
                user: &session.user_id,
                epoch: epoch.to_string(),
                fields: record::fields(session).0,
                deadline: session.absolute_deadline.0.to_string(),
                expires_at: session.absolute_deadline.plus(KEEP_ENDED).0.to_string(),
                event: sign_in.map(|(event, ..)| outbox::entry(event)),
                excess,
            };
            let answer: Vec<String> = self.connection.call(&self.scripts.insert, &argument).await?;
            let impossible = || StorageError::impossible("sessions", "an answer", session.id.as_str());
            match answer.split_first() {
                Some((begun, endings)) if begun == "BEGUN" => {
                    return endings.iter().map(|text| ending(text)).collect::<Result<_, _>>().map(Some);
                }
                Some((_, [done])) => done_before = Some(done.parse().map_err(|_| impossible())?),
                _ => return Err(impossible()),
            }
        }
        Err(StorageError::Unavailable("an account is changed without a pause".into()))
    }

    /// The sessions that have to end for the cap when another one begins, and those of the looked at ones that expired long
    /// ago: they end, too, or they would hide the living ones. What lives is decided by the clock of Redis, which decides on
    /// refreshes as well. What an instance takes for expired could live on, and must not be out of reach then.
    async fn excess(
        &self,
        user: &UserId,
        cap: &Cap,
        clock: &dyn Clock,
    ) -> Result<Option<EndThese<'static>>, StorageError> {
        if self.count_living(user).await? < u64::from(cap.at_most) {
            return Ok(None);
        }
        let now = clock.shared(self.now().await?);
        let some = self.last_uses(user, now, cap.window()).await?;
        let ids = cap.excess(some.living);
        let event = outbox::entry(&cap.report(&ids));
        let reason = record::reason(&EndReason::SessionLimit);
        // Of those that expired long ago no access token is in time.
        let long_ago = now.minus(access::MAX_LIFETIME * 2);
        let expired = some.expired.into_iter().filter(|(at, _)| *at <= long_ago).map(|(_, id)| id);
        let expired = some.gone.into_iter().chain(expired).collect();
        let (at, expired_before) = (now.0.to_string(), long_ago.0.to_string());
        Ok(Some(EndThese {
            user: None,
            ids,
            expired,
            expired_before,
            expired_reason: reason.clone(),
            at,
            reason,
            event,
        }))
    }

    /// Sessions of the account that were not ended: some of them, where it has more than `at_most`.
    async fn last_uses(&self, user: &UserId, now: UnixMillis, at_most: u32) -> Result<Unended, StorageError> {
        let mut some = pipe();
        some.cmd("SRANDMEMBER").arg(living_of(user)).arg(at_most);
        let (ids,): (Vec<String>,) = self.connection.query(&some).await?;
        let ids: Vec<SessionId> = ids.into_iter().map(SessionId::new).collect();
        let mut read = pipe();
        for id in &ids {
            read.cmd("HMGET").arg(key(id)).arg("last_used_at").arg("idle_deadline");
        }
        let rows: Vec<(Option<i64>, Option<i64>)> =
            if ids.is_empty() { vec![] } else { self.connection.query(&read).await? };
        let mut unended = Unended::default();
        for (id, row) in ids.into_iter().zip(rows) {
            match row {
                (Some(last_used), Some(ends)) if ends > now.0 => unended.living.push((UnixMillis(last_used), id)),
                (Some(_), Some(ends)) => unended.expired.push((UnixMillis(ends), id)),
                _ => unended.gone.push(id),
            }
        }
        Ok(unended)
    }

    /// Ends some of an account's sessions but `spared`, those that were unused for longest, so that one script can end the
    /// rest. Sessions that have expired are no excess over the cap: they end first, for `reason`, and are not reported.
    /// `None`: there was none to end.
    async fn trim(
        &self,
        spared: &Session,
        reason: &EndReason,
        now: UnixMillis,
    ) -> Result<Option<Trimmed>, StorageError> {
        let user = &spared.user_id;
        // The one that is spared takes the place that the cap leaves to a new one.
        let cap = Cap { at_most: AT_ONCE, report: over_the_cap_of(spared, now) };
        let Unended { mut living, mut expired, gone } = self.last_uses(user, now, cap.window()).await?;
        living.retain(|(_, id)| *id != spared.id);
        expired.retain(|(_, id)| *id != spared.id);
        expired.truncate(AT_ONCE as usize);
        let mut ids = cap.excess(living);
        ids.truncate((AT_ONCE as usize).saturating_sub(expired.len()));
        let report = cap.report(&ids);
        let argument = EndThese {
            user: Some(user),
            ids: ids.clone(),
            expired: gone.into_iter().chain(expired.into_iter().map(|(_, id)| id)).collect(),
            expired_before: now.0.to_string(),
            expired_reason: record::reason(reason),
            at: now.0.to_string(),
            reason: record::reason(&EndReason::SessionLimit),
            event: outbox::entry(&report),
        };
        let answer: Vec<String> = self.connection.call(&self.scripts.end_these, &argument).await?;
        let endings = answer.iter().map(|text| ending(text)).collect::<Result<Vec<_>, _>>()?;
        let reported = endings.iter().any(|ending| ids.contains(&ending.session_id));
        let event = reported.then_some(report);
        Ok(Some(Trimmed { endings, event }).filter(|trimmed| !trimmed.endings.is_empty()))
    }

    async fn count_living(&self, user: &UserId) -> Result<u64, StorageError> {
        let mut count = pipe();
        count.cmd("SCARD").arg(living_of(user));
        let (count,): (u64,) = self.connection.query(&count).await?;
        Ok(count)
    }

    /// The ids of the account's sessions that were not ended, read in parts.
    async fn scan_living(&self, user: &UserId) -> Result<BTreeSet<SessionId>, StorageError> {
        let (mut ids, mut cursor) = (BTreeSet::new(), 0_u64);
        loop {
            let mut scan = pipe();
            scan.cmd("SSCAN").arg(living_of(user)).arg(cursor).arg("COUNT").arg(AT_ONCE);
            let ((next, some),): ((u64, Vec<String>),) = self.connection.query(&scan).await?;
            ids.extend(some.into_iter().map(SessionId::new));
            cursor = next;
            if cursor == 0 {
                return Ok(ids);
            }
        }
    }

    async fn read(&self, id: &SessionId) -> Result<Option<Read>, StorageError> {
        let mut read = pipe();
        // In this order, so that nothing that was read is later than the time. What is written in between fails the comparison.
        // No MULTI: a full Redis refuses even reads in one.
        read.cmd("HGETALL").arg(key(id)).cmd("TIME");
        let (fields, time): (Fields, Time) = self.connection.query(&read).await?;
        Read::of(id, fields, time)
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
            end_others: ended.zip(step.end_others.as_ref()).map(|(ended, reason)| EndOthers {
                at: ended.at.0.to_string(),
                reason: record::reason(reason),
                at_most: AT_ONCE.to_string(),
            }),
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
            (None, _) => Ok(Updated::TooMany),
        }
    }

    async fn end(
        &self,
        whose: &Whose<'_>,
        cursor: &str,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<Option<EndedPart>, StorageError> {
        let argument = EndPart {
            not_after: self.now().await?.plus(NOT_LATER_THAN).0.to_string(),
            user: whose.user,
            spared: whose.spared,
            begun_before: whose.begun_before.map(|time| time.0.to_string()),
            at: event.at.0.to_string(),
            reason: record::reason(reason),
            event: outbox::entry(&event.clone().of(whose.user)),
            at_most: AT_ONCE.to_string(),
            cursor,
        };
        let answer: Option<Vec<String>> = self.connection.call(&self.scripts.end_part, &argument).await?;
        answer.as_deref().map(part).transpose()
    }

    /// Ends what was begun before that, of some of the accounts that have sessions.
    async fn end_begun_before(
        &self,
        time: UnixMillis,
        cursor: &str,
        reason: &EndReason,
        event: &SecurityEvent,
    ) -> Result<EndedPart, StorageError> {
        let mut scan = pipe();
        scan.cmd("ZSCAN").arg("sessionkeep:deadlines").arg(cursor).arg("COUNT").arg(BATCH);
        let ((next, members),): ((String, HashMap<String, String>),) = self.connection.query(&scan).await?;
        let users: BTreeSet<UserId> =
            members.keys().filter_map(|member| member.split_once(' ')).map(|(user, _)| UserId::new(user)).collect();
        let mut endings = vec![];
        for user in &users {
            let theirs = Whose { user, spared: None, begun_before: Some(time) };
            let mut cursor = first_part();
            while let Some(part) = self.end(&theirs, &cursor, reason, event).await? {
                endings.extend(part.endings);
                match part.next {
                    Some(next) => cursor = next,
                    None => break,
                }
            }
        }
        Ok(EndedPart { endings, next: Some(next).filter(|next| *next != first_part()) })
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

/// Where Redis begins, and says that it has come to the end.
pub(super) fn first_part() -> String {
    "0".to_owned()
}

/// The answer of a script that works in parts: where the next one begins, and what this one did.
pub(super) fn part(answer: &[String]) -> Result<EndedPart, StorageError> {
    let Some((next, endings)) = answer.split_first() else { return Ok(EndedPart::default()) };
    let endings = endings.iter().map(|text| ending(text)).collect::<Result<_, _>>()?;
    Ok(EndedPart { endings, next: Some(next.clone()).filter(|next| *next != first_part()) })
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
    #[serde(skip_serializing_if = "Option::is_none")]
    excess: Option<EndThese<'a>>,
}

#[derive(Serialize)]
struct EndThese<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a UserId>,
    ids: Vec<SessionId>,
    expired: Vec<SessionId>,
    expired_before: String,
    expired_reason: String,
    at: String,
    reason: String,
    event: String,
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
    at_most: String,
}

#[derive(Serialize)]
struct EndPart<'a> {
    not_after: String,
    user: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    spared: Option<&'a SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    begun_before: Option<String>,
    at: String,
    reason: String,
    event: String,
    at_most: String,
    cursor: &'a str,
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
