//! The operator's links at the bottom.

use leptos::prelude::*;

use crate::brand::Brand;

/// The same for every page; none where the operator has set no link.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    let links = Brand::here().links();
    (!links.is_empty()).then(|| {
        // "external" keeps the router's hands off: these pages are not ours.
        let links = links.into_iter().map(|(name, link)| view! { <a href=link rel="external">{name}</a> });
        view! {
            <footer class="foot">
                <nav aria-label="Help and legal">{links.collect_view()}</nav>
            </footer>
        }
    })
}
