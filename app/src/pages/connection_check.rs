//! What is in the way of a person's session, found by asking the server what arrives.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{FormAlert, Heading, PageTitle},
    diagnosis::{self, Browser, Finding, Verdict},
    session::{Phase, Session},
    trouble, wall_clock, words,
};

/// The page for whoever is signed out for no reason that can be seen, and so for everybody.
#[component]
pub(crate) fn ConnectionCheck() -> impl IntoView {
    let check = Check::new(Session::here());
    let words = &words::here().connection;
    let rows = move || check.found.get().into_iter().map(|finding| view! { <Row finding=finding /> }).collect_view();
    view! {
        <PageTitle text=words.title />
        <section class="medium">
            <div class="page-head">
                <Heading text=words.title />
                <p class="lead">{words.lead}</p>
            </div>
            <div class="card padded scripted">
                <p class="summary" role="status">
                    {move || match (check.busy.get(), check.alert.with(Option::is_some)) {
                        (true, _) => words.checking,
                        // What was found before may not be so any more.
                        (false, true) => "",
                        (false, false) => check.found.with(|found| diagnosis::summary(found)),
                    }}
                </p>
                <ul class="rows findings">{rows}</ul>
                <FormAlert message=check.alert />
                <div class="actions">
                    <button
                        type="button"
                        class="button secondary"
                        aria-disabled=move || check.busy.get().then_some("true")
                        on:click=move |_| check.run()
                    >
                        {words.again}
                    </button>
                </div>
            </div>
        </section>
    }
}

/// What was found last.
#[derive(Clone, Copy)]
struct Check {
    session: Session,
    busy: RwSignal<bool>,
    alert: RwSignal<Option<String>>,
    found: RwSignal<Vec<Finding>>,
}

impl Check {
    fn new(session: Session) -> Self {
        let check = Self {
            session,
            // As it is when the page comes to life.
            busy: RwSignal::new(true),
            alert: RwSignal::new(None),
            found: RwSignal::new(Vec::new()),
        };
        // As soon as it is known whether there is a session, and again when that changes.
        let standing = Memo::new(move |_| match session.phase() {
            Phase::Restoring => None,
            phase => Some(phase.is_signed_in()),
        });
        Effect::new(move |_| {
            if standing.get().is_some() {
                check.busy.set(false);
                check.run();
            }
        });
        check
    }

    fn run(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.alert.set(None);
        spawn_local(async move {
            let answer = self.session.arrival().await;
            let browser = Browser {
                now: wall_clock::now(),
                signed_in: untrack(|| self.session.signed_in_epoch().is_some()),
                drops_only_secure_cookies: self.session.drops_only_secure_cookies(),
            };
            match answer {
                Ok(arrival) => {
                    self.found.try_set(diagnosis::look(&arrival, browser).into());
                }
                Err(error) => {
                    self.alert.try_set(Some(trouble::said(&error)));
                }
            }
            self.busy.try_set(false);
        });
    }
}

#[component]
fn Row(
    /// What was found.
    finding: Finding,
) -> impl IntoView {
    let words = &words::here().connection;
    let Finding { what, verdict, found, advice, operator } = finding;
    let (class, word) = match verdict {
        Verdict::Fine => ("badge good", words.fine_word),
        Verdict::Odd => ("badge warn", words.odd_word),
        Verdict::Wrong => ("badge bad", words.wrong_word),
    };
    view! {
        <li class="row finding">
            <div class="row-text">
                <h2 class="row-title">{what}</h2>
                <p>{found}</p>
                {advice.map(|advice| view! { <p class="hint">{advice}</p> })}
                {operator
                    .map(|operator| {
                        view! {
                            <details class="more">
                                <summary>{words.for_administrators}</summary>
                                <p class="hint">{operator}</p>
                            </details>
                        }
                    })}
            </div>
            <span class=class>{word}</span>
        </li>
    }
}
