use std::io::Write as _;

use crate::http::DOCUMENT;

/// `sessionkeep openapi`: what a running server has at `/api/openapi.json`. It needs no settings.
pub(super) fn run() -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(DOCUMENT.as_bytes())?)
}
