//! A Python with the packages that the tests with other languages need, in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{apt, cache, executable};
use crate::process;
use crate::steps::Step;
use crate::workspace::root;

const LIMIT: Duration = Duration::from_mins(10);
/// What the packages want.
const IS_NEW_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 9))";

/// The Python of an environment with the packages; none where no Python is that can make one.
pub(crate) fn ensure(step: &mut Step) -> Result<(Option<PathBuf>, String)> {
    let required = root().join("server/tests/it/interop/requirements.txt");
    let wanted = fs::read_to_string(&required).with_context(|| format!("cannot read {}", required.display()))?;
    let folder = cache()?.join("python");
    let python = in_environment(&folder);
    // Written last: an environment that has it is whole.
    let installed = folder.join("installed.txt");
    if starts(&python) && fs::read_to_string(&installed).is_ok_and(|packages| packages == wanted) {
        return Ok((Some(python), "found".to_owned()));
    }
    let made = make(step, &folder) || (apt::install(step, &["python3-venv"]) && make(step, &folder));
    if !made {
        return Ok((None, "missing".to_owned()));
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&required);
    process::run(step, &mut pip, LIMIT).context("the Python packages of the tests cannot be installed")?;
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok((Some(python), "installed with pip".to_owned()))
}

/// Makes an empty environment, in place of one that may be there. Whether there is a Python that can: Debian's comes without what
/// it takes.
fn make(step: &mut Step, folder: &Path) -> bool {
    let names = if cfg!(windows) { ["python", "py"] } else { ["python3", "python"] };
    let Some(python) = names.into_iter().find(|name| starts(Path::new(name))) else { return false };
    let can = process::answer(Command::new(python).args(["-c", "import ensurepip, venv"])).is_some();
    can && process::run(step, Command::new(python).args(["-m", "venv", "--clear"]).arg(folder), LIMIT).is_ok()
}

fn in_environment(folder: &Path) -> PathBuf {
    executable(&folder.join(if cfg!(windows) { "Scripts" } else { "bin" }), "python")
}

fn starts(python: &Path) -> bool {
    process::answer(Command::new(python).args(["-c", IS_NEW_ENOUGH])).is_some()
}
