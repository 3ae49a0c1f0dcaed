//! A labelled field of a form, with its error next to it.
//!
//! The inputs are uncontrolled: what a password manager or a quick person typed before the page was ready stays there.

use leptos::{html, prelude::*};

use crate::typed;

/// A field as its form sees it.
#[derive(Clone, Copy)]
pub(crate) struct FieldState {
    pub(crate) node: NodeRef<html::Input>,
    pub(crate) error: RwSignal<Option<String>>,
}

impl FieldState {
    pub(crate) fn new() -> Self {
        Self { node: NodeRef::new(), error: RwSignal::new(None) }
    }

    /// What stands in the field now.
    pub(crate) fn value(self) -> String {
        self.node.get_untracked().map(|input| input.value()).unwrap_or_default()
    }

    /// Shows what is wrong, or that nothing is.
    pub(crate) fn judge(self, wrong: Option<impl Into<String>>) {
        self.error.set(wrong.map(Into::into));
    }

    /// Puts the focus here.
    pub(crate) fn focus(self) {
        if let Some(input) = self.node.get_untracked() {
            // OK because a field that cannot take the focus leaves it where it was.
            let _ = input.focus();
        }
    }

    fn is_wrong(&self) -> bool {
        self.error.with_untracked(Option::is_some)
    }

    /// Whether any of the fields is wrong.
    pub(crate) fn is_any_wrong(fields: &[Self]) -> bool {
        fields.iter().any(Self::is_wrong)
    }

    /// Puts the focus into the first field that is wrong. False where none is.
    pub(crate) fn focus_first_wrong(fields: &[Self]) -> bool {
        let wrong = fields.iter().find(|field| field.is_wrong());
        if let Some(field) = wrong {
            field.focus();
        }
        wrong.is_some()
    }
}

/// The ids of what describes a field: its hint, and its error where there is one.
pub(super) fn described_by(id: &str, has_hint: bool, has_error: bool) -> Option<String> {
    match (has_hint, has_error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-error {id}-hint")),
    }
}

/// The error's place. Empty it takes no room.
#[component]
pub(crate) fn FieldError(
    /// The field's id.
    #[prop(into)]
    id: String,
    /// One sentence.
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <p class="field-error" id=format!("{id}-error")>
                    {error}
                </p>
            }
        })
    }
}

/// One line of text of a form for strangers ([`typed`]).
#[component]
pub(crate) fn TextField(
    /// The id, which is the name too.
    id: &'static str,
    /// What to write here.
    #[prop(into)]
    label: String,
    /// The kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password manager may fill in.
    autocomplete: &'static str,
    /// Whether the form can do without.
    #[prop(optional)]
    optional: bool,
    /// What was typed before the form was refused.
    #[prop(optional)]
    typed: String,
    /// The field as the form sees it.
    state: FieldState,
) -> impl IntoView {
    let FieldState { node, error } = state;
    Effect::new(move |_| {
        let Some(input) = node.get() else { return };
        if !input.value().is_empty() {
            typed::keep(id, &input.value());
        } else if let Some(text) = typed::kept(id) {
            input.set_value(&text);
        }
    });
    let typing = move |_| {
        error.set(None);
        typed::keep(id, &state.value());
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                node_ref=node
                id=id
                name=id
                type=kind
                autocomplete=autocomplete
                autocapitalize=if kind == "email" { "none" } else { "words" }
                spellcheck="false"
                required=!optional
                autofocus=error.with_untracked(Option::is_some)
                value=Some(typed).filter(|typed| !typed.is_empty())
                enterkeyhint="next"
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=move || described_by(id, false, error.get().is_some())
                on:input=typing
            />
            <FieldError id=id error=error />
        </div>
    }
}
