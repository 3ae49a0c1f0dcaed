//! The devices on which a person is signed in.

mod arrange;
mod row;

use leptos::{either::Either, html, prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::{Session as Device, SessionId, SessionList, limits};

use self::{
    arrange::{Arranged, Group, arrange, is_newer},
    row::DeviceRow,
};
use crate::{
    api::{ApiError, Part},
    components::{
        AccountPage, Confirm, FormAlert, Icon, LoadAlert, Loaded, Loading, Picture, Proof, Questions, device_in_words,
        in_words, on_return,
    },
    light::later,
    paths,
    session::Session,
    trouble, words,
};

/// The page of the devices.
#[component]
pub(crate) fn Devices() -> impl IntoView {
    let words = &words::here().devices;
    let devices = List::new(Session::here());
    on_return(move || {
        if !untrack(|| devices.loading.is_under_way()) {
            devices.load();
        }
    });
    view! {
        <AccountPage title=words.title lead=words.lead>
            <FormAlert message=devices.alert />
            <p class="notice good" role="status" tabindex="-1" node_ref=devices.said_here>
                {move || devices.said.get()}
            </p>
            <Loaded
                loading=devices.loading
                reload=move |()| devices.load()
                view=move |()| later(view! { <DeviceList devices=devices /> })
            />
        </AccountPage>
    }
}

/// What `/api/sessions` said, and what became of the buttons.
#[derive(Clone, Copy)]
struct List {
    loading: Loading,
    all: RwSignal<Vec<Device>>,
    /// The cursor of the next page, where there is one.
    next: RwSignal<Option<String>>,
    loading_more: RwSignal<bool>,
    /// How often the first part was loaded.
    loads: RwSignal<u32>,
    /// What was done, shown and read out.
    said: RwSignal<Option<String>>,
    said_here: NodeRef<html::P>,
    alert: RwSignal<Option<String>>,
    questions: Questions,
}

impl List {
    fn new(session: Session) -> Self {
        let devices = Self {
            loading: Loading::new(session),
            all: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            loading_more: RwSignal::new(false),
            loads: RwSignal::new(0),
            said: RwSignal::new(None),
            said_here: NodeRef::new(),
            alert: RwSignal::new(None),
            questions: Questions::new(),
        };
        devices.loading.for_each_session(move || devices.load());
        devices
    }

    fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.sessions(Part::NEWEST.at_most(limits::PAGE_MAX)).await;
            self.loading.end(asked, answer, |SessionList { sessions, next }| {
                self.all.try_set(named(sessions));
                self.next.try_set(next);
                self.loads.try_update(|loads| *loads += 1);
            });
        });
    }

    /// Asks for the sign-ins before those that are shown.
    fn load_more(self) {
        let (Some(cursor), Some(api)) = (self.next.get_untracked(), self.loading.session().signed_in()) else { return };
        if self.loading_more.get_untracked() {
            return;
        }
        self.loading_more.set(true);
        self.alert.set(None);
        spawn_local(async move {
            let answer = api.sessions(Part::before(&cursor).at_most(limits::PAGE_MAX)).await;
            self.loading_more.try_set(false);
            match answer {
                // Unless the list was loaded again meanwhile.
                Ok(part) if self.next.try_get_untracked().flatten() == Some(cursor) => self.append(part),
                Ok(_) => {}
                Err(error) => self.failed(&error),
            }
        });
    }

    fn append(self, SessionList { sessions, next }: SessionList) {
        let added = sessions.len();
        self.all.try_update(|all| all.extend(named(sessions)));
        let is_all = next.is_none();
        self.next.try_set(next);
        // The button that had the focus is gone then.
        if is_all {
            self.say((words::here().devices.more_shown)(added));
        }
    }

    fn end_others(self, proof: Proof, busy: RwSignal<bool>) {
        let Some(api) = self.loading.session().signed_in() else { return };
        self.alert.set(None);
        busy.set(true);
        let number = self.all.with_untracked(|all| all.iter().filter(|device| !device.current).count());
        let has_more = self.next.with_untracked(Option::is_some);
        spawn_local(async move {
            let answer = api.end_other_sessions(proof.request().as_ref()).await;
            // Only a signal that is gone gives its value back.
            let is_shown = busy.try_set(false).is_none();
            match answer {
                Ok(()) => {
                    self.all.try_update(|all| all.retain(|device| device.current));
                    self.next.try_set(None);
                    self.say((words::here().devices.signed_out_others)(number, has_more));
                    self.load();
                }
                // The reason stands beside the question while that is shown, and otherwise on the page.
                Err(error) if is_shown && proof.shows(&error) => {}
                Err(error) => {
                    self.failed(&error);
                    self.load();
                }
            }
        });
    }

    /// One of them, as long as it is there.
    fn one(self, id: SessionId) -> Memo<Option<Device>> {
        Memo::new(move |_| self.all.with(|all| all.iter().find(|device| device.id == id).cloned()))
    }

    /// Whether the server requires the current password to end one of these sessions. Reactive.
    fn takes_password(
        self,
        devices: impl Fn(&Device) -> bool + Send + Sync + 'static,
    ) -> impl Fn() -> bool + Send + Sync + 'static {
        move || self.all.with(|all| all.iter().any(|device| devices(device) && is_newer(device, all)))
    }

    fn is_gone(self, id: &SessionId) {
        self.all.try_update(|all| all.retain(|other| other.id != *id));
    }

    /// What had the focus is gone, so that goes to the words.
    fn say(self, words: String) {
        self.alert.try_set(None);
        self.said.try_set(Some(words));
        if let Some(place) = self.said_here.try_get_untracked().flatten() {
            // OK because what cannot take the focus leaves it where it was.
            let _ = place.focus();
        }
    }

    fn failed(self, error: &ApiError) {
        self.said.try_set(None);
        self.alert.try_set(Some(trouble::said(error)));
    }
}

