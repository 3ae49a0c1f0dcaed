//! What is in the way of a person's session, found by asking the server what arrives.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

use crate::{
    brand::PageTitle,
    components::{AccountNav, Heading, LoadAlert, Loaded, Loading},
    diagnosis::{self, Finding, Verdict},
    light::later,
    paths,
    session::Session,
    wall_clock,
};

/// The page for whoever is signed out for no reason that can be seen.
#[component]
pub(crate) fn ConnectionCheck() -> impl IntoView {
    let check = Check::new(Session::here());
    view! {
        <PageTitle text="Check your connection" />
        <section class="medium">
            <Heading text="Check your connection" />
            <AccountNav />
            <p class="hint">
                "Were you signed out and do not know why? This looks at what your browser sends, and at what arrives. We also explain "
                <A href=paths::SIGNED_OUT>"why sessions end"</A> "."
            </p>
            <Loaded loading=check.loading reload=move |()| check.run() view=move |()| later(findings(check)) />
        </section>
    }
}

/// What was found last.
#[derive(Clone, Copy)]
struct Check {
    loading: Loading,
    found: RwSignal<Vec<Finding>>,
}

impl Check {
    fn new(session: Session) -> Self {
        let check = Self { loading: Loading::new(session), found: RwSignal::new(Vec::new()) };
        check.loading.for_each_session(move || check.run());
        check
    }

    fn run(self) {
        let Some((asked, api)) = self.loading.begin() else { return };
        spawn_local(async move {
            let answer = api.arrival().await;
            self.loading.end(asked, answer, |arrival| {
                self.found.try_set(diagnosis::look(&arrival, wall_clock::now()).into());
            });
        });
    }
}

fn findings(check: Check) -> impl IntoView {
    let Check { loading, found } = check;
    let rows = move || found.get().into_iter().map(|finding| view! { <Row finding=finding /> }).collect_view();
    view! {
        <div class="card">
            <p class="lead" role="status">
                {move || match (loading.is_under_way(), loading.failure().is_some()) {
                    (true, _) => "Checking…",
                    // What was found before may not be so any more.
                    (false, true) => "",
                    (false, false) => found.with(|found| diagnosis::summary(found)),
                }}
            </p>
            <ul class="rows">{rows}</ul>
            <LoadAlert loading=loading />
            <div class="actions">
                <button
                    type="button"
                    class="button secondary"
                    aria-disabled=move || loading.is_under_way().then_some("true")
                    on:click=move |_| {
                        if !untrack(|| loading.is_under_way()) {
                            check.run();
                        }
                    }
                >
                    "Check again"
                </button>
            </div>
        </div>
    }
}

#[component]
fn Row(
    /// What was found.
    finding: Finding,
) -> impl IntoView {
    let Finding { what, verdict, found, mend } = finding;
    let (class, word) = match verdict {
        Verdict::Fine => ("badge", "In order"),
        Verdict::Odd => ("badge odd", "Odd"),
        Verdict::Wrong => ("badge wrong", "Not in order"),
    };
    view! {
        <li class="row">
            <div class="row-text">
                <p class="row-title">{what} " " <span class=class>{word}</span></p>
                <p>{found}</p>
                {mend.map(|mend| view! { <p class="hint">{mend}</p> })}
            </div>
        </li>
    }
}
