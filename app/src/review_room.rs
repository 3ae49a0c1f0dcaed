//! How high the alert about a reused session was. It comes with the data of its person, so `start.js` keeps its room on the next
//! page of this tab until then.

#[cfg(target_arch = "wasm32")]
mod browser {
    use leptos::prelude::{document, window};
    use web_sys::Storage;

    const KEY: &str = "sessionkeep.review-room";
    const ATTRIBUTE: &str = "data-review-room";

    fn storage() -> Option<Storage> {
        window().session_storage().ok().flatten()
    }

    pub(crate) fn keep(pixels: i32) {
        // OK because without storage the page moves when the alert comes.
        let _ = storage().map(|storage| storage.set_item(KEY, &pixels.to_string()));
    }

    pub(crate) fn forget() {
        // OK because what cannot be removed could not be kept.
        let _ = storage().map(|storage| storage.remove_item(KEY));
        if let Some(html) = document().document_element() {
            // OK because an attribute that is not there takes no room.
            let _ = html.remove_attribute(ATTRIBUTE);
        }
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{forget, keep};

#[cfg(not(target_arch = "wasm32"))]
mod server {
    pub(crate) fn keep(_: i32) {}

    pub(crate) fn forget() {}
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use server::{forget, keep};
