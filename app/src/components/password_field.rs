//! A password, which can be looked at while it is typed.

use leptos::prelude::*;

use super::field::{FieldError, FieldState, described_by};
use crate::validate::length_hint;

/// A password field. Pasting is welcome; nothing limits what can be typed, because a password that was cut off in
/// silence is the worst kind.
#[component]
pub(crate) fn PasswordField(
    /// The id, which is the name too.
    #[prop(default = "password")]
    id: &'static str,
    /// What to write here.
    #[prop(default = "Password")]
    label: &'static str,
    /// Whether it is chosen here (`new-password`, with a hint about its length) or only repeated.
    #[prop(optional)]
    new: bool,
    /// The field as the form sees it.
    state: FieldState,
) -> impl IntoView {
    let FieldState { node, error } = state;
    let shown = RwSignal::new(false);
    let length = RwSignal::new(0_usize);
    let measure = move || length.set(state.value().chars().count());
    Effect::new(move |_| {
        // What was typed or filled in before the page was ready counts too.
        node.track();
        measure();
    });
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="password">
                <input
                    node_ref=node
                    id=id
                    name=id
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=if new { "new-password" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=move || described_by(id, new, error.get().is_some())
                    on:input=move |_| {
                        error.set(None);
                        measure();
                    }
                />
                <button
                    type="button"
                    class="password-toggle"
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { "Hide" } else { "Show" }}
                    <span class="visually-hidden">{format!(" {}", label.to_lowercase())}</span>
                </button>
            </div>
            <FieldError id=id error=error />
            {new
                .then(|| {
                    view! {
                        <p class="hint" id=format!("{id}-hint")>
                            {move || length_hint(length.get())}
                        </p>
                    }
                })}
        </div>
    }
}
