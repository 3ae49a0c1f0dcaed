//! Event listeners that remove themselves.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

/// Listens until it is dropped.
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    callback: Closure<dyn Fn(Event)>,
}

impl Listener {
    /// Calls `callback` for every event of this name.
    pub(super) fn new(target: &EventTarget, name: &'static str, callback: impl Fn(Event) + 'static) -> Self {
        let callback = Closure::<dyn Fn(Event)>::new(callback);
        // OK because adding a listener fails on nothing that a browser documents.
        let _ = target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
        Self { target: target.clone(), name, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.callback.as_ref().unchecked_ref());
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        rc::Rc,
    };

    use leptos::prelude::document;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::dispatch;

    fn tell(name: &str) {
        dispatch(&document(), &format!("new Event('{name}')"));
    }

    #[wasm_bindgen_test]
    fn a_listener_hears_every_event_of_its_name_until_it_is_dropped() {
        let heard = Rc::new(Cell::new(0));
        let hearing = Rc::clone(&heard);
        let listener = Listener::new(&document(), "told", move |_| hearing.set(hearing.get() + 1));
        for name in ["told", "other", "told"] {
            tell(name);
        }
        assert_eq!(heard.get(), 2);
        drop(listener);
        tell("told");
        assert_eq!(heard.get(), 2);
        assert_eq!(Rc::strong_count(&heard), 1, "what the callback held");
    }

    #[wasm_bindgen_test]
    fn a_listener_can_be_dropped_by_what_it_calls() {
        let (heard, own) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(None)));
        let (hearing, dropping) = (Rc::clone(&heard), Rc::clone(&own));
        *own.borrow_mut() = Some(Listener::new(&document(), "told", move |_| {
            drop(dropping.take());
            hearing.set(hearing.get() + 1);
        }));
        tell("told");
        tell("told");
        assert_eq!(heard.get(), 1);
    }
}
