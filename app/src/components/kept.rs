//! How much is kept of a person: what an export has, and what a deletion takes away.

use leptos::{prelude::*, task::spawn_local};
use sessionkeep_types::limits;

use super::{Loading, SkeletonWords};
use crate::{
    api::{ApiError, Part},
    session::{AuthorisedApi, Session},
    words,
};

/// The numbers, as a list.
#[component]
pub(crate) fn KeptList(
    /// What is kept.
    kept: Kept,
) -> impl IntoView {
    let words = &words::here().data;
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
            <ul class="plain-list" aria-hidden="true">
                <li>
                    <SkeletonWords text=words.profile />
                </li>
                <li>
                    <SkeletonWords text=(words.sessions)(1, false) />
                </li>
                <li>
                    <SkeletonWords text=(words.events)(1, false) />
                </li>
            </ul>
        }
        .into_any(),
    };
    view! {
        <div class="numbers">
            <p>{words.lead}</p>
            {numbers}
            <p class="hint">{words.stays}</p>
        </div>
    }
}

/// How much is kept, each with whether there is more.
#[derive(Clone, Copy)]
struct Numbers {
    sessions: (usize, bool),
    events: (usize, bool),
}

#[derive(Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) loading: Loading,
    numbers: RwSignal<Option<Numbers>>,
}

impl Kept {
    pub(crate) fn new(session: Session) -> Self {
        let kept = Self { loading: Loading::new(session), numbers: RwSignal::new(None) };
        kept.loading.for_each_session(move || kept.load());
        kept
    }

    pub(crate) fn load(self) {
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
    let events = api.my_events(&[], part).await?;
    Ok(Numbers {
        sessions: (sessions.sessions.len(), sessions.next.is_some()),
        events: (events.items.len(), events.next.is_some()),
    })
}
