//! Ctrl-C and SIGTERM as a flag, for the edit loop, which has a server to stop before it ends. The other commands
//! leave signals as they are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};

static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on a signal sets the flag instead of ending the program; a second Ctrl-C ends it all the same.
pub(crate) fn listen() -> Result<()> {
    if ASKED.get().is_some() {
        // Twice, the second signal would be counted with the first.
        return Ok(());
    }
    let asked = ASKED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag down, the second finds it up.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(asked))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(asked)))
            .context("cannot listen for Ctrl-C")?;
    }
    Ok(())
}

/// Whether somebody asked to end.
pub(crate) fn asked() -> bool {
    ASKED.get().is_some_and(|asked| asked.load(Ordering::Relaxed))
}
