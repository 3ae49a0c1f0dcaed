//! The places of the hashing queue, for tasks that wait in them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::queue::{Entered, Queue, Sizes, Ticket};
use crate::limits::{Shares, counter::Key};

/// The queue, and how to call the tasks that wait in it.
pub(super) struct Places(Mutex<State>);

struct State {
    queue: Queue<Key>,
    calls: HashMap<Ticket, oneshot::Sender<()>>,
}

/// A place in the queue, or at a hashing thread. Dropping it frees it.
pub struct Place {
    places: Arc<Places>,
    ticket: Ticket,
}

impl Places {
    pub(super) fn new(sizes: Sizes) -> Self {
        Self(Mutex::new(State { queue: Queue::new(sizes), calls: HashMap::new() }))
    }

    /// Reserves a place. `None`: these shares have as many as they may have.
    pub(super) fn enter(self: &Arc<Self>, shares: &Shares) -> Option<Place> {
        let mut state = self.lock();
        let Entered { ticket, displaced } = state.queue.enter(shares.levels()).ok()?;
        if let Some(displaced) = displaced {
            state.calls.remove(&displaced);
        }
        Some(Place { places: Arc::clone(self), ticket })
    }

    pub(super) fn has_place(&self, shares: &Shares) -> bool {
        self.lock().queue.has_place(shares.levels())
    }

    /// How many are being served, and how many wait.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.queue.running(), state.queue.waiting())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn call_next(&mut self) {
        while let Some(ticket) = self.queue.next() {
            let called = self.calls.remove(&ticket).is_some_and(|call| call.send(()).is_ok());
            if !called {
                // It gave up at this moment.
                self.queue.leave(ticket);
            }
        }
    }
}

impl Place {
    /// Returns when it is this one's turn. False: the place was given to another network.
    pub(super) async fn turn(&self) -> bool {
        let called = {
            let mut state = self.places.lock();
            if !state.queue.ready(self.ticket) {
                return false;
            }
            let (call, called) = oneshot::channel();
            state.calls.insert(self.ticket, call);
            state.call_next();
            called
        };
        called.await.is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        state.calls.remove(&self.ticket);
        state.queue.leave(self.ticket);
        state.call_next();
    }
}
