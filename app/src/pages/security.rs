//! How a person signs in, and where.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use sessionkeep_types::{Session as Device, SessionList, limits};

use crate::{
    api::Part,
    components::{AccountPage, LoadAlert, Loading, Me, Shape, SkeletonWords, in_words},
    paths,
    session::Session,
    words,
};

/// The page of what keeps an account safe.
#[component]
pub(crate) fn Security() -> impl IntoView {
    let words = &words::here().security;
    let common = &words::here().common;
    let me = Me::here();
    let sessions = Sessions::new(Session::here());
    let clock = sessions.loading.clock;
    let password = move || {
        let (created, changed) = me.of_user(|user| (user.created_at.clone(), user.password_changed_at.clone()))?;
        let changed = changed?;
        if changed == created {
            return Some(words.password_unchanged.to_owned());
        }
        Some((words.password_changed)(&in_words(&changed, me.clock(), Shape::Ago)))
    };
    let current = move || {
        sessions.of_known(|known| known.current.clone()).flatten().map(
            |Device { created_at, expires_at, remember_me, .. }| {
                let dates = if remember_me { words.session_dates } else { words.session_dates_unkept };
                dates(&in_words(&created_at, clock, Shape::Day), &in_words(&expires_at, clock, Shape::Day))
            },
        )
    };
    let devices = move || sessions.of_known(|known| (words.devices)(known.number, known.has_more));
    view! {
        <AccountPage title=words.title lead=words.lead>
            <LoadAlert
                loading=sessions.loading
                also=me.loading()
                reload=move |()| {
                    me.load();
                    sessions.load();
                }
            />
            <div class="card settings">
                <div class="setting">
                    <p class="setting-name">{words.password}</p>
                    <div class="setting-value">{or_waiting(me.loading(), password, words.password_unchanged.to_owned())}</div>
                    <A href=paths::PASSWORD attr:class="button secondary small" attr:aria-label=words::here().password.title>
                        {common.change}
                    </A>
                </div>
                <div class="setting">
                    <p class="setting-name">{words.this_session}</p>
                    <div class="setting-value">{or_waiting(sessions.loading, current, (words.session_dates)(A_DAY, A_DAY))}</div>
                </div>
                <div class="setting">
                    <p class="setting-name">{words.other_devices}</p>
                    <div class="setting-value">{or_waiting(sessions.loading, devices, (words.devices)(1, false))}</div>
                    <A
                        href=paths::DEVICES
                        attr:class="button secondary small"
                        attr:aria-label=words::here().activity.review_devices
                    >
                        {words.review_devices}
                    </A>
                </div>
            </div>
            <section class="help" aria-labelledby="trouble">
                <h2 id="trouble">{words.trouble}</h2>
                <p>{words.trouble_text}</p>
                <div class="actions">
                    <A href=paths::CONNECTION attr:class="button secondary small">
                        {words.check_connection}
                    </A>
                    <A href=paths::SIGNED_OUT attr:class="button secondary small">
                        {words.why_signed_out}
                    </A>
                </div>
            </section>
        </AccountPage>
    }
}

/// As wide as a day in words.
const A_DAY: &str = "00 000";

/// The words, or until they come the room that such words take, over as many lines.
fn or_waiting(
    loading: Loading,
    words: impl Fn() -> Option<String> + Send + Sync + 'static,
    such: String,
) -> impl IntoView {
    move || match words() {
        Some(words) => words.into_any(),
        None if loading.failure().is_some() => {
            view! { <span class="empty">{words::here().common.not_loaded}</span> }.into_any()
        }
        None => view! { <SkeletonWords text=such.clone() /> }.into_any(),
    }
}

/// What is known of the sessions.
#[derive(Clone)]
struct Known {
    current: Option<Device>,
    number: usize,
    has_more: bool,
}

#[derive(Clone, Copy)]
struct Sessions {
    loading: Loading,
    known: RwSignal<Option<Known>>,
}

impl Sessions {
    fn new(session: Session) -> Self {
        let sessions = Self { loading: Loading::new(session), known: RwSignal::new(None) };
        sessions.loading.for_each_session(move || sessions.load());
        sessions
    }

    fn load(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.sessions(Part::NEWEST.at_most(limits::PAGE_MAX)).await;
            self.loading.end(asked, answer, |SessionList { sessions, next }| {
                let (number, has_more) = (sessions.len(), next.is_some());
                let current = sessions.into_iter().find(|device| device.current);
                self.known.try_set(Some(Known { current, number, has_more }));
            });
        });
    }

    fn of_known<T>(self, part: impl FnOnce(&Known) -> T) -> Option<T> {
        self.loading.is_ready().then(|| self.known.with(|known| known.as_ref().map(part))).flatten()
    }
}
