//! What happened to a person's account.

use leptos::{either::Either, html, prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::{Page, SecurityEvent};

use crate::{
    api::Part,
    brand::PageTitle,
    components::{AccountNav, Clock, EventRow, FormAlert, Heading, Loaded, Loading, moment},
    light::later,
    paths,
    session::Session,
    when,
};

/// The page of the security events.
#[component]
pub(crate) fn Activity() -> impl IntoView {
    let history = History::new(Session::here());
    view! {
        <PageTitle text="Security activity" />
        <section class="medium">
            <Heading text="Security activity" />
            <AccountNav />
            <p class="hint">
                "Something looks unfamiliar? " <A href=paths::PASSWORD>"Change your password"</A>
                ", which signs out every other device, or look at "
                <A href=paths::SESSIONS>"where you’re signed in"</A> ". We also explain "
                <A href=paths::SIGNED_OUT>"why sessions end"</A> ", and can "
                <A href=paths::CONNECTION>"check your connection"</A> "."
            </p>
            <Loaded
                loading=history.loading
                reload=move |()| history.load()
                view=move |()| later(view! { <EventList history=history /> })
            />
        </section>
    }
}

/// What `/api/me/events` said, over one page or several.
#[derive(Clone, Copy)]
struct History {
    session: Session,
    loading: Loading,
    events: RwSignal<Vec<SecurityEvent>>,
    /// The cursor of the next page, where there is one.
    next: RwSignal<Option<String>>,
    /// How many came with the last press of the button.
    added: RwSignal<Option<usize>>,
    added_here: NodeRef<html::P>,
    busy: RwSignal<bool>,
    alert: RwSignal<Option<String>>,
}

impl History {
    fn new(session: Session) -> Self {
        let history = Self {
            session,
            loading: Loading::new(session),
            events: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            added: RwSignal::new(None),
            added_here: NodeRef::new(),
            busy: RwSignal::new(false),
            alert: RwSignal::new(None),
        };
        history.loading.for_each_session(move || history.load());
        history
    }

    /// Asks for the newest.
    fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.my_events(Part::NEWEST).await;
            self.loading.end(asked, answer, |Page { items, next }| {
                self.events.try_set(items);
                self.next.try_set(next);
                self.added.try_set(None);
            });
        });
    }

    /// Asks for what came before.
    fn load_more(self) {
        let (Some(cursor), Some(api)) = (self.next.get_untracked(), self.session.signed_in()) else { return };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.alert.set(None);
        spawn_local(async move {
            let answer = api.my_events(Part::before(&cursor)).await;
            self.busy.try_set(false);
            match answer {
                // Unless the list was begun anew meanwhile.
                Ok(page) if self.next.try_get_untracked().flatten() == Some(cursor) => self.append(page),
                Ok(_) => {}
                Err(error) => {
                    self.alert.try_set(Some(error.to_string()));
                }
            }
        });
    }

    fn append(self, Page { items, next }: Page<SecurityEvent>) {
        self.added.set(Some(items.len()));
        self.events.update(|events| events.extend(items));
        let is_all = next.is_none();
        self.next.set(next);
        // The button that had the focus is gone then.
        if let (true, Some(place)) = (is_all, self.added_here.get_untracked()) {
            // OK because what cannot take the focus leaves it where it was.
            let _ = place.focus();
        }
    }
}

#[component]
fn EventList(
    /// What there is to list.
    history: History,
) -> impl IntoView {
    let History { loading: Loading { clock, .. }, events, next, added, added_here, busy, alert, .. } = history;
    let said = move || added.get().map(|number| progress(number, next.with(Option::is_some)));
    view! {
        {move || {
            let days = by_day(&events.get(), clock);
            if days.is_empty() {
                return Either::Left(view! { <p class="card">"Nothing has happened yet."</p> });
            }
            let days = days.into_iter().map(|(day, events)| view! { <Day name=day events=events clock=clock /> });
            Either::Right(days.collect_view())
        }}
        <FormAlert message=alert />
        <p class="hint" role="status" tabindex="-1" node_ref=added_here>
            {said}
        </p>
        <Show when=move || next.with(Option::is_some)>
            <div class="actions">
                <button
                    type="button"
                    class="button secondary"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=move |_| history.load_more()
                >
                    {move || if busy.get() { "Loading…" } else { "Show more" }}
                </button>
            </div>
        </Show>
    }
}

#[component]
fn Day(
    /// The day in words.
    name: String,
    /// What happened on it.
    events: Vec<SecurityEvent>,
    /// To tell when.
    clock: Clock,
) -> impl IntoView {
    let rows = events.into_iter().map(|event| view! { <EventRow event=event clock=clock /> });
    view! {
        <section class="card">
            <h2>{name}</h2>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    }
}

/// The events under the names of their days, in the order that they have.
fn by_day(events: &[SecurityEvent], clock: Clock) -> Vec<(String, Vec<SecurityEvent>)> {
    let now = clock.now();
    let mut days: Vec<(String, Vec<SecurityEvent>)> = Vec::new();
    for event in events {
        let day = moment(&event.at).map_or_else(|| event.at.clone(), |then| when::day(now, then));
        match days.last_mut().filter(|(name, _)| *name == day) {
            Some((_, events)) => events.push(event.clone()),
            None => days.push((day, vec![event.clone()])),
        }
    }
    days
}

/// What to say when more was shown. A full page may be the last one, and then nothing comes after it.
fn progress(added: usize, has_more: bool) -> String {
    match (added, has_more) {
        (0, false) => "That is everything.".to_owned(),
        (added, false) => format!("{added} more shown. That is everything."),
        (added, true) => format!("{added} more shown."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_list_is_said_even_when_nothing_was_left() {
        assert_eq!(progress(50, true), "50 more shown.");
        assert_eq!(progress(7, false), "7 more shown. That is everything.");
        assert_eq!(progress(0, false), "That is everything.");
    }
}
