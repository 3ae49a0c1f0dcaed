//! One's own account: what only its owner may see.

use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use leptos_meta::Title;
use sessionkeep_types::{Role, User};

use crate::{
    components::Heading,
    session::{Epoch, Phase, Session},
};

/// The account page. The server renders it without any data, and so does the browser until the session is there: the
/// shell is the same for everybody.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let session = Session::here();
    let account = AccountData::new(session);
    let shown = Memo::new(move |_| account.shown());
    view! {
        <Title text="Your account · Sessionkeep" />
        <section class="medium">
            <Heading text="Your account" />
            {move || match shown.get() {
                Shown::Nothing => EitherOf3::A(view! { <Waiting /> }),
                Shown::Failure(why) => EitherOf3::B(view! { <Failure why=why account=account /> }),
                Shown::Account(user) => EitherOf3::C(view! { <Details user=user account=account /> }),
            }}
        </section>
    }
}

/// What `/api/me` said, and to whom.
#[derive(Clone, Copy)]
struct AccountData {
    session: Session,
    user: RwSignal<Option<(Epoch, User)>>,
    failure: RwSignal<Option<String>>,
    loading: RwSignal<usize>,
}

#[derive(Clone, PartialEq, Eq)]
enum Shown {
    Nothing,
    Failure(String),
    Account(User),
}

impl AccountData {
    /// Loads itself whenever there is a session that it has not been loaded for.
    fn new(session: Session) -> Self {
        let data = Self { session, user: RwSignal::new(None), failure: RwSignal::new(None), loading: RwSignal::new(0) };
        let epoch = Memo::new(move |_| session.signed_in_epoch());
        Effect::new(move |_| {
            if epoch.get().is_some() {
                data.load();
            }
        });
        data
    }

    /// Asks for the account. Every call is one request.
    fn load(self) {
        let (Some(epoch), Ok(api)) = (untrack(|| self.session.signed_in_epoch()), self.session.api()) else { return };
        self.loading.update(|requests| *requests += 1);
        spawn_local(async move {
            let answer = api.me().await;
            // The page may be gone by now.
            self.loading.try_update(|requests| *requests -= 1);
            // What was asked for in an earlier session concerns nobody any more.
            if untrack(|| self.session.signed_in_epoch()) != Some(epoch) {
                return;
            }
            match answer {
                Ok(user) => {
                    self.failure.try_set(None);
                    self.user.try_set(Some((epoch, user)));
                }
                Err(error) => {
                    self.failure.try_set(Some(error.to_string()));
                }
            }
        });
    }

    /// Nothing without a session, and nothing that belongs to another one.
    fn shown(self) -> Shown {
        let Some(epoch) = self.session.signed_in_epoch() else { return Shown::Nothing };
        match self.user.get().filter(|(of, _)| *of == epoch) {
            Some((_, user)) => Shown::Account(user),
            None => self.failure.get().map_or(Shown::Nothing, Shown::Failure),
        }
    }
}

/// What everybody sees first.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="card">
            <p class="visually-hidden" role="status">
                "Checking your session…"
            </p>
            <div class="skeleton-lines" aria-hidden="true">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
            </div>
        </div>
    }
}

#[component]
fn Failure(
    /// One sentence.
    why: String,
    /// To try again.
    account: AccountData,
) -> impl IntoView {
    view! {
        <div class="card">
            <div class="alert" role="alert">
                {why}
            </div>
            <button type="button" class="button secondary" on:click=move |_| account.load()>
                "Load again"
            </button>
        </div>
    }
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
    let is_loading = move || account.loading.get() > 0;
    let User { email, display_name, role, created_at, .. } = user;
    let greeting = display_name.clone().map(|name| format!("Hello, {name}."));
    view! {
        {greeting.map(|greeting| view! { <p class="lead">{greeting}</p> })}
        <div class="card">
            <dl class="facts">
                <div>
                    <dt>"Name"</dt>
                    <dd>{display_name.unwrap_or_else(|| "Not given".to_owned())}</dd>
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
                        <time datetime=created_at.clone()>{day(&created_at)}</time>
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
            {move || {
                account
                    .failure
                    .get()
                    .map(|why| {
                        view! {
                            <div class="alert" role="alert">
                                {why}
                            </div>
                        }
                    })
            }}
            <div class="actions">
                <button type="button" class="button secondary" on:click=move |_| account.load()>
                    "Load again"
                </button>
                <span class="hint" role="status">
                    {move || match (is_loading(), account.failure.with(Option::is_some)) {
                        (true, _) => "Loading…",
                        (false, true) => "",
                        (false, false) => "Up to date.",
                    }}
                </span>
            </div>
        </div>
        <p class="hint">
            "Your session renews itself while you use it. Sign out to end it on this device, in every tab."
        </p>
    }
}

/// `2026-11-24T…` as `24 November 2026`. What is no date is shown as it is.
fn day(time: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = time.split('T').next().unwrap_or_default().split('-');
    let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok());
    let (Some(year), Some(month), Some(day)) = (number(), number(), number()) else { return time.to_owned() };
    match month.checked_sub(1).and_then(|index| MONTHS.get(index)) {
        Some(month) => format!("{day} {month} {year}"),
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_time_is_shown_as_its_day() {
        assert_eq!(day("2026-11-04T10:00:00Z"), "4 November 2026");
        assert_eq!(day("2026-13-04T10:00:00Z"), "2026-13-04T10:00:00Z");
        assert_eq!(day("soon"), "soon");
    }
}
