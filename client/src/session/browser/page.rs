//! Whether somebody looks at the page, and whether it has a network.

use js_sys::Date;
use leptos::prelude::{document, window};
use web_sys::VisibilityState;

use crate::session::{Paths, ports::Page};

/// In the storage of this tab, from `start.js`: when a form was sent.
const FORM_SENT: &str = "sessionkeep.form-sent";

/// The server answers within ten seconds, and the network is slow.
const ANSWERED_WITHIN_MS: f64 = 60_000.0;

pub(super) struct ThisPage(pub(super) Paths);

/// Whether a person can see it.
pub(super) fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

impl Page for ThisPage {
    fn is_visible(&self) -> bool {
        is_visible()
    }

    fn needs_session(&self) -> bool {
        window().location().pathname().is_ok_and(|path| (self.0.needs_session)(&path))
    }

    fn is_online(&self) -> bool {
        window().navigator().on_line()
    }

    fn follows_form(&self) -> bool {
        let Some(storage) = window().session_storage().ok().flatten() else { return false };
        let sent = storage.get_item(FORM_SENT).ok().flatten().and_then(|mark| mark.parse::<f64>().ok());
        // One that the person stopped leads nowhere.
        let was_sent = sent.is_some_and(|at| Date::now() - at < ANSWERED_WITHIN_MS);
        // OK because a mark that stays says the same of the next page, which then finds its cookies.
        let _ = storage.remove_item(FORM_SENT);
        // A refusal leads back to the form.
        was_sent && window().location().pathname().is_ok_and(|path| !(self.0.is_for_strangers)(&path))
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::Stub;

    const PAGE: ThisPage = ThisPage(Paths { needs_session: |path| path == "/nowhere", is_for_strangers: |_| false });

    #[wasm_bindgen_test]
    fn a_page_is_visible_unless_it_is_hidden() {
        assert!(PAGE.is_visible());
        let _hidden = Stub::value(&document(), "visibilityState", &"hidden".into());
        assert!(!PAGE.is_visible());
    }

    #[wasm_bindgen_test]
    fn a_page_follows_a_form_once_after_it_was_sent() {
        let storage = window().session_storage().ok().flatten().expect("a storage");
        assert!(!PAGE.follows_form());
        for (ago, follows) in [(1000.0, true), (ANSWERED_WITHIN_MS, false)] {
            storage.set_item(FORM_SENT, &(Date::now() - ago).to_string()).expect("written");
            assert_eq!(PAGE.follows_form(), follows);
            assert!(!PAGE.follows_form());
        }
        storage.set_item(FORM_SENT, &Date::now().to_string()).expect("written");
        let form = ThisPage(Paths { is_for_strangers: |_| true, ..PAGE.0 });
        assert!(!form.follows_form(), "it was refused");
    }

    #[wasm_bindgen_test]
    fn a_page_is_online_unless_the_browser_says_no() {
        assert!(PAGE.is_online());
        let _offline = Stub::value(&window().navigator(), "onLine", &JsValue::FALSE);
        assert!(!PAGE.is_online());
    }

    #[wasm_bindgen_test]
    fn whether_a_page_needs_a_session_is_decided_by_its_path() {
        assert!(!PAGE.needs_session());
        let all = Paths { needs_session: |path| path.starts_with('/'), ..PAGE.0 };
        assert!(ThisPage(all).needs_session());
    }
}
