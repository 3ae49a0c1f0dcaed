//! `localStorage`, which may be missing, full or forbidden.

use leptos::prelude::window;

use crate::session::ports::Storage;

pub(super) struct Shared;

fn local() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

impl Storage for Shared {
    fn read(&self, key: &str) -> Option<String> {
        local()?.get_item(key).ok().flatten()
    }

    fn write(&self, key: &str, value: &str) -> bool {
        local().is_some_and(|local| local.set_item(key, value).is_ok()) && self.read(key).is_some()
    }

    fn remove(&self, key: &str) {
        if let Some(local) = local() {
            // OK because what cannot be removed could not be written either.
            let _ = local.remove_item(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, run};

    const KEY: &str = "sessionkeep.test";

    #[wasm_bindgen_test]
    fn what_was_written_is_read_until_it_is_removed() {
        assert_eq!(Shared.read(KEY), None);
        Shared.remove(KEY);
        for value in ["first", "", "zweite ✓"] {
            assert!(Shared.write(KEY, value));
            assert_eq!(Shared.read(KEY).as_deref(), Some(value));
        }
        assert_eq!(run(&format!("return localStorage.getItem('{KEY}')")).as_string().as_deref(), Some("zweite ✓"));
        Shared.remove(KEY);
        assert_eq!(Shared.read(KEY), None);
    }

    #[wasm_bindgen_test]
    fn a_forbidden_or_missing_storage_holds_nothing() {
        for stub in [Stub::forbidden, |target: &_, name| Stub::value(target, name, &JsValue::NULL)] {
            let _none = stub(&window(), "localStorage");
            assert!(!Shared.write(KEY, "value"));
            assert_eq!(Shared.read(KEY), None);
            Shared.remove(KEY);
        }
        assert_eq!(Shared.read(KEY), None);
    }

    #[wasm_bindgen_test]
    fn a_full_storage_says_so_and_keeps_what_it_has() {
        assert!(Shared.write(KEY, "small"));
        assert!(!Shared.write("sessionkeep.large", &"x".repeat(16 << 20)));
        assert_eq!(Shared.read("sessionkeep.large"), None);
        assert_eq!(Shared.read(KEY).as_deref(), Some("small"));
        Shared.remove(KEY);
    }

    #[wasm_bindgen_test]
    fn a_storage_that_forgets_has_not_written() {
        let forgetful = run("return { setItem() {}, getItem() { return null; } }");
        let _stub = Stub::value(&window(), "localStorage", &forgetful);
        assert!(!Shared.write(KEY, "value"));
    }
}
