//! One reason for which sessions end, at length.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::explanation::{Advice, Explanation};

/// Everything but the title.
#[component]
pub(crate) fn Explained(
    /// The reason.
    reason: &'static Explanation,
) -> impl IntoView {
    let Explanation { meaning, done, advice, .. } = *reason;
    view! {
        <h3>"What it means"</h3>
        {meaning.iter().map(|text| view! { <p>{*text}</p> }).collect_view()}
        <h3>"What we did"</h3>
        <p>{done}</p>
        <h3>"What you can do"</h3>
        <ul class="advice">{advice.iter().map(todo).collect_view()}</ul>
    }
}

fn todo(advice: &'static Advice) -> impl IntoView {
    let link = advice.link.map(|(name, path)| view! { " " <A href=path>{name}</A> });
    view! { <li>{advice.text} {link}</li> }
}
