//! Security events, as a list shows them.

use leptos::{either::Either, prelude::*};
use leptos_router::components::A;
use sessionkeep_types::{EventKind, Origin, SecurityEvent};

use super::{
    icon::Picture,
    moment::{Clock, Shape, When},
    story::{Level, Story, is_wrong_password, story},
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
    let is_wrong_password = is_wrong_password(&kind);
    let title = match number {
        2.. if is_wrong_password => (words::here().events.wrong_passwords)(number),
        _ => title.to_owned(),
    };
    let times = (number > 1 && !is_wrong_password).then(|| {
        view! {
            " "
            <span class="times">
                <span aria-hidden="true">{format!("×{number}")}</span>
                <span class="visually-hidden">{(words.times)(number)}</span>
            </span>
        }
    });
    // The server keeps an administrator's place to itself.
    let origin = by.is_none().then(|| place(&origin));
    let from = match (other.as_ref().map(place), &kind) {
        // What these are about is another device than the one they were done from.
        (Some(ended), EventKind::SessionEnded) => {
            Either::Right(sides([(words.device, Some(ended)), (words.by_device, origin)]))
        }
        (None, EventKind::SessionEnded | EventKind::SessionsEnded) => {
            Either::Left(origin.map(|place| view! { <p class="meta">{(words.from)(&place)}</p> }))
        }
        (None, _) => Either::Left(origin.map(|place| view! { <p class="meta">{place}</p> })),
        (other, _) => Either::Right(sides([(words.device_a, origin), (words.device_b, other)])),
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

/// Two places, each with its name.
fn sides(sides: [(&'static str, Option<String>); 2]) -> impl IntoView {
    let sides = sides.into_iter().filter_map(|(name, place)| {
        let place = place?;
        Some(view! {
            <div>
                <dt>{name}</dt>
                <dd>{place}</dd>
            </div>
        })
    });
    view! { <dl class="sides meta">{sides.collect_view()}</dl> }
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
