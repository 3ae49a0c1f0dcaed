//! A form that the browser has sent itself, without the program, and that the server refused.
//!
//! The server renders the page again with it. The browser finds the same in the document (`<html data-submitted>`), so that the program
//! takes over what it sees.

use core::time::Duration;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use sessionkeep_types::ErrorBody;

use crate::api::ApiError;

/// What was typed, but for the password, and why it was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    /// The path of the form's page.
    pub page: String,
    /// The field of this name.
    pub email: String,
    /// The field of this name.
    pub display_name: String,
    /// Whether the box was ticked.
    pub remember_me: bool,
    /// The answer.
    pub refusal: Option<Refusal>,
}

/// The answer that the JSON API would have given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// When it may be tried again.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: ErrorBody,
}

impl Submitted {
    /// Puts it where the form finds it: what the server provided, or what the document holds.
    pub(crate) fn provide() {
        let submitted = use_context::<Self>().or_else(Self::in_document);
        provide_context(StoredValue::new(submitted));
    }

    /// What was submitted from this page, once: a form that is built again later begins empty.
    pub(crate) fn take(page: &str) -> Option<Self> {
        let submitted = use_context::<StoredValue<Option<Self>>>()?;
        submitted.try_update_value(|submitted| submitted.take_if(|submitted| submitted.page == page)).flatten()
    }

    /// As an attribute of the document.
    #[cfg(feature = "ssr")]
    pub(crate) fn attribute() -> Option<String> {
        use_context::<Self>().and_then(|submitted| serde_json::to_string(&submitted).ok())
    }

    /// The path of the form's page, where the document is the answer to a form.
    #[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
    pub(crate) fn page_in_document() -> Option<String> {
        let submitted = document().document_element()?.get_attribute("data-submitted")?;
        serde_json::from_str::<Self>(&submitted).ok().map(|submitted| submitted.page)
    }

    #[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
    fn in_document() -> Option<Self> {
        let html = document().document_element()?;
        let submitted = html.get_attribute("data-submitted")?;
        // Once: a page that is loaded from the history was not submitted again.
        let _ = html.remove_attribute("data-submitted");
        serde_json::from_str(&submitted).ok()
    }

    #[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
    fn in_document() -> Option<Self> {
        None
    }

    /// Why it was refused.
    pub(crate) fn error(&self) -> Option<ApiError> {
        let Refusal { status, retry_after, body } = self.refusal.clone()?;
        Some(ApiError::Refused { status, body: Box::new(body), retry_after })
    }
}
