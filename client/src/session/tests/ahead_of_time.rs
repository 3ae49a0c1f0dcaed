//! Renewing a token before its end.

use super::*;

#[test]
fn a_long_life_is_renewed_ahead_of_its_end() {
    let mut tab = Tab::signed_in(900);
    tab.advance(11 * MINUTE);
    assert_eq!(tab.refreshes(), 1);
    tab.advance(MINUTE);
    assert_eq!((tab.refreshes(), tab.phase()), (2, Phase::SignedIn));
}

#[test]
fn a_short_life_is_not() {
    let mut tab = Tab::signed_in(59);
    tab.advance(10 * MINUTE);
    assert_eq!(tab.refreshes(), 1);
}

#[test]
fn a_page_that_nobody_looks_at_keeps_no_session_alive() {
    let mut tab = Tab::signed_in(900);
    tab.hide();
    tab.advance(60 * MINUTE);
    assert_eq!(tab.refreshes(), 1);
    tab.show();
    tab.manager.woke(Wake::Visible);
    tab.settle();
    assert_eq!(tab.refreshes(), 2);
}

#[test]
fn a_token_that_grew_old_while_the_machine_slept_is_renewed_at_the_next_request() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.sleep_through(120 * MINUTE);
    assert!(tab.me().is_ok());
    assert_eq!((tab.refreshes(), tab.server.asked(routes::ME).len()), (2, 1));
}
