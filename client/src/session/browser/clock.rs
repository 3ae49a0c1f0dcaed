//! Monotonic time (`performance.now`) and timers.

use core::time::Duration;

use futures::{channel::oneshot, future::LocalBoxFuture};
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle, window};

use crate::api::Clock;

/// A timer takes 31 bits of milliseconds; a longer one would fire at once.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);
/// It takes whole milliseconds; what is less than one must not be lost.
const ALMOST_ONE: Duration = Duration::from_nanos(999_999);

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
        let time = time.saturating_add(ALMOST_ONE).min(LONGEST);
        let timer = set_timeout_with_handle(fire, time).map(ClearOnDrop);
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

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use js_sys::Array;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, js};

    #[wasm_bindgen_test]
    async fn a_sleeper_wakes_when_the_time_is_over_and_not_before() {
        let begun = PageClock.now();
        PageClock.sleep(Duration::from_millis(20)).await;
        // Browsers round what they tell of time.
        assert!(PageClock.now() >= begun + Duration::from_millis(19));
    }

    /// What a page's timers were asked for: the times of those that were set, the ids of those that were cleared.
    struct Timers {
        set: Array,
        cleared: Array,
        _stubs: [Stub; 2],
    }

    impl Timers {
        fn that_never_fire() -> Self {
            let (set, cleared) = (Array::new(), Array::new());
            let set_timeout = js("set, callback, time", "return set.push(time)").bind1(&JsValue::UNDEFINED, &set);
            let clear_timeout = js("cleared, id", "cleared.push(id)").bind1(&JsValue::UNDEFINED, &cleared);
            let stubs = [
                Stub::value(&window(), "setTimeout", &set_timeout),
                Stub::value(&window(), "clearTimeout", &clear_timeout),
            ];
            Self { set, cleared, _stubs: stubs }
        }
    }

    #[wasm_bindgen_test]
    fn a_sleeper_that_is_dropped_leaves_no_timer() {
        let timers = Timers::that_never_fire();
        let (first, mut second) = (PageClock.sleep(Duration::from_secs(1)), PageClock.sleep(Duration::from_secs(2)));
        assert!((&mut second).now_or_never().is_none());
        assert_eq!(timers.set.join(","), "1000,2000");
        assert_eq!(timers.cleared.join(","), "");
        drop(second);
        assert_eq!(timers.cleared.join(","), "2");
        // Nobody has ever asked for this one.
        drop(first);
        assert_eq!(timers.cleared.join(","), "2,1");
    }

    #[wasm_bindgen_test]
    async fn a_time_that_no_timer_can_hold_does_not_end_at_once() {
        let mut sleeper = PageClock.sleep(Duration::MAX);
        PageClock.sleep(Duration::from_millis(1)).await;
        assert!((&mut sleeper).now_or_never().is_none());
        let timers = Timers::that_never_fire();
        drop(PageClock.sleep(Duration::MAX));
        assert_eq!(timers.set.join(","), i32::MAX.to_string());
    }

    #[wasm_bindgen_test]
    fn a_part_of_a_millisecond_is_waited_for_to_its_end() {
        let timers = Timers::that_never_fire();
        for microseconds in [0, 1, 1000, 1001] {
            drop(PageClock.sleep(Duration::from_micros(microseconds)));
        }
        assert_eq!(timers.set.join(","), "0,1,1,2");
    }

    #[wasm_bindgen_test]
    fn time_only_goes_forward() {
        let mut last = PageClock.now();
        assert!(last > Duration::ZERO);
        for _ in 0..1000 {
            let now = PageClock.now();
            assert!(now >= last);
            last = now;
        }
    }

    #[wasm_bindgen_test]
    fn a_page_without_a_clock_stands_still() {
        let _none = Stub::value(&window(), "performance", &JsValue::UNDEFINED);
        assert_eq!(PageClock.now(), Duration::ZERO);
    }
}
