//! The cookies that scripts may see.

use js_sys::Reflect;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

use crate::session::{generation, ports::Cookies};

pub(super) struct PageCookies;

impl Cookies for PageCookies {
    fn generation(&self) -> Option<u64> {
        let page = document().dyn_into::<HtmlDocument>().ok()?;
        generation::newest(&page.cookie().ok()?)
    }

    fn are_allowed(&self) -> bool {
        let navigator = Reflect::get(&window(), &"navigator".into());
        let enabled = navigator.and_then(|navigator| Reflect::get(&navigator, &"cookieEnabled".into()));
        enabled.ok().and_then(|enabled| enabled.as_bool()).unwrap_or(true)
    }
}
