//! What a person's browser, and whatever is between it and the server, does to the session: in words, with the mend. Pure.

use sessionkeep_types::Connection;

use crate::{api::Arrival, when};

/// Seconds. An answer takes its time, and this much harms nobody.
const APART: i64 = 60;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const TELL: &str = "If this stays, tell whoever runs this site";
const NEIGHBOUR: &str = "another program on its domain sets a cookie of the same name";

/// What was looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) what: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) found: String,
    pub(crate) mend: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// It ends no session, and is not as it should be.
    Odd,
    /// It ends sessions.
    Wrong,
}

/// Looks at everything, what ends sessions first. `now` is the device's clock, in seconds since 1970.
pub(crate) fn look(Arrival { nonce, connection }: &Arrival, now: i64) -> [Finding; 5] {
    [
        session_cookie(connection),
        way_of_cookies(nonce, &connection.probes),
        site(connection),
        clock(&connection.now, now),
        address(&connection.address),
    ]
}

/// One sentence over all of them.
pub(crate) fn summary(findings: &[Finding]) -> &'static str {
    let has = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    match (has(Verdict::Wrong), has(Verdict::Odd)) {
        (true, _) => "Something ends your sessions early. What to do about it stands below.",
        (false, true) => "Your session is safe, but not everything is as it should be.",
        (false, false) => "Everything is in order.",
    }
}

fn session_cookie(connection: &Connection) -> Finding {
    let &Connection { refresh_cookies, refresh_counting, generation_cookies, .. } = connection;
    let what = "The cookie that keeps you signed in";
    match (refresh_cookies, refresh_counting, generation_cookies) {
        (0, ..) => Finding {
            what,
            verdict: Verdict::Wrong,
            found: "Your browser does not send it. You stay signed in here for 15 minutes at most, and not when this page is loaded again."
                .to_owned(),
            mend: Some("Allow cookies for this site in the settings of your browser, then sign in again.".to_owned()),
        },
        (_, 0, _) => Finding {
            what,
            verdict: Verdict::Wrong,
            found: "Your browser sends it without the one beside it that shows whose it is. You stay signed in here for 15 minutes at most."
                .to_owned(),
            mend: Some(format!("Sign in again, and do not delete single cookies of this site. {TELL}.")),
        },
        (1, _, 1) => Finding::fine(what, "Your browser sends it, once."),
        (1, ..) => Finding {
            what,
            verdict: Verdict::Odd,
            found: "Your browser sends it, but not, or not once, the one beside it that tells tabs of each other."
                .to_owned(),
            mend: Some(format!("Sign out and sign in again. {TELL}.")),
        },
        (several, 1, _) => Finding {
            what,
            verdict: Verdict::Odd,
            found: format!("Your browser sends {several} of this name. The server recognises yours and ignores the others."),
            mend: Some(format!("You need not do anything. {TELL}: {NEIGHBOUR}.")),
        },
        (several, ..) => Finding {
            what,
            verdict: Verdict::Wrong,
            found: format!("Your browser sends {several} of this name, and nothing shows which of them is yours."),
            mend: Some(format!(
                "Sign in again. If that does not help, delete the cookies of this site in the settings of your browser. \
                 {TELL}: {NEIGHBOUR}."
            )),
        },
    }
}

fn way_of_cookies(nonce: &str, probes: &[String]) -> Finding {
    let what = "The way of cookies";
    let (found, mend) = match probes {
        [probe] if probe == nonce => {
            return Finding::fine(what, "A cookie that the server has set just now came back unchanged.");
        }
        [] => (
            "A cookie that the server has set just now did not come back.".to_owned(),
            format!("Allow cookies for this site. {TELL}: a proxy may remove cookies."),
        ),
        [_] => (
            "A cookie that the server has set just now came back with something else in it.".to_owned(),
            format!("Turn off extensions that change cookies. {TELL}: a proxy may change them."),
        ),
        several => (
            format!("A cookie that the server has set just now came back {} times.", several.len()),
            format!("Turn off extensions that change cookies. {TELL}: a proxy may repeat them."),
        ),
    };
    Finding { what, verdict: Verdict::Wrong, found, mend: Some(mend) }
}

