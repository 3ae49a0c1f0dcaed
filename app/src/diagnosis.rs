//! What a person's browser, and whatever is between it and the server, does to the session: in words, with the remedy. Pure.

use sessionkeep_types::Connection;

use crate::{
    api::Arrival,
    when,
    words::{self, Words},
};

/// Seconds. An answer takes its time, and this much harms nobody.
const APART: i64 = 60;

/// What was looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) what: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) found: String,
    /// What the person can do.
    pub(crate) advice: Option<&'static str>,
    /// What the site's operator can do.
    pub(crate) operator: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// It ends no session, and is not as it should be.
    Odd,
    /// It ends sessions.
    Wrong,
}

use Verdict::{Odd, Wrong};

/// What the browser knows by itself.
#[derive(Clone, Copy)]
pub(crate) struct Browser {
    /// The device's clock, in seconds since 1970.
    pub(crate) now: i64,
    /// Whether there is a session whose cookie could be missed.
    pub(crate) signed_in: bool,
    /// Whether it keeps cookies of this page, but none that are `Secure`.
    pub(crate) drops_only_secure_cookies: bool,
}

/// Looks at everything, what ends sessions first.
pub(crate) fn look(Arrival { nonce, connection }: &Arrival, browser: Browser) -> [Finding; 5] {
    let words = words::here();
    [
        session_cookie(connection, browser, &words.connection),
        cookies(nonce, &connection.probes, browser, &words.connection),
        site(connection, &words.connection),
        clock(&connection.now, browser.now, words),
        address(&connection.address, &words.connection),
    ]
}

/// One sentence over all of them.
pub(crate) fn summary(findings: &[Finding]) -> &'static str {
    let words = &words::here().connection;
    let has = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    match (has(Wrong), has(Odd)) {
        (true, _) => words.wrong,
        (false, true) => words.odd,
        (false, false) => words.all_good,
    }
}

fn session_cookie(connection: &Connection, browser: Browser, words: &words::Connection) -> Finding {
    let &Connection { refresh_cookies, refresh_counting, generation_cookies, .. } = connection;
    let what = words.session;
    match (refresh_cookies, refresh_counting, generation_cookies) {
        (0, ..) if !browser.signed_in => Finding::fine(what, words.session_none),
        (0, ..) => {
            Finding::of(what, Wrong, words.session_missing).do_this(browser.remedy(words.session_missing_do, words))
        }
        (_, 0, _) => Finding::of(what, Wrong, words.session_alone).do_this(words.session_alone_do),
        (1, _, 1) => Finding::fine(what, words.session_fine),
        (1, ..) => Finding::of(what, Odd, words.session_tabs).do_this(words.session_tabs_do),
        (several, 1, _) => {
            let found = (words.session_several)(several);
            Finding::of(what, Odd, found).do_this(words.session_several_do).operator(words.neighbour)
        }
        (several, ..) => {
            let found = (words.session_unclear)(several);
            Finding::of(what, Wrong, found).do_this(words.session_unclear_do).operator(words.neighbour)
        }
    }
}

fn cookies(nonce: &str, probes: &[String], browser: Browser, words: &words::Connection) -> Finding {
    let what = words.cookies;
    match probes {
        [probe] if probe == nonce => Finding::fine(what, words.cookies_fine),
        [] => Finding::of(what, Wrong, words.cookies_lost)
            .do_this(browser.remedy(words.cookies_lost_do, words))
            .operator(words.proxy_removes),
        [_] => Finding::of(what, Wrong, words.cookies_changed)
            .do_this(words.cookies_changed_do)
            .operator(words.proxy_changes),
        several => Finding::of(what, Wrong, (words.cookies_repeated)(several.len()))
            .do_this(words.cookies_repeated_do)
            .operator(words.proxy_repeats),
    }
}

fn site(connection: &Connection, words: &words::Connection) -> Finding {
    let what = words.site;
    match connection {
        Connection { refused: Some(why), .. } => Finding::of(what, Wrong, (words.site_refused)(why))
            .do_this(words.site_refused_do)
            .operator(words.site_origin),
        Connection { origin: None, sec_fetch_site: None, .. } => {
            Finding::of(what, Odd, words.site_bare).do_this(words.site_bare_do).operator(words.site_headers)
        }
        _ => Finding::fine(what, words.site_fine),
    }
}

fn clock(theirs: &str, now: i64, words: &Words) -> Finding {
    let (times, words) = (&words.times, &words.connection);
    let what = words.clock;
    let Some(theirs) = when::parse(theirs) else {
        return Finding::of(what, Odd, words.clock_unreadable).do_this(words.clock_unreadable_do);
    };
    let ahead = now - theirs;
    if ahead.abs() <= APART {
        return Finding::fine(what, words.clock_fine);
    }
    let found = if ahead > 0 { words.clock_ahead } else { words.clock_behind };
    Finding::of(what, Odd, found(&when::length(ahead.abs(), times))).do_this(words.clock_do)
}

