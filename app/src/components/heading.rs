//! The one heading of a page, which takes the focus when the page was navigated to.

use leptos::{html, prelude::*};

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
