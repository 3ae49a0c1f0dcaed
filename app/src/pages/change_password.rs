//! Another password.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use leptos_router::components::A;
use sessionkeep_types::{ChangePasswordRequest, Password};

use crate::{
    components::{
        AccountPage, Back, FieldState, FormAlert, Icon, KnownBy, Me, NotReadyNotice, PasswordField, Picture,
        Submission, SubmitButton, Username, wrong_current,
    },
    paths,
    session::Session,
    validate, words,
};

/// The page of the password. The form goes away when it has done its work: that tells a password manager to keep the
/// new one.
#[component]
pub(crate) fn ChangePassword() -> impl IntoView {
    let done = RwSignal::new(false);
    let words = &words::here().password;
    view! {
        <AccountPage title=words.title>
            <Back href=paths::SECURITY text=words.to_security />
            <NotReadyNotice />
            {move || {
                if done.get() { Either::Left(view! { <Done /> }) } else { Either::Right(view! { <Form done=done /> }) }
            }}
        </AccountPage>
    }
}

#[component]
fn Form(
    /// Whether it has done its work.
    done: RwSignal<bool>,
) -> impl IntoView {
    let session = Session::here();
    let me = Me::here();
    let (words, fields) = (&words::here().password, &words::here().fields);
    let (current, new) = (FieldState::new(), FieldState::new());
    let known_by = Callback::new(move |()| untrack(|| me.of_user(KnownBy::of)).unwrap_or_default());
    let form = Submission::new();

    let submit = move |event: SubmitEvent| {
        if !form.begins(&event) {
            return;
        }
        current.judge(validate::password(&current.value()));
        new.judge(validate::new_password(&new.value()));
        if FieldState::focus_first_wrong(&[current, new]) {
            return;
        }
        let change = ChangePasswordRequest {
            current_password: Password::new(current.value()),
            new_password: Password::new(new.value()),
        };
        let request = async move {
            session.when_restored().await?.change_password(&change).await?;
            // Also where the page was left meanwhile.
            me.is_reviewed();
            Ok(())
        };
        form.send(request, move |answer| {
            let Err(error) = answer else { return done.set(true) };
            current.judge(wrong_current(&error));
            new.judge(error.field("newPassword").or_else(|| error.field("password")));
            if !FieldState::focus_first_wrong(&[current, new]) {
                if error.is_unclear() { form.fails(words.unclear.to_owned()) } else { form.refuses(&error) }
            }
        });
    };

    view! {
        <form class="card form" method="post" action=paths::PASSWORD novalidate on:submit=submit>
            <FormAlert message=form.alert />
            <Username />
            <PasswordField id="currentPassword" label=fields.current_password goes_on=true state=current />
            <PasswordField id="newPassword" label=fields.new_password new=true known_by=known_by state=new />
            <p class="hint">{words.others_sign_out}</p>
            <SubmitButton of=form label=words.submit busy_label=words.busy />
        </form>
    }
}

/// Takes the focus, which was in the form.
#[component]
fn Done() -> impl IntoView {
    let words = &words::here().password;
    let node = NodeRef::<html::P>::new();
    Effect::new(move |_| {
        if let Some(words) = node.get() {
            // OK because what cannot take the focus leaves it where it was.
            let _ = words.focus();
        }
    });
    view! {
        <div class="card padded done">
            <p class="done-title" role="status" tabindex="-1" node_ref=node>
                <Picture icon=Icon::Check />
                {words.done}
            </p>
            <p>{words.done_details}</p>
            <div class="actions">
                <A href=paths::DEVICES attr:class="button secondary">
                    {words.to_devices}
                </A>
            </div>
        </div>
    }
}