fn address(address: &str, words: &words::Connection) -> Finding {
    let what = words.address;
    if address.is_empty() {
        return Finding::of(what, Odd, words.address_unknown)
            .do_this(words.address_unknown_do)
            .operator(words.address_proxies);
    }
    Finding::fine(what, (words.address_seen)(address)).operator(words.address_proxies)
}

impl Browser {
    /// What to do about a missing cookie: `by_settings`, unless no setting helps.
    fn remedy(self, by_settings: &'static str, words: &words::Connection) -> &'static str {
        if self.drops_only_secure_cookies { words.cookies_secure_do } else { by_settings }
    }
}

impl Finding {
    fn of(what: &'static str, verdict: Verdict, found: impl Into<String>) -> Self {
        Self { what, verdict, found: found.into(), advice: None, operator: None }
    }

    fn fine(what: &'static str, found: impl Into<String>) -> Self {
        Self::of(what, Verdict::Fine, found)
    }

    fn do_this(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    fn operator(self, hint: &'static str) -> Self {
        Self { operator: Some(hint), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: Browser = Browser { now: 1_795_532_645, signed_in: true, drops_only_secure_cookies: false };

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
        let mut findings = look(&arrival, BROWSER).to_vec();
        let finding = findings.remove(index);
        assert!(findings.iter().all(|other| other.verdict == Verdict::Fine), "{findings:?}");
        assert!(finding.verdict == Verdict::Fine || finding.advice.is_some(), "it says what to do: {finding:?}");
        (finding.verdict, finding.found)
    }

    #[test]
    fn where_nothing_is_in_the_way_everything_is_in_order() {
        let findings = look(&arrival(), BROWSER);
        assert_eq!(summary(&findings), "All good.");
        for (index, finding) in findings.iter().enumerate() {
            assert_eq!(finding.verdict, Verdict::Fine, "{index}: {finding:?}");
        }
    }

    #[test]
    fn a_cookie_that_is_missing_or_has_a_twin_ends_sessions() {
        for (refresh, counting, generation, verdict, words) in [
            (0, 0, 0, Verdict::Wrong, "doesn’t send it"),
            (0, 0, 1, Verdict::Wrong, "doesn’t send it"),
            (1, 0, 1, Verdict::Wrong, "without the second cookie"),
            (2, 0, 1, Verdict::Wrong, "without the second cookie"),
            (2, 2, 1, Verdict::Wrong, "nothing shows which"),
            (3, 2, 3, Verdict::Wrong, "nothing shows which"),
            (2, 1, 1, Verdict::Odd, "ignores the others"),
            (3, 1, 3, Verdict::Odd, "ignores the others"),
            (1, 1, 0, Verdict::Odd, "lets tabs follow each other"),
            (1, 1, 2, Verdict::Odd, "lets tabs follow each other"),
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
            (&[][..], "didn’t come back"),
            (&["other"][..], "came back changed"),
            (&["n", "n"][..], "came back 2 times"),
        ] {
            let (verdict, found) = found(1, |connection| {
                connection.probes = probes.iter().map(|&probe| probe.to_owned()).collect();
            });
            assert!(verdict == Verdict::Wrong && found.contains(words), "{probes:?}: {found}");
        }
    }

    #[test]
    fn settings_are_not_blamed_where_the_browser_drops_secure_cookies_alone() {
        let mut arrival = arrival();
        (arrival.connection.refresh_cookies, arrival.connection.probes) = (0, Vec::new());
        for (drops_only_secure_cookies, words) in [(true, "Use https or another browser"), (false, "Allow cookies")] {
            let findings = look(&arrival, Browser { drops_only_secure_cookies, ..BROWSER });
            for advice in findings[..2].iter().map(|finding| finding.advice) {
                assert!(advice.is_some_and(|advice| advice.starts_with(words)), "{advice:?}");
            }
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
            ("2026-11-24T13:04:05Z", Verdict::Odd, "2 hours ahead"),
            ("2026-11-20T15:04:05Z", Verdict::Odd, "4 days ahead"),
            ("soon", Verdict::Odd, "can’t be read"),
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
            look(&arrival, BROWSER)
        };
        assert!(summary(&findings(|connection| connection.address.clear())).starts_with("You’ll stay signed in"));
        let both = findings(|connection| {
            connection.address.clear();
            connection.refresh_counting = 0;
        });
        assert!(summary(&both).starts_with("Something signs you out"));
    }

    #[test]
    fn nobody_who_is_signed_out_misses_the_sign_in_cookie() {
        let mut arrival = arrival();
        let connection = &mut arrival.connection;
        (connection.refresh_cookies, connection.refresh_counting, connection.generation_cookies) = (0, 0, 0);
        let findings = look(&arrival, Browser { signed_in: false, ..BROWSER });
        assert_eq!(findings[0].verdict, Verdict::Fine);
        assert_eq!(summary(&findings), "All good.");
    }
}
