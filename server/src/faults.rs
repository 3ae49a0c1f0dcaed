//! Faults that a test can switch on in a running server. Not in release builds.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

/// What is broken at the moment.
#[derive(Debug, Default)]
pub struct Faults {
    store_down: AtomicBool,
    refresh_answers_to_lose: AtomicU32,
}

impl Faults {
    /// From now on no store can be reached, or all can again.
    pub fn set_store_down(&self, down: bool) {
        self.store_down.store(down, SeqCst);
    }

    /// Whether no store can be reached.
    pub fn store_is_down(&self) -> bool {
        self.store_down.load(SeqCst)
    }

    /// Cuts the connection instead of answering the next `count` refreshes, after they were committed.
    pub fn lose_refresh_answers(&self, count: u32) {
        self.refresh_answers_to_lose.store(count, SeqCst);
    }

    /// Whether this answer is to be lost; counts it.
    pub fn takes_this_answer(&self) -> bool {
        self.refresh_answers_to_lose.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}
