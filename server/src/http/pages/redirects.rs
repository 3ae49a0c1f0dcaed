//! Where usual paths lead that are not ours. Each is a path of its own, so that no address decides where a redirect goes.

use app::paths;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse as _, Response},
    routing::get,
};

/// What people type, and what other products call these pages. `docs/operations.md` has the same table. A link must not sign
/// anybody out, so those that sound like it lead to the form that does.
const USUAL: [(&str, &str); 15] = [
    ("/login", paths::SIGN_IN),
    ("/log-in", paths::SIGN_IN),
    ("/signin", paths::SIGN_IN),
    ("/signup", paths::SIGN_UP),
    ("/register", paths::SIGN_UP),
    ("/join", paths::SIGN_UP),
    ("/logout", paths::SIGN_OUT),
    ("/log-out", paths::SIGN_OUT),
    ("/signout", paths::SIGN_OUT),
    ("/profile", paths::ACCOUNT),
    ("/settings", paths::ACCOUNT),
    ("/password", paths::PASSWORD),
    ("/devices", paths::DEVICES),
    // Where they were before.
    ("/account/sessions", paths::DEVICES),
    ("/account/connection", paths::CONNECTION),
];
/// What a password manager opens (W3C, A Well-Known URL for Changing Passwords).
const CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// The redirects: the usual paths, each page with a slash too many, and the way to another password.
pub(super) fn router(pages: &[String]) -> Router {
    let slashes = pages.iter().filter(|page| *page != paths::LANDING).map(|page| (format!("{page}/"), page.clone()));
    let usual = USUAL
        .iter()
        .flat_map(|(path, page)| [(*path).to_owned(), format!("{path}/")].map(|path| (path, (*page).to_owned())));
    slashes
        .chain(usual)
        .fold(Router::new(), |router, (path, page)| {
            router.route(&path, get(async move |asked: Uri| to(StatusCode::PERMANENT_REDIRECT, &page, asked.query())))
        })
        .route(CHANGE_PASSWORD, get(async || to(StatusCode::FOUND, paths::PASSWORD, None)))
}

/// The query goes with it.
fn to(status: StatusCode, page: &str, query: Option<&str>) -> Response {
    let target = query.map_or_else(|| page.to_owned(), |query| format!("{page}?{query}"));
    match HeaderValue::try_from(target) {
        Ok(target) => (status, [(LOCATION, target)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_every_usual_path() {
        let documented = include_str!("../../../../docs/operations.md");
        for (path, page) in USUAL {
            let row = documented.lines().find(|line| line.contains(&format!("`{path}`")) && line.starts_with('|'));
            assert!(row.is_some_and(|row| row.ends_with(&format!("| `{page}` |"))), "{path}: {row:?}");
        }
        assert!(documented.contains(CHANGE_PASSWORD));
    }

    #[test]
    fn every_usual_path_leads_to_a_page_in_one_step() {
        let pages = super::super::render::paths();
        for (path, page) in USUAL {
            assert!(pages.iter().any(|known| known == page), "{path}");
            assert!(!pages.iter().any(|known| known == path), "{path} is a page");
        }
    }
}
