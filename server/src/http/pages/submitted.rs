//! A form of the account that was sent before its page was ready.
//!
//! These forms are sent by script, with the access token. Where the script has not started yet, the browser posts them here: the
//! password is in the body and never in an address, the server does not read it, and the user is asked to try again.

use app::paths;
use axum::{extract::OriginalUri, response::Redirect};

/// Back to the same page, with a word about it. The form itself is not looked at.
pub(super) async fn submitted(OriginalUri(uri): OriginalUri) -> Redirect {
    Redirect::to(&format!("{}?{}={}", uri.path(), paths::NOTE, paths::NOT_READY))
}
