//! Whether somebody looks at the page.

use leptos::prelude::document;
use web_sys::VisibilityState;

use crate::session::ports::Page;

pub(super) struct ThisPage;

impl Page for ThisPage {
    fn is_visible(&self) -> bool {
        document().visibility_state() == VisibilityState::Visible
    }
}
