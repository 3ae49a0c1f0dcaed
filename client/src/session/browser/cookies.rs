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

    fn drops_only_secure(&self) -> bool {
        is_kept("") && !is_kept("; Secure")
    }
}

/// Whether a cookie that this page sets can be read again. It is removed at once.
fn is_kept(attributes: &str) -> bool {
    let Ok(page) = document().dyn_into::<HtmlDocument>() else { return false };
    let set = |value: &str| page.set_cookie(&format!("{value}; Path=/; SameSite=Strict{attributes}")).is_ok();
    let kept = set("sessionTry=1") && page.cookie().is_ok_and(|cookies| cookies.contains("sessionTry="));
    set("sessionTry=; Max-Age=0");
    kept
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, js, run};

    fn set(cookie: &str) {
        js("cookie", "document.cookie = cookie").call1(&JsValue::UNDEFINED, &cookie.into()).expect("a page may set it");
    }

    #[wasm_bindgen_test]
    fn the_generation_is_read_beside_other_cookies() {
        assert_eq!(PageCookies.generation(), None);
        set("theme=dark");
        assert_eq!(PageCookies.generation(), None);
        set("sessionGen=12");
        assert_eq!(PageCookies.generation(), Some(12));
        set("sessionGen=twelve");
        assert_eq!(PageCookies.generation(), None);
        for name in ["theme", "sessionGen"] {
            set(&format!("{name}=; max-age=0"));
        }
        assert_eq!(PageCookies.generation(), None);
    }

    #[wasm_bindgen_test]
    fn of_several_cookies_of_the_name_the_newest_counts() {
        let planted = "sessionGen=3; sessionGen=12; sessionGen=junk; sessionGen=4";
        let _stub = Stub::value(&document(), "cookie", &planted.into());
        assert_eq!(PageCookies.generation(), Some(12));
    }

    #[wasm_bindgen_test]
    fn where_cookies_are_forbidden_there_is_no_generation() {
        let _forbidden = Stub::forbidden(&document(), "cookie");
        assert_eq!(PageCookies.generation(), None);
    }

    /// A jar that drops the cookies which contain `dropped`.
    fn jar(dropped: &str) -> Stub {
        let jar = run(&format!(
            "let kept = ''; return {{ get: () => kept, set: (cookie) => {{ \
                 if (!/{dropped}/.test(cookie)) kept = /Max-Age=0/.test(cookie) ? '' : cookie.split(';')[0]; \
             }} }}"
        ));
        Stub::described(&document(), "cookie", jar.unchecked_ref())
    }

    #[wasm_bindgen_test]
    fn only_a_browser_that_keeps_plain_cookies_drops_none_but_secure_ones() {
        assert!(!PageCookies.drops_only_secure(), "this browser keeps both on its own machine");
        for (dropped, only_secure) in [("Secure", true), ("SameSite", false), ("nothing", false)] {
            let _jar = jar(dropped);
            assert_eq!(PageCookies.drops_only_secure(), only_secure, "{dropped}");
        }
        let _forbidden = Stub::forbidden(&document(), "cookie");
        assert!(!PageCookies.drops_only_secure());
    }

    #[wasm_bindgen_test]
    fn nothing_is_left_of_the_cookies_that_were_tried() {
        PageCookies.drops_only_secure();
        let page = document().dyn_into::<HtmlDocument>().expect("a page");
        assert!(!page.cookie().expect("a page may read it").contains("sessionTry"));
    }

    #[wasm_bindgen_test]
    fn cookies_are_allowed_unless_the_browser_says_no() {
        let navigator = window().navigator();
        assert!(PageCookies.are_allowed());
        for (enabled, allowed) in [(JsValue::FALSE, false), (JsValue::TRUE, true), (JsValue::UNDEFINED, true)] {
            let _stub = Stub::value(&navigator, "cookieEnabled", &enabled);
            assert_eq!(PageCookies.are_allowed(), allowed, "{enabled:?}");
        }
        let _forbidden = Stub::forbidden(&navigator, "cookieEnabled");
        assert!(PageCookies.are_allowed());
    }
}
