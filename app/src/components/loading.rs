//! What belongs to the person comes after the page: asked for whenever there is a session, shown to nobody else.

use leptos::{either::EitherOf3, prelude::*};

use super::{heading::focus_heading_after, me::Me, moment::Clock};
use crate::{
    api::ApiError,
    scroll::Scroll,
    session::{AuthorisedApi, Epoch, Link, Session},
    trouble, words,
};

/// How far the data of a page is. The data itself is the page's.
#[derive(Clone, Copy)]
pub(crate) struct Loading {
    session: Session,
    /// Reads the time with every answer.
    pub(crate) clock: Clock,
    /// Which session the data belongs to that is there.
    of: RwSignal<Option<Epoch>>,
    /// What went wrong last, and in which session.
    failure: RwSignal<Option<(Epoch, String)>>,
    requests: RwSignal<usize>,
    /// How many requests were begun. Of several the last one counts: an earlier one may be older than what was done since.
    begun: RwSignal<u64>,
}

/// A request that is under way.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    epoch: Epoch,
    serial: u64,
}

#[derive(Clone, PartialEq, Eq)]
enum State {
    Waiting,
    Failed(String),
    Ready,
}

impl Loading {
    /// Nothing yet.
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            clock: Clock::new(),
            of: RwSignal::new(None),
            failure: RwSignal::new(None),
            requests: RwSignal::new(0),
            begun: RwSignal::new(0),
        }
    }

    /// Calls `load` when there is a session, and again when there is another. After a failure it calls it once more as soon as the
    /// device has its network back, or the server answers again.
    pub(crate) fn for_each_session(self, load: impl Fn() + Clone + 'static) {
        let again = load.clone();
        Effect::new(move |_| {
            if self.session.signed_in_epoch().is_some() {
                load();
            }
        });
        let has_link = Memo::new(move |_| self.session.link() == Link::Good);
        Effect::new(move |had_link: Option<bool>| {
            let has_link = has_link.get();
            if had_link == Some(false) && has_link && untrack(|| self.failure().is_some()) {
                again();
            }
            has_link
        });
    }

    /// A request begins, where there is a session and the page is still there.
    pub(crate) fn begin(self) -> Option<(Asked, AuthorisedApi)> {
        let api = untrack(|| self.session.signed_in())?;
        let serial = self.begun.try_update(|begun| {
            *begun += 1;
            *begun
        })?;
        self.requests.update(|requests| *requests += 1);
        Some((Asked { epoch: api.epoch(), serial }, api))
    }

    /// It was answered; `keep` gets what is to be shown, unless that concerns nobody any more.
    pub(crate) fn end<T>(self, asked: Asked, answer: Result<T, ApiError>, keep: impl FnOnce(T)) {
        // The page may be gone by now.
        self.requests.try_update(|requests| *requests -= 1);
        // What was asked for in an earlier session concerns nobody any more.
        let Asked { epoch, serial } = asked;
        if untrack(|| self.session.signed_in_epoch()) != Some(epoch) || self.begun.try_get_untracked() != Some(serial) {
            return;
        }
        let failure = answer.map(keep).err().map(|error| (epoch, trouble::said(&error)));
        self.clock.read();
        if failure.is_none() {
            self.of.try_set(Some(epoch));
        }
        self.failure.try_set(failure);
    }

    /// Whether an answer is awaited. Reactive.
    pub(crate) fn is_under_way(self) -> bool {
        self.requests.get() > 0
    }

    /// What went wrong last in this session, if it did. Reactive.
    pub(crate) fn failure(self) -> Option<String> {
        let epoch = self.session.signed_in_epoch();
        self.failure.get().filter(|(of, _)| Some(*of) == epoch).map(|(_, why)| why)
    }

    /// The session whose data it is.
    pub(crate) fn session(self) -> Session {
        self.session
    }

    /// Whether the data is there, and is that of the session. Reactive.
    pub(crate) fn is_ready(self) -> bool {
        self.session.signed_in_epoch().is_some_and(|epoch| self.of.get() == Some(epoch))
    }

    /// Nothing without a session, and nothing that belongs to another one.
    fn state(self) -> State {
        match self.session.signed_in_epoch() {
            None => State::Waiting,
            epoch if epoch == self.of.get() => State::Ready,
            Some(_) => self.failure().map_or(State::Waiting, State::Failed),
        }
    }
}

