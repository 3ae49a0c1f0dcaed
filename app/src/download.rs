//! Gives a person a file that the page has made.

/// What it is called.
pub(crate) const FILE_NAME: &str = "account-export.json";

/// The browser saves the text under this name.
#[cfg(target_arch = "wasm32")]
pub(crate) fn offer(text: &str, name: &str) {
    // OK because a browser that refuses has told its person so.
    let _ = try_to_offer(text, name);
}

#[cfg(target_arch = "wasm32")]
fn try_to_offer(text: &str, name: &str) -> Result<(), wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast as _;
    use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = leptos::prelude::document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    // The router leaves links alone that say so.
    link.set_rel("external");
    link.click();
    Url::revoke_object_url(&url)
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn offer(_text: &str, _name: &str) {}
