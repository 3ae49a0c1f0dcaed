//! Opening a page.

use super::*;

#[test]
fn a_page_is_restoring_until_the_first_refresh_is_answered() {
    let mut tab = Tab::new();
    tab.server.hold();
    tab.open();
    assert_eq!(tab.phase(), Phase::Restoring);
    tab.server.release(token("t1", 900));
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedIn);
}

#[test]
fn a_visitor_without_a_cookie_is_signed_out_without_a_word() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.open();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::NoSession));
}

#[test]
fn a_refresh_says_who_asks_and_which_attempt_it_is() {
    let tab = Tab::signed_in(900);
    assert_eq!(tab.server.headers(routes::REFRESH, routes::REQUESTED_BY_HEADER), [Some("sessionkeep".to_owned())]);
    assert_eq!(tab.attempts(), [Some("id1".to_owned())]);
    assert_eq!(tab.server.asked(routes::REFRESH)[0].body, None);
}

#[test]
fn a_session_comes_back_when_the_server_does() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.server.will(routes::REFRESH, refusal(503, "UNAVAILABLE"));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    assert_eq!((tab.phase(), tab.manager.snapshot().link()), (Phase::Restoring, Link::Reconnecting));
    tab.advance(MINUTE);
    assert_eq!((tab.phase(), tab.manager.snapshot().link()), (Phase::SignedIn, Link::Good));
    assert_eq!(tab.refreshes(), 3);
}

/// A page for everybody, in a browser without any sign of a session.
fn public() -> Tab {
    let tab = Tab::new();
    tab.need_no_session();
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab
}

#[test]
fn a_strangers_first_visit_asks_nothing() {
    let mut tab = public();
    tab.open();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedOut(SignedOut::Unasked), 0));
}

#[test]
fn any_sign_of_a_session_makes_a_page_for_everybody_ask() {
    let mut by_cookie = public();
    by_cookie.cookies.generation.set(Some(0));
    let mut blocked = public();
    blocked.cookies.are_allowed.set(false);
    for tab in [&mut by_cookie, &mut blocked] {
        tab.open();
        assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 1));
    }
}

#[test]
fn a_page_that_needs_a_session_asks_whatever_the_browser_shows() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 1));
}

#[test]
fn who_has_lost_the_sign_alone_is_signed_in_on_the_first_page_that_needs_it() {
    let mut tab = public();
    tab.open();
    tab.manager.ask();
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedIn);
    tab.manager.ask();
    tab.settle();
    assert_eq!(tab.refreshes(), 1);
}

#[test]
fn a_stranger_who_comes_to_a_page_that_needs_a_session_is_asked_once() {
    let mut tab = Tab::new();
    tab.need_no_session();
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.open();
    for _ in 0..2 {
        tab.manager.ask();
        tab.settle();
    }
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedOut(SignedOut::NoSession), 1));
}
