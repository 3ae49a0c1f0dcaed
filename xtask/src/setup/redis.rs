//! A Redis, to start one for tests alone.

use std::path::PathBuf;
use std::process::Command;

use super::{apt, on_path};
use crate::process;
use crate::steps::Step;

const OLDEST: u32 = 7;

/// The program, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> (Option<PathBuf>, String) {
    if let Some(found) = find() {
        return (Some(found), "found".to_owned());
    }
    if apt::install(step, &["redis-server"])
        && let Some(found) = find()
    {
        return (Some(found), "installed with apt-get".to_owned());
    }
    (None, "missing".to_owned())
}

fn find() -> Option<PathBuf> {
    on_path("redis-server").filter(|program| {
        let text = process::answer(Command::new(program).arg("--version"));
        text.is_some_and(|text| version(&text) >= Some(OLDEST))
    })
}

/// `Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=d81bff71cbb150e`
fn version(text: &str) -> Option<u32> {
    text.split_once("v=")?.1.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_is_the_number_before_the_first_dot() {
        assert_eq!(version("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0"), Some(7));
        assert_eq!(version("redis"), None);
    }
}
