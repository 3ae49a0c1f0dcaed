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
