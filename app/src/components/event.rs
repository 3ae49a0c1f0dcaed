//! Security events, as a list shows them.

use leptos::{either::Either, prelude::*};
use leptos_router::components::A;
use sessionkeep_types::{EventKind, Origin, SecurityEvent};

use super::{
    icon::Picture,
    moment::{Clock, Shape, When},
    story::{Level, Story, story},
};
use crate::{
    paths,
    words::{self, Language},
};

/// One event, or several of the same kind and origin in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Several {
    /// The latest.
    pub(crate) event: SecurityEvent,
    /// How many.
    pub(crate) number: usize,
}

/// What happened, when and from where; with a session in two places, from both.
#[component]
pub(crate) fn EventRow(
    /// The event.
    several: Several,
    /// To tell when it was.
    clock: Clock,
    /// Whether it waits for the person's answer.
    #[prop(into)]
    open: Signal<bool>,
) -> impl IntoView {
    let words = &words::here().activity;
    let Several { event: SecurityEvent { at, kind, by, origin, other, .. }, number } = several;
    let Story { title, meaning, level, icon } = story(&kind, by.is_some());
    let (class, level) = match level {
        Level::Routine => ("event", None),
        Level::Warning => ("event warning", Some(words.warning)),
        Level::Alert => ("event alert-level", Some(words.alert)),
    };
    let title = match (&kind, number) {
        (EventKind::LoginFailed, 2..) => (words::here().events.wrong_passwords)(number),
        _ => title.to_owned(),
    };
    let times = (number > 1 && kind != EventKind::LoginFailed).then(|| {
        view! {
            " "
            <span class="times">
                <span aria-hidden="true">{format!("×{number}")}</span>
                <span class="visually-hidden">{(words.times)(number)}</span>
            </span>
        }
    });
    let from = match other.as_ref().map(place) {
        // The server keeps an administrator's place to itself.
        None if by.is_some() => Either::Left(None),
        None => {
            let place = place(&origin);
            // These are about other devices than the one they were done from.
            let is_of_others = matches!(kind, EventKind::SessionEnded | EventKind::SessionsEnded);
            Either::Left(Some(view! { <p class="meta">{if is_of_others { (words.from)(&place) } else { place }}</p> }))
        }
        Some(other) => Either::Right(view! {
            <dl class="sides meta">
                <div>
                    <dt>{words.device_a}</dt>
                    <dd>{place(&origin)}</dd>
                </div>
                <div>
                    <dt>{words.device_b}</dt>
                    <dd>{other}</dd>
                </div>
            </dl>
        }),
    };
    view! {
        <li class=class>
            <span class="event-icon">
                <Picture icon=icon />
            </span>
            <div class="row-text">
                <p class="row-title">
                    {level
                        .map(|level| {
                            view! {
                                <span class="level">{level}</span>
                                " "
                            }
                        })} <span class="event-title">{title}</span> {times}
                </p>
                {meaning.map(|meaning| view! { <p class="meaning">{meaning}</p> })}
                {from}
                {move || {
                    open.get()
                        .then(|| {
                            view! {
                                <p class="actions">
                                    <A href=paths::PASSWORD attr:class="button secondary small">
                                        {words.change_password}
                                    </A>
                                </p>
                            }
                        })
                }}
            </div>
            <p class="event-time">
                <When time=at clock=clock shape=Shape::Time />
            </p>
        </li>
    }
}

/// The server's label of a device, in the page's language: it is `Firefox on Windows` or `Unknown device`.
pub(crate) fn device_in_words(label: &str) -> String {
    let words = &words::here().devices;
    match label.split_once(" on ") {
        Some((browser, system)) => format!("{browser} {} {system}", words.on),
        None if label == Language::English.words().devices.unknown_device => words.unknown_device.to_owned(),
        None => label.to_owned(),
    }
}

/// `Firefox on Windows, 203.0.113.7`.
pub(super) fn place(origin: &Origin) -> String {
    let Origin { device, ip, .. } = origin;
    let device = device_in_words(device);
    match (device.as_str(), ip.as_str()) {
        ("", "") => words::here().activity.unknown_place.to_owned(),
        (device, "") => device.to_owned(),
        ("", ip) => ip.to_owned(),
        (device, ip) => format!("{device}, {ip}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_as_much_as_is_known_of_it() {
        for (device, ip, words) in [
            ("Firefox on Windows", "203.0.113.7", "Firefox on Windows, 203.0.113.7"),
            ("Firefox on Windows", "", "Firefox on Windows"),
            ("", "203.0.113.7", "203.0.113.7"),
            ("", "", "Unknown place"),
        ] {
            let origin = Origin { device: device.into(), ip: ip.into(), user_agent: String::new() };
            assert_eq!(place(&origin), words);
        }
    }
}
