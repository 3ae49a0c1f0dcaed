//! A whole application: sign in, see who you are, sign out.

use leptos::{either::Either, prelude::*};
use sessionkeep_client::session::{Phase, Session};
use sessionkeep_client::types::{LoginRequest, Password};

fn main() {
    mount_to_body(|| {
        let session = Session::provide();
        move || match session.signed_in() {
            Some(api) => {
                let me = LocalResource::new(move || {
                    let api = api.clone();
                    async move { api.me().await.map_or_else(|error| error.to_string(), |user| user.email) }
                });
                Either::Left(
                    view! { <p>{move || me.get()}</p> <button on:click=move |_| session.sign_out()>"Sign out"</button> },
                )
            }
            None => Either::Right(
                view! { <Show when=move || session.phase() != Phase::Restoring>{sign_in(session)}</Show> },
            ),
        }
    });
}

fn sign_in(session: Session) -> impl IntoView {
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let send = Action::new_local(move |()| {
        let (email, password) = (email.get_untracked(), Password::new(password.get_untracked()));
        session.sign_in(LoginRequest { email, password, remember_me: true })
    });
    let refusal = move || send.value().get().and_then(Result::err).map(|error| error.to_string());
    view! {
        <form on:submit=move |event| { event.prevent_default(); send.dispatch_local(()); }>
            <input type="email" autocomplete="username" aria-label="Email" bind:value=email />
            <input type="password" autocomplete="current-password" aria-label="Password" bind:value=password />
            <button>"Sign in"</button>
            <p role="alert">{refusal}</p>
        </form>
    }
}
