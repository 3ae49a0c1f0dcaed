//! The end of an account.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::components::A;
use sessionkeep_types::{DeleteAccountRequest, Password, Role};

use crate::{
    components::{
        AccountPage, FieldError, FieldState, FormAlert, Kept, KeptList, LoadAlert, Me, NotReadyNotice, PasswordField,
        Submission, SubmitButton, Username, wrong_current,
    },
    paths,
    session::Session,
    validate, words,
};

/// The form that deletes the account. It asks for the password, and for a tick that nobody sets by accident.
#[component]
pub(crate) fn DeleteAccount() -> impl IntoView {
    let session = Session::here();
    let me = Me::here();
    let kept = Kept::new(session);
    let (words, fields) = (&words::here().delete, &words::here().fields);
    let (password, sure) = (FieldState::new(), RwSignal::new(None::<String>));
    let tick = NodeRef::<html::Input>::new();
    let form = Submission::new();

    let submit = move |event: SubmitEvent| {
        if !form.begins(&event) {
            return;
        }
        password.judge(validate::password(&password.value()));
        let is_sure = tick.get_untracked().is_some_and(|tick| tick.checked());
        sure.set((!is_sure).then(|| words.not_sure.to_owned()));
        if FieldState::focus_first_wrong(&[password, FieldState { node: tick, error: sure }]) {
            return;
        }
        let proof = DeleteAccountRequest { current_password: Password::new(password.value()) };
        form.send(async move { session.when_restored().await?.delete_account(&proof).await }, move |answer| {
            let Err(error) = answer else { return };
            password.judge(wrong_current(&error));
            if !FieldState::focus_first_wrong(&[password]) {
                if error.is_unclear() { form.fails(words.unclear.to_owned()) } else { form.refuses(&error) }
            }
        });
    };

    view! {
        <AccountPage title=words.title>
            <NotReadyNotice />
            <LoadAlert loading=kept.loading reload=move |()| kept.load() />
            <p>{words.text}</p>
            <KeptList kept=kept />
            {move || {
                (me.of_user(|user| user.role == Role::Admin) == Some(true))
                    .then(|| view! { <p class="hint">{words.administrator}</p> })
            }}
            <form class="card form" method="post" action=paths::DELETE_ACCOUNT novalidate on:submit=submit>
                <FormAlert message=form.alert />
                <Username />
                <PasswordField id="currentPassword" label=fields.current_password goes_on=true state=password />
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
                        <label for="sure">{words.sure}</label>
                    </div>
                    <FieldError id="sure" error=sure />
                </div>
                <SubmitButton of=form label=words.submit busy_label=words.busy danger=true />
                <p class="aside">
                    <A href=paths::DATA>{words.keep}</A>
                </p>
            </form>
        </AccountPage>
    }
}
