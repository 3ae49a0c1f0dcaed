use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, futures::OwnedNotified};

use super::counter::Key;

/// Most attempts on one key, those that wait and those that are under way.
const CROWD: usize = 96;

/// Of the attempts on one key so many go on at once; the others wait for their turn, first come, first served.
pub(crate) const AT_ONCE: usize = 2;

/// Attempts whose outcome is not known yet. Whoever comes when the allowance is used up waits for those, rather than being
/// refused: where they turn out to be right, so may his be. Holds what is under way or waits, and nothing else.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashMap<Key, Arc<Attempts>>>);

struct Attempts {
    running: AtomicUsize,
    done: Arc<Notify>,
    turns: Arc<Semaphore>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { running: AtomicUsize::default(), done: Arc::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl UnderWay {
    /// A look at the attempts on this key.
    pub(crate) fn on(&self, key: Key) -> Look<'_> {
        let attempts = Arc::clone(self.lock().entry(key).or_default());
        Look { all: self, key, attempts }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Attempts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kept while somebody waits, or is under way.
pub(crate) struct Look<'a> {
    all: &'a UnderWay,
    key: Key,
    attempts: Arc<Attempts>,
}

impl<'a> Look<'a> {
    /// Done when the next attempt is, counted from now.
    pub(crate) fn next_done(&self) -> OwnedNotified {
        Arc::clone(&self.attempts.done).notified_owned()
    }

    /// Whether an attempt is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.attempts.running.load(SeqCst) > 0
    }

    /// A turn, if nobody has to wait for one.
    pub(crate) fn turn_at_once(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.attempts.turns).try_acquire_owned().ok()
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> OwnedSemaphorePermit {
        let turns = Arc::clone(&self.attempts.turns);
        turns.acquire_owned().await.expect("OK because the semaphore is never closed")
    }

    /// Whether so many wait already that one more would keep others from it.
    pub(crate) fn is_crowded(&self) -> bool {
        Arc::strong_count(&self.attempts) > CROWD
    }

    /// From now on until it is dropped an attempt is under way.
    pub(crate) fn begin(self) -> Running<'a> {
        self.attempts.running.fetch_add(1, SeqCst);
        Running(self)
    }
}

impl Drop for Look<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        // Copies are made under this lock alone: the map's and this one are the last.
        if Arc::strong_count(&self.attempts) == 2 {
            all.remove(&self.key);
        }
    }
}

/// An attempt that is under way.
pub(crate) struct Running<'a>(Look<'a>);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.attempts.running.fetch_sub(1, SeqCst);
        self.0.attempts.done.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn whoever_waits_is_told_when_one_is_done_and_nothing_is_kept_after_that() {
        let all = UnderWay::default();
        let running = all.on([1; 32]).begin();
        let waiting = all.on([1; 32]);
        let mut done = std::pin::pin!(waiting.next_done());
        assert!(waiting.is_busy() && done.as_mut().now_or_never().is_none());
        assert!(!all.on([2; 32]).is_busy());
        drop(running);
        assert!(!waiting.is_busy() && done.now_or_never().is_some());
        let (first, second) = (waiting.turn_at_once(), waiting.turn_at_once());
        assert!(first.is_some() && second.is_some() && waiting.turn_at_once().is_none());
        drop(first);
        assert!(waiting.turn().now_or_never().is_some());
        drop(waiting);
        assert!(all.lock().is_empty());
    }
}
