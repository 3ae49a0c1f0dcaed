//! Every metric, once: its name, its kind, what it means.

/// How a metric moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Goes up, and begins at zero with the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts how many were how large.
    Histogram,
}

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// As Prometheus names it.
    pub name: &'static str,
    /// How it moves.
    pub kind: Kind,
    /// Whether every server has it; the others depend on the machine or the store.
    pub always: bool,
    /// For a person.
    pub meaning: &'static str,
}

const fn counter(name: &'static str, meaning: &'static str) -> Metric {
    Metric { name, kind: Kind::Counter, always: true, meaning }
}

const fn gauge(name: &'static str, meaning: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, always: true, meaning }
}

const fn histogram(name: &'static str, meaning: &'static str) -> Metric {
    Metric { name, kind: Kind::Histogram, always: true, meaning }
}

const fn somewhere(metric: Metric) -> Metric {
    Metric { always: false, ..metric }
}

pub(super) const HTTP_REQUESTS: &str = "sessionkeep_http_requests_total";
pub(super) const HTTP_DURATION: &str = "sessionkeep_http_request_duration_seconds";
pub(super) const REFRESHES: &str = "sessionkeep_refreshes_total";
pub(super) const LOGINS: &str = "sessionkeep_logins_total";
pub(super) const EVENTS: &str = "sessionkeep_security_events_total";
pub(super) const WEBHOOKS: &str = "sessionkeep_alert_webhooks_total";
pub(super) const CSP_VIOLATIONS: &str = "sessionkeep_csp_violations_total";
pub(super) const HASH_RUNNING: &str = "sessionkeep_password_hash_running";
pub(super) const HASH_WAITING: &str = "sessionkeep_password_hash_waiting";
pub(super) const HASH_REFUSED: &str = "sessionkeep_password_hash_refused_total";
pub(super) const HASH_WORK: &str = "sessionkeep_password_hash_work_kib_total";
pub(super) const HASH_WAIT: &str = "sessionkeep_password_hash_wait_seconds";
pub(super) const HASH_DURATION: &str = "sessionkeep_password_hash_duration_seconds";
pub(super) const CONNECTIONS_REFUSED: &str = "sessionkeep_connections_refused_total";
pub(super) const CONNECTIONS: &str = "sessionkeep_database_connections";
pub(super) const CONNECTIONS_MAX: &str = "sessionkeep_database_connections_max";
pub(super) const OUTBOX: &str = "sessionkeep_outbox_events";
pub(super) const FEED_AGE: &str = "sessionkeep_revocation_feed_age_seconds";
pub(super) const KEY_AGE: &str = "sessionkeep_signing_key_age_seconds";
pub(super) const KEYS_WITHDRAWN: &str = "sessionkeep_keys_withdrawn";
pub(super) const PURGED: &str = "sessionkeep_purged_rows_total";
pub(super) const BUILD: &str = "sessionkeep_build_info";
pub(super) const CPU: &str = "process_cpu_seconds_total";
pub(super) const MEMORY: &str = "process_resident_memory_bytes";
pub(super) const FDS: &str = "process_open_fds";
pub(super) const FDS_MAX: &str = "process_max_fds";
pub(super) const THREADS: &str = "process_threads";
pub(super) const STARTED: &str = "process_start_time_seconds";

/// The table. No label ever holds a person, a session, an address or a path as it was sent.
pub const METRICS: &[Metric] = &[
    counter(HTTP_REQUESTS, "Answers, by method, route (its pattern), status and error code (`none` for a success)."),
    histogram(HTTP_DURATION, "How long an answer took, by method and route."),
    counter(REFRESHES, "Refreshes, by what became of them and why."),
    counter(LOGINS, "Sign-ins, by what became of them."),
    counter(EVENTS, "Security events that were stored, and refusals that may be an attack, by kind."),
    counter(WEBHOOKS, "Messages to the alert webhook, by what became of them."),
    counter(
        CSP_VIOLATIONS,
        "Reports of browsers that a page's policy forbade something, by directive. Anybody can send one.",
    ),
    gauge(HASH_RUNNING, "Passwords that are being hashed."),
    gauge(HASH_WAITING, "Passwords that wait to be hashed."),
    counter(HASH_REFUSED, "Passwords that were not hashed (503): too many waited, or for too long."),
    counter(HASH_WORK, "Memory that hashing passwords went through, in KiB, once for each pass."),
    histogram(HASH_WAIT, "How long a password waited to be hashed."),
    histogram(HASH_DURATION, "How long hashing a password took."),
    counter(CONNECTIONS_REFUSED, "Connections that were closed at once: there are as many as MAX_CONNECTIONS allows."),
    gauge(CONNECTIONS, "Connections to the database, by pool and by whether they are busy."),
    gauge(CONNECTIONS_MAX, "Most connections that a pool may have."),
    somewhere(gauge(OUTBOX, "Security events in Redis that the database does not have yet.")),
    gauge(
        FEED_AGE,
        "How long ago it was last certain that every ended session is known here. Above 1 the store is asked for each request.",
    ),
    somewhere(gauge(KEY_AGE, "How long the newest key that signs has done so, by kind of token.")),
    gauge(KEYS_WITHDRAWN, "1 where no key is left, and everything is answered with 503."),
    counter(PURGED, "Rows that nothing needs any more and that were deleted, by what they were."),
    gauge(BUILD, "1, with the version."),
    somewhere(counter(CPU, "Processor time of the process.")),
    somewhere(gauge(MEMORY, "Memory of the process.")),
    somewhere(gauge(FDS, "File descriptors that are open.")),
    somewhere(gauge(FDS_MAX, "Most file descriptors that may be.")),
    somewhere(gauge(THREADS, "Threads of the process.")),
    somewhere(gauge(STARTED, "When the process started, in seconds since 1970.")),
];
