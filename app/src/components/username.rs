//! Whose password a form is about.

use leptos::prelude::*;

use super::me::Me;

/// The account's email address, for password managers: they have to know whose password a form is about. A person has
/// no use for the field.
#[component]
pub(crate) fn Username() -> impl IntoView {
    let me = Me::here();
    let email = move || me.of_user(|user| user.email.clone()).unwrap_or_default();
    view! { <input type="text" name="username" autocomplete="username" hidden readonly prop:value=email /> }
}
