//! What an operator watches: counted where it happens, looked up when somebody asks, and told to Prometheus on an address of
//! its own ([`serve`]). [`table`] has every metric.
//!
//! Each server has its own recorder and nothing is global, so that several run in one process. A label is one of a few words
//! that are known beforehand: what a client sends never becomes one, or it could use up the memory.

mod process;
pub mod table;

use std::{borrow::Cow, fmt, time::Duration};

use axum::http::Method;
use metrics::{Counter, Gauge, Key, KeyName, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use sessionkeep_types::{ErrorCode, EventKind};
use table::{Kind, METRICS};

use crate::vocabulary;

/// Who registers them; the recorder asks for it and keeps it nowhere.
const METADATA: Metadata<'static> = Metadata::new("sessionkeep", Level::INFO, None);
/// From a request that needs no query to one that waits for everything.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What became of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// A new refresh token.
    Rotated,
    /// In the quiet period: a new access token alone.
    Quiet,
    /// The same attempt again, the same successor again.
    Repeated,
    /// The answer was lost: the same successor again.
    AnswerLost,
    /// The answer was lost long ago: a new successor.
    Superseded,
    /// Just after the successor was used, by a browser without attempt ids: the same successor again.
    InFlight,
    /// A late copy of a request that was answered.
    LateCopy,
    /// A token that had been replaced and used.
    Reused,
    /// Three rotations in a row were also tried by somebody else.
    CloneSuspected,
    /// The session had been ended earlier.
    Revoked,
    /// Idle or absolute lifetime over.
    Expired,
    /// Newer than the database.
    Restored,
    /// Forged, malformed or unknown.
    Invalid,
    /// None was sent.
    Missing,
    /// Genuine, without its companion.
    Unaccompanied,
    /// Several of living sessions were sent.
    Conflict,
    /// Too many of one session.
    TooOften,
    /// It may come from another site.
    Csrf,
    /// Not as a refresh has to be.
    Malformed,
    /// The store failed.
    Unavailable,
    /// A defect.
    Internal,
}

impl RefreshOutcome {
    const ALL: [Self; 21] = [
        Self::Rotated,
        Self::Quiet,
        Self::Repeated,
        Self::AnswerLost,
        Self::Superseded,
        Self::InFlight,
        Self::LateCopy,
        Self::Reused,
        Self::CloneSuspected,
        Self::Revoked,
        Self::Expired,
        Self::Restored,
        Self::Invalid,
        Self::Missing,
        Self::Unaccompanied,
        Self::Conflict,
        Self::TooOften,
        Self::Csrf,
        Self::Malformed,
        Self::Unavailable,
        Self::Internal,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::Quiet => "quiet",
            Self::Repeated => "repeated",
            Self::AnswerLost => "answer_lost",
            Self::Superseded => "superseded",
            Self::InFlight => "in_flight",
            Self::LateCopy => "late_copy",
            Self::Reused => "reused",
            Self::CloneSuspected => "clone_suspected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Restored => "restored",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::Unaccompanied => "unaccompanied",
            Self::Conflict => "conflict",
            Self::TooOften => "too_often",
            Self::Csrf => "csrf",
            Self::Malformed => "malformed",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

/// What became of a message to the alert webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// The receiver has taken it.
    Delivered,
    /// It was tried several times in vain.
    Failed,
    /// It was not tried: too many waited, or the server stopped.
    Dropped,
}

impl WebhookOutcome {
    const ALL: [Self; 3] = [Self::Delivered, Self::Failed, Self::Dropped];

    fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// What happens to a password's hash beside its work.
#[derive(Clone, Copy, Debug, Default)]
pub struct HashQueue {
    /// Being hashed.
    pub running: usize,
    /// Waiting for it.
    pub waiting: usize,
    /// KiB of memory that all hashes so far went through, once for each pass.
    pub work_kib: u64,
}

/// What is looked up when somebody asks.
#[derive(Debug, Default)]
pub struct Sample {
    /// Password hashing.
    pub hashing: HashQueue,
    /// The store.
    pub store: crate::storage::Vitals,
    /// How long ago the memory of ended sessions was certain to be complete; `None`: never.
    pub feed_age: Option<Duration>,
    /// For each kind of token: since when its newest key signs, and whether there is none.
    pub keys: Vec<KeySample>,
}

/// The keys of one kind of token.
#[derive(Debug)]
pub struct KeySample {
    /// `access` or `refresh`.
    pub kind: &'static str,
    /// How long the key that signs has done so; `None` for one that bears no time.
    pub age: Option<Duration>,
    /// Whether there is none.
    pub withdrawn: bool,
}

/// The metrics of one server.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut builder = PrometheusBuilder::new();
        for metric in METRICS.iter().filter(|metric| metric.kind == Kind::Histogram) {
            builder = builder
                .set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), &SECONDS)
                .expect("OK because there are buckets");
        }
        let recorder = builder.build_recorder();
        for metric in METRICS {
            let (name, meaning) = (KeyName::from_const_str(metric.name), metric.meaning.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, None, meaning),
                Kind::Gauge => recorder.describe_gauge(name, None, meaning),
                Kind::Histogram => recorder.describe_histogram(name, None, meaning),
            }
        }
        let metrics = Self { handle: recorder.handle(), recorder };
        metrics.begin_at_zero();
        metrics
    }
}

impl Metrics {
    /// A counter that appears with its first event has no increase that an alert could see.
    fn begin_at_zero(&self) {
        for outcome in RefreshOutcome::ALL {
            self.counter(table::REFRESHES, [("outcome", outcome.word().into())]).absolute(0);
        }
        for outcome in [LOGIN_SUCCEEDED, "invalid_credentials", "unavailable"] {
            self.counter(table::LOGINS, [("outcome", outcome.into())]).absolute(0);
        }
        let refusals = ErrorCode::ALL.iter().filter_map(vocabulary::of_refusal);
        for event in EventKind::ALL.iter().map(EventKind::as_str).chain(refusals).chain([vocabulary::LOOK_ALIKE]) {
            self.counter(table::EVENTS, [("event", event.to_owned().into())]).absolute(0);
        }
        for outcome in WebhookOutcome::ALL {
            self.counter(table::WEBHOOKS, [("outcome", outcome.word().into())]).absolute(0);
        }
        for directive in vocabulary::DIRECTIVES {
            self.counter(table::CSP_VIOLATIONS, [("directive", directive.into())]).absolute(0);
        }
        for what in ["sessions", "events"] {
            self.counter(table::PURGED, [("what", what.into())]).absolute(0);
        }
        self.counter(table::HASH_REFUSED, []).absolute(0);
        self.counter(table::CONNECTIONS_REFUSED, []).absolute(0);
        self.gauge(table::BUILD, [("version", env!("CARGO_PKG_VERSION").into())]).set(1.0);
    }

    /// A request was answered. `code` is the error's, where it is one.
    pub fn answered(&self, method: &Method, route: &str, status: u16, code: Option<&str>, took: Duration) {
        let method = known_method(method);
        let labels = [
            ("method", method.into()),
            ("route", route.to_owned().into()),
            ("status", status.to_string().into()),
            ("code", code.unwrap_or("none").to_owned().into()),
        ];
        self.counter(table::HTTP_REQUESTS, labels).increment(1);
        self.histogram(table::HTTP_DURATION, [("method", method.into()), ("route", route.to_owned().into())], took);
        if method == "POST" && route == sessionkeep_types::routes::LOGIN {
            let outcome = code.map_or(LOGIN_SUCCEEDED.into(), |code| Cow::from(code.to_lowercase()));
            self.counter(table::LOGINS, [("outcome", outcome)]).increment(1);
        }
    }

    /// A refresh was decided on, or refused before that.
    pub fn refreshed(&self, outcome: RefreshOutcome) {
        self.counter(table::REFRESHES, [("outcome", outcome.word().into())]).increment(1);
    }

    /// Something that is stored, or a refusal that may be an attack. `event` is one of a few words.
    pub(crate) fn happened(&self, event: &str) {
        self.counter(table::EVENTS, [("event", event.to_owned().into())]).increment(1);
    }

