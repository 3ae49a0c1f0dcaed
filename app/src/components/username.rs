//! Whose password a form is about.

use leptos::{prelude::*, task::spawn_local};

use super::loading::Loading;
use crate::session::Session;

/// The e-mail address of the account, when it is known; empty before.
pub(crate) fn account_email(session: Session) -> RwSignal<String> {
    let (email, loading) = (RwSignal::new(String::new()), Loading::new(session));
    loading.for_each_session(move || {
        email.set(String::new());
        let Some((asked, api)) = loading.begin() else { return };
        spawn_local(async move {
            let answer = api.me().await;
            loading.end(asked, answer, |user| {
                email.try_set(user.email);
            });
        });
    });
    email
}

/// The account's e-mail address, for password managers: they have to know whose password a form is about. A person has
/// no use for the field.
#[component]
pub(crate) fn Username(
    /// Empty until it is known.
    email: RwSignal<String>,
) -> impl IntoView {
    view! { <input type="text" name="username" autocomplete="username" hidden readonly prop:value=email /> }
}
