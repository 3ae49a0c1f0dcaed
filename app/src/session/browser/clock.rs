//! Monotonic time (`performance.now`), timers, and the wall clock.

use core::time::Duration;

use futures::{channel::oneshot, future::LocalBoxFuture};
use js_sys::Date;
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

    #[expect(clippy::cast_possible_truncation, reason = "a browser's dates end 275 000 years from now")]
    fn wall(&self) -> i64 {
        (Date::now() / 1000.0) as i64
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "times of our era are exact")]
    fn ahead_of_utc(&self, wall: i64) -> i64 {
        let minutes = Date::new(&(wall as f64 * 1000.0).into()).get_timezone_offset();
        minutes as i64 * -60
    }
}

struct ClearOnDrop(TimeoutHandle);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        self.0.clear();
    }
}
