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
