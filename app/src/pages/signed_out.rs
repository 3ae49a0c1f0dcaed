//! Why sessions end, for people whose session has.

use leptos::{either::Either, prelude::*};
use leptos_router::{components::A, hooks::use_query_map};

use crate::{
    components::{Heading, PageTitle},
    explanation::{self, Explanation, Todo},
    paths,
    session::{Phase, Session},
    words::{self, Reason},
};

/// One reason, where one is known; else all of them.
#[component]
pub(crate) fn SignedOut() -> impl IntoView {
    let session = Session::here();
    let words = &words::here().reasons;
    let query = use_query_map();
    let reason = Memo::new(move |_| {
        let asked = query.with(|query| query.get(paths::REASON));
        reason(&session.phase(), asked.as_deref()).map(|reason| reason.code)
    });
    let is_out = Memo::new(move |_| !session.phase().is_signed_in());
    view! {
        <PageTitle text=words.title />
        <section class="medium">
            <Heading text=words.title />
            {move || match reason.get().and_then(explanation::find) {
                Some(reason) => Either::Left(view! { <One reason=reason /> }),
                None => {
                    Either::Right(
                        view! {
                            <All />
                            <div class="actions">
                                {move || {
                                    let (path, name) = if is_out.get() {
                                        (paths::SIGN_IN, words.sign_in)
                                    } else {
                                        (paths::ACCOUNT, words::here().not_found.account)
                                    };
                                    view! {
                                        <A href=path attr:class="button">
                                            {name}
                                        </A>
                                    }
                                }}
                            </div>
                        },
                    )
                }
            }}
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

/// What happened in detail, folded.
#[component]
fn Detail(
    /// What it is a detail of.
    reason: &'static Reason,
) -> impl IntoView {
    (!reason.more.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>{words::here().reasons.what_happened}</summary>
                <p>{reason.more}</p>
            </details>
        }
    })
}

#[component]
fn One(
    /// The reason.
    reason: &'static Explanation,
) -> impl IntoView {
    let words = &words::here().reasons;
    let said = (reason.words)(words);
    let todo = reason.todo.iter().enumerate().map(|(index, todo)| {
        let (name, path) = match todo {
            Todo::SignIn => (words.sign_in, paths::SIGN_IN),
            Todo::ChangePassword => (words.change_password, paths::PASSWORD),
            Todo::CreateAccount => (words.create_account, paths::SIGN_UP),
            Todo::ReviewDevices => (words.review_devices, paths::DEVICES),
            Todo::CheckConnection => (words.check_connection, paths::CONNECTION),
        };
        view! {
            <A href=path attr:class=if index == 0 { "button" } else { "button secondary" }>
                {name}
            </A>
        }
    });
    view! {
        <article class="card padded prose">
            <h2>{said.title}</h2>
            <p>{said.text}</p>
            <div class="actions">{todo.collect_view()}</div>
            <Detail reason=said />
        </article>
        <p class="hint">
            <A href=paths::SIGNED_OUT>{words.others}</A>
        </p>
    }
}

#[component]
fn All() -> impl IntoView {
    let words = &words::here().reasons;
    let reasons = explanation::ALL.iter().map(|reason| {
        let said = (reason.words)(words);
        view! {
            <details>
                <summary>{said.title}</summary>
                <div class="prose">
                    <p>{said.text}</p>
                    <Detail reason=said />
                </div>
            </details>
        }
    });
    view! {
        <p class="lead">{words.lead}</p>
        <div class="card reasons">{reasons.collect_view()}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SignedOut as Why;

    fn title(phase: &Phase, asked: Option<&str>) -> Option<&'static str> {
        reason(phase, asked).map(|reason| (reason.words)(&words::here().reasons).title)
    }

    #[test]
    fn what_is_known_of_the_session_comes_before_the_address() {
        let expired = Phase::SignedOut(Why::Expired);
        assert_eq!(title(&expired, Some("ADMIN")), Some("Your session expired"));
        let stranger = Phase::SignedOut(Why::NoSession);
        assert_eq!(title(&stranger, Some("ADMIN")), Some("An administrator signed you out"));
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
