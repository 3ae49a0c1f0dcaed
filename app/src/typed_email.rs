//! The email that was typed and is not signed in yet. It stands in the storage of this tab, so that it survives a reload and the
//! way between signing in and signing up.

#[cfg(target_arch = "wasm32")]
mod browser {
    use leptos::prelude::window;
    use web_sys::Storage;

    const KEY: &str = "sessionkeep.typed-email";

    fn storage() -> Option<Storage> {
        window().session_storage().ok().flatten()
    }

    pub(crate) fn kept() -> Option<String> {
        storage()?.get_item(KEY).ok().flatten()
    }

    pub(crate) fn keep(email: &str) {
        // OK because without storage it is typed again.
        let _ = storage().map(|storage| storage.set_item(KEY, email));
    }

    pub(crate) fn forget() {
        // OK because what cannot be removed could not be kept.
        let _ = storage().map(|storage| storage.remove_item(KEY));
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{forget, keep, kept};

#[cfg(not(target_arch = "wasm32"))]
mod server {
    pub(crate) fn kept() -> Option<String> {
        None
    }

    pub(crate) fn keep(_: &str) {}

    pub(crate) fn forget() {}
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use server::{forget, keep, kept};
