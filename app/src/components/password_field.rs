//! A password, which can be looked at while it is typed.

use std::time::Duration;

use leptos::{
    attr::custom::custom_attribute, ev::KeyboardEvent, leptos_dom::helpers::debounce, prelude::*,
    wasm_bindgen::JsCast as _,
};

use super::field::{FieldError, FieldState, described_by};
use crate::{
    api::ApiError,
    brand::Brand,
    strength::{Estimate, Estimator},
    types::{ErrorCode, User, limits::PASSWORD_MIN_LENGTH},
    validate::length_hint,
    words,
};

/// A screen reader hears of a strength when the typing has paused for so long.
const PAUSE: Duration = Duration::from_millis(700);

/// What a person is known by, and a password shall not be made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownBy {
    pub(crate) email: String,
    pub(crate) name: String,
}

impl KnownBy {
    pub(crate) fn of(user: &User) -> Self {
        Self { email: user.email.clone(), name: user.display_name.clone().unwrap_or_default() }
    }
}

/// A password field. Pasting is welcome; nothing limits what can be typed, because a password that was cut off in
/// silence is the worst kind.
#[component]
pub(crate) fn PasswordField(
    /// The id, which is the name too.
    #[prop(default = "password".to_owned(), into)]
    id: String,
    /// What to write here.
    label: &'static str,
    /// Whether it is chosen here (`new-password`, with a hint about its length) or only repeated.
    #[prop(optional)]
    new: bool,
    /// Whether another field follows, for the key of a phone's keyboard.
    #[prop(optional)]
    goes_on: bool,
    /// What the person is known by, as far as that is known yet.
    #[prop(optional, into)]
    known_by: Option<Callback<(), KnownBy>>,
    /// The field as the form sees it.
    state: FieldState,
) -> impl IntoView {
    let FieldState { node, error } = state;
    let words = &words::here().fields;
    let (shown, caps_lock) = (RwSignal::new(false), RwSignal::new(false));
    let length = RwSignal::new(0_usize);
    let said = RwSignal::new(None);
    let estimator = new.then(|| Estimator::new(said));
    let service = StoredValue::new(Brand::here().name);
    let measure = move || {
        let password = state.value();
        length.set(password.chars().count());
        if let Some(estimator) = estimator.filter(|_| length.get_untracked() >= PASSWORD_MIN_LENGTH) {
            let KnownBy { email, name } = known_by.map(|known_by| known_by.run(())).unwrap_or_default();
            service.with_value(|service| estimator.ask([&password, &email, &name, service]));
        }
    };
    Effect::new(move |_| {
        // Who came to the field before the page was ready counts too, and so does what was typed or filled in.
        let input = node.get();
        let is_in_use = |input: &leptos::web_sys::HtmlInputElement| {
            !input.value().is_empty() || input.matches(":focus").is_ok_and(|focused| focused)
        };
        if let Some(estimator) = estimator.filter(|_| input.as_ref().is_some_and(is_in_use)) {
            estimator.fetch();
        }
        measure();
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="password">
                <input
                    node_ref=node
                    id=id.clone()
                    name=id.clone()
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=if new { "new-password" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint=if goes_on { "next" } else { "go" }
                    {..custom_attribute("passwordrules", new.then(|| format!("minlength: {PASSWORD_MIN_LENGTH};")))}
                    required
                    autofocus=error.with_untracked(Option::is_some)
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby={
                        let id = id.clone();
                        move || described_by(&id, new, error.get().is_some())
                    }
                    on:focus=move |_| {
                        if let Some(estimator) = estimator {
                            estimator.fetch();
                            measure();
                        }
                    }
                    on:input=move |_| {
                        error.set(None);
                        measure();
                    }
                    on:keydown=move |event| caps_lock.set(has_caps_lock(&event))
                    on:keyup=move |event| caps_lock.set(has_caps_lock(&event))
                />
                <button
                    type="button"
                    class="password-toggle scripted"
                    // A click leaves the focus in the field.
                    on:mousedown=|event| event.prevent_default()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { words.hide } else { words.show }}
                    <span class="visually-hidden">{(words.of_field)(label)}</span>
                </button>
            </div>
            <p class="hint" role="status">
                {move || caps_lock.get().then_some(words.caps_lock)}
            </p>
            <FieldError id=id.clone() error=error />
            {new.then(|| view! { <Strength id=id length=length said=said is_wrong=Signal::derive(move || error.get().is_some()) /> })}
        </div>
    }
}

/// Browsers send the event without a key, too, when they fill the field in.
fn has_caps_lock(event: &KeyboardEvent) -> bool {
    event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.get_modifier_state("CapsLock"))
}

/// What is wrong with the current password.
pub(crate) fn wrong_current(error: &ApiError) -> Option<&str> {
    match error.code() {
        Some(ErrorCode::InvalidCredentials) => Some(words::here().fields.wrong_current),
        _ => error.field("currentPassword"),
    }
}

/// How far a new password is: its length, and how hard it is to guess as soon as that can be told.
#[component]
fn Strength(
    /// The field's id.
    id: String,
    /// In characters.
    length: RwSignal<usize>,
    /// What was said of it last.
    said: RwSignal<Option<Estimate>>,
    /// Whether the error above says already what is missing.
    is_wrong: Signal<bool>,
) -> impl IntoView {
    let estimate = Memo::new(move |_| said.get().filter(|_| length.get() >= PASSWORD_MIN_LENGTH));
    let hint = move || match (estimate.get(), is_wrong.get()) {
        (Some(estimate), false) => estimate.sentence(),
        (Some(estimate), true) => estimate.beside_error(),
        (None, true) if length.get() > 0 => words::here().strength.suggestion.to_owned(),
        (None, _) => length_hint(length.get()),
    };
    let spoken = RwSignal::new(String::new());
    let mut speak = debounce(PAUSE, move |sentence| {
        // Only a field that is gone gives it back.
        let _gone = spoken.try_set(sentence);
    });
    Effect::new(move |_| speak(estimate.get().map(|estimate| estimate.sentence()).unwrap_or_default()));
    view! {
        <div class="strength" data-strength=move || estimate.get().filter(|_| !is_wrong.get()).map(|estimate| estimate.strength.name())>
            <div class="strength-bar" aria-hidden="true">
                <span></span>
                <span></span>
                <span></span>
            </div>
            <p class="hint" id=format!("{id}-hint")>
                {hint}
            </p>
            <p class="visually-hidden" aria-live="polite">
                {spoken}
            </p>
        </div>
    }
}
