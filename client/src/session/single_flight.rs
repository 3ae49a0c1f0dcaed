//! Any number of callers, one piece of work.

use std::{cell::RefCell, rc::Rc};

use futures::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};

use super::ports::Spawn;

type Flight<T> = Shared<LocalBoxFuture<'static, T>>;

/// Work that is under way, if any. Who comes while it is joins it. It runs by itself: a caller that is dropped takes
/// nothing down.
pub(super) struct SingleFlight<T: Clone + 'static> {
    inner: Rc<RefCell<Inner<T>>>,
}

struct Inner<T: Clone + 'static> {
    number: u64,
    flight: Option<Flight<T>>,
}

impl<T: Clone + 'static> SingleFlight<T> {
    pub(super) fn new() -> Self {
        Self { inner: Rc::new(RefCell::new(Inner { number: 0, flight: None })) }
    }

    /// Joins the work that is under way, or begins it.
    pub(super) fn join<F>(&self, spawn: &dyn Spawn, begin: impl FnOnce() -> F) -> Flight<T>
    where
        F: Future<Output = T> + 'static,
    {
        if let Some(flight) = &self.inner.borrow().flight {
            return flight.clone();
        }
        let number = self.inner.borrow().number + 1;
        let (inner, work) = (Rc::downgrade(&self.inner), begin());
        let flight = async move {
            let result = work.await;
            if let Some(inner) = inner.upgrade() {
                let mut inner = inner.borrow_mut();
                // Unless it was given up, and another flies by now.
                if inner.number == number {
                    inner.flight = None;
                }
            }
            result
        }
        .boxed_local()
        .shared();
        *self.inner.borrow_mut() = Inner { number, flight: Some(flight.clone()) };
        spawn.spawn(flight.clone().map(drop).boxed_local());
        flight
    }

    /// Lets the work that is under way end by itself; who comes now begins anew.
    pub(super) fn give_up(&self) {
        self.inner.borrow_mut().flight = None;
    }
}
