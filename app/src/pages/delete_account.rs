//! The end of an account.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::components::A;
use sessionkeep_types::{DeleteAccountRequest, Password};

use crate::{
    brand::PageTitle,
    components::{
        AccountNav, FieldError, FieldState, FormAlert, Heading, NotReadyNotice, PasswordField, Submission,
        SubmitButton, Username, account_user, wrong_current,
    },
    paths,
    session::Session,
    validate,
};

/// The form that deletes the account. It asks for the password, and for a tick that nobody sets by accident.
#[component]
pub(crate) fn DeleteAccount() -> impl IntoView {
    let session = Session::here();
    let user = account_user(session);
    let (password, sure) = (FieldState::new(), RwSignal::new(None::<String>));
    let tick = NodeRef::<html::Input>::new();
    let form = Submission::new();

    let submit = move |event: SubmitEvent| {
        if !form.begins(&event) {
            return;
        }
        password.judge(validate::password(&password.value()));
        let is_sure = tick.get_untracked().is_some_and(|tick| tick.checked());
        sure.set((!is_sure).then(|| "Tick the box to confirm.".to_owned()));
        if FieldState::focus_first_wrong(&[password, FieldState { node: tick, error: sure }]) {
            return;
        }
        let proof = DeleteAccountRequest { current_password: Password::new(password.value()) };
        form.send(async move { session.when_restored().await?.delete_account(&proof).await }, move |answer| {
            let Err(error) = answer else { return };
            password.judge(wrong_current(&error));
            if !FieldState::focus_first_wrong(&[password]) {
                form.fails(if error.is_unclear() {
                    "No clear answer came, so it is not known whether your account was deleted. Load this page again to \
                     find out."
                        .to_owned()
                } else {
                    error.to_string()
                });
            }
        });
    };

    view! {
        <PageTitle text="Delete your account" />
        <section class="medium">
            <Heading text="Delete your account" />
            <AccountNav />
            <NotReadyNotice />
            <p>
                "Your account and everything that belongs to it are deleted for good, and every device is signed out. Nobody \
                 can bring it back."
            </p>
            <form class="card form" method="post" action=paths::DELETE_ACCOUNT novalidate on:submit=submit>
                <FormAlert message=form.alert />
                <Username user=user />
                <PasswordField id="currentPassword" label="Current password" state=password />
                <div class="field">
                    <div class="check">
                        <input
                            node_ref=tick
                            type="checkbox"
                            id="sure"
                            name="sure"
                            required
                            aria-invalid=move || sure.get().is_some().then_some("true")
                            aria-describedby=move || sure.get().map(|_| "sure-error")
                            on:change=move |_| sure.set(None)
                        />
                        <label for="sure">"I want my account to be deleted for good"</label>
                    </div>
                    <FieldError id="sure" error=sure />
                </div>
                <SubmitButton of=form label="Delete my account" busy_label="Deleting your account…" danger=true />
                <p class="aside">
                    <A href=paths::ACCOUNT>"Keep my account"</A>
                </p>
            </form>
        </section>
    }
}
