//! Whether somebody looks at the page, and whether it has a network.

use leptos::prelude::{document, window};
use web_sys::VisibilityState;

use crate::session::ports::Page;

pub(super) struct ThisPage;

impl Page for ThisPage {
    fn is_visible(&self) -> bool {
        document().visibility_state() == VisibilityState::Visible
    }

    fn is_online(&self) -> bool {
        window().navigator().on_line()
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::Stub;

    #[wasm_bindgen_test]
    fn a_page_is_visible_unless_it_is_hidden() {
        assert!(ThisPage.is_visible());
        let _hidden = Stub::value(&document(), "visibilityState", &"hidden".into());
        assert!(!ThisPage.is_visible());
    }

    #[wasm_bindgen_test]
    fn a_page_is_online_unless_the_browser_says_no() {
        assert!(ThisPage.is_online());
        let _offline = Stub::value(&window().navigator(), "onLine", &JsValue::FALSE);
        assert!(!ThisPage.is_online());
    }
}
