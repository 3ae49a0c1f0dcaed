//! The person's clock, as the machine believes. It may be wrong and may jump: good for words to a person, and for nothing
//! else. While the server renders there is none.

#[cfg(target_arch = "wasm32")]
use js_sys::Date;

/// Seconds since 1970.
#[cfg(target_arch = "wasm32")]
#[expect(clippy::cast_possible_truncation, reason = "a browser's dates end 275 000 years from now")]
pub(crate) fn now() -> i64 {
    (Date::now() / 1000.0) as i64
}

/// How many seconds it is ahead of UTC at that time.
#[cfg(target_arch = "wasm32")]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "times of our era are exact")]
pub(crate) fn ahead_of_utc(unix: i64) -> i64 {
    let minutes = Date::new(&(unix as f64 * 1000.0).into()).get_timezone_offset();
    minutes as i64 * -60
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn now() -> i64 {
    0
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn ahead_of_utc(_unix: i64) -> i64 {
    0
}

#[cfg(test)]
#[cfg(target_arch = "wasm32")]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, field, js, run};

    #[wasm_bindgen_test]
    fn the_wall_clock_counts_whole_seconds() {
        #[expect(clippy::cast_precision_loss, reason = "times of our era are exact")]
        let away = Date::now() / 1000.0 - now() as f64;
        assert!((-1.0..2.0).contains(&away), "{away}");
        let _now = Stub::value(&run("return Date"), "now", &js("", "return 1700000000999"));
        assert_eq!(now(), 1_700_000_000);
    }

    #[wasm_bindgen_test]
    fn east_of_greenwich_the_clock_is_ahead_by_what_holds_at_that_time() {
        let dates = field(&run("return Date"), "prototype");
        // In minutes, and of the other sign. Summer is not like winter.
        let offset = js("", "return this.getTime() === 1700000000000 ? -330 : 210");
        let _zone = Stub::value(&dates, "getTimezoneOffset", &offset);
        assert_eq!(ahead_of_utc(1_700_000_000), 19_800);
        assert_eq!(ahead_of_utc(1_710_000_000), -12_600);
    }
}
