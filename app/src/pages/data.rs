//! What is kept of a person: to download, and to delete.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::limits;

use crate::{
    api::{ApiError, AuthorisedApi, Part},
    components::{AccountPage, LoadAlert, Loading, Me},
    download, paths,
    session::Session,
    trouble, words,
};

/// The page of the data.
#[component]
pub(crate) fn Data() -> impl IntoView {
    let words = &words::here().data;
    let kept = Kept::new(Session::here());
    let numbers = move || match kept.numbers() {
        Some(Numbers { sessions, events }) => view! {
            <ul class="plain-list">
                <li>{words.profile}</li>
                <li>{(words.sessions)(sessions.0, sessions.1)}</li>
                <li>{(words.events)(events.0, events.1)}</li>
            </ul>
        }
        .into_any(),
        None => view! {
            <span class="skeleton skeleton-line" aria-hidden="true"></span>
            <span class="skeleton skeleton-line" aria-hidden="true"></span>
            <span class="skeleton skeleton-line" aria-hidden="true"></span>
        }
        .into_any(),
    };
    view! {
        <AccountPage title=words.title>
            <LoadAlert loading=kept.loading />
            <section class="card padded" aria-labelledby="download">
                <h2 id="download">{words.download}</h2>
                <p>{words.download_text}</p>
                <Download />
            </section>
            <section class="card padded danger-zone" aria-labelledby="delete">
                <h2 id="delete">{words.delete}</h2>
                <p>{words.delete_text}</p>
                <div class="numbers">{numbers}</div>
                <div class="actions">
                    <A href=paths::DELETE_ACCOUNT attr:class="button danger-line">
                        {words.delete_button}
                    </A>
                </div>
            </section>
        </AccountPage>
    }
}

#[component]
fn Download() -> impl IntoView {
    let words = &words::here().data;
    let session = Me::here().session();
    let (busy, done, alert) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<String>));
    let start = move |_| {
        let Some(api) = session.signed_in() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        done.set(false);
        alert.set(None);
        spawn_local(async move {
            let answer = api.export().await;
            // Only a signal that is gone gives its value back.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(file) => {
                    download::offer(&file, download::FILE_NAME);
                    done.set(true);
                }
                Err(error) => alert.set(Some(trouble::said(&error))),
            }
        });
    };
    view! {
        <div class="actions">
            <button
                type="button"
                class="button secondary"
                aria-disabled=move || busy.get().then_some("true")
                on:click=start
            >
                {move || if busy.get() { words.downloading } else { words.download_button }}
            </button>
            <span class="hint" role="status">
                {move || done.get().then_some(words.downloaded)}
            </span>
        </div>
        {move || {
            alert
                .get()
                .map(|alert| {
                    view! {
                        <p class="alert" role="alert">
                            {alert}
                        </p>
                    }
                })
        }}
    }
}

/// How much is kept, each with whether there is more.
#[derive(Clone, Copy)]
struct Numbers {
    sessions: (usize, bool),
    events: (usize, bool),
}

#[derive(Clone, Copy)]
struct Kept {
    loading: Loading,
    numbers: RwSignal<Option<Numbers>>,
}

impl Kept {
    fn new(session: Session) -> Self {
        let kept = Self { loading: Loading::new(session), numbers: RwSignal::new(None) };
        kept.loading.for_each_session(move || kept.load());
        kept
    }

    fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = count(&api).await;
            self.loading.end(asked, answer, |numbers| {
                self.numbers.try_set(Some(numbers));
            });
        });
    }

    fn numbers(self) -> Option<Numbers> {
        self.loading.is_ready().then(|| self.numbers.get()).flatten()
    }
}

/// As far as one page goes.
async fn count(api: &AuthorisedApi) -> Result<Numbers, ApiError> {
    let part = Part::NEWEST.at_most(limits::PAGE_MAX);
    let sessions = api.sessions(part).await?;
    let events = api.my_events(part).await?;
    Ok(Numbers {
        sessions: (sessions.sessions.len(), sessions.next.is_some()),
        events: (events.items.len(), events.next.is_some()),
    })
}
