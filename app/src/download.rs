//! Gives a person a file that the page has made.

use crate::when;

/// What an export of that time is called: `account-export-2026-11-24.json`. The day is that of UTC, as all times in the file.
pub(crate) fn file_name(unix: i64) -> String {
    format!("account-export-{}.json", when::iso_date(unix))
}

/// The browser saves the text, with line breaks, under this name.
#[cfg(target_arch = "wasm32")]
pub(crate) fn offer(text: &str, name: &str) {
    // OK because a browser that refuses has told its person so.
    let _ = try_to_offer(text, name);
}

#[cfg(target_arch = "wasm32")]
fn try_to_offer(text: &str, name: &str) -> Result<(), wasm_bindgen::JsValue> {
    use js_sys::{Array, JSON};
    use wasm_bindgen::{JsCast as _, JsValue};
    use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

    let readable = |text| JSON::stringify_with_replacer_and_space(&JSON::parse(text)?, &JsValue::NULL, &2.into());
    let text = readable(text).unwrap_or_else(|_| text.into());
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
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
