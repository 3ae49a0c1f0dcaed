//! What every form has: a place for bad news, and a button that says that it is busy.

use leptos::prelude::*;

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
    /// Whether an answer is awaited.
    busy: RwSignal<bool>,
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
            aria-disabled=move || busy.get().then_some("true")
        >
            {move || if busy.get() { busy_label } else { label }}
        </button>
    }
}
