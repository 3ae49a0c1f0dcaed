//! A person comes back to the page, from another window or another tab.

use leptos::{ev, prelude::*};

/// Calls `look` then, as long as what is around this is shown.
pub(crate) fn on_return(look: impl Fn() + Clone + 'static) {
    let handles = StoredValue::new(Vec::<WindowListenerHandle>::new());
    Effect::new(move |_| {
        let (focused, seen) = (look.clone(), look.clone());
        let focus = window_event_listener(ev::focus, move |_| focused());
        let visibility = window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() {
                seen();
            }
        });
        handles.set_value(vec![focus, visibility]);
    });
    on_cleanup(move || {
        handles.try_update_value(|handles| handles.drain(..).for_each(WindowListenerHandle::remove));
    });
}
