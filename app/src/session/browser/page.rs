//! Whether somebody looks at the page, and whether it has a network.

use leptos::prelude::{document, window};
use web_sys::VisibilityState;

use crate::session::ports::Page;

pub(super) struct ThisPage;

impl Page for ThisPage {
    fn is_visible(&self) -> bool {
        document().visibility_state() == VisibilityState::Visible
    }

    fn is_online(&self) -> bool {
        window().navigator().on_line()
    }
}
