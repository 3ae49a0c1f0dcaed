//! A button that asks before it does something.

use leptos::{either::Either, ev::KeyboardEvent, html, prelude::*};

use super::proof::{Proof, ProofField};
use crate::words;

/// Which question of a page is open, by its field's id: no more than one is.
#[derive(Clone, Copy)]
pub(crate) struct Questions(RwSignal<Option<String>>);

impl Questions {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    fn is_open(self, id: &str) -> bool {
        self.0.with(|open| open.as_deref() == Some(id))
    }

    pub(crate) fn open(self, id: &str) {
        self.0.set(Some(id.to_owned()));
    }

    /// Closes it, where it is still this one that is open.
    pub(crate) fn close(self, id: &str) {
        if untrack(|| self.is_open(id)) {
            self.0.set(None);
        }
    }
}

/// Pressed, it makes room for a question with two answers, and for the current password where that is asked for. The focus
/// goes to the way back, or to the password, and comes back; Escape is a no. A key that is held presses nothing twice.
#[component]
pub(crate) fn Confirm(
    /// What it does.
    label: &'static str,
    /// The label with its object, for screen readers that read the button alone.
    #[prop(into)]
    about: Signal<String>,
    /// What to be asked.
    #[prop(into)]
    question: Signal<String>,
    /// What it is doing.
    busy_label: &'static str,
    /// Whether it is being done.
    busy: RwSignal<bool>,
    /// The current password, where it may be asked for.
    proof: Proof,
    /// Why it is asked for.
    reason: &'static str,
    /// The id of its field.
    #[prop(into)]
    field: String,
    /// Which question of the page is open.
    questions: Questions,
    /// The class of the button.
    #[prop(default = "button secondary")]
    class: &'static str,
    /// Does it.
    #[prop(into)]
    action: Callback<()>,
) -> impl IntoView {
    let came_back = StoredValue::new(false);
    let (first, no) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    // A node is there as soon as its button is, each time anew.
    Effect::new(move |_| focus(no.get().filter(|_| !untrack(|| proof.is_asked()))));
    Effect::new(move |_| focus(first.get().filter(|_| came_back.get_value())));
    let id = StoredValue::new(field);
    let asking = Memo::new(move |_| id.with_value(|id| questions.is_open(id)));
    let ask = move || {
        proof.reset();
        came_back.set_value(false);
        id.with_value(|id| questions.open(id));
    };
    let dismiss = move || {
        if !busy.get_untracked() {
            came_back.set_value(true);
            id.with_value(|id| questions.close(id));
        }
    };
    let confirm = move || {
        if !busy.get_untracked() && proof.is_complete() {
            action.run(());
        }
    };
    move || {
        if asking.get() {
            let (id, reason_id) = (id.get_value(), format!("{}-reason", id.get_value()));
            Either::Left(view! {
                <div
                    class="confirm"
                    role="group"
                    aria-label=move || question.get()
                    aria-describedby=move || proof.is_asked().then(|| reason_id.clone())
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            dismiss();
                        }
                        once(&event);
                    }
                >
                    <form
                        method="post"
                        novalidate
                        on:submit=move |event| {
                            event.prevent_default();
                            confirm();
                        }
                    >
                        <p>{move || question.get()}</p>
                        {move || {
                            proof.is_asked().then(|| view! { <ProofField id=id.clone() reason=reason proof=proof /> })
                        }}
                        <button
                            type="submit"
                            class="button danger"
                            aria-label=move || (!busy.get()).then(|| about.get())
                            aria-disabled=move || busy.get().then_some("true")
                        >
                            {move || if busy.get() { busy_label } else { label }}
                        </button>
                        <button type="button" class="button secondary" node_ref=no on:click=move |_| dismiss()>
                            {words::here().common.cancel}
                        </button>
                    </form>
                </div>
            })
        } else {
            Either::Right(view! {
                <button
                    type="button"
                    class=class
                    node_ref=first
                    aria-label=move || about.get()
                    on:keydown=move |event| once(&event)
                    on:click=move |_| ask()
                >
                    {label}
                </button>
            })
        }
    }
}

/// A key that is held down presses a button once.
pub(crate) fn once(event: &KeyboardEvent) {
    if event.repeat() && matches!(event.key().as_str(), "Enter" | " ") {
        event.prevent_default();
    }
}

pub(crate) fn focus(button: Option<leptos::web_sys::HtmlButtonElement>) {
    if let Some(button) = button {
        // OK because a button that cannot take the focus leaves it where it was.
        let _ = button.focus();
    }
}
