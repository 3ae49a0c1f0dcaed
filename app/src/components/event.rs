//! One security event.

use leptos::{either::Either, prelude::*};
use sessionkeep_types::{Origin, SecurityEvent};

use super::moment::{Clock, When};
use crate::happened::{Words, words};

/// What happened, when and from where; with a session in two places, from both.
#[component]
pub(crate) fn EventRow(
    /// The event.
    event: SecurityEvent,
    /// To tell how long ago it was.
    clock: Clock,
) -> impl IntoView {
    let SecurityEvent { at, kind, by, origin, other, .. } = event;
    let Words { title, meaning, is_alarming } = words(&kind, by.is_some());
    let from = match other.as_ref().map(place) {
        None => Either::Left(view! { <p class="hint">{place(&origin)}</p> }),
        Some(other) => Either::Right(view! {
            <dl class="sides hint">
                <dt>"One side"</dt>
                <dd>{place(&origin)}</dd>
                <dt>"Other side"</dt>
                <dd>{other}</dd>
            </dl>
        }),
    };
    view! {
        <li class="row" class:alarming=is_alarming>
            <div class="row-text">
                <p class="row-title">{title}</p>
                {meaning.map(|meaning| view! { <p>{meaning}</p> })}
                {from}
            </div>
            <p class="hint row-time">
                <When time=at clock=clock />
            </p>
        </li>
    }
}

/// `Firefox on Windows, 203.0.113.7`.
fn place(origin: &Origin) -> String {
    let Origin { device, ip, .. } = origin;
    match (device.as_str(), ip.as_str()) {
        ("", "") => "From an unknown place".to_owned(),
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
            ("", "", "From an unknown place"),
        ] {
            let origin = Origin { device: device.into(), ip: ip.into(), user_agent: String::new() };
            assert_eq!(place(&origin), words);
        }
    }
}
