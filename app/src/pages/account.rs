//! One's own account: what only its owner may see.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::{Role, User};

use crate::{
    brand::PageTitle,
    components::{AccountNav, Heading, LoadAlert, Loaded, Loading, When},
    light::later,
    paths,
    session::{Jar, Phase, Session},
};

/// The account page. The server renders it without any data, and so does the browser until the session is there: the
/// shell is the same for everybody.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let account = AccountData::new(Session::here());
    view! {
        <PageTitle text="Your account" />
        <section class="medium">
            <Heading text="Your account" />
            <AccountNav />
            <Loaded loading=account.loading reload=move |()| account.load() view=move |()| later(details(account)) />
        </section>
    }
}

/// What `/api/me` said.
#[derive(Clone, Copy)]
struct AccountData {
    session: Session,
    loading: Loading,
    user: RwSignal<Option<User>>,
}

impl AccountData {
    fn new(session: Session) -> Self {
        let data = Self { session, loading: Loading::new(session), user: RwSignal::new(None) };
        data.loading.for_each_session(move || data.load());
        data
    }

    /// Asks for the account. Every call is one request.
    fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.me().await;
            self.loading.end(asked, answer, |user| {
                self.user.try_set(Some(user));
            });
        });
    }
}

fn details(account: AccountData) -> impl IntoView {
    move || account.user.get().map(|user| view! { <Details user=user account=account /> })
}

#[component]
fn Details(
    /// Whose account it is.
    user: User,
    /// To load it again.
    account: AccountData,
) -> impl IntoView {
    let session = account.session;
    let state = move || match session.phase() {
        Phase::Refreshing => "Active, being renewed",
        Phase::Restoring | Phase::SignedOut(_) | Phase::SignedIn => "Active",
    };
    let loading = account.loading;
    let User { email, display_name, role, created_at, .. } = user;
    view! {
        // A name that turns the direction of writing turns nothing around it.
        {display_name.clone().map(|name| view! { <p class="lead">"Hello, " <bdi>{name}</bdi> "."</p> })}
        <div class="card">
            <dl class="facts">
                <div>
                    <dt>"Name"</dt>
                    <dd>
                        <bdi>{display_name.unwrap_or_else(|| "Not given".to_owned())}</bdi>
                    </dd>
                </div>
                <div>
                    <dt>"E-mail"</dt>
                    <dd class="breakable">{email}</dd>
                </div>
                {(role == Role::Admin)
                    .then(|| {
                        view! {
                            <div>
                                <dt>"Role"</dt>
                                <dd>"Administrator"</dd>
                            </div>
                        }
                    })}
                <div>
                    <dt>"Member since"</dt>
                    <dd>
                        <When time=created_at clock=loading.clock date=true />
                    </dd>
                </div>
                <div>
                    <dt>"Session"</dt>
                    <dd>
                        <span class="dot" aria-hidden="true"></span>
                        {state}
                    </dd>
                </div>
            </dl>
            <LoadAlert loading=loading />
            <div class="actions">
                <button type="button" class="button secondary" on:click=move |_| account.load()>
                    "Load again"
                </button>
                <span class="hint" role="status">
                    {move || match (loading.is_under_way(), loading.failure().is_some()) {
                        (true, _) => "Loading…",
                        (false, true) => "",
                        (false, false) => "Up to date.",
                    }}
                </span>
            </div>
        </div>
        <p class="hint">
            {move || match session.jar() {
                Jar::Keeps => "Your session renews itself while you use it. Sign out to end it on this device, in every tab.",
                // The top of the page says how long it lasts.
                Jar::Loses => "Sign out to end your session on this device.",
            }}
        </p>
        <section class="danger-zone" aria-labelledby="danger">
            <h2 id="danger">"Delete your account"</h2>
            <p>"Your account and all its sessions go away for good. You will be asked for your password."</p>
            <div class="actions">
                <A href=paths::DELETE_ACCOUNT attr:class="button secondary">
                    "Delete account…"
                </A>
            </div>
        </section>
    }
}
