use leptos::prelude::*;

use crate::{brand::Brand, paths};

/// A link to the product's start page, which may be one of ours or anybody's.
#[component]
pub(crate) fn HomeLink(
    /// How it looks.
    class: &'static str,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let home = Brand::here().home;
    // The router would look for any path of this origin among our pages.
    let is_ours = [paths::LANDING, paths::ACCOUNT].contains(&home.as_str());
    view! {
        <a class=class href=home rel=(!is_ours).then_some("external")>
            {children()}
        </a>
    }
}
