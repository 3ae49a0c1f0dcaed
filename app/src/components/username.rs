//! Whose password a form is about.

use leptos::{prelude::*, task::spawn_local};

use super::loading::Loading;
use crate::{session::Session, types::User};

/// Whose account it is, when that is known.
pub(crate) fn account_user(session: Session) -> RwSignal<Option<User>> {
    let (known, loading) = (RwSignal::new(None), Loading::new(session));
    loading.for_each_session(move || {
        known.set(None);
        let Some((asked, api)) = loading.begin() else { return };
        spawn_local(async move {
            let answer = api.me().await;
            loading.end(asked, answer, |user| {
                known.try_set(Some(user));
            });
        });
    });
    known
}

/// The account's e-mail address, for password managers: they have to know whose password a form is about. A person has
/// no use for the field.
#[component]
pub(crate) fn Username(
    /// As soon as it is known.
    user: RwSignal<Option<User>>,
) -> impl IntoView {
    let email = move || user.with(|user| user.as_ref().map(|user| user.email.clone()).unwrap_or_default());
    view! { <input type="text" name="username" autocomplete="username" hidden readonly prop:value=email /> }
}
