//! `localStorage`, which may be missing, full or forbidden.

use leptos::prelude::window;

use crate::session::ports::Storage;

pub(super) struct Shared;

fn local() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

impl Storage for Shared {
    fn read(&self, key: &str) -> Option<String> {
        local()?.get_item(key).ok().flatten()
    }

    fn write(&self, key: &str, value: &str) -> bool {
        local().is_some_and(|local| local.set_item(key, value).is_ok()) && self.read(key).is_some()
    }

    fn remove(&self, key: &str) {
        if let Some(local) = local() {
            // OK because what cannot be removed could not be written either.
            let _ = local.remove_item(key);
        }
    }
}
