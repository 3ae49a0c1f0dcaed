//! After a theft: what happened, and the question whether it was the person themselves.

use leptos::{either::Either, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast as _};
use leptos_router::{components::A, hooks::use_location};
use sessionkeep_types::{DismissReviewRequest, Origin, SecurityEvent};

use super::{
    confirm::focus,
    event::{device_in_words, place},
    icon::{Icon, Picture},
    me::Me,
    moment::moment,
    proof::{Proof, ProofField},
};
use crate::{paths, review_room, trouble, when, words};

/// The banner, as long as the server keeps the question open. It is the same on every device of the person.
#[component]
pub(crate) fn ReviewBanner() -> impl IntoView {
    let me = Me::here();
    let done = RwSignal::new(false);
    let thanks = NodeRef::<html::P>::new();
    Effect::new(move |_| {
        if let Some(thanks) = thanks.get().filter(|_| done.get()) {
            // OK because what cannot take the focus leaves it where it was.
            let _ = thanks.focus();
        }
    });
    // Only another event is another banner.
    let event = Memo::new(move |_| me.review());
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if event.with(Option::is_some) {
            request_animation_frame(move || {
                if let Some(place) = place.try_get_untracked().flatten() {
                    review_room::keep(place.offset_height());
                }
            });
        } else if me.is_ready() {
            review_room::forget();
        }
    });
    view! {
        <div class="review-place" node_ref=place>
            {move || {
                event.get().map(|event| {
                    done.set(false);
                    view! { <Banner event=event done=done /> }
                })
            }}
            <p class="notice good" role="status" tabindex="-1" node_ref=thanks>
                {move || done.get().then_some(words::here().review.dismissed)}
            </p>
        </div>
    }
}

/// What is to be said of it.
fn sentence(event: &SecurityEvent) -> String {
    let (words, times) = (&words::here().review, &words::here().times);
    let when = moment(&event.at)
        .map_or_else(|| event.at.clone(), |then| (times.at)(&when::date(then, times), &when::time(then)));
    let named = |origin: &Origin| match (device_in_words(&origin.device), origin.ip.as_str()) {
        (device, ip) if device.is_empty() || ip.is_empty() => place(origin),
        (device, ip) => format!("{device} ({ip})"),
    };
    match event.other.as_ref().map(|other| (named(&event.origin), named(other))) {
        Some((one, other)) if one == other => (words.text_alike)(&when, &one),
        Some((one, other)) => (words.text)(&when, &one, &other),
        None => (words.text_short)(&when),
    }
}

/// On the page that the answer leads to.
fn focus_current_password() {
    let field = document().get_element_by_id("currentPassword");
    if let Some(field) = field.and_then(|field| field.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        // OK because a field that cannot take the focus leaves it where it was.
        let _ = field.focus();
    }
}

#[component]
fn Banner(
    /// What it is about.
    event: SecurityEvent,
    /// Whether it was answered here.
    done: RwSignal<bool>,
) -> impl IntoView {
    let words = &words::here().review;
    let common = &words::here().common;
    let me = Me::here();
    let path = use_location().pathname;
    let (asking, busy, alert) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<String>));
    let proof = Proof::new(|| false);
    let no = NodeRef::<html::A>::new();
    Effect::new(move |_| {
        if let Some(no) = no.get() {
            // OK because a link that cannot take the focus leaves it where it was.
            let _ = no.focus();
        }
    });
    let (opener, came_back) = (NodeRef::<html::Button>::new(), StoredValue::new(false));
    Effect::new(move |_| focus(opener.get().filter(|_| came_back.get_value())));
    let text = sentence(&event);
    let id = StoredValue::new(event.id);
    let dismiss = move || {
        let Some(api) = me.session().signed_in() else { return };
        if busy.get_untracked() || !proof.is_complete() {
            return;
        }
        busy.set(true);
        alert.set(None);
        let request = DismissReviewRequest {
            event: id.get_value(),
            current_password: proof.request().map(|proof| proof.current_password),
        };
        spawn_local(async move {
            let answer = api.dismiss_review(&request).await;
            // Another page of the account has the same question.
            if answer.is_ok() {
                me.is_reviewed();
            }
            // Only a signal that is gone gives its value back.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => done.set(true),
                Err(error) if proof.shows(&error) => {}
                Err(error) => alert.set(Some(trouble::said(&error))),
            }
        });
    };
    let close = move || {
        if busy.get_untracked() {
            return;
        }
        came_back.set_value(true);
        asking.set(false);
    };
    view! {
        <section class="banner" aria-labelledby="review-title">
            <Picture icon=Icon::ShieldAlert />
            <div class="banner-text">
                <h2 id="review-title">{words.title}</h2>
                <p>{text}</p>
                {move || {
                    if asking.get() {
                        Either::Left(
                            view! {
                                <form
                                    class="question"
                                    method="post"
                                    novalidate
                                    aria-label=words.question
                                    on:submit=move |event| {
                                        event.prevent_default();
                                        dismiss();
                                    }
                                    on:keydown=move |event| {
                                        if event.key() == "Escape" {
                                            close();
                                        }
                                    }
                                >
                                    <p>
                                        <strong>{words.question}</strong>
                                        " "
                                        {words.explanation}
                                    </p>
                                    // Before the password, which this does not take.
                                    <div class="actions">
                                        <a
                                            class="button danger"
                                            href=paths::PASSWORD
                                            node_ref=no
                                            on:click=move |event| {
                                                if path.get_untracked() == paths::PASSWORD {
                                                    event.prevent_default();
                                                    came_back.set_value(false);
                                                    asking.set(false);
                                                    focus_current_password();
                                                }
                                            }
                                        >
                                            {words.no}
                                        </a>
                                    </div>
                                    {move || {
                                        proof
                                            .is_asked()
                                            .then(|| {
                                                view! {
                                                    <ProofField
                                                        id="currentPassword-review".to_owned()
                                                        reason=words.password_reason
                                                        proof=proof
                                                    />
                                                }
                                            })
                                    }}
                                    {move || {
                                        alert
                                            .get()
                                            .map(|alert| {
                                                view! {
                                                    <p class="alert" role="alert">
                                                        {alert}
                                                    </p>
                                                }
                                            })
                                    }}
                                    <div class="actions">
                                        <button
                                            type="submit"
                                            class="button secondary"
                                            aria-disabled=move || busy.get().then_some("true")
                                        >
                                            {move || if busy.get() { words.dismissing } else { words.yes }}
                                        </button>
                                        <button type="button" class="button quiet" on:click=move |_| close()>
                                            {common.cancel}
                                        </button>
                                    </div>
                                </form>
                            },
                        )
                    } else {
                        Either::Right(
                            view! {
                                <div class="actions">
                                    <Show when=move || path.get() != paths::PASSWORD>
                                        <A href=paths::PASSWORD attr:class="button danger">
                                            {words.change_password}
                                        </A>
                                    </Show>
                                    <Show when=move || path.get() != paths::ACTIVITY>
                                        <A href=paths::ACTIVITY attr:class="button secondary">
                                            {words.to_activity}
                                        </A>
                                    </Show>
                                    <button
                                        type="button"
                                        class="button quiet"
                                        node_ref=opener
                                        on:click=move |_| {
                                            proof.reset();
                                            asking.set(true);
                                        }
                                    >
                                        {words.it_was_me}
                                    </button>
                                </div>
                            },
                        )
                    }
                }}
            </div>
        </section>
    }
}
