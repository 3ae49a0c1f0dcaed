//! The lock of everything that writes the cookie.

use super::*;

#[test]
fn everything_that_writes_the_cookie_is_locked() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGIN, signed_in("t2", 900));
    tab.server.will(routes::LOGOUT, answer(204, &serde_json::Value::Null));
    tab.sign_in().unwrap();
    tab.manager.sign_out();
    tab.settle();
    assert_eq!(tab.times_locked(), 3);
}

#[test]
fn a_tab_that_died_with_the_lock_holds_nobody_up_for_long() {
    let mut tab = Tab::new();
    tab.jam_the_lock();
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    tab.advance(4 * SECOND);
    assert_eq!(tab.phase(), Phase::Restoring);
    tab.advance(SECOND);
    assert_eq!(tab.phase(), Phase::SignedIn);
}
