//! Making an account.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{components::A, hooks::use_query_map};
use sessionkeep_types::{Password, RegisterRequest};

use crate::{
    api::ApiError,
    brand::PageTitle,
    components::{
        FieldState, FormAlert, Heading, PasswordField, SignInNotice, Submission, SubmitButton, TextField, Words,
    },
    paths,
    session::Session,
    submitted::Submitted,
    validate,
};

/// The form for people who have no account yet. It signs in at once.
#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let session = Session::here();
    let (email, name, password) = (FieldState::new(), FieldState::new(), FieldState::new());
    let form = Submission::new();
    let refused = move |error: &ApiError| {
        email.judge(error.field("email"));
        name.judge(error.field("displayName"));
        password.judge(error.field("password"));
        if !FieldState::is_any_wrong(&[email, name, password]) {
            form.fails(error.to_string());
        }
    };
    let submitted = Submitted::take(paths::SIGN_UP).unwrap_or_default();
    if let Some(error) = submitted.error() {
        refused(&error);
    }
    let known_by = Callback::new(move |()| Words { email: email.value(), name: name.value() });

    let submit = move |event: SubmitEvent| {
        if !form.begins(&event) {
            return;
        }
        email.judge(validate::new_email(&email.value()));
        name.judge(validate::display_name(&name.value()));
        password.judge(validate::new_password(&password.value()));
        if FieldState::focus_first_wrong(&[email, name, password]) {
            return;
        }
        let account = RegisterRequest {
            email: email.value().trim().to_owned(),
            password: Password::new(password.value()),
            display_name: Some(name.value().trim().to_owned()).filter(|name| !name.is_empty()),
        };
        form.send(async move { session.sign_up(account).await }, move |answer| {
            let Err(error) = answer else { return };
            refused(&error);
            FieldState::focus_first_wrong(&[email, name, password]);
        });
    };

    let next = {
        let query = use_query_map();
        move || query.with(|query| query.get(paths::NEXT))
    };
    let action = move || paths::with_next(paths::SIGN_UP, next().as_deref());
    let sign_in = move || paths::with_next(paths::SIGN_IN, next().as_deref());

    view! {
        <PageTitle text="Create your account" />
        <section class="narrow">
            <Heading text="Create your account" />
            <SignInNotice />
            <form class="card form" method="post" action=action prop:noValidate=true on:submit=submit>
                <FormAlert message=form.alert />
                <TextField id="email" label="Email" kind="email" autocomplete="username" typed=submitted.email state=email />
                <TextField
                    id="displayName"
                    label="Display name (optional)"
                    autocomplete="name"
                    optional=true
                    typed=submitted.display_name
                    state=name
                />
                <PasswordField new=true words=known_by state=password />
                <SubmitButton of=form label="Create account" busy_label="Creating your account…" />
            </form>
            <p class="aside">"You have an account? " <A href=sign_in>"Sign in instead"</A></p>
        </section>
    }
}
