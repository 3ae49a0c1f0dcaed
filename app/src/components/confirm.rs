//! A button that asks before it does something.

use leptos::{either::Either, html, prelude::*};

use super::proof::{Proof, ProofField};

/// Pressed, it makes room for a question with two answers, and for the current password where that is asked for. The focus
/// goes there and comes back; Escape is a no.
#[component]
pub(crate) fn Confirm(
    /// What it does.
    label: &'static str,
    /// What it does it to, for those who hear the button alone.
    #[prop(into)]
    about: String,
    /// What to be asked.
    #[prop(into)]
    question: String,
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
    /// Does it.
    #[prop(into)]
    action: Callback<()>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    let came_back = StoredValue::new(false);
    let (first, yes) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    // A node is there as soon as its button is, each time anew.
    Effect::new(move |_| focus(yes.get().filter(|_| !untrack(|| proof.is_asked()))));
    Effect::new(move |_| focus(first.get().filter(|_| came_back.get_value())));
    let ask = move || {
        proof.reset();
        asking.set(true);
    };
    let dismiss = move || {
        if !busy.get_untracked() {
            came_back.set_value(true);
            asking.set(false);
        }
    };
    let confirm = move || {
        if !busy.get_untracked() && proof.is_complete() {
            action.run(());
        }
    };
    move || {
        if asking.get() {
            let (id, reason_id) = (field.clone(), format!("{field}-reason"));
            Either::Left(view! {
                <div
                    class="confirm"
                    role="group"
                    aria-label=question.clone()
                    aria-describedby=move || proof.is_asked().then(|| reason_id.clone())
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            dismiss();
                        }
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
                        <p>{question.clone()}</p>
                        {move || {
                            proof.is_asked().then(|| view! { <ProofField id=id.clone() reason=reason proof=proof /> })
                        }}
                        <button
                            type="submit"
                            class="button danger"
                            node_ref=yes
                            aria-disabled=move || busy.get().then_some("true")
                        >
                            {move || if busy.get() { busy_label } else { label }}
                        </button>
                        <button type="button" class="button secondary" on:click=move |_| dismiss()>
                            "Cancel"
                        </button>
                    </form>
                </div>
            })
        } else {
            Either::Right(view! {
                <button type="button" class="button secondary" node_ref=first on:click=move |_| ask()>
                    {label}
                    <span class="visually-hidden">{format!(" {about}")}</span>
                </button>
            })
        }
    }
}

fn focus(button: Option<leptos::web_sys::HtmlButtonElement>) {
    if let Some(button) = button {
        // OK because a button that cannot take the focus leaves it where it was.
        let _ = button.focus();
    }
}
