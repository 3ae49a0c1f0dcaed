//! The browser's dice.

use js_sys::Math;
use leptos::prelude::window;

use crate::session::ports::Random;

pub(super) struct PageRandom;

impl Random for PageRandom {
    fn fraction(&self) -> f64 {
        Math::random()
    }

    fn id(&self) -> String {
        let mut bytes = [0_u8; 16];
        match window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes)) {
            Ok(_) => format!("{:032x}", u128::from_ne_bytes(bytes)),
            // The id must be unlikely to meet its like; a worse generator is better than none.
            Err(_) => format!("{:016x}{:016x}", Math::random().to_bits(), Math::random().to_bits()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::Stub;

    fn a_hundred_ids() {
        let ids: BTreeSet<_> = (0..100).map(|_| PageRandom.id()).collect();
        assert_eq!(ids.len(), 100);
        for id in ids {
            assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
        }
    }

    #[wasm_bindgen_test]
    fn a_fraction_is_less_than_one_and_not_always_the_same() {
        let fractions: Vec<_> = (0..100).map(|_| PageRandom.fraction()).collect();
        assert!(fractions.iter().all(|fraction| (0.0..1.0).contains(fraction)), "{fractions:?}");
        assert!(fractions.iter().any(|fraction| fraction.to_bits() != fractions[0].to_bits()));
    }

    #[wasm_bindgen_test]
    fn an_id_has_thirty_two_digits_and_does_not_meet_its_like() {
        a_hundred_ids();
    }

    #[wasm_bindgen_test]
    fn so_it_has_where_the_good_dice_are_forbidden_or_missing() {
        for stub in [Stub::forbidden, |target: &_, name| Stub::value(target, name, &JsValue::UNDEFINED)] {
            let _none = stub(&window(), "crypto");
            a_hundred_ids();
        }
    }
}
