//! Making an account.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{components::A, hooks::use_query_map};
use sessionkeep_types::{ErrorCode, Password, RegisterRequest};

use crate::{
    api::ApiError,
    brand::Brand,
    components::{
        FieldState, FormAlert, Heading, KnownBy, PageTitle, PasswordField, SignInNotice, Submission, SubmitButton,
        TextField,
    },
    paths,
    session::Session,
    submitted::Submitted,
    validate, words,
};

/// The form for people who have no account yet. It signs in at once.
#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let session = Session::here();
    let brand = Brand::here();
    let accepted = brand.accepted(&words::here().frame);
    let Brand { name: brand, logo, .. } = brand;
    let (words, fields) = (&words::here().sign_up, &words::here().fields);
    let (email, name, password) = (FieldState::new(), FieldState::new(), FieldState::new());
    let is_taken = RwSignal::new(false);
    let form = Submission::new();
    let refused = move |error: &ApiError| {
        is_taken.set(error.code() == Some(&ErrorCode::EmailTaken));
        email.judge(error.field("email"));
        name.judge(error.field("displayName"));
        password.judge(error.field("password"));
        if !FieldState::is_any_wrong(&[email, name, password]) {
            form.refuses(error);
        }
    };
    let submitted = Submitted::take(paths::SIGN_UP).unwrap_or_default();
    if let Some(error) = submitted.error() {
        refused(&error);
    }
    let known_by = Callback::new(move |()| KnownBy { email: email.value(), name: name.value() });

    let submit = move |event: SubmitEvent| {
        if !form.begins(&event) {
            return;
        }
        is_taken.set(false);
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

    let optional_name = format!("{} ({})", fields.display_name, words::here().common.optional);
    view! {
        <PageTitle text=words.title />
        <section class="narrow">
            <div class="form-head">
                <img src=logo alt="" width="44" height="44" />
                <Heading text=(words.heading)(&brand) />
            </div>
            <SignInNotice />
            <form class="card form" method="post" action=action prop:noValidate=true on:submit=submit>
                <FormAlert message=form.alert />
                <TextField id="email" label=fields.email kind="email" autocomplete="username" typed=submitted.email state=email />
                {move || {
                    (is_taken.get() && email.error.with(Option::is_some))
                        .then(|| {
                            view! {
                                <p>
                                    <A href=sign_in>{words.sign_in_instead}</A>
                                </p>
                            }
                        })
                }}
                <TextField id="displayName" label=optional_name autocomplete="name" optional=true typed=submitted.display_name state=name />
                <PasswordField label=fields.password new=true known_by=known_by state=password />
                <SubmitButton of=form label=words.submit busy_label=words.busy />
                {(!accepted.is_empty())
                    .then(|| {
                        let links = accepted
                            .into_iter()
                            .map(|(name, link)| {
                                view! {
                                    " "
                                    <a href=link rel="external" target="_blank">
                                        {name}
                                    </a>
                                }
                            });
                        view! { <p class="hint">{words.accept} {links.collect_view()}</p> }
                    })}
            </form>
            <p class="aside">
                {words.have_account} " " <A href=sign_in>{words.sign_in}</A>
            </p>
        </section>
    }
}
