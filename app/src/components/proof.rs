//! The current password, where a question takes it.

use leptos::prelude::*;
use sessionkeep_types::{EndSessionsRequest, ErrorCode, Password};

use super::{
    field::FieldState,
    form::FormAlert,
    password_field::{PasswordField, wrong_current},
    username::{Username, account_user},
};
use crate::{api::ApiError, session::Session, validate};

/// A question's demand for the current password. It arises from what the page knows, or from the server's refusal.
#[derive(Clone, Copy)]
pub(crate) struct Proof {
    field: FieldState,
    expected: Signal<bool>,
    insisted: RwSignal<bool>,
    alert: RwSignal<Option<String>>,
    /// How many such fields of the page are open.
    open: StoredValue<usize>,
}

impl Proof {
    /// `expected`: whether the server will want it. `open` counts the fields that are shown.
    pub(crate) fn new(expected: Signal<bool>, open: StoredValue<usize>) -> Self {
        let (insisted, alert) = (RwSignal::new(false), RwSignal::new(None));
        Self { field: FieldState::new(), expected, insisted, alert, open }
    }

    /// Whether the password is asked for. Reactive.
    pub(super) fn is_asked(self) -> bool {
        self.expected.get() || self.insisted.get()
    }

    /// Whether the question can be answered with yes. A field that is empty says so and takes the focus.
    pub(super) fn is_complete(self) -> bool {
        if untrack(|| self.is_asked()) {
            self.alert.set(None);
            self.field.judge(validate::password(&self.field.value()));
            return !FieldState::focus_first_wrong(&[self.field]);
        }
        true
    }

    /// Begins anew.
    pub(super) fn forget(self) {
        self.field.judge(None::<String>);
        self.alert.set(None);
    }

    /// What was typed, where it was asked for.
    pub(crate) fn request(self) -> Option<EndSessionsRequest> {
        untrack(|| self.is_asked()).then(|| EndSessionsRequest { current_password: Password::new(self.field.value()) })
    }

    /// Shows a refusal beside the question. False: nothing of it has to do with the password, so its place is the page.
    pub(crate) fn shows(self, error: &ApiError) -> bool {
        if error.code() == Some(&ErrorCode::PasswordRequired) {
            self.insisted.set(true);
            return true;
        }
        if !untrack(|| self.is_asked()) {
            return false;
        }
        self.field.judge(wrong_current(error));
        if !FieldState::focus_first_wrong(&[self.field]) {
            self.alert.set(Some(error.to_string()));
        }
        true
    }
}

/// The field, why it is there, and what is wrong. It takes the focus.
#[component]
pub(super) fn ProofField(
    /// The field's id.
    id: String,
    /// Why the password is asked for.
    reason: &'static str,
    /// The demand.
    proof: Proof,
) -> impl IntoView {
    let user = account_user(Session::here());
    proof.open.update_value(|open| *open += 1);
    on_cleanup(move || {
        proof.open.try_update_value(|open| *open -= 1);
    });
    Effect::new(move |_| {
        proof.field.node.track();
        proof.field.focus();
    });
    view! {
        <p class="hint" id=format!("{id}-reason")>
            {reason}
        </p>
        <FormAlert message=proof.alert />
        <Username user=user />
        <PasswordField id=id label="Current password" state=proof.field />
    }
}
