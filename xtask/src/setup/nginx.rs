//! nginx, to try the configuration that is shipped.

use std::path::{Path, PathBuf};

use super::{apt, executable, on_path};
use crate::steps::Step;

/// Where Debian puts it, which is on root's PATH alone.
const DEBIANS: &str = "/usr/sbin";

/// The program, or none where there is none and none can be got.
pub(crate) fn ensure(step: &mut Step) -> (Option<PathBuf>, String) {
    if let Some(found) = find() {
        return (Some(found), "found".to_owned());
    }
    if apt::install(step, &["nginx"])
        && let Some(found) = find()
    {
        return (Some(found), "installed with apt-get".to_owned());
    }
    (None, "missing".to_owned())
}

fn find() -> Option<PathBuf> {
    on_path("nginx").or_else(|| Some(executable(Path::new(DEBIANS), "nginx")).filter(|program| program.is_file()))
}
