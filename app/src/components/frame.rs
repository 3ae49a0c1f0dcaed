//! What the pages of the account have in common: the way between them, one heading, and what waits for the person.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};

use super::{
    heading::Heading,
    icon::{Icon, Picture},
    me::Me,
    review::ReviewBanner,
};
use crate::{
    brand::PageTitle,
    paths,
    words::{self, Frame as Words},
};

/// A page of the account by its name.
struct Entry {
    path: &'static str,
    name: fn(&Words) -> &'static str,
    icon: Icon,
    /// What else belongs to it.
    below: &'static [&'static str],
}

const ENTRIES: [Entry; 5] = [
    Entry { path: paths::ACCOUNT, name: |words| words.profile, icon: Icon::Person, below: &[] },
    Entry { path: paths::SECURITY, name: |words| words.security, icon: Icon::Shield, below: &[paths::PASSWORD] },
    Entry { path: paths::DEVICES, name: |words| words.devices, icon: Icon::Laptop, below: &[] },
    Entry { path: paths::ACTIVITY, name: |words| words.activity, icon: Icon::Pulse, below: &[] },
    Entry { path: paths::DATA, name: |words| words.data, icon: Icon::Data, below: &[paths::DELETE_ACCOUNT] },
];

/// The name of one of these pages, where the path is one's.
pub(crate) fn name_of_page(path: &str, words: &Words) -> Option<&'static str> {
    let path = path.trim_end_matches('/');
    ENTRIES.iter().find(|entry| entry.path == path || entry.below.contains(&path)).map(|entry| (entry.name)(words))
}

/// A page of the account.
#[component]
pub(crate) fn AccountPage(
    /// Its heading, which is its name in the way between the pages.
    title: &'static str,
    /// One line below that.
    #[prop(optional)]
    lead: Option<&'static str>,
    /// What the page is about.
    children: Children,
) -> impl IntoView {
    let words = &words::here().frame;
    view! {
        <PageTitle text=title />
        <div class="account">
            <AccountNav />
            <section class="account-page">
                <div class="page-head">
                    <Heading text=title />
                    {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
                </div>
                <p class="notice unscripted">
                    {words.page_needs_script} " " <a href=paths::SIGN_IN rel="external">{words.sign_in}</a> " · "
                    <a href=paths::SIGN_OUT rel="external">{words.sign_out}</a>
                </p>
                <ReviewBanner />
                {children()}
            </section>
        </div>
    }
}

/// The same on each of them; the one that is shown is marked (`aria-current`).
#[component]
fn AccountNav() -> impl IntoView {
    let words = &words::here().frame;
    let me = Me::here();
    let path = use_location().pathname;
    let links = ENTRIES.iter().map(|entry| {
        let Entry { path: own, name, icon, below } = entry;
        let current = move || {
            let path = path.get();
            let path = path.trim_end_matches('/');
            (*own == path || below.contains(&path)).then_some("page")
        };
        let mark = (*own == paths::ACTIVITY).then_some({
            move || {
                me.has_review().then(|| {
                    view! {
                        <span class="nav-mark">
                            <span aria-hidden="true">"!"</span>
                            <span class="visually-hidden">", " {words.needs_attention}</span>
                        </span>
                    }
                })
            }
        });
        view! {
            <li>
                <a href=*own aria-current=current>
                    <Picture icon=*icon />
                    <span>{name(words)}</span>
                    {mark}
                </a>
            </li>
        }
    });
    view! {
        <nav class="account-nav" aria-labelledby="settings">
            <p class="account-nav-title" id="settings">
                {words.settings}
            </p>
            <ul>{links.collect_view()}</ul>
        </nav>
    }
}

/// A link back to the page above.
#[component]
pub(crate) fn Back(
    /// Where to.
    href: &'static str,
    /// Its name.
    text: &'static str,
) -> impl IntoView {
    view! {
        <p class="back">
            <A href=href>{text}</A>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_below_another_has_its_name() {
        let words = &words::here().frame;
        for (path, name) in [
            (paths::ACCOUNT, Some("Profile")),
            ("/account/devices/", Some("Devices")),
            (paths::PASSWORD, Some("Security")),
            (paths::DELETE_ACCOUNT, Some("Data & privacy")),
            (paths::SIGN_IN, None),
        ] {
            assert_eq!(name_of_page(path, words), name, "{path}");
        }
    }
}
