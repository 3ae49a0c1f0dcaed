use super::output;
use crate::http::DOCUMENT;

/// `sessionkeep openapi`: what a running server has at `/api/openapi.json`. It needs no settings.
pub(super) fn run() -> anyhow::Result<()> {
    Ok(output::document(&DOCUMENT)?)
}
