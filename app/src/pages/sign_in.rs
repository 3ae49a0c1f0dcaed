//! Signing in.

use leptos::{either::Either, ev::SubmitEvent, html, prelude::*};
use leptos_router::{components::A, hooks::use_query_map};
use sessionkeep_types::{ErrorCode, LoginRequest, Password};

use crate::{
    api::ApiError,
    brand::Brand,
    components::{
        FieldState, FormAlert, Heading, PageTitle, PasswordField, SignInNotice, Submission, SubmitButton, TextField,
    },
    paths,
    session::Session,
    submitted::Submitted,
    validate, words,
};

/// The form for people who have an account. Who is signed in already goes on by itself.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let session = Session::here();
    let Brand { name: brand, logo, support, .. } = Brand::here();
    let (words, fields) = (&words::here().sign_in, &words::here().fields);
    let (email, password) = (FieldState::new(), FieldState::new());
    let remember = NodeRef::<html::Input>::new();
    let form = Submission::new();
    let submitted = Submitted::take(paths::SIGN_IN);
    let refused = move |error: &ApiError| {
        email.judge(error.field("email"));
        password.judge(error.field("password"));
        if !FieldState::is_any_wrong(&[email, password]) {
            form.refuses(error);
        }
    };
    if let Some(error) = submitted.as_ref().and_then(Submitted::error) {
        refused(&error);
    }

    let submit = move |event: SubmitEvent| {
        if !form.begins(&event) {
            return;
        }
        email.judge(validate::email(&email.value()));
        password.judge(validate::password(&password.value()));
        if FieldState::focus_first_wrong(&[email, password]) {
            return;
        }
        let credentials = LoginRequest {
            email: email.value().trim().to_owned(),
            password: Password::new(password.value()),
            remember_me: remember.get_untracked().is_none_or(|remember| remember.checked()),
        };
        form.send(async move { session.sign_in(credentials).await }, move |answer| {
            let Err(error) = answer else { return };
            refused(&error);
            if !FieldState::focus_first_wrong(&[email, password])
                && error.code() == Some(&ErrorCode::InvalidCredentials)
            {
                password.focus();
            }
        });
    };

    let next = {
        let query = use_query_map();
        move || query.with(|query| query.get(paths::NEXT))
    };
    let action = move || paths::with_next(paths::SIGN_IN, next().as_deref());
    let sign_up = move || paths::with_next(paths::SIGN_UP, next().as_deref());

    let Submitted { email: typed, remember_me, .. } =
        submitted.unwrap_or_else(|| Submitted { remember_me: true, ..Submitted::default() });

    view! {
        <PageTitle text=words.title />
        <section class="narrow">
            <div class="form-head">
                <img src=logo alt="" width="44" height="44" />
                <Heading text=(words.heading)(&brand) />
            </div>
            <SignInNotice />
            <form class="card form" method="post" action=action prop:noValidate=true on:submit=submit>
                <TextField id="email" label=fields.email kind="email" autocomplete="username" typed=typed state=email />
                <PasswordField label=fields.password state=password />
                <FormAlert message=form.alert />
                <div class="check">
                    <input node_ref=remember type="checkbox" id="rememberMe" name="rememberMe" aria-describedby="rememberMe-hint" checked=remember_me />
                    <label for="rememberMe">{words.remember}</label>
                    <p class="hint" id="rememberMe-hint">
                        {words.remember_hint}
                    </p>
                </div>
                <SubmitButton of=form label=words.submit busy_label=words.busy />
            </form>
            <p class="aside">
                {words.new_here} " " <A href=sign_up>{words.create}</A>
            </p>
            {match support {
                Some(help) => Either::Left(
                    view! {
                        <p class="aside">
                            {words.cannot} " " <a href=help rel="external">{words.get_help}</a>
                        </p>
                    },
                ),
                None => Either::Right(
                    view! {
                        <details class="aside">
                            <summary>{words.cannot}</summary>
                            <p>{(words.no_help)(&brand)}</p>
                        </details>
                    },
                ),
            }}
        </section>
    }
}