/// Shows the view as soon as the data is there, and what may come above it ([`super::review`]), so that nothing moves. Until then it is
/// the same for everybody.
#[component]
pub(crate) fn Loaded(
    /// How far the data is.
    loading: Loading,
    /// Asks for it again.
    #[prop(into)]
    reload: Callback<()>,
    /// How many rows to expect.
    #[prop(default = 3)]
    rows: usize,
    /// Makes a view of the data ([`crate::light::later`]).
    #[prop(into)]
    view: Callback<(), AnyView>,
) -> impl IntoView {
    let me = Me::here();
    let state = Memo::new(move |_| if me.is_settled() { loading.state() } else { State::Waiting });
    move || match state.get() {
        State::Waiting => EitherOf3::A(view! { <Waiting rows=rows /> }),
        State::Failed(why) => {
            let is_under_way = Signal::derive(move || loading.is_under_way());
            EitherOf3::B(view! { <Failure why=why is_under_way=is_under_way reload=reload /> })
        }
        State::Ready => {
            Scroll::restore();
            EitherOf3::C(view.run(()))
        }
    }
}

/// What went wrong while what came before is still shown, and the way to try again.
#[component]
pub(crate) fn LoadAlert(
    /// How far the data is.
    loading: Loading,
    /// How far other data of the page is.
    #[prop(optional)]
    also: Option<Loading>,
    /// Asks for it again.
    #[prop(into)]
    reload: Callback<()>,
) -> impl IntoView {
    move || {
        let why = loading.failure().or_else(|| also?.failure());
        let is_under_way = Signal::derive(move || loading.is_under_way() || also.is_some_and(Loading::is_under_way));
        why.map(|why| view! { <Failure why=why is_under_way=is_under_way reload=reload /> })
    }
}

/// The room of words that are not known yet: that of similar words, which are neither seen nor read out.
#[component]
pub(crate) fn SkeletonWords(
    /// The similar words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <span class="skeleton skeleton-words" aria-hidden="true">
            {text}
        </span>
    }
}

/// What everybody sees first: so many rows.
#[component]
fn Waiting(
    /// How many.
    rows: usize,
) -> impl IntoView {
    let rows = (0..rows).map(|_| {
        view! {
            <div class="skeleton-row">
                <span class="skeleton skeleton-icon"></span>
                <span class="skeleton skeleton-lines"></span>
            </div>
        }
    });
    view! {
        <div class="card">
            <p class="visually-hidden" role="status">
                {words::here().common.checking_session}
            </p>
            <div aria-hidden="true">{rows.collect_view()}</div>
        </div>
    }
}

#[component]
fn Failure(
    /// One sentence.
    why: String,
    /// Whether it is being tried again.
    is_under_way: Signal<bool>,
    /// To try again.
    reload: Callback<()>,
) -> impl IntoView {
    let common = &words::here().common;
    // The words change in between, so that the same failure is read out again.
    let said = move || if is_under_way.get() { common.loading.to_owned() } else { why.clone() };
    let retry = move |_| {
        if !is_under_way.get_untracked() {
            reload.run(());
        }
    };
    let button = NodeRef::new();
    focus_heading_after(button);
    view! {
        <div class="alert with-action">
            <p role="alert">{said}</p>
            <button
                type="button"
                class="button secondary small"
                node_ref=button
                aria-disabled=move || is_under_way.get().then_some("true")
                on:click=retry
            >
                {common.retry}
            </button>
        </div>
    }
}
