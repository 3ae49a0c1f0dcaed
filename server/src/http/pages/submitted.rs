//! A form that was sent before its page was ready.
//!
//! The forms are sent by script. Where the script has not started yet, the browser posts them here: the password is in
//! the body and never in an address, nobody reads it, and the person is asked to try again.

use app::paths;
use axum::{extract::OriginalUri, response::Redirect};

/// Back to the same page, with a word about it.
pub(super) async fn submitted(OriginalUri(uri): OriginalUri) -> Redirect {
    Redirect::to(&back_to(uri.path(), uri.query()))
}

/// Only a path of our own is kept from the query; the form itself is not looked at.
fn back_to(page: &str, query: Option<&str>) -> String {
    let note = format!("{page}?{}={}", paths::NOTE, paths::NOT_READY);
    let next = query
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix(paths::NEXT)?.strip_prefix('='))
        .and_then(paths::own);
    match next {
        Some(next) => format!("{note}&{}={next}", paths::NEXT),
        None => note,
    }
}

#[cfg(test)]
mod tests {
    use super::back_to;

    #[test]
    fn a_form_that_came_too_early_leads_back_to_its_page() {
        assert_eq!(back_to("/sign-in", None), "/sign-in?note=not-ready");
    }

    #[test]
    fn the_page_to_go_on_to_is_kept_where_it_is_our_own() {
        assert_eq!(back_to("/sign-in", Some("next=/account")), "/sign-in?note=not-ready&next=/account");
        for foreign in ["next=//evil.example", "next=%2f%2fevil", "next=https://evil", "email=a&password=b", "next"] {
            assert_eq!(back_to("/sign-in", Some(foreign)), "/sign-in?note=not-ready");
        }
    }
}
