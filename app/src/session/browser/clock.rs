//! Monotonic time (`performance.now`) and timers.

use core::time::Duration;

use futures::{channel::oneshot, future::LocalBoxFuture};
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle, window};

use crate::session::ports::Clock;

/// A timer takes 31 bits of milliseconds; a longer one would fire at once.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// The page's clock. It may stand still while the machine sleeps, so a token can be older than it seems: the server
/// says so then, and the request is repeated.
pub(super) struct PageClock;

impl Clock for PageClock {
    fn now(&self) -> Duration {
        let milliseconds = window().performance().map_or(0.0, |performance| performance.now());
        Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        let (fire, fired) = oneshot::channel();
        let fire = move || {
            // OK because a sleeper that was dropped no longer listens.
            let _ = fire.send(());
        };
        let timer = set_timeout_with_handle(fire, time.min(LONGEST)).map(ClearOnDrop);
        Box::pin(async move {
            let _timer = timer;
            let _ = fired.await;
        })
    }
}

struct ClearOnDrop(TimeoutHandle);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        self.0.clear();
    }
}
