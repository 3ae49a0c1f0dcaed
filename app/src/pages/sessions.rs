//! The devices on which a person is signed in.

use core::cmp::Reverse;

use leptos::{either::Either, ev, html, prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::{ErrorCode, Session as Device, SessionList, limits};

use crate::{
    api::{ApiError, Part},
    brand::PageTitle,
    components::{AccountNav, Confirm, DeviceRow, FormAlert, Heading, Loaded, Loading, Proof},
    light::later,
    paths,
    session::Session,
};

/// The page of the devices.
#[component]
pub(crate) fn Sessions() -> impl IntoView {
    let devices = Devices::new(Session::here());
    let [focus, visibility] = devices.look_again_on_return();
    on_cleanup(move || {
        for listener in [focus, visibility] {
            listener.update_value(|listener| {
                if let Some(listener) = listener.take() {
                    listener.remove();
                }
            });
        }
    });
    view! {
        <PageTitle text="Where you’re signed in" />
        <section class="medium">
            <Heading text="Where you’re signed in" />
            <AccountNav />
            <FormAlert message=devices.alert />
            <p class="notice" role="status" tabindex="-1" node_ref=devices.said_here>
                {move || devices.said.get()}
            </p>
            <Loaded
                loading=devices.loading
                reload=move |()| devices.load()
                view=move |()| later(view! { <DeviceList devices=devices /> })
            />
            <p class="hint">
                "You do not know one of these? Sign it out and "
                <A href=paths::PASSWORD>"change your password"</A> ". The "
                <A href=paths::ACTIVITY>"security activity"</A> " shows what it did."
            </p>
        </section>
    }
}

/// What `/api/sessions` said, and what became of the buttons.
#[derive(Clone, Copy)]
struct Devices {
    session: Session,
    loading: Loading,
    list: RwSignal<Vec<Device>>,
    /// The cursor of the next page, where there is one.
    next: RwSignal<Option<String>>,
    loading_more: RwSignal<bool>,
    /// What was done, for everybody to see and hear.
    said: RwSignal<Option<String>>,
    said_here: NodeRef<html::P>,
    alert: RwSignal<Option<String>>,
    /// How many password fields are open.
    proofs: RwSignal<usize>,
    /// Whether to load the list when the last of them closes.
    is_due: StoredValue<bool>,
}

impl Devices {
    fn new(session: Session) -> Self {
        let devices = Self {
            session,
            loading: Loading::new(session),
            list: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            loading_more: RwSignal::new(false),
            said: RwSignal::new(None),
            said_here: NodeRef::new(),
            alert: RwSignal::new(None),
            proofs: RwSignal::new(0),
            is_due: StoredValue::new(false),
        };
        devices.loading.for_each_session(move || devices.load());
        Effect::new(move |_| {
            if devices.proofs.get() == 0 && devices.is_due.try_update_value(core::mem::take) == Some(true) {
                devices.load();
            }
        });
        devices
    }

    /// Loads the list, or does so later if a password field is open.
    fn load(self) {
        if self.postpones() {
            return;
        }
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.sessions(Part::NEWEST.at_most(limits::PAGE_MAX)).await;
            self.loading.end(asked, answer, |SessionList { sessions, next }| {
                // A field may have opened since the request.
                if !self.postpones() {
                    self.list.try_set(in_order(sessions));
                    self.next.try_set(next);
                }
            });
        });
    }

    /// Whether a password field is open; the list is then loaded when it closes. A row that has changed is built again, which
    /// would lose the password that the user is typing in it.
    fn postpones(self) -> bool {
        let is_open = self.proofs.try_get_untracked().is_some_and(|open| open > 0);
        if is_open {
            self.is_due.set_value(true);
        }
        is_open
    }

    /// Asks for the sign-ins before those that are shown.
    fn load_more(self) {
        let (Some(cursor), Some(api)) = (self.next.get_untracked(), self.session.signed_in()) else { return };
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
        self.list.try_update(|list| {
            list.extend(sessions);
            *list = in_order(core::mem::take(list));
        });
        let is_all = next.is_none();
        self.next.try_set(next);
        // The button that had the focus is gone then.
        if is_all {
            self.say(format!("{added} more devices are shown. That is all."));
        }
    }

    /// Loads the list again when the user returns to the page.
    fn look_again_on_return(self) -> [StoredValue<Option<WindowListenerHandle>>; 2] {
        let listeners = [StoredValue::new(None), StoredValue::new(None)];
        let [focus, visibility] = listeners;
        let look = move || {
            if !untrack(|| self.loading.is_under_way()) {
                self.load();
            }
        };
        Effect::new(move |_| {
            focus.set_value(Some(window_event_listener(ev::focus, move |_| look())));
            visibility.set_value(Some(window_event_listener(ev::visibilitychange, move |_| {
                if !document().hidden() {
                    look();
                }
            })));
        });
        listeners
    }

    fn end(self, device: Device, proof: Proof, busy: RwSignal<bool>) {
        let Some(api) = self.session.signed_in() else { return };
        self.alert.set(None);
        busy.set(true);
        spawn_local(async move {
            let answer = api.end_session(&device, proof.request().as_ref()).await;
            match answer {
                Ok(()) => self.is_gone(&device, "is signed out now"),
                Err(error) if error.code() == Some(&ErrorCode::NotFound) => {
                    self.is_gone(&device, "was signed out already");
                }
                Err(error) => return self.not_ended(&error, proof, busy),
            }
            busy.try_set(false);
            self.load();
        });
    }

    fn end_others(self, proof: Proof, busy: RwSignal<bool>) {
        let Some(api) = self.session.signed_in() else { return };
        self.alert.set(None);
        busy.set(true);
        spawn_local(async move {
            let answer = api.end_other_sessions(proof.request().as_ref()).await;
            match answer {
                Ok(()) => {
                    self.list.try_update(|list| list.retain(|device| device.current));
                    self.say("All your other devices are signed out now.".to_owned());
                }
                Err(error) => return self.not_ended(&error, proof, busy),
            }
            busy.try_set(false);
            self.load();
        });
    }

    /// Shows the reason beside the question while that is shown, and otherwise on the page.
    fn not_ended(self, error: &ApiError, proof: Proof, busy: RwSignal<bool>) {
        // Only a signal that is gone gives its value back.
        let is_shown = busy.try_set(false).is_none();
        if !(is_shown && proof.shows(error)) {
            self.failed(error);
            self.load();
        }
    }

    /// Whether the server requires the current password to end one of these sessions. Reactive.
    fn takes_password(
        self,
        devices: impl Fn(&Device) -> bool + Send + Sync + 'static,
    ) -> impl Fn() -> bool + Send + Sync + 'static {
        move || self.list.with(|list| list.iter().any(|device| devices(device) && is_newer(device, list)))
    }

    fn is_gone(self, device: &Device, what: &str) {
        self.list.try_update(|list| list.retain(|other| other.id != device.id));
        self.say(format!("{} {what}.", device.device));
    }

    /// The button that had the focus is gone, so that goes to the words.
    fn say(self, words: String) {
        self.said.try_set(Some(words));
        if let Some(place) = self.said_here.try_get_untracked().flatten() {
            // OK because what cannot take the focus leaves it where it was.
            let _ = place.focus();
        }
    }

    fn failed(self, error: &ApiError) {
        self.said.try_set(None);
        self.alert.try_set(Some(error.to_string()));
    }
}