/// With their names in the page's language.
fn named(mut devices: Vec<Device>) -> Vec<Device> {
    for device in &mut devices {
        device.device = device_in_words(&device.device);
    }
    devices
}

#[component]
fn DeviceList(
    /// What there is to list.
    devices: List,
) -> impl IntoView {
    let words = &words::here().devices;
    let common = &words::here().common;
    let clock = devices.loading.clock;
    let busy = RwSignal::new(false);
    let of_others = Proof::new(devices.takes_password(|_| true));
    let arranged = Memo::new(move |_| devices.all.with(|all| arrange(all, clock.now())));
    let this =
        Memo::new(move |_| devices.all.with(|all| all.iter().find(|device| device.current).map(|one| one.id.clone())));
    let number = Memo::new(move |_| devices.all.with(|all| all.iter().filter(|device| !device.current).count()));
    let has_more = Memo::new(move |_| devices.next.with(Option::is_some));
    // What is below is built anew with this alone: a password may be half-typed in it.
    let is_alone = Memo::new(move |_| number.get() == 0 && !has_more.get());
    let active = Memo::new(move |_| arranged.with(|arranged| arranged.others.clone()));
    let inactive = Memo::new(move |_| arranged.with(|arranged| arranged.inactive.clone()));
    view! {
        <LoadAlert loading=devices.loading reload=move |()| devices.load() />
        <section class="device-section" aria-labelledby="this-device">
            <h2 id="this-device">{words.this_device}</h2>
            <ul class="card rows">
                {move || this.get().map(|id| view! { <DeviceRow id=id devices=devices /> })}
            </ul>
        </section>
        {move || {
            if is_alone.get() {
                return Either::Left(view! { <p class="quiet-line">{words.alone}</p> });
            }
            Either::Right(
                view! {
                    <section class="device-section" aria-labelledby="other-devices">
                        <div class="section-head">
                            <h2 id="other-devices">
                                {move || {
                                    (words.others)(active.with(|active| Arranged::count(active)), has_more.get())
                                }}
                            </h2>
                            <Confirm
                                label=words.sign_out_others
                                about=words.sign_out_others
                                question=Signal::derive(move || (words.ask_others)(number.get(), has_more.get()))
                                busy_label=words.signing_out
                                busy=busy
                                proof=of_others
                                reason=words.newer_others
                                field="currentPassword-others"
                                questions=devices.questions
                                class="button secondary small"
                                action=move |()| devices.end_others(of_others, busy)
                            />
                        </div>
                        <Groups groups=active devices=devices />
                    </section>
                    <Show when=move || !inactive.with(Vec::is_empty)>
                        <details class="inactive">
                            <summary>
                                <span>
                                    {move || (words.inactive)(inactive.with(|inactive| Arranged::count(inactive)))}
                                </span>
                                <span class="meta">{words.inactive_text}</span>
                            </summary>
                            <Groups groups=inactive devices=devices />
                        </details>
                    </Show>
                    <Show when=move || has_more.get()>
                        <div class="actions">
                            <button
                                type="button"
                                class="button secondary"
                                aria-disabled=move || devices.loading_more.get().then_some("true")
                                on:click=move |_| devices.load_more()
                            >
                                {move || {
                                    if devices.loading_more.get() { common.loading } else { common.show_more }
                                }}
                            </button>
                        </div>
                    </Show>
                    <p class="hint">
                        {words.unfamiliar} " " <A href=paths::PASSWORD>{words.change_password}</A> " " {words.ends_others}
                    </p>
                },
            )
        }}
    }
}

