//! The time, as a parameter.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::session::UnixMillis;

/// Tells the time. The server asks this and nothing else, so that a test can move the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> UnixMillis;
    /// Now, where several instances share a store that says it is `stored`.
    fn shared(&self, stored: UnixMillis) -> UnixMillis {
        stored
    }
}

/// For people and other programs (RFC 3339, UTC); empty for a time that has no such form.
#[must_use]
pub fn rfc3339(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        let now = std::time::SystemTime::now();
        let since_epoch = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        UnixMillis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock, moved by as much as a test says.
#[cfg(feature = "test-support")]
#[derive(Debug, Default)]
pub struct MovableClock {
    ahead_ms: std::sync::atomic::AtomicI64,
}

#[cfg(feature = "test-support")]
impl MovableClock {
    /// Moves the clock; a negative number moves it back.
    pub fn advance_ms(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "test-support")]
impl Clock for MovableClock {
    fn now(&self) -> UnixMillis {
        self.shared(SystemClock.now())
    }

    fn shared(&self, stored: UnixMillis) -> UnixMillis {
        UnixMillis(stored.0 + self.ahead_ms.load(std::sync::atomic::Ordering::SeqCst))
    }
}
