//! What the head of a document says about whose product it is. Only the server writes it, the same for every page.

use leptos::{html, prelude::*};

use crate::{brand::Brand, words};

/// Where a browser finds what a bookmark is called and looks like.
pub const MANIFEST: &str = "/site.webmanifest";

/// What the server knows beside the [`Brand`]. It provides both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The icon in tabs and bookmarks.
    pub icon: Icon,
    /// The icon on the home screen of a phone.
    pub touch_icon: Option<String>,
    /// The style sheet with the operator's colours.
    pub css: Option<String>,
    /// The colour of the page in the light scheme and in the dark one.
    pub theme: [String; 2],
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    /// Where it is fetched from.
    pub url: String,
    /// Its media type.
    pub kind: &'static str,
}

/// The elements. They follow the style sheets, which the operator's colours replace.
#[component]
pub(crate) fn HeadTags() -> impl IntoView {
    let brand = Brand::here();
    let Head { icon, touch_icon, css, theme: [light, dark] } = expect_context();
    view! {
        {theme(light, "(prefers-color-scheme: light)")}
        {theme(dark, "(prefers-color-scheme: dark)")}
        {css.map(|url| view! { <link rel="stylesheet" href=url /> })}
        <link rel="icon" href=icon.url type=icon.kind />
        {touch_icon.map(|url| view! { <link rel="apple-touch-icon" href=url /> })}
        <link rel="manifest" href=MANIFEST />
        {property("og:site_name", brand.name.clone())}
        {property("og:type", "website".to_owned())}
        {property("og:title", brand.name.clone())}
        {property("og:description", (words::here().frame.about)(&brand.name))}
        {brand.meta()}
    }
}

/// The Open Graph protocol: what a message shows of a link to a page.
fn property(name: &'static str, content: String) -> impl IntoView {
    html::meta().attr("property", name).content(content)
}

/// `view!` knows no `media` of this element.
fn theme(colour: String, media: &'static str) -> impl IntoView {
    html::meta().name("theme-color").content(colour).attr("media", media)
}
