//! The one heading of a page, which takes the focus when the page was navigated to.

use leptos::{html, prelude::*, wasm_bindgen::JsCast as _, web_sys};

/// Whether the page that the browser loaded is still to come. Its focus belongs to the browser.
#[derive(Clone, Copy)]
pub(crate) struct FirstPage(StoredValue<bool>);

impl FirstPage {
    pub(crate) fn provide() {
        provide_context(Self(StoredValue::new(true)));
    }

    fn is_over(self) -> bool {
        !self.0.try_update_value(|first| core::mem::replace(first, false)).unwrap_or(false)
    }
}

/// An `h1`. A person who does not see the page change hears its name.
#[component]
pub(crate) fn Heading(
    /// The words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let node = NodeRef::<html::H1>::new();
    let first = expect_context::<FirstPage>();
    Effect::new(move |_| {
        if let Some(heading) = node.get()
            && first.is_over()
        {
            // OK because a heading that cannot take the focus leaves it where it was.
            let _ = heading.focus();
        }
    });
    view! {
        <h1 node_ref=node tabindex="-1">
            {text}
        </h1>
    }
}

/// When the button goes away with the focus in it, the heading gets that. The focus of others is left alone: it would scroll the page.
pub(super) fn focus_heading_after(button: NodeRef<html::Button>) {
    on_cleanup(move || {
        let button = button.try_get_untracked().flatten();
        if button.is_some_and(|button| document().active_element().is_some_and(|active| *active == ***button)) {
            request_animation_frame(focus_heading_if_lost);
        }
    });
}

/// Gives the focus to the heading, where the element that had it is gone.
fn focus_heading_if_lost() {
    let is_lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
    let heading = document().query_selector("h1").ok().flatten();
    if let Some(heading) =
        heading.filter(|_| is_lost).and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // OK because a heading that cannot take the focus leaves it where it was.
        let _ = heading.focus();
    }
}
