//! A form of the account that the browser sent itself.
//!
//! The program sends these forms, with the access token, and the script of the page holds them until it has started. Without scripts,
//! and after a panic, the browser posts them here. The password is in the body and never in an address, and the server does not read it.

use app::paths;
use axum::{extract::OriginalUri, response::Redirect};

/// Back to the same page, with a word about it. The form itself is not looked at.
pub(super) async fn submitted(OriginalUri(uri): OriginalUri) -> Redirect {
    Redirect::to(&format!("{}?{}={}", uri.path(), paths::NOTE, paths::NOT_READY))
}
