//! The line at the bottom: help, and the language.

use leptos::{prelude::*, wasm_bindgen::JsValue};
use leptos_router::{
    components::A,
    hooks::{use_location, use_query_map},
};

use crate::{
    brand::Brand,
    paths,
    words::{self, Language},
};

/// The same for every page.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    let words = &words::here().frame;
    let brand = Brand::here();
    // "external" keeps the router's hands off: these pages are not ours.
    let links = brand.links(words).into_iter().map(|(name, link)| {
        view! {
            <li>
                <a href=link rel="external">
                    {name}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    Effect::new(|_| forget_fragment());
    let path = use_location().pathname;
    // The profile has one of its own.
    let is_profile = Memo::new(move |_| path.with(|path| path.trim_end_matches('/') == paths::ACCOUNT));
    view! {
        <footer class="foot">
            <div class="foot-content">
                <p>{brand.name}</p>
                <ul class="foot-links">
                    {links}
                    <li>
                        <A href=paths::SIGNED_OUT>{words.why_signed_out}</A>
                    </li>
                    <li>
                        <A href=paths::CONNECTION>{words.check_connection}</A>
                    </li>
                </ul>
                <Show when=move || !is_profile.get()>
                    <LanguageSwitch />
                </Show>
            </div>
        </footer>
    }
}

/// One button a language. A form, so that it works without scripts: the server keeps the choice and leads back.
#[component]
pub(crate) fn LanguageSwitch() -> impl IntoView {
    let here = words::language();
    let path = use_location().pathname;
    let query = use_query_map();
    let buttons = Language::ALL.map(|language| {
        view! {
            <button
                type="submit"
                name="language"
                value=language.tag()
                lang=language.tag()
                id=(language == here).then_some(paths::CHOSEN_LANGUAGE)
                aria-current=(language == here).then_some("true")
            >
                {language.name()}
            </button>
        }
    });
    let kept = paths::IN_EVERY_LANGUAGE.into_iter().map(|key| {
        view! { <input type="hidden" name=key value=move || query.with(|query| query.get(key)) /> }
    });
    view! {
        <form method="post" action=paths::LANGUAGE>
            <input type="hidden" name="back" prop:value=move || path.get() value=move || path.get() />
            {kept.collect_view()}
            <div class="segments" role="group" aria-label=words::here().frame.language>
                {buttons.collect_view()}
            </div>
        </form>
    }
}

/// Takes the fragment out of the address that the language switch leads back to: the browser has given the focus to the button.
fn forget_fragment() {
    let location = window().location();
    if !location.hash().is_ok_and(|hash| hash.strip_prefix('#') == Some(paths::CHOSEN_LANGUAGE)) {
        return;
    }
    let (path, query) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    if let Ok(history) = window().history() {
        // OK because a fragment that stays leads back to the button, no more.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&(path + &query)));
    }
}
