//! Prometheus's promtool, to try the alert rules that are shipped.

use std::path::PathBuf;

use super::{apt, cache, on_path};
use crate::steps::Step;

/// The program, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> (Option<PathBuf>, String) {
    if let Some(found) = on_path("promtool") {
        return (Some(found), "found on PATH".to_owned());
    }
    let Ok(folder) = cache().map(|cache| cache.join("prometheus")) else { return (None, "missing".to_owned()) };
    let program = folder.join("usr/bin/promtool");
    if program.is_file() {
        return (Some(program), "found".to_owned());
    }
    // Unpacked and not installed: the package would start a server of its own, and whoever runs tests has asked for none.
    if apt::unpack(step, "prometheus", &folder) && program.is_file() {
        return (Some(program), "unpacked from Debian's package".to_owned());
    }
    (None, "missing".to_owned())
}
