//! One session in the list: what is known of it, and what can be done about it.

use core::{mem, time::Duration};

use leptos::{ev, html, prelude::*, task::spawn_local};
use sessionkeep_types::{ErrorCode, Session as Device, SessionId};

use super::{List, arrange::icon_of};
use crate::{
    api::ApiError,
    components::{Confirm, Icon, Picture, Proof, Shape, When, focus, in_words, once},
    session::Farewell,
    trouble, words,
};

/// How long a sign-out can be taken back.
const UNDO: Duration = Duration::from_secs(6);

/// A sign-out that the server has not been told of yet.
struct Departure {
    timer: TimeoutHandle,
    /// On `pagehide`, and where the page can no longer be seen.
    page_hides: [WindowListenerHandle; 2],
    farewell: Farewell,
}

/// What the buttons of a row do.
#[derive(Clone, Copy)]
struct Row {
    devices: List,
    id: StoredValue<SessionId>,
    device: Memo<Option<Device>>,
    /// Whether it is about to be signed out.
    leaving: RwSignal<bool>,
    departure: StoredValue<Option<Departure>, LocalStorage>,
    /// Whether the server has answered a sign-out that a hidden page sent, or cannot be reached.
    was_answered: StoredValue<bool>,
    /// Whether its sign-out was taken back.
    stays: RwSignal<bool>,
    /// Whether its details are shown.
    is_open: RwSignal<bool>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
    proof: Proof,
    undo: NodeRef<html::Button>,
    sign_out: NodeRef<html::Button>,
    /// Whether the focus belongs to the button again.
    came_back: StoredValue<bool>,
}

impl Row {
    fn new(id: SessionId, devices: List) -> Self {
        let device = devices.one(id.clone());
        let own = id.clone();
        let row = Self {
            devices,
            id: StoredValue::new(id),
            device,
            leaving: RwSignal::new(false),
            departure: StoredValue::new_local(None),
            was_answered: StoredValue::new(false),
            stays: RwSignal::new(false),
            is_open: RwSignal::new(false),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            proof: Proof::new(devices.takes_password(move |device| device.id == own)),
            undo: NodeRef::new(),
            sign_out: NodeRef::new(),
            came_back: StoredValue::new(false),
        };
        Effect::new(move |_| focus(row.undo.get()));
        Effect::new(move |_| {
            focus(row.sign_out.get().filter(|_| row.came_back.try_update_value(mem::take) == Some(true)));
        });
        Effect::new(move |before: Option<u32>| {
            let loads = devices.loads.get();
            if before.is_some_and(|before| before != loads) {
                untrack(|| row.is_still_listed());
            }
            loads
        });
        // A page that is left sends the sign-out at once.
        on_cleanup(move || row.depart_now());
        row
    }

    fn name(self) -> String {
        self.device.with_untracked(|device| device.as_ref().map(|device| device.device.clone()).unwrap_or_default())
    }

    /// The id of the field in its question.
    fn field(self) -> String {
        format!("currentPassword-{}", self.id.get_value())
    }

    /// The id of what is known of its use.
    fn meta(self) -> String {
        format!("used-{}", self.id.get_value())
    }

    /// Shows it as being signed out, and does so in a while.
    fn leave(self) {
        let Some(api) = self.devices.loading.session().signed_in() else { return };
        self.failure.set(None);
        self.stays.set(false);
        self.devices.said.set(None);
        let Some(device) = self.device.get_untracked() else { return };
        if device.current {
            spawn_local(async move {
                // OK because a sign-out is done by the page itself, whatever the server says.
                let _ = api.end_session(&device, None).await;
            });
            return;
        }
        // Without a token to say it with later it is said now, which waits for one.
        let Some(farewell) = api.farewell(&device.id) else { return self.end() };
        let Ok(timer) = set_timeout_with_handle(move || self.depart(), UNDO) else { return self.end() };
        // A phone may end a page that is hidden without another word.
        let page_hides = [
            window_event_listener(ev::pagehide, move |_| self.depart_now()),
            window_event_listener(ev::visibilitychange, move |_| {
                if document().hidden() {
                    self.depart_now();
                }
            }),
        ];
        self.was_answered.set_value(false);
        self.departure.set_value(Some(Departure { timer, page_hides, farewell }));
        self.leaving.set(true);
    }

    fn take_departure(self) -> Option<Farewell> {
        let Departure { timer, page_hides, farewell } = self.departure.try_update_value(Option::take).flatten()?;
        timer.clear();
        page_hides.into_iter().for_each(WindowListenerHandle::remove);
        Some(farewell)
    }

