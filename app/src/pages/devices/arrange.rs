//! In which order devices are shown, and which of them belong together. Pure.

use core::cmp::Reverse;

use sessionkeep_types::{Session as Device, SessionId};

use crate::{
    components::{Icon, moment},
    when::{self, Moment},
};

/// Days without use after which a device counts as inactive.
const INACTIVE_DAYS: i64 = 30;

/// Sessions of one kind of device. They are shown as one until somebody looks closer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The device in words.
    pub(super) name: String,
    pub(super) icon: Icon,
    /// The one that was used last comes first.
    pub(super) sessions: Vec<SessionId>,
    /// When that was.
    pub(super) last_used_at: String,
}

/// All devices but this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arranged {
    pub(super) others: Vec<Group>,
    pub(super) inactive: Vec<Group>,
}

impl Arranged {
    /// How many sessions the groups have.
    pub(super) fn count(groups: &[Group]) -> usize {
        groups.iter().map(|group| group.sessions.len()).sum()
    }
}

pub(super) fn arrange(devices: &[Device], now: Moment) -> Arranged {
    let mut others: Vec<&Device> = devices.iter().filter(|device| !device.current).collect();
    others.sort_by_key(|device| Reverse(in_letters(&device.last_used_at)));
    let mut arranged = Arranged::default();
    for device in others {
        let groups = if is_inactive(device, now) { &mut arranged.inactive } else { &mut arranged.others };
        match groups.iter_mut().find(|group| group.name == device.device) {
            Some(group) => group.sessions.push(device.id.clone()),
            None => groups.push(Group {
                name: device.device.clone(),
                icon: icon_of(device),
                sessions: vec![device.id.clone()],
                last_used_at: device.last_used_at.clone(),
            }),
        }
    }
    arranged
}

fn is_inactive(device: &Device, now: Moment) -> bool {
    moment(&device.last_used_at).is_some_and(|used| now.unix - used.unix > INACTIVE_DAYS * when::DAY)
}

/// What kind of thing it is, as far as its user agent says. It decides about a picture and about nothing else.
pub(super) fn icon_of(device: &Device) -> Icon {
    let has = |word: &str| device.user_agent.contains(word);
    if has("iPad") || (has("Android") && !has("Mobile")) {
        Icon::Tablet
    } else if has("iPhone") || has("Mobile") {
        Icon::Phone
    } else if has("Mozilla/") {
        Icon::Laptop
    } else {
        Icon::Terminal
    }
}

/// Whether this is another device that did not sign in before the current one. The server takes the password for ending it.
pub(super) fn is_newer(device: &Device, all: &[Device]) -> bool {
    let before = |this: &Device| in_letters(&device.created_at) < in_letters(&this.created_at);
    !device.current && all.iter().any(|this| this.current && !before(this))
}

/// A time of the contract in a form whose letters are in its order: a fraction of a second has as many digits as it needs.
fn in_letters(time: &str) -> &str {
    time.trim_end_matches('Z')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, name: &str, last_used_at: &str) -> Device {
        Device {
            id: SessionId::new(id),
            current: id == "this",
            created_at: String::new(),
            last_used_at: last_used_at.to_owned(),
            expires_at: String::new(),
            remember_me: true,
            ip: String::new(),
            user_agent: String::new(),
            device: name.to_owned(),
        }
    }

    fn now() -> Moment {
        moment("2026-11-24T12:00:00Z").unwrap()
    }

    fn shown(groups: &[Group]) -> Vec<(&str, Vec<&str>)> {
        groups
            .iter()
            .map(|group| (group.name.as_str(), group.sessions.iter().map(SessionId::as_str).collect()))
            .collect()
    }

    #[test]
    fn the_device_that_was_used_last_comes_first_and_equal_ones_stand_together() {
        let arranged = arrange(
            &[
                device("old", "Firefox", "2026-11-20T10:00:00Z"),
                device("new", "Edge", "2026-11-24T10:00:00Z"),
                device("this", "Firefox", "2026-11-24T11:00:00Z"),
                device("newer", "Firefox", "2026-11-24T10:00:00.5Z"),
            ],
            now(),
        );
        assert_eq!(shown(&arranged.others), [("Firefox", vec!["newer", "old"]), ("Edge", vec!["new"])]);
        assert_eq!(Arranged::count(&arranged.others), 3);
        assert!(arranged.inactive.is_empty());
    }

    #[test]
    fn after_thirty_days_without_use_a_device_is_inactive() {
        let arranged = arrange(
            &[
                device("just", "A", "2026-10-25T12:00:00Z"),
                device("inactive", "A", "2026-10-25T11:59:59Z"),
                device("unknown", "B", "some time"),
            ],
            now(),
        );
        assert_eq!(shown(&arranged.others), [("B", vec!["unknown"]), ("A", vec!["just"])]);
        assert_eq!(shown(&arranged.inactive), [("A", vec!["inactive"])]);
    }

    #[test]
    fn a_device_has_the_picture_of_its_kind() {
        for (user_agent, icon) in [
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0", Icon::Laptop),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148", Icon::Phone),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0 Mobile Safari/537.36", Icon::Phone),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0 Safari/537.36", Icon::Tablet),
            ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Mobile/15E148", Icon::Tablet),
            ("curl/8.5.0", Icon::Terminal),
            ("", Icon::Terminal),
        ] {
            let device = Device { user_agent: user_agent.to_owned(), ..device("one", "", "") };
            assert_eq!(icon_of(&device), icon, "{user_agent}");
        }
    }

    #[test]
    fn the_password_is_asked_for_where_a_device_did_not_sign_in_before_this_one() {
        let begun = |name: &str, created_at: &str| Device { created_at: created_at.to_owned(), ..device(name, "", "") };
        let devices = vec![
            begun("this", "2026-11-24T10:00:00.5Z"),
            begun("older", "2026-11-24T10:00:00Z"),
            begun("a little older", "2026-11-24T10:00:00.499Z"),
            begun("same", "2026-11-24T10:00:00.5Z"),
            begun("a little newer", "2026-11-24T10:00:00.51Z"),
            begun("newer", "2026-11-24T10:00:01Z"),
        ];
        let newer = devices.iter().filter(|device| is_newer(device, &devices)).map(|device| device.id.as_str());
        assert_eq!(newer.collect::<Vec<_>>(), ["same", "a little newer", "newer"]);
        // On a page without the current one the server says it.
        assert!(!is_newer(&devices[5], &devices[1..]));
    }
}
