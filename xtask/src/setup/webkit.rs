//! `WebKitGTK` with the driver that Debian packages, and a display without a screen, which its small browser wants.

use super::{apt, on_path};
use crate::steps::Step;

const PROGRAMS: [&str; 2] = ["WebKitWebDriver", "Xvfb"];

/// Whether they are on PATH, if need be after they were installed.
pub(crate) fn ensure(step: &mut Step) -> (bool, String) {
    let are_there = || PROGRAMS.into_iter().all(|program| on_path(program).is_some());
    if are_there() {
        return (true, "found on PATH".to_owned());
    }
    if apt::install(step, &["webkit2gtk-driver", "xvfb", "fonts-dejavu-core"]) && are_there() {
        return (true, "installed with apt-get".to_owned());
    }
    (false, "missing".to_owned())
}
