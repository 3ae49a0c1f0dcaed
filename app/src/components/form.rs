//! What every form has: a place for bad news, a button that says that it is busy, and one request at a time.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use crate::api::ApiError;

/// The sending of a form.
#[derive(Clone, Copy)]
pub(crate) struct Submission {
    /// Whether an answer is awaited.
    busy: RwSignal<bool>,
    /// What is wrong with the form as a whole.
    pub(crate) alert: RwSignal<Option<String>>,
}

impl Submission {
    pub(crate) fn new() -> Self {
        Self { busy: RwSignal::new(false), alert: RwSignal::new(None) }
    }

    /// Whether the form may be looked at and sent. Not while an answer is awaited.
    pub(crate) fn begins(self, event: &SubmitEvent) -> bool {
        event.prevent_default();
        if self.busy.get_untracked() {
            return false;
        }
        self.alert.set(None);
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

/// Sends the form. While it is busy it keeps the focus and does nothing.
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
    view! {
        <button
            type="submit"
            class=if danger { "button wide danger" } else { "button wide" }
            aria-disabled=move || of.busy.get().then_some("true")
        >
            {move || if of.busy.get() { busy_label } else { label }}
        </button>
    }
}
