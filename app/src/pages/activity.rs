//! What happened to a person's account.

use leptos::{either::Either, html, prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::{EventKind, Page, SecurityEvent};

use crate::{
    api::Part,
    components::{
        AccountPage, Clock, EventRow, FormAlert, Level, LoadAlert, Loaded, Loading, Me, Several, is_sign_in,
        is_wrong_password, level, moment,
    },
    light::later,
    paths,
    session::Session,
    trouble, when,
    words::{self, Times},
};

/// Equal events in a row that are no further apart than this are shown as one. Seconds.
const TOGETHER: i64 = 10 * 60;

/// The page of the security events.
#[component]
pub(crate) fn Activity() -> impl IntoView {
    let words = &words::here().activity;
    let history = History::new(Session::here());
    view! {
        <AccountPage title=words.title lead=words.lead>
            <Loaded
                loading=history.loading
                rows=5
                reload=move |()| history.load()
                view=move |()| later(view! { <EventList history=history /> })
            />
            <p class="hint">
                {words.unfamiliar} " " <A href=paths::PASSWORD>{words.change_password}</A> " · "
                <A href=paths::DEVICES>{words.review_devices}</A>
            </p>
        </AccountPage>
    }
}

/// Which events to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    All,
    Warnings,
    SignIns,
}

impl Filter {
    /// The kinds to ask the server for; none: all.
    fn kinds(self) -> Vec<EventKind> {
        EventKind::ALL.iter().filter(|kind| self != Self::All && self.takes(kind)).cloned().collect()
    }

    fn takes(self, kind: &EventKind) -> bool {
        match self {
            Self::All => true,
            Self::Warnings => level(kind) > Level::Routine,
            Self::SignIns => is_sign_in(kind),
        }
    }
}

