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
        // Where the generator is missing or refuses, `Math.random` does: the id must be unlikely to meet its like, no more.
        let filled = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes)).is_ok();
        if !filled {
            bytes.fill_with(|| (Math::random() * 256.0) as u8);
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