fn site(connection: &Connection) -> Finding {
    let what = "Where your requests come from";
    match connection {
        Connection { refused: Some(why), .. } => Finding {
            what,
            verdict: Verdict::Wrong,
            found: format!("The server takes what this page sends for requests of another site. {why}"),
            mend: Some(
                "Open this site by its usual address. If that is what you did, tell whoever runs it: its setting \
                 PUBLIC_ORIGIN must be what your address bar shows."
                    .to_owned(),
            ),
        },
        Connection { origin: None, sec_fetch_site: None, .. } => Finding {
            what,
            verdict: Verdict::Odd,
            found: "The headers by which the server knows requests of other sites do not arrive.".to_owned(),
            mend: Some(format!("Use a browser of this decade. {TELL}: a proxy may remove Origin and Sec-Fetch-Site.")),
        },
        _ => Finding::fine(what, "The server knows that they come from this site."),
    }
}

fn clock(theirs: &str, now: i64) -> Finding {
    let what = "Your clock";
    let Some(theirs) = when::parse(theirs) else {
        return Finding {
            what,
            verdict: Verdict::Odd,
            found: "What the server says of the time cannot be read.".to_owned(),
            mend: Some(format!("{TELL}.")),
        };
    };
    let ahead = now - theirs;
    if ahead.abs() <= APART {
        return Finding::fine(what, "It agrees with the server’s.");
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    Finding {
        what,
        verdict: Verdict::Odd,
        found: format!(
            "It is {} {direction} the server’s. Your session does not depend on it, but times on these pages are as far off.",
            length(ahead.abs())
        ),
        mend: Some("Have your device set its clock by the network.".to_owned()),
    }
}

fn address(address: &str) -> Finding {
    let what = "Your address";
    let tell = "tell whoever runs this site: its setting TRUSTED_PROXIES may be wrong";
    if address.is_empty() {
        return Finding {
            what,
            verdict: Verdict::Odd,
            found: "The server does not know it.".to_owned(),
            mend: Some(format!("You need do nothing. If you like, {tell}.")),
        };
    }
    Finding {
        mend: Some(format!("If that is not the address of your network, {tell}.")),
        ..Finding::fine(what, &format!("The server sees {address}."))
    }
}

impl Finding {
    fn fine(what: &'static str, found: &str) -> Self {
        Self { what, verdict: Verdict::Fine, found: found.to_owned(), mend: None }
    }
}

/// The largest unit that fits.
fn length(seconds: i64) -> String {
    let (number, unit) = match seconds {
        DAY.. => (seconds / DAY, "day"),
        HOUR.. => (seconds / HOUR, "hour"),
        MINUTE.. => (seconds / MINUTE, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_532_645;

    fn arrival() -> Arrival {
        let connection = Connection {
            now: "2026-11-24T15:04:05.678Z".to_owned(),
            address: "192.0.2.1".to_owned(),
            origin: Some("https://id.example.com".to_owned()),
            sec_fetch_site: Some("same-origin".to_owned()),
            refused: None,
            refresh_cookies: 1,
            refresh_counting: 1,
            generation_cookies: 1,
            probes: vec!["n".to_owned()],
            route: None,
        };
        Arrival { nonce: "n".to_owned(), connection }
    }

    /// Of the thing at `index`, after `change`; everything else is fine.
    #[track_caller]
    fn found(index: usize, change: impl Fn(&mut Connection)) -> (Verdict, String) {
        let mut arrival = arrival();
        change(&mut arrival.connection);
        let mut findings = look(&arrival, NOW).to_vec();
        let finding = findings.remove(index);
        assert!(findings.iter().all(|other| other.verdict == Verdict::Fine), "{findings:?}");
        assert!(finding.verdict == Verdict::Fine || finding.mend.is_some(), "it says what to do: {finding:?}");
        (finding.verdict, finding.found)
    }

    #[test]
    fn where_nothing_is_in_the_way_everything_is_in_order() {
        let findings = look(&arrival(), NOW);
        assert_eq!(summary(&findings), "Everything is in order.");
        for (index, finding) in findings.iter().enumerate() {
            assert_eq!(finding.verdict, Verdict::Fine, "{index}: {finding:?}");
        }
    }

    #[test]
    fn a_cookie_that_is_missing_or_has_a_twin_ends_sessions() {
        for (refresh, counting, generation, verdict, words) in [
            (0, 0, 0, Verdict::Wrong, "does not send it"),
            (0, 0, 1, Verdict::Wrong, "does not send it"),
            (1, 0, 1, Verdict::Wrong, "without the one beside it"),
            (2, 0, 1, Verdict::Wrong, "without the one beside it"),
            (2, 2, 1, Verdict::Wrong, "nothing shows which"),
            (3, 2, 3, Verdict::Wrong, "nothing shows which"),
            (2, 1, 1, Verdict::Odd, "ignores the others"),
            (3, 1, 3, Verdict::Odd, "ignores the others"),
            (1, 1, 0, Verdict::Odd, "tells tabs of each other"),
            (1, 1, 2, Verdict::Odd, "tells tabs of each other"),
        ] {
            let (seen, found) = found(0, |connection| {
                (connection.refresh_cookies, connection.refresh_counting) = (refresh, counting);
                connection.generation_cookies = generation;
            });
            assert!(seen == verdict && found.contains(words), "{refresh} {counting} {generation}: {found}");
        }
    }

    #[test]
    fn a_cookie_that_does_not_come_back_as_it_was_set_is_noticed() {
        for (probes, words) in [
            (&[][..], "did not come back"),
            (&["other"][..], "something else in it"),
            (&["n", "n"][..], "came back 2 times"),
        ] {
            let (verdict, found) = found(1, |connection| {
                connection.probes = probes.iter().map(|&probe| probe.to_owned()).collect();
            });
            assert!(verdict == Verdict::Wrong && found.contains(words), "{probes:?}: {found}");
        }
    }

    #[test]
    fn requests_that_are_taken_for_those_of_another_site_are_noticed() {
        let refused = found(2, |connection| connection.refused = Some("Why.".to_owned()));
        assert!(refused.0 == Verdict::Wrong && refused.1.ends_with("Why."), "{refused:?}");
        let bare = found(2, |connection| (connection.origin, connection.sec_fetch_site) = (None, None));
        assert_eq!(bare.0, Verdict::Odd);
        let older = found(2, |connection| connection.sec_fetch_site = None);
        assert_eq!(older.0, Verdict::Fine);
    }

    #[test]
    fn how_far_a_clock_is_off_is_said_in_words() {
        for (theirs, verdict, words) in [
            ("2026-11-24T15:05:05Z", Verdict::Fine, "agrees"),
            ("2026-11-24T15:03:05Z", Verdict::Fine, "agrees"),
            ("2026-11-24T15:05:06Z", Verdict::Odd, "1 minute behind"),
            ("2026-11-24T13:04:05Z", Verdict::Odd, "2 hours ahead of"),
            ("2026-11-20T15:04:05Z", Verdict::Odd, "4 days ahead of"),
            ("soon", Verdict::Odd, "cannot be read"),
        ] {
            let (seen, found) = found(3, |connection| connection.now = theirs.to_owned());
            assert!(seen == verdict && found.contains(words), "{theirs}: {found}");
        }
    }

    #[test]
    fn an_address_that_is_not_known_is_odd() {
        assert_eq!(found(4, |connection| connection.address.clear()).0, Verdict::Odd);
        assert!(found(4, |_| {}).1.contains("192.0.2.1"));
    }

    #[test]
    fn the_summary_is_as_bad_as_the_worst() {
        let findings = |change: fn(&mut Connection)| {
            let mut arrival = arrival();
            change(&mut arrival.connection);
            look(&arrival, NOW)
        };
        assert!(summary(&findings(|connection| connection.address.clear())).starts_with("Your session is safe"));
        let both = findings(|connection| {
            connection.address.clear();
            connection.refresh_counting = 0;
        });
        assert!(summary(&both).starts_with("Something ends your sessions"));
    }
}