/// What `/api/me/events` said, over one page or several.
#[derive(Clone, Copy)]
struct History {
    session: Session,
    loading: Loading,
    events: RwSignal<Vec<SecurityEvent>>,
    filter: RwSignal<Filter>,
    /// Which filter the events were asked for with.
    asked_with: RwSignal<Filter>,
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
            filter: RwSignal::new(Filter::All),
            asked_with: RwSignal::new(Filter::All),
            next: RwSignal::new(None),
            added: RwSignal::new(None),
            added_here: NodeRef::new(),
            busy: RwSignal::new(false),
            alert: RwSignal::new(None),
        };
        history.loading.for_each_session(move || history.load());
        // What was answered is an event, too.
        Effect::new(move |was_open: Option<bool>| {
            let is_open = Me::here().has_review();
            if was_open == Some(true) && !is_open {
                history.load();
            }
            is_open
        });
        history
    }

    /// Asks for the newest.
    fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        let filter = self.filter.get_untracked();
        self.alert.set(None);
        spawn_local(async move {
            let answer = api.my_events(&filter.kinds(), Part::NEWEST).await;
            self.loading.end(asked, answer, |Page { items, next }| {
                self.asked_with.try_set(filter);
                self.events.try_set(items);
                self.next.try_set(next);
                self.added.try_set(None);
            });
        });
    }

    /// Shows what is loaded of it, and asks for all of it.
    fn show(self, filter: Filter) {
        self.filter.set(filter);
        self.load();
    }

    /// Asks for what came before.
    fn load_more(self) {
        let (Some(cursor), Some(api)) = (self.next.get_untracked(), self.session.signed_in()) else { return };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.alert.set(None);
        let kinds = self.filter.get_untracked().kinds();
        spawn_local(async move {
            let answer = api.my_events(&kinds, Part::before(&cursor)).await;
            self.busy.try_set(false);
            match answer {
                // Unless the list was begun anew meanwhile.
                Ok(page) if self.next.try_get_untracked().flatten() == Some(cursor) => self.append(page),
                Ok(_) => {}
                Err(error) => {
                    self.alert.try_set(Some(trouble::said(&error)));
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
    let words = &words::here().activity;
    let common = &words::here().common;
    let times = &words::here().times;
    let History { loading, events, filter, asked_with, next, added, added_here, busy, alert, .. } = history;
    let clock = loading.clock;
    let said = move || added.get().map(|number| progress(number, next.with(Option::is_some)));
    let open = Memo::new(move |_| Me::here().review().map(|event| event.id));
    let options = [(Filter::All, words.all), (Filter::Warnings, words.warnings), (Filter::SignIns, words.sign_ins)];
    let options = options.map(|(option, name)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="filter"
                    prop:checked=move || filter.get() == option
                    on:change=move |_| history.show(option)
                />
                <span>{name}</span>
            </label>
        }
    });
    view! {
        <div class="segments filter" role="radiogroup" aria-label=words.filter>
            {options.collect_view()}
        </div>
        <LoadAlert loading=loading reload=move |()| history.load() />
        {move || {
            let filter = filter.get();
            // Events that were asked for with another filter are only a part, and would look like all.
            let is_part = ![Filter::All, filter].contains(&asked_with.get());
            let shown: Vec<_> = events
                .with(|events| events.iter().filter(|event| !is_part && filter.takes(&event.kind)).cloned().collect());
            let days = by_day(&shown, clock, times);
            if days.is_empty() {
                let nothing = match filter {
                    _ if loading.failure().is_some() => return Either::Left(None),
                    _ if loading.is_under_way() => common.loading,
                    Filter::All => words.nothing,
                    Filter::Warnings | Filter::SignIns => words.nothing_here,
                };
                return Either::Left(Some(view! { <p class="card padded">{nothing}</p> }));
            }
            let days = days
                .into_iter()
                .map(|(day, events)| view! { <Day name=day events=events clock=clock open=open /> });
            Either::Right(days.collect_view())
        }}
        <FormAlert message=alert />
        <p class="hint" role="status" tabindex="-1" node_ref=added_here>
            {said}
        </p>
        <Show when=move || next.with(Option::is_some) && asked_with.get() == filter.get()>
            <div class="actions">
                <button
                    type="button"
                    class="button secondary"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=move |_| history.load_more()
                >
                    {move || if busy.get() { common.loading } else { common.show_more }}
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
    events: Vec<Several>,
    /// To tell when.
    clock: Clock,
    /// Which event waits for an answer.
    open: Memo<Option<String>>,
) -> impl IntoView {
    let rows = events.into_iter().map(|several| {
        let id = several.event.id.clone();
        let is_open = Signal::derive(move || open.with(|open| open.as_ref() == Some(&id)));
        view! { <EventRow several=several clock=clock open=is_open /> }
    });
    view! {
        <section class="day">
            <h2>{name}</h2>
            <ul class="card rows">{rows.collect_view()}</ul>
        </section>
    }
}

/// The events under the names of their days, in the order that they have, equal neighbours as one.
fn by_day(events: &[SecurityEvent], clock: Clock, times: &Times) -> Vec<(String, Vec<Several>)> {
    let now = clock.now();
    let mut days: Vec<(String, Vec<Several>)> = Vec::new();
    for event in events {
        let day = moment(&event.at).map_or_else(|| event.at.clone(), |then| when::day(now, then, times));
        match days.last_mut().filter(|(name, _)| *name == day) {
            Some((_, events)) => add(events, event),
            None => days.push((day, vec![Several { event: event.clone(), number: 1 }])),
        }
    }
    days
}

fn add(events: &mut Vec<Several>, event: &SecurityEvent) {
    match events.last_mut().filter(|several| are_alike(&several.event, event)) {
        Some(several) => {
            several.number += 1;
            // Of wrong passwords this kind says more.
            if event.kind == EventKind::LoginFailedOften {
                several.event.kind = EventKind::LoginFailedOften;
            }
        }
        None => events.push(Several { event: event.clone(), number: 1 }),
    }
}

/// Whether one line can stand for both. What alarms stands by itself.
fn are_alike(later: &SecurityEvent, event: &SecurityEvent) -> bool {
    let apart = moment(&later.at).zip(moment(&event.at)).map(|(later, event)| later.unix - event.unix);
    (later.kind == event.kind || (is_wrong_password(&later.kind) && is_wrong_password(&event.kind)))
        && (later.by == event.by && later.other == event.other)
        && (later.origin.device == event.origin.device && later.origin.ip == event.origin.ip)
        && level(&event.kind) < Level::Alert
        && apart.is_some_and(|apart| apart <= TOGETHER)
}

/// What to say when more was shown. A full page may be the last one, and then nothing comes after it.
fn progress(added: usize, has_more: bool) -> String {
    let words = &words::here().activity;
    match (added, has_more) {
        (0, false) => words.everything.to_owned(),
        (added, false) => format!("{} {}", (words.more)(added), words.everything),
        (added, true) => (words.more)(added),
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::Origin;

    use super::*;

    fn event(kind: EventKind, at: &str, ip: &str) -> SecurityEvent {
        SecurityEvent {
            id: at.to_owned(),
            at: at.to_owned(),
            kind,
            user_id: None,
            session_id: None,
            by: None,
            origin: Origin { ip: ip.to_owned(), user_agent: String::new(), device: String::new() },
            other: None,
        }
    }

    #[test]
    fn the_end_of_the_list_is_said_even_when_nothing_was_left() {
        assert_eq!(progress(50, true), "50 older events loaded.");
        assert_eq!(progress(1, false), "1 older event loaded. That’s everything.");
        assert_eq!(progress(0, false), "That’s everything.");
    }

    #[test]
    fn equal_neighbours_are_one_line_unless_they_are_far_apart_or_alarming() {
        use EventKind::{LoginFailed, LoginFailedOften, LoginSucceeded, RefreshReused};
        let merged = |events: &[SecurityEvent]| {
            let mut several = vec![];
            for event in events {
                add(&mut several, event);
            }
            several.iter().map(|several| several.number).collect::<Vec<_>>()
        };
        let at = |minute: u32| format!("2026-11-24T10:{minute:02}:00Z");
        let failed = |minute, ip| event(LoginFailed, &at(minute), ip);
        assert_eq!(merged(&[failed(20, "a"), failed(15, "a"), failed(10, "a")]), [3]);
        assert_eq!(merged(&[failed(20, "a"), failed(9, "a")]), [1, 1]);
        assert_eq!(merged(&[failed(20, "a"), failed(20, "b"), failed(20, "a")]), [1, 1, 1]);
        assert_eq!(merged(&[failed(20, "a"), event(LoginSucceeded, &at(19), "a"), failed(18, "a")]), [1, 1, 1]);
        let often = |minute| event(LoginFailedOften, &at(minute), "a");
        assert_eq!(merged(&[failed(20, "a"), often(19), failed(18, "a")]), [3]);
        assert_eq!(merged(&[event(RefreshReused, &at(20), "a"), event(RefreshReused, &at(20), "a")]), [1, 1]);
    }

    #[test]
    fn a_line_of_wrong_passwords_says_that_the_next_one_has_to_wait() {
        let mut several = vec![];
        for kind in [EventKind::LoginFailed, EventKind::LoginFailedOften, EventKind::LoginFailed] {
            add(&mut several, &event(kind, "2026-11-24T10:00:00Z", "a"));
        }
        let kinds: Vec<_> = several.iter().map(|several| several.event.kind.clone()).collect();
        assert_eq!(kinds, [EventKind::LoginFailedOften]);
    }

    #[test]
    fn a_filter_takes_what_it_is_named_after() {
        for (kind, warnings, sign_ins) in [
            (EventKind::LoginSucceeded, false, true),
            (EventKind::LoginFailed, true, true),
            (EventKind::Registered, false, true),
            (EventKind::SignedOut, false, false),
            (EventKind::CloneSuspected, true, false),
            (EventKind::PasswordChanged, false, false),
        ] {
            let takes = |filter: Filter| filter.takes(&kind);
            assert_eq!(
                (takes(Filter::All), takes(Filter::Warnings), takes(Filter::SignIns)),
                (true, warnings, sign_ins),
                "{kind}"
            );
        }
    }
}
