//! Why sessions end, for people whose session has.

use leptos::{either::Either, prelude::*};
use leptos_router::{components::A, hooks::use_query_map};

use crate::{
    brand::PageTitle,
    components::{Explained, Heading},
    explanation::{self, Explanation},
    paths,
    session::{Phase, Session},
};

/// The reason at length, where one is known; else all of them.
#[component]
pub(crate) fn SignedOut() -> impl IntoView {
    let session = Session::here();
    let query = use_query_map();
    let reason = Memo::new(move |_| {
        let asked = query.with(|query| query.get(paths::REASON));
        reason(&session.phase(), asked.as_deref()).map(|reason| reason.code)
    });
    let is_out = Memo::new(move |_| !session.phase().is_signed_in());
    view! {
        <PageTitle text="Why you were signed out" />
        <section class="medium">
            <Heading text="Why you were signed out" />
            {move || match reason.get().and_then(explanation::find) {
                Some(reason) => Either::Left(view! { <One reason=reason /> }),
                None => Either::Right(view! { <All /> }),
            }}
            <Show when=move || is_out.get()>
                <div class="actions">
                    <A href=paths::SIGN_IN attr:class="button">
                        "Sign in"
                    </A>
                </div>
            </Show>
        </section>
    }
}

/// What is known of this browser's own session comes before what an address says, and an address says nothing to
/// somebody who is signed in. It can only choose between our own words.
fn reason(phase: &Phase, asked: Option<&str>) -> Option<&'static Explanation> {
    match phase {
        Phase::SignedIn | Phase::Refreshing => None,
        Phase::SignedOut(why) => why.code().and_then(explanation::find).or_else(|| explanation::find(asked?)),
        Phase::Restoring => explanation::find(asked?),
    }
}

#[component]
fn One(
    /// The reason.
    reason: &'static Explanation,
) -> impl IntoView {
    view! {
        <article class="card prose">
            <h2>{reason.title}</h2>
            <Explained reason=reason />
        </article>
        <p class="hint">
            <A href=paths::SIGNED_OUT>"All reasons for which a session ends"</A>
        </p>
    }
}

#[component]
fn All() -> impl IntoView {
    let reasons = explanation::ALL.iter().map(|reason| {
        view! {
            <details>
                <summary>{reason.title}</summary>
                <div class="prose">
                    <Explained reason=reason />
                </div>
            </details>
        }
    });
    view! {
        <p class="lead">"A session ends when you sign out, and for one of these reasons. Each says what you can do."</p>
        <div class="card reasons">{reasons.collect_view()}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SignedOut as Why;

    fn title(phase: &Phase, asked: Option<&str>) -> Option<&'static str> {
        reason(phase, asked).map(|reason| reason.title)
    }

    #[test]
    fn what_is_known_of_the_session_comes_before_the_address() {
        let expired = Phase::SignedOut(Why::Expired);
        assert_eq!(title(&expired, Some("ADMIN")), Some("Your session expired"));
        let stranger = Phase::SignedOut(Why::NoSession);
        assert_eq!(title(&stranger, Some("ADMIN")), Some("An administrator ended your session"));
    }

    #[test]
    fn a_link_frightens_nobody_who_is_signed_in() {
        for phase in [Phase::SignedIn, Phase::Refreshing] {
            assert_eq!(title(&phase, Some("REUSE_DETECTED")), None);
        }
    }

    #[test]
    fn without_a_reason_or_with_a_made_up_one_all_are_explained() {
        for asked in [None, Some(""), Some("call 555-0100")] {
            assert_eq!(title(&Phase::Restoring, asked), None);
            assert_eq!(title(&Phase::SignedOut(Why::Here), asked), None);
        }
    }
}
