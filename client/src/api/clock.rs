use core::time::Duration;

use futures::future::LocalBoxFuture;

/// Time that only goes forward, and waiting.
pub trait Clock {
    /// Since some moment in the past, the same for the whole life of the page.
    fn now(&self) -> Duration;
    /// Resolves after `time`, or later.
    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()>;
}