#[component]
fn DeviceList(
    /// What there is to list.
    devices: Devices,
) -> impl IntoView {
    let clock = devices.loading.clock;
    let busy = RwSignal::new(false);
    let of_others = Proof::new(devices.takes_password(|_| true), devices.proofs);
    let has_others = Memo::new(move |_| devices.list.with(|list| list.iter().any(|device| !device.current)));
    view! {
        <div class="card">
            <ul class="rows">
                <For each=move || devices.list.get() key=identity let:device>
                    {
                        let id = device.id.clone();
                        let proof = Proof::new(devices.takes_password(move |device| device.id == id), devices.proofs);
                        view! {
                            <DeviceRow
                                device=device
                                clock=clock
                                proof=proof
                                end=move |(device, busy)| devices.end(device, proof, busy)
                            />
                        }
                    }
                </For>
            </ul>
            <Show when=move || devices.next.with(Option::is_some)>
                <div class="actions">
                    <button
                        type="button"
                        class="button secondary"
                        aria-disabled=move || devices.loading_more.get().then_some("true")
                        on:click=move |_| devices.load_more()
                    >
                        {move || if devices.loading_more.get() { "Loading…" } else { "Show more" }}
                    </button>
                </div>
            </Show>
            {move || {
                if has_others.get() {
                    Either::Left(view! {
                        <div class="actions">
                            <Confirm
                                label="Sign out everywhere else"
                                about=""
                                question="Sign out all your other devices?"
                                busy_label="Signing out…"
                                busy=busy
                                proof=of_others
                                reason="At least one of them signed in after the device that you are using. Enter your current password to sign them out."
                                field="currentPassword-others"
                                action=move |()| devices.end_others(of_others, busy)
                            />
                        </div>
                    })
                } else {
                    Either::Right(view! { <p class="hint">"You are signed in on no other device."</p> })
                }
            }}
        </div>
    }
}

