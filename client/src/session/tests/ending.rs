//! What ends a session, and what does not.

use super::*;

#[test]
fn only_a_final_code_signs_out_and_it_says_why() {
    for (status, code, why) in [
        (401, "REFRESH_MISSING", SignedOut::CookieLost),
        (403, "REFRESH_INVALID", SignedOut::NotRecognised),
        (401, "SESSION_EXPIRED", SignedOut::Expired),
        (403, "SESSION_REVOKED", SignedOut::Unexplained),
        (403, "REFRESH_REUSED", SignedOut::Reused),
    ] {
        let mut tab = Tab::signed_in(10);
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, refusal(status, code));
        assert_eq!(tab.me(), Err(ApiError::SignedOut), "{code}");
        assert_eq!(tab.phase(), Phase::SignedOut(why), "{code}");
    }
}

#[test]
fn everything_else_keeps_the_session_and_tries_again() {
    let delays = [
        Err(NoAnswer),
        refusal(409, "REFRESH_DUPLICATE"),
        refusal(409, "COOKIE_CONFLICT"),
        refusal(429, "RATE_LIMITED"),
        refusal(500, "INTERNAL"),
        refusal(503, "UNAVAILABLE"),
        refusal(403, "CSRF_REJECTED"),
        refusal(403, "SOMETHING_NEW"),
        Ok(crate::api::Response { status: 502, retry_after: None, body: "<html>".into() }),
        Ok(crate::api::Response { status: 200, retry_after: None, body: "<html>".into() }),
    ];
    for delay in delays {
        let mut tab = Tab::signed_in(10);
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, delay);
        tab.server.will(routes::REFRESH, token("t2", 900));
        tab.server.will(routes::ME, answer(200, &user("ada")));
        let api = tab.api();
        let answer = tab.begin(async move { api.me().await });
        tab.advance(MINUTE);
        assert!(answer.take().is_some_and(|answer| answer.is_ok()));
        assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 3));
    }
}

#[test]
fn retry_after_is_waited_for_even_when_the_network_comes_back() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, later(503, "UNAVAILABLE", 20));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    tab.advance(10 * SECOND);
    tab.manager.woke(Wake::Online);
    tab.settle();
    assert_eq!(tab.refreshes(), 1);
    tab.advance(11 * SECOND);
    assert_eq!((tab.refreshes(), tab.phase()), (2, Phase::SignedIn));
}

#[test]
fn a_person_who_tries_again_waits_for_no_more_than_the_server_asked_for() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, later(503, "UNAVAILABLE", 20));
    tab.open();
    // After so many failures our own wait comes on top, and is 15 to 30 s.
    tab.advance(10 * MINUTE);
    let before = tab.refreshes();
    while tab.refreshes() == before {
        tab.advance(SECOND);
    }
    tab.advance(5 * SECOND);
    assert!((14 * SECOND..16 * SECOND).contains(&tab.manager.try_again()), "it says how long");
    tab.settle();
    assert_eq!(tab.refreshes(), before + 1, "not yet");
    tab.advance(16 * SECOND);
    assert_eq!(tab.refreshes(), before + 2);
}

#[test]
fn the_network_coming_back_shortens_the_wait() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.open();
    tab.advance(MINUTE);
    let before = tab.refreshes();
    tab.manager.woke(Wake::Online);
    tab.settle();
    assert_eq!(tab.refreshes(), before + 1);
}

#[test]
fn an_hour_without_a_server_is_no_storm() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.open();
    tab.advance(60 * MINUTE);
    assert!(tab.refreshes() < 250, "{}", tab.refreshes());
    assert_eq!(tab.phase(), Phase::Restoring);
}

#[test]
fn what_time_does_not_mend_is_said_in_the_servers_words_and_not_asked_for_all_the_time() {
    for (delay, words, conflict) in [
        (refusal(409, "COOKIE_CONFLICT"), None, true),
        (refusal(403, "CSRF_REJECTED"), Some("No."), false),
        (refusal(409, "REFRESH_DUPLICATE"), None, false),
        (refusal(429, "RATE_LIMITED"), None, false),
        (refusal(503, "UNAVAILABLE"), None, false),
        (Err(NoAnswer), None, false),
    ] {
        let mut tab = Tab::signed_in(10);
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, delay);
        let api = tab.api();
        drop(tab.begin(async move { api.me().await }));
        let stands = tab.manager.snapshot();
        assert_eq!((stands.link(), stands.obstacle()), (Link::Reconnecting, words));
        assert_eq!(stands.is_in_conflict(), conflict);
        let before = tab.refreshes();
        tab.advance(10 * SECOND);
        assert_eq!(tab.refreshes() == before, words.is_some() || conflict, "{words:?}");
        tab.server.will(routes::REFRESH, token("t2", 900));
        tab.advance(MINUTE);
        assert_eq!((tab.phase(), tab.manager.snapshot().obstacle()), (Phase::SignedIn, None));
    }
}

#[test]
fn a_page_that_has_gone_asks_for_nothing_more() {
    let mut renewing = Tab::signed_in(900);
    renewing.manager.close();
    renewing.advance(60 * MINUTE);
    assert_eq!(renewing.refreshes(), 1);

    let mut trying = Tab::new();
    trying.server.will(routes::REFRESH, Err(NoAnswer));
    trying.open();
    trying.manager.close();
    trying.advance(60 * MINUTE);
    assert_eq!(trying.refreshes(), 1);

    let Tab { manager, .. } = trying;
    assert_eq!(Rc::strong_count(&manager), 1, "nothing keeps it");
}