    /// Takes the sign-out back.
    fn stay(self) {
        if self.take_departure().is_some() {
            self.came_back.set_value(true);
            self.leaving.set(false);
            self.stays.set(true);
        }
    }

    /// Tells the server now. A later list of the sessions says whether that succeeded, where the page is still there.
    fn depart_now(self) {
        if let Some(farewell) = self.take_departure() {
            farewell.send(move || {
                if self.was_answered.try_set_value(true).is_none() {
                    self.devices.load();
                }
            });
        }
    }

    /// The server lists it. If a sign-out that the page sent while it was hidden was answered before, it did not succeed.
    fn is_still_listed(self) {
        if self.leaving.get() && self.was_answered.get_value() && !self.busy.get() {
            self.came_back.set_value(self.has_focus());
            self.leaving.set(false);
            self.failure.set(Some((words::here().devices.not_signed_out)(&self.name())));
        }
    }

    /// Tells the server.
    fn depart(self) {
        if self.take_departure().is_some() {
            self.end();
        }
    }

    /// Signs it out, with the password where that is asked for.
    fn end(self) {
        let (Some(api), Some(device)) = (self.devices.loading.session().signed_in(), self.device.get_untracked())
        else {
            return;
        };
        self.busy.set(true);
        let proof = self.proof;
        spawn_local(async move {
            let answer = api.end_session(&device, proof.request().as_ref()).await;
            // Only a signal that is gone gives its value back.
            let is_shown = self.busy.try_set(false).is_none();
            let said = match answer {
                Ok(()) => words::here().devices.signed_out,
                Err(error) if error.code() == Some(&ErrorCode::NotFound) => words::here().devices.was_signed_out,
                Err(error) => {
                    if is_shown {
                        self.stays_because_of(&error);
                    } else {
                        self.devices.failed(&error);
                    }
                    return;
                }
            };
            if is_shown && self.has_focus() {
                self.devices.say(said(&device.device));
            } else {
                self.devices.said.try_set(Some(said(&device.device)));
            }
            self.devices.questions.close(&format!("currentPassword-{}", device.id));
            self.devices.is_gone(&device.id);
        });
    }

    /// Whether the focus is in it, and would be lost with it.
    fn has_focus(self) -> bool {
        let is_leaving = self.leaving.try_get_untracked() == Some(true);
        let undo = self.undo.try_get_untracked().flatten();
        let has_it = undo.is_some_and(|undo| document().active_element().is_some_and(|active| *active == ***undo));
        !is_leaving || has_it
    }

    fn stays_because_of(self, error: &ApiError) {
        let shown = self.proof.shows(error);
        // Without a change nothing is drawn anew: what was typed into the question stays.
        if self.leaving.get_untracked() {
            self.came_back.set_value(self.has_focus());
            self.leaving.set(false);
        }
        if shown {
            self.devices.questions.open(&self.field());
        } else {
            let words = &words::here().devices;
            self.failure.set(Some(format!("{} {}", (words.not_signed_out)(&self.name()), trouble::said(error))));
        }
    }
}

/// A session, and the button that signs it out.
#[component]
pub(super) fn DeviceRow(
    /// Which.
    id: SessionId,
    /// What it is part of.
    devices: List,
) -> impl IntoView {
    let words = &words::here().devices;
    let row = Row::new(id, devices);
    view! {
        <li class="row device" class:leaving=move || row.leaving.get()>
            {move || {
                if row.leaving.get() {
                    view! {
                        <span class="device-icon">
                            <Picture icon=Icon::SignOut />
                        </span>
                        <p class="row-text" role="status">
                            {(words.leaving)(&row.name())}
                        </p>
                        <button
                            type="button"
                            class="button secondary small"
                            node_ref=row.undo
                            aria-label=(words.undo_of)(&row.name())
                            on:keydown=move |event| once(&event)
                            // It stands where the button was that is pressed twice.
                            on:click=move |event| {
                                if event.detail() < 2 {
                                    row.stay();
                                }
                            }
                        >
                            {words::here().common.undo}
                        </button>
                    }
                        .into_any()
                } else {
                    view! { <Living row=row /> }.into_any()
                }
            }}
            // For screen readers alone: a visible line would move the next button under the pointer. It is there before its words, which
            // are read out for that reason.
            <p class="visually-hidden" role="status">
                {move || row.stays.get().then(|| (words.kept)(&row.name()))}
            </p>
        </li>
    }
}