/// What makes a row another row: one that is the same stays, with the focus that may be in it.
fn identity(device: &Device) -> String {
    let Device { id, last_used_at, expires_at, ip, .. } = device;
    format!("{id} {last_used_at} {expires_at} {ip}")
}

/// This device first, then the one that was used last.
fn in_order(mut devices: Vec<Device>) -> Vec<Device> {
    let key = |device: &Device| (!device.current, Reverse(in_letters(&device.last_used_at).to_owned()));
    devices.sort_by_cached_key(key);
    devices
}

/// Whether this is another device that did not sign in before the current one. The server takes the password for ending it.
fn is_newer(device: &Device, all: &[Device]) -> bool {
    let before = |this: &Device| in_letters(&device.created_at) < in_letters(&this.created_at);
    !device.current && all.iter().any(|this| this.current && !before(this))
}

/// A time of the contract in a form whose letters are in its order: a fraction of a second has as many digits as it needs.
fn in_letters(time: &str) -> &str {
    time.trim_end_matches('Z')
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::SessionId;

    use super::*;

    fn device(name: &str, last_used_at: &str, current: bool) -> Device {
        Device {
            id: SessionId::new(name),
            current,
            created_at: String::new(),
            last_used_at: last_used_at.to_owned(),
            expires_at: String::new(),
            ip: String::new(),
            user_agent: String::new(),
            device: String::new(),
        }
    }

    #[test]
    fn this_device_comes_first_and_then_the_one_that_was_used_last() {
        let devices = vec![
            device("old", "2026-11-20T10:00:00Z", false),
            device("new", "2026-11-24T10:00:00Z", false),
            device("this", "2026-11-22T10:00:00Z", true),
        ];
        let order: Vec<_> = in_order(devices).into_iter().map(|device| device.id.to_string()).collect();
        assert_eq!(order, ["this", "new", "old"]);
    }

    #[test]
    fn the_password_is_asked_for_where_a_device_did_not_sign_in_before_this_one() {
        let begun = |name: &str, created_at: &str, current| Device {
            created_at: created_at.to_owned(),
            ..device(name, "2026-11-24T10:00:00Z", current)
        };
        let devices = vec![
            begun("this", "2026-11-24T10:00:00.5Z", true),
            begun("older", "2026-11-24T10:00:00Z", false),
            begun("a little older", "2026-11-24T10:00:00.499Z", false),
            begun("same", "2026-11-24T10:00:00.5Z", false),
            begun("a little newer", "2026-11-24T10:00:00.51Z", false),
            begun("newer", "2026-11-24T10:00:01Z", false),
        ];
        let newer = devices.iter().filter(|device| is_newer(device, &devices)).map(|device| device.id.as_str());
        assert_eq!(newer.collect::<Vec<_>>(), ["same", "a little newer", "newer"]);
        // On a page without the current one the server says it.
        assert!(!is_newer(&devices[5], &devices[1..]));
    }

    #[test]
    fn a_row_stays_until_its_session_is_used() {
        let before = device("one", "2026-11-24T10:00:00Z", false);
        assert_eq!(identity(&before), identity(&before.clone()));
        assert_ne!(identity(&before), identity(&device("one", "2026-11-24T10:01:00Z", false)));
    }
}
