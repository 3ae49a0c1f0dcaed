//! The current password, where a question takes it.

use leptos::prelude::*;
use sessionkeep_types::{EndSessionsRequest, ErrorCode, Password};

use super::{
    field::FieldState,
    form::FormAlert,
    password_field::{PasswordField, wrong_current},
    username::Username,
};
use crate::{api::ApiError, trouble, validate, words};

/// The current password as a part of a question. The question asks for it if the page expects the server to require it, or
/// after the server has refused a request without it.
#[derive(Clone, Copy)]
pub(crate) struct Proof {
    field: FieldState,
    asked: Memo<bool>,
    /// Whether the server has refused a request without it.
    insisted: RwSignal<bool>,
    alert: RwSignal<Option<String>>,
}

impl Proof {
    /// `expected`: whether the server will require it. Reactive.
    pub(crate) fn new(expected: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let (insisted, alert) = (RwSignal::new(false), RwSignal::new(None));
        // A memo, because a field that is built again takes the focus and shows its password as dots again.
        let asked = Memo::new(move |_| insisted.get() || expected());
        Self { field: FieldState::new(), asked, insisted, alert }
    }

    /// Whether the password is asked for. Reactive.
    pub(crate) fn is_asked(self) -> bool {
        self.asked.get()
    }

    /// Whether the question can be answered with yes. A field that is empty says so and takes the focus.
    pub(crate) fn is_complete(self) -> bool {
        if untrack(|| self.is_asked()) {
            self.alert.set(None);
            self.field.judge(validate::password(&self.field.value()));
            return !FieldState::focus_first_wrong(&[self.field]);
        }
        true
    }

    /// Clears the errors and the server's refusal of an earlier request: the newer device may be signed out by now.
    pub(crate) fn reset(self) {
        self.insisted.set(false);
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
            self.alert.set(Some(trouble::said(error)));
        }
        true
    }
}

/// The field, why it is there, and what is wrong. It takes the focus.
#[component]
pub(crate) fn ProofField(
    /// The field's id.
    id: String,
    /// Why the password is asked for.
    reason: &'static str,
    /// The password as the question sees it.
    proof: Proof,
) -> impl IntoView {
    Effect::new(move |_| {
        proof.field.node.track();
        proof.field.focus();
    });
    view! {
        <p class="hint" id=format!("{id}-reason")>
            {reason}
        </p>
        <FormAlert message=proof.alert />
        <Username />
        <PasswordField id=id label=words::here().fields.current_password state=proof.field />
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{ErrorBody, RequestId};

    use super::*;

    fn refusal() -> ApiError {
        let body = ErrorBody {
            error: "Enter your current password.".to_owned(),
            code: ErrorCode::PasswordRequired,
            request_id: RequestId::new("1"),
            fields: None,
            reason: None,
        };
        ApiError::Refused { status: 403, body: Box::new(body), retry_after: None }
    }

    #[test]
    fn a_refusal_asks_for_the_password_until_the_question_is_opened_again() {
        let owner = Owner::new();
        owner.with(|| {
            let proof = Proof::new(|| false);
            let is_asked = || untrack(|| proof.is_asked());
            assert!(!is_asked());
            assert!(proof.shows(&refusal()));
            assert!(is_asked());
            proof.reset();
            assert!(!is_asked());
        });
    }

    #[test]
    fn the_password_is_asked_for_while_the_page_expects_it() {
        let owner = Owner::new();
        owner.with(|| {
            let is_newer = RwSignal::new(true);
            let proof = Proof::new(move || is_newer.get());
            let is_asked = || untrack(|| proof.is_asked());
            proof.reset();
            assert!(is_asked());
            is_newer.set(false);
            assert!(!is_asked());
        });
    }
}
