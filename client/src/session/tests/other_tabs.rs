//! Other tabs, and pages that come back.

use super::*;

#[test]
fn a_sign_out_in_another_tab_reaches_this_one() {
    let mut tab = Tab::signed_in(900);
    tab.manager.heard(News::SignedOut);
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::InAnotherTab));
    assert!(tab.server.asked(routes::LOGOUT).is_empty());
}

#[test]
fn a_sign_in_in_another_tab_is_picked_up_as_a_new_session() {
    let mut tab = Tab::signed_in(900);
    let before = tab.manager.snapshot().epoch;
    tab.manager.heard(News::SignedIn);
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 2));
    assert_ne!(tab.manager.snapshot().epoch, before);
    assert!(tab.seen.borrow().iter().any(|seen| seen.phase == Phase::Restoring));
}

#[test]
fn a_refresh_that_brings_another_persons_token_begins_another_session() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, token(ADAS, 10));
    tab.open();
    let before = tab.manager.snapshot().epoch;
    tab.advance(10 * SECOND);
    tab.server.will(routes::REFRESH, token(EVES, 10));
    assert_eq!(tab.me(), Err(ApiError::SignedOut));
    assert!(tab.server.asked(routes::ME).is_empty(), "what ada asked is not asked for eve");
    assert_ne!(tab.manager.snapshot().epoch, before);

    tab.server.will(routes::ME, answer(200, &user("eve")));
    assert_eq!(tab.me().unwrap().email, "eve@example.com");
    assert_eq!((tab.phase(), tab.refreshes(), tab.told()), (Phase::SignedIn, 2, vec![]));
}

#[test]
fn a_request_that_was_refused_is_not_repeated_with_another_persons_token() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, token(ADAS, 900));
    tab.open();
    tab.server.will("/api/sessions/other", refusal(403, "TOKEN_REVOKED"));
    tab.server.will(routes::REFRESH, token(EVES, 900));
    assert_eq!(tab.end(device("other", false)), Err(ApiError::SignedOut));
    assert_eq!(tab.server.asked("/api/sessions/other").len(), 1);
}

#[test]
fn a_refresh_that_brings_the_same_persons_token_goes_on() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, token(ADAS, 10));
    tab.open();
    let before = tab.manager.snapshot().epoch;
    tab.advance(10 * SECOND);
    tab.server.will(routes::REFRESH, token(ADAS, 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    assert!(tab.me().is_ok());
    assert_eq!(tab.manager.snapshot().epoch, before);
}

#[test]
fn a_page_from_the_back_forward_cache_asks_anew_before_it_shows_anything() {
    let mut tab = Tab::signed_in(900);
    tab.server.hold();
    tab.manager.woke(Wake::Reopened);
    tab.settle();
    assert_eq!(tab.phase(), Phase::Restoring);
    tab.server.release(refusal(401, "REFRESH_MISSING"));
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::NoSession));
}
