//! What a person has chosen for the pages: the language, and light or dark. Both are kept in the browser, in cookies that say
//! nothing of the person, and concern the pages alone.

use std::collections::HashMap;

use app::{Appearance, Language, Theme, paths};
use axum::{
    Form,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::{config::PublicOrigin, http::extract};

/// How the page of this request is to look and speak: what was chosen, else what the browser asks for.
pub(super) fn appearance(headers: &HeaderMap) -> Appearance {
    let chosen_language = chosen(headers, Language::COOKIE).find_map(Language::of_tag);
    let language = chosen_language.unwrap_or_else(|| extract::accepted_language(headers));
    let theme = chosen(headers, paths::THEME_COOKIE).next().map(Theme::of_name).unwrap_or_default();
    Appearance { language, theme }
}

/// The values of the cookies of this name. One that a neighbour has planted can choose between our own words, no more.
fn chosen<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    pairs
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The form of the language switch.
#[derive(serde::Deserialize)]
pub(super) struct Switch {
    language: String,
    #[serde(default)]
    back: String,
    /// What the page's query says.
    #[serde(flatten)]
    query: HashMap<String, String>,
}

/// `POST /language`: keeps the choice for a year and goes back to the page. It works without scripts.
pub(super) fn switch(origin: &PublicOrigin, headers: &HeaderMap, Form(switch): Form<Switch>) -> Response {
    if extract::check_origin(headers, origin).is_err() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(language) = Language::of_tag(&switch.language) else { return StatusCode::BAD_REQUEST.into_response() };
    let page = paths::own(&switch.back).unwrap_or(paths::LANDING);
    let back = paths::with_query(page, |key| switch.query.get(key).cloned());
    let mut response = Redirect::to(&format!("{back}#{}", paths::CHOSEN_LANGUAGE)).into_response();
    let cookie = Cookie::build((Language::COOKIE, language.tag()))
        .path("/")
        .max_age(time::Duration::seconds(paths::PREFERENCE_SECONDS))
        .same_site(SameSite::Lax)
        .secure(origin.is_https())
        .build();
    let cookie = HeaderValue::from_str(&cookie.to_string()).expect("OK because a tag is letters");
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(header::HeaderName, &'static str)]) -> (&'static str, &'static str) {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        let Appearance { language, theme } = appearance(&headers);
        (language.tag(), theme.name())
    }

    #[test]
    fn a_choice_comes_before_what_the_browser_asks_for() {
        assert_eq!(asked(&[]), ("en", "system"));
        assert_eq!(asked(&[(header::ACCEPT_LANGUAGE, "it-IT,it;q=0.9")]), ("it", "system"));
        let both = [(header::ACCEPT_LANGUAGE, "it"), (header::COOKIE, "a=b; language=en; theme=dark")];
        assert_eq!(asked(&both), ("en", "dark"));
        assert_eq!(asked(&[(header::COOKIE, "language=x; language=it")]), ("it", "system"));
    }

    #[test]
    fn what_is_no_choice_counts_for_nothing() {
        for cookie in ["language=", "language=de; theme=pink", "xlanguage=it", "language=it\"", "theme"] {
            assert_eq!(asked(&[(header::COOKIE, cookie)]), ("en", "system"), "{cookie}");
        }
    }
}
