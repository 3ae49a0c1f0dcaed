//! Faults that a test can switch on in a running server. Not in release builds.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst},
};

use serde::Deserialize;
use tokio::sync::watch;

/// What is broken at the moment.
#[derive(Debug, Default)]
pub struct Faults {
    store_down: AtomicBool,
    store_asked: AtomicU64,
    refresh_answers_to_lose: AtomicU32,
    disk_full: Mutex<Option<bool>>,
    abort_at: Mutex<Option<AbortAt>>,
    commits_held: watch::Sender<bool>,
    commits_waiting: watch::Sender<u32>,
}

/// Where a transaction that somebody asked for ends the whole process, as a crash would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AbortAt {
    /// Everything is written, nothing is committed.
    BeforeCommit,
    /// It is committed, and nobody knows yet.
    AfterCommit,
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

    /// Somebody's request has asked the store for something.
    pub fn count_question(&self) {
        self.store_asked.fetch_add(1, SeqCst);
    }

    /// How often requests have asked the store.
    pub fn questions(&self) -> u64 {
        self.store_asked.load(SeqCst)
    }

    /// Cuts the connection instead of answering the next `count` refreshes, after they were committed.
    pub fn lose_refresh_answers(&self, count: u32) {
        self.refresh_answers_to_lose.store(count, SeqCst);
    }

    /// Whether this answer is to be lost; counts it.
    pub fn takes_this_answer(&self) -> bool {
        self.refresh_answers_to_lose.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    /// From now on the database's file cannot grow, or can again.
    pub fn set_disk_full(&self, full: bool) {
        *self.disk_full.lock().unwrap_or_else(PoisonError::into_inner) = Some(full);
    }

    /// Whether the disk is full; `None` when nobody ever said anything about it.
    pub fn disk_is_full(&self) -> Option<bool> {
        *self.disk_full.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process in the next transaction that somebody asks for.
    pub fn set_abort_at(&self, point: AbortAt) {
        *self.abort_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
    }

    /// Ends the process, without any tidying up, when a test has named this point.
    pub fn abort_if(&self, here: AbortAt) {
        if *self.abort_at.lock().unwrap_or_else(PoisonError::into_inner) == Some(here) {
            std::process::abort();
        }
    }

    /// From now on the transactions that somebody asks for wait before they commit, or go on.
    pub fn set_commits_held(&self, held: bool) {
        self.commits_held.send_replace(held);
    }

    /// Waits while commits are held.
    pub async fn hold_commit(&self) {
        let mut held = self.commits_held.subscribe();
        if !*held.borrow() {
            return;
        }
        let _waiting = Waiting::begin(&self.commits_waiting);
        held.wait_for(|held| !held).await.expect("OK because the sender is in self");
    }

    /// Returns as soon as a commit is held, or as soon as none is.
    pub async fn commit_is_held(&self, held: bool) {
        let mut waiting = self.commits_waiting.subscribe();
        waiting.wait_for(|waiting| (*waiting > 0) == held).await.expect("OK because the sender is in self");
    }
}

/// A commit that is held. It may be given up as well.
struct Waiting<'a>(&'a watch::Sender<u32>);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a watch::Sender<u32>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}
