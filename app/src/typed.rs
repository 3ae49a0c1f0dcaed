//! The input of the sign-in and sign-up forms, without passwords. `sessionStorage` keeps it until the user is signed in, so that it
//! survives a reload, a change of the language and the way from one form to the other.

#[cfg(target_arch = "wasm32")]
mod browser {
    use leptos::prelude::window;
    use web_sys::Storage;

    use super::FIELDS;

    fn storage() -> Option<Storage> {
        window().session_storage().ok().flatten()
    }

    fn key(field: &str) -> String {
        format!("sessionkeep.typed-{field}")
    }

    /// What was typed into this field.
    pub(crate) fn kept(field: &str) -> Option<String> {
        storage()?.get_item(&key(field)).ok().flatten()
    }

    pub(crate) fn keep(field: &str, text: &str) {
        if FIELDS.contains(&field) {
            // OK because without storage it is typed again.
            let _ = storage().map(|storage| storage.set_item(&key(field), text));
        }
    }

    pub(crate) fn forget() {
        for field in FIELDS {
            // OK because what cannot be removed could not be kept.
            let _ = storage().map(|storage| storage.remove_item(&key(field)));
        }
    }
}

/// The ids of the fields.
#[cfg(target_arch = "wasm32")]
const FIELDS: [&str; 2] = ["email", "displayName"];

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{forget, keep, kept};

#[cfg(not(target_arch = "wasm32"))]
mod server {
    pub(crate) fn kept(_: &str) -> Option<String> {
        None
    }

    pub(crate) fn keep(_: &str, _: &str) {}

    pub(crate) fn forget() {}
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use server::{forget, keep, kept};