    /// The alert webhook was told, or was not.
    pub(crate) fn told(&self, outcome: WebhookOutcome) {
        self.counter(table::WEBHOOKS, [("outcome", outcome.word().into())]).increment(1);
    }

    /// A browser reports what a policy forbade. `directive` is one of [`vocabulary::DIRECTIVES`].
    pub(crate) fn violated(&self, directive: &'static str) {
        self.counter(table::CSP_VIOLATIONS, [("directive", directive.into())]).increment(1);
    }

    /// A password was hashed, or something else was done that takes as long.
    pub fn hashed(&self, waited: Duration, took: Duration) {
        self.histogram(table::HASH_WAIT, [], waited);
        self.histogram(table::HASH_DURATION, [], took);
    }

    /// Too many passwords wait.
    pub fn hash_refused(&self) {
        self.counter(table::HASH_REFUSED, []).increment(1);
    }

    /// All places for connections are taken.
    pub fn connection_refused(&self) {
        self.counter(table::CONNECTIONS_REFUSED, []).increment(1);
    }

    /// Rows were deleted that nothing needs any more.
    pub fn purged(&self, what: &'static str, rows: u64) {
        self.counter(table::PURGED, [("what", what.into())]).increment(rows);
    }

    /// Everything, in Prometheus's text format.
    #[must_use]
    pub fn render(&self, sample: &Sample) -> String {
        self.set(sample);
        process::sample(self);
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// Adds up what the histograms were told: without anybody who asks it would pile up.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }

    fn set(&self, sample: &Sample) {
        self.gauge(table::HASH_RUNNING, []).set(count(sample.hashing.running));
        self.gauge(table::HASH_WAITING, []).set(count(sample.hashing.waiting));
        self.counter(table::HASH_WORK, []).absolute(sample.hashing.work_kib);
        for pool in &sample.store.pools {
            let connections = |state: &'static str| {
                self.gauge(table::CONNECTIONS, [("pool", pool.name.into()), ("state", state.into())])
            };
            connections("busy").set(count(pool.open.saturating_sub(pool.idle)));
            connections("idle").set(count(pool.idle));
            self.gauge(table::CONNECTIONS_MAX, [("pool", pool.name.into())]).set(count(pool.most));
        }
        if let Some(events) = sample.store.outbox {
            // Not a number: Redis does not say.
            self.gauge(table::OUTBOX, []).set(events.map_or(f64::NAN, count));
        }
        self.gauge(table::FEED_AGE, []).set(sample.feed_age.map_or(f64::INFINITY, |age| age.as_secs_f64()));
        for keys in &sample.keys {
            if let Some(age) = keys.age {
                self.gauge(table::KEY_AGE, [("kind", keys.kind.into())]).set(age.as_secs_f64());
            }
            self.gauge(table::KEYS_WITHDRAWN, [("kind", keys.kind.into())]).set(f64::from(u8::from(keys.withdrawn)));
        }
    }

    fn counter<const N: usize>(&self, name: &'static str, labels: [(&'static str, Cow<'static, str>); N]) -> Counter {
        self.recorder.register_counter(&key(name, labels), &METADATA)
    }

    fn gauge<const N: usize>(&self, name: &'static str, labels: [(&'static str, Cow<'static, str>); N]) -> Gauge {
        self.recorder.register_gauge(&key(name, labels), &METADATA)
    }

    fn histogram<const N: usize>(
        &self,
        name: &'static str,
        labels: [(&'static str, Cow<'static, str>); N],
        took: Duration,
    ) {
        self.recorder.register_histogram(&key(name, labels), &METADATA).record(took.as_secs_f64());
    }
}

const LOGIN_SUCCEEDED: &str = "succeeded";

fn key<const N: usize>(name: &'static str, labels: [(&'static str, Cow<'static, str>); N]) -> Key {
    let labels: Vec<Label> = labels.into_iter().map(|(name, value)| Label::new(name, value)).collect();
    Key::from_parts(name, labels)
}

/// A client may send any word for one.
fn known_method(method: &Method) -> &'static str {
    ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "PUT"]
        .into_iter()
        .find(|known| method.as_str() == *known)
        .unwrap_or("other")
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 of them")]
fn count(number: usize) -> f64 {
    number as f64
}
