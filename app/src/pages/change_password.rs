//! Another password.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use leptos_router::components::A;
use sessionkeep_types::{ChangePasswordRequest, Password};

use crate::{
    api::ApiError,
    brand::PageTitle,
    components::{
        AccountNav, FieldState, FormAlert, Heading, NotReadyNotice, PasswordField, Submission, SubmitButton, Username,
        Words, account_user, wrong_current,
    },
    paths,
    session::Session,
    validate,
};

/// The page of the password. The form goes away when it has done its work: that tells a password manager to keep the
/// new one.
#[component]
pub(crate) fn ChangePassword() -> impl IntoView {
    let done = RwSignal::new(false);
    view! {
        <PageTitle text="Change your password" />
        <section class="medium">
            <Heading text="Change your password" />
            <AccountNav />
            <NotReadyNotice />
            {move || {
                if done.get() { Either::Left(view! { <Done /> }) } else { Either::Right(view! { <Form done=done /> }) }
            }}
        </section>
    }
}

#[component]
fn Form(
    /// Whether it has done its work.
    done: RwSignal<bool>,
) -> impl IntoView {
    let session = Session::here();
    let user = account_user(session);
    let (current, new) = (FieldState::new(), FieldState::new());
    let known_by =
        Callback::new(move |()| user.with_untracked(|user| user.as_ref().map(Words::of).unwrap_or_default()));
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
        form.send(async move { session.when_restored().await?.change_password(&change).await }, move |answer| {
            let Err(error) = answer else { return done.set(true) };
            current.judge(wrong_current(&error));
            new.judge(error.field("newPassword").or(error.field("password")));
            if !FieldState::focus_first_wrong(&[current, new]) {
                form.fails(words(&error));
            }
        });
    };

    view! {
        <form class="card form" method="post" action=paths::PASSWORD novalidate on:submit=submit>
            <FormAlert message=form.alert />
            <Username user=user />
            <PasswordField id="currentPassword" label="Current password" state=current />
            <PasswordField id="newPassword" label="New password" new=true words=known_by state=new />
            <p class="hint">"All your other devices are signed out when you change the password. This one is not."</p>
            <SubmitButton of=form label="Change password" busy_label="Changing your password…" />
        </form>
    }
}

/// Takes the focus, which was in the form.
#[component]
fn Done() -> impl IntoView {
    let node = NodeRef::<html::P>::new();
    Effect::new(move |_| {
        if let Some(words) = node.get() {
            // OK because what cannot take the focus leaves it where it was.
            let _ = words.focus();
        }
    });
    view! {
        <p class="notice" role="status" tabindex="-1" node_ref=node>
            "Your password has been changed, and all your other devices were signed out."
        </p>
        <p>
            "You stay signed in here. Have a look at " <A href=paths::SESSIONS>"where you’re signed in"</A> " or at the "
            <A href=paths::ACTIVITY>"security activity"</A> "."
        </p>
    }
}

fn words(error: &ApiError) -> String {
    if error.is_unclear() {
        "No clear answer came, so it is not known whether your password was changed. Try again: if the current password \
         is refused now, the new one is in force already."
            .to_owned()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_lost_is_not_called_a_failure() {
        let said = words(&ApiError::NoAnswer);
        assert!(said.contains("not known whether"), "{said}");
        assert_eq!(words(&ApiError::SignedOut), ApiError::SignedOut.to_string());
    }
}
