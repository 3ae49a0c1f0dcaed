//! What every form has: a place for bad news, a button that says that it is busy, and one request at a time.

use std::time::Duration;

use leptos::{ev::SubmitEvent, leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use sessionkeep_types::ErrorCode;

use crate::{api::ApiError, trouble, wall_clock, words};

/// The sending of a form.
#[derive(Clone, Copy)]
pub(crate) struct Submission {
    /// Whether an answer is awaited.
    busy: RwSignal<bool>,
    /// What is wrong with the form as a whole.
    pub(crate) alert: RwSignal<Option<String>>,
    /// How many seconds the server asked for with the last refusal.
    asked_to_wait: RwSignal<Option<u64>>,
    /// Seconds until it takes another attempt.
    wait: RwSignal<u64>,
    /// Whether such a time has passed.
    may_again: RwSignal<bool>,
    ticking: StoredValue<Option<IntervalHandle>>,
}

impl Submission {
    pub(crate) fn new() -> Self {
        let ticking = StoredValue::new(None::<IntervalHandle>);
        on_cleanup(move || {
            if let Some(Some(handle)) = ticking.try_update_value(Option::take) {
                handle.clear();
            }
        });
        let form = Self {
            busy: RwSignal::new(false),
            alert: RwSignal::new(None),
            asked_to_wait: RwSignal::new(None),
            wait: RwSignal::new(0),
            may_again: RwSignal::new(false),
            ticking,
        };
        // In the browser alone, and not before the page is what the server rendered.
        Effect::new(move |_| {
            if let Some(seconds) = form.asked_to_wait.get() {
                form.count_down(seconds);
            }
        });
        form
    }

    /// Whether the form may be looked at and sent. Not while an answer is awaited, or has to be waited for.
    pub(crate) fn begins(self, event: &SubmitEvent) -> bool {
        event.prevent_default();
        if self.busy.get_untracked() || self.wait.get_untracked() > 0 {
            return false;
        }
        self.alert.set(None);
        self.may_again.set(false);
        true
    }

    /// Sends, and does `then` with the answer, unless the page was left before it came.
    pub(crate) fn send<T: 'static>(
        self,
        request: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(Result<T, ApiError>) + 'static,
    ) {
        self.busy.set(true);
        spawn_local(async move {
            let answer = request.await;
            // Only a signal that is gone gives its value back.
            if self.busy.try_set(false).is_none() {
                then(answer);
            }
        });
    }

    /// Says what is wrong with the form as a whole.
    pub(crate) fn fails(self, words: String) {
        self.alert.set(Some(words));
    }

    /// The same of an error. Where the server says when to come back, the button counts down to that; where no script runs, the alert
    /// has the time.
    pub(crate) fn refuses(self, error: &ApiError) {
        match (error.code(), error.retry_after()) {
            (Some(ErrorCode::RateLimited), Some(time)) => {
                self.fails((words::here().errors.too_often_for)(&words::clock(time.as_secs())));
                self.asked_to_wait.set(Some(time.as_secs()));
            }
            _ => self.fails(trouble::said(error)),
        }
    }

    /// By the clock on the wall: a page that sleeps does not tick.
    fn count_down(self, seconds: u64) {
        let until = wall_clock::now().saturating_add_unsigned(seconds);
        self.wait.set(seconds);
        // The button says the time from here on.
        self.alert.set(Some(words::here().errors.too_many.to_owned()));
        let tick = move || {
            let left = u64::try_from(until - wall_clock::now()).unwrap_or(0).min(seconds);
            if self.wait.try_set(left).is_some() || left > 0 {
                return;
            }
            if let Some(Some(handle)) = self.ticking.try_update_value(Option::take) {
                handle.clear();
            }
            self.alert.set(None);
            self.asked_to_wait.set(None);
            self.may_again.set(true);
        };
        self.ticking.set_value(set_interval_with_handle(tick, Duration::from_secs(1)).ok());
    }
}

/// What is wrong with the form as a whole. It is read out as soon as it appears.
#[component]
pub(crate) fn FormAlert(
    /// One sentence.
    message: RwSignal<Option<String>>,
) -> impl IntoView {
    move || {
        message.get().map(|message| {
            view! {
                <div class="alert" role="alert">
                    {message}
                </div>
            }
        })
    }
}

/// Sends the form. While it is busy, or may not be sent yet, it keeps the focus and does nothing.
#[component]
pub(crate) fn SubmitButton(
    /// What it sends.
    of: Submission,
    /// What it does.
    label: &'static str,
    /// What it is doing.
    busy_label: &'static str,
    /// Whether there is no way back.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView {
    let words = &words::here().errors;
    let said = move || match (of.busy.get(), of.wait.get()) {
        (true, _) => busy_label.to_owned(),
        (false, 0) => label.to_owned(),
        (false, left) => (words.try_again_in)(&words::clock(left)),
    };
    view! {
        <button
            type="submit"
            class=if danger { "button wide danger" } else { "button wide" }
            class:busy=move || of.busy.get()
            aria-disabled=move || (of.busy.get() || of.wait.get() > 0).then_some("true")
        >
            {said}
        </button>
        // Read out twice, at both ends, and not with each second.
        <p class="visually-hidden" role="status">
            {move || match (of.may_again.get(), of.asked_to_wait.get()) {
                (true, _) => words.try_again_now.to_owned(),
                (false, Some(seconds)) => (words.try_again_in)(&words::clock(seconds)),
                (false, None) => String::new(),
            }}
        </p>
    }
}
