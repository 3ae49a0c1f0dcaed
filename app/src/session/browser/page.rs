//! Whether somebody looks at the page, and whether it has a network.

use js_sys::Reflect;
use leptos::prelude::{document, window};
use web_sys::VisibilityState;

use crate::{paths, session::ports::Page};

pub(super) struct ThisPage {
    /// Whether the page at a path is only for people who are signed in.
    pub(super) needs_session: fn(&str) -> bool,
}

/// Whether a person can see it.
pub(super) fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

impl Page for ThisPage {
    fn is_visible(&self) -> bool {
        is_visible()
    }

    fn needs_session(&self) -> bool {
        window().location().pathname().is_ok_and(|path| (self.needs_session)(&path))
    }

    fn is_online(&self) -> bool {
        window().navigator().on_line()
    }

    fn follows_form(&self) -> bool {
        let referrer = document().referrer();
        let own =
            window().location().origin().ok().and_then(|origin| referrer.strip_prefix(&origin).map(str::to_owned));
        let page = own.as_deref().and_then(|own| own.split(['?', '#']).next());
        // The form of another language leads back to the form.
        let is_form = window().location().pathname().is_ok_and(|path| paths::is_for_strangers(&path));
        page.is_some_and(paths::is_for_strangers) && !is_form && is_first_load()
    }
}

/// Not where the page was loaded again, or from the history.
fn is_first_load() -> bool {
    let entries = window().performance().map(|performance| performance.get_entries_by_type("navigation"));
    let entry = entries.map(|entries| entries.get(0)).unwrap_or_default();
    Reflect::get(&entry, &"type".into()).is_ok_and(|kind| kind == "navigate")
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::Stub;

    const PAGE: ThisPage = ThisPage { needs_session: |path| path == "/nowhere" };

    #[wasm_bindgen_test]
    fn a_page_is_visible_unless_it_is_hidden() {
        assert!(PAGE.is_visible());
        let _hidden = Stub::value(&document(), "visibilityState", &"hidden".into());
        assert!(!PAGE.is_visible());
    }

    #[wasm_bindgen_test]
    fn a_page_follows_a_form_where_it_was_led_to_by_one_of_ours() {
        assert!(!PAGE.follows_form());
        let origin = window().location().origin().expect("an origin");
        for (referrer, follows) in [
            (format!("{origin}/sign-in?next=/account"), true),
            (format!("{origin}/sign-up"), true),
            (format!("{origin}/account"), false),
            ("https://evil.example/sign-in".to_owned(), false),
            (format!("{origin}.evil.example/sign-in"), false),
        ] {
            let _stub = Stub::value(&document(), "referrer", &referrer.as_str().into());
            assert_eq!(PAGE.follows_form(), follows, "{referrer}");
        }
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
        assert!(ThisPage { needs_session: |path| path.starts_with('/') }.needs_session());
    }
}