#[component]
fn Living(
    /// Which.
    row: Row,
) -> impl IntoView {
    let words = &words::here().devices;
    let is_open = row.is_open;
    let clock = row.devices.loading.clock;
    let device = row.device;
    let of = move |part: fn(&Device) -> String| device.with(|device| device.as_ref().map(part).unwrap_or_default());
    let is_current = device.with_untracked(|device| device.as_ref().is_some_and(|device| device.current));
    let icon = device.with_untracked(|device| device.as_ref().map_or(Icon::Terminal, icon_of));
    let name = move || of(|device| device.device.clone());
    let about = Signal::derive(move || (words.sign_out_of)(&name()));
    let used = move || {
        let used = of(|device| device.last_used_at.clone());
        if is_current { words.active_now.to_owned() } else { (words.last_active)(&in_words(&used, clock, Shape::Ago)) }
    };
    let exact = Signal::derive(move || of(|device| device.last_used_at.clone()));
    let began = move || of(|device| device.created_at.clone());
    let place = move || Some(of(|device| device.ip.clone())).filter(|ip| !ip.is_empty());
    let button = move || {
        if row.proof.is_asked() {
            view! {
                <Confirm
                    label=words.sign_out
                    about=about
                    question=Signal::derive(move || (words.ask_one)(&name()))
                    busy_label=words.signing_out
                    busy=row.busy
                    proof=row.proof
                    reason=words.newer_one
                    field=row.field()
                    questions=row.devices.questions
                    class="button secondary small"
                    action=move |()| row.end()
                />
            }
            .into_any()
        } else {
            view! {
                <button
                    type="button"
                    class="button secondary small"
                    node_ref=row.sign_out
                    aria-label=move || about.get()
                    aria-describedby=row.meta()
                    on:keydown=move |event| once(&event)
                    on:click=move |_| row.leave()
                >
                    {words.sign_out}
                </button>
            }
            .into_any()
        }
    };
    view! {
        <span class="device-icon">
            <Picture icon=icon />
        </span>
        <div class="row-text">
            <h3 class="row-title" title=move || of(|device| device.user_agent.clone())>
                {name}
                {is_current.then(|| view! { <span class="visually-hidden">", " {words.this_device}</span> })}
            </h3>
            // Distinguishes the buttons of several rows of one device for a screen reader.
            <p class="meta" id=row.meta()>
                <span class="presence" class:now=is_current>
                    <time datetime=move || exact.get()>{used}</time>
                </span>
                {move || place().map(|ip| view! { <span class="breakable">" · " {ip}</span> })}
                // Shown where several rows of one device are together.
                <span class="began">
                    " · " {move || (words.signed_in_at)(&in_words(&began(), clock, Shape::Ago))}
                </span>
            </p>
            {move || {
                row.failure
                    .get()
                    .map(|failure| {
                        view! {
                            <p class="field-error" role="alert">
                                {failure}
                            </p>
                        }
                    })
            }}
        </div>
        <div class="row-actions">
            <button
                type="button"
                class="button quiet small chevron"
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-label=move || (words.details_of)(&name())
                aria-describedby=row.meta()
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                <span>{words.details}</span>
                <Picture icon=Icon::Chevron />
            </button>
        </div>
        {button}
        {move || is_open.get().then(|| view! { <Details row=row /> })}
    }
}

#[component]
fn Details(
    /// Which.
    row: Row,
) -> impl IntoView {
    let words = &words::here().devices;
    let clock = row.devices.loading.clock;
    let of = move |part: fn(&Device) -> String| {
        Signal::derive(move || row.device.with(|device| device.as_ref().map(part)).unwrap_or_default())
    };
    let expires = of(|device| device.expires_at.clone());
    // It is what the sign-in asked for, and does not change.
    let is_kept = row.device.with_untracked(|device| device.as_ref().is_none_or(|device| device.remember_me));
    let ends = if is_kept { words.expires_unused } else { words.expires_unkept };
    let (ip, user_agent) = (of(|device| device.ip.clone()), of(|device| device.user_agent.clone()));
    let known = move |text: String| if text.is_empty() { words.unknown_address.to_owned() } else { text };
    view! {
        <dl class="details">
            <div>
                <dt>{words.signed_in}</dt>
                <dd>
                    <When time=of(|device| device.created_at.clone()) clock=clock shape=Shape::Full />
                </dd>
            </div>
            <div>
                <dt>{words.last_used}</dt>
                <dd>
                    <When time=of(|device| device.last_used_at.clone()) clock=clock shape=Shape::Full />
                </dd>
            </div>
            <div>
                <dt>{words.expires}</dt>
                <dd>{move || ends(&in_words(&expires.get(), clock, Shape::Day))}</dd>
            </div>
            <div>
                <dt>{words.address}</dt>
                <dd class="breakable">{move || known(ip.get())}</dd>
            </div>
            <div class="whole">
                <dt>{words.browser}</dt>
                <dd class="breakable">{move || known(user_agent.get())}</dd>
            </div>
        </dl>
    }
}
