//! How a document looks and speaks.

/// What the server renders a document with.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Appearance {
    /// What it speaks.
    pub language: ::words::Language,
    /// How it looks.
    pub theme: Theme,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light, whatever the system is.
    Light,
    /// Dark, whatever the system is.
    Dark,
}

impl Theme {
    /// All of them, in the order in which a person is offered them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the cookie and in `<html data-theme>`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name; the system's where it is none.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

/// The theme of this document.
#[cfg(target_arch = "wasm32")]
pub(crate) fn theme() -> Theme {
    let html = leptos::prelude::document().document_element();
    html.and_then(|html| html.get_attribute("data-theme")).map(|name| Theme::of_name(&name)).unwrap_or_default()
}

/// Shows this document in the theme, and keeps it for the others.
#[cfg(target_arch = "wasm32")]
pub(crate) fn choose(theme: Theme) {
    use wasm_bindgen::JsCast as _;

    use crate::paths::{PREFERENCE_SECONDS, THEME_COOKIE};

    let document = leptos::prelude::document();
    if let Some(html) = document.document_element() {
        // OK because a document that refuses the attribute looks as it did.
        let _ = html.set_attribute("data-theme", theme.name());
    }
    let is_https = leptos::prelude::window().location().protocol().is_ok_and(|protocol| protocol == "https:");
    let secure = if is_https { "; secure" } else { "" };
    if let Some(document) = document.dyn_ref::<web_sys::HtmlDocument>() {
        let name = theme.name();
        let cookie = format!("{THEME_COOKIE}={name}; path=/; max-age={PREFERENCE_SECONDS}; samesite=lax{secure}");
        // OK because where no cookie can be set the choice lasts as long as the document.
        let _ = document.set_cookie(&cookie);
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn theme() -> Theme {
    Theme::default()
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn choose(_theme: Theme) {}