#[component]
fn Groups(
    /// By their names.
    groups: Memo<Vec<Group>>,
    /// What they are part of.
    devices: List,
) -> impl IntoView {
    view! {
        <Show when=move || !groups.with(Vec::is_empty)>
            <div class="card groups">
                <For each=move || groups.get() key=|group| group.name.clone() let:group>
                    {
                        let (name, icon) = (group.name, group.icon);
                        let of = name.clone();
                        let group = Memo::new(move |_| {
                            groups.with(|groups| groups.iter().find(|group| group.name == of).cloned())
                        });
                        view! { <GroupRows name=name icon=icon group=group devices=devices /> }
                    }
                </For>
            </div>
        </Show>
    }
}

/// One session, or several behind one line. Their rows stay what they are when others come or go.
#[component]
fn GroupRows(
    /// The device in words.
    name: String,
    /// Its picture.
    icon: Icon,
    /// What it has now.
    group: Memo<Option<Group>>,
    /// What it is part of.
    devices: List,
) -> impl IntoView {
    let words = &words::here().devices;
    let clock = devices.loading.clock;
    let is_open = RwSignal::new(false);
    let sessions = move || group.with(|group| group.as_ref().map(|group| group.sessions.clone()).unwrap_or_default());
    let number = Memo::new(move |_| sessions().len());
    let used = move || {
        let used = group.with(|group| group.as_ref().map(|group| group.last_used_at.clone()).unwrap_or_default());
        (words.last_active)(&in_words(&used, clock, crate::components::Shape::Ago))
    };
    let label = name.clone();
    view! {
        <div class="group">
            <Show when=move || { number.get() > 1 }>
                <button
                    type="button"
                    class="group-head"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    <span class="device-icon">
                        <Picture icon=icon />
                    </span>
                    <span class="row-text">
                        <span class="row-title">{label.clone()}</span>
                        <span class="meta">{move || (words.sessions)(number.get())} " · " {used}</span>
                    </span>
                    <Picture icon=Icon::Chevron />
                </button>
            </Show>
            <ul class="rows" class:nested=move || { number.get() > 1 } hidden=move || { number.get() > 1 && !is_open.get() }>
                <For each=sessions key=SessionId::clone let:id>
                    <DeviceRow id=id devices=devices />
                </For>
            </ul>
        </div>
    }
}
