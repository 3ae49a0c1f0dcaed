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
