//! The lock of everything that writes the cookie.

use super::*;

/// Every route that sets or clears the cookie, at the moment of the request; and one that does neither.
#[test]
fn the_lock_is_held_while_the_cookie_is_written_and_only_then() {
    let mut tab = Tab::signed_in(900);
    for path in [routes::LOGIN, routes::REGISTER] {
        tab.server.will(path, signed_in(ADAS_FIRST, 900));
    }
    for path in [routes::LOGOUT, ADAS_SESSION] {
        tab.server.will(path, nothing());
    }
    tab.server.will(routes::PASSWORD, token(ADAS, 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.me().unwrap();
    assert_eq!(tab.server.locked(routes::ME), [false]);

    tab.change_password().unwrap();
    tab.sign_in().unwrap();
    tab.sign_up().unwrap();
    tab.delete_account().unwrap();
    // Whose cookie was dropped signs out by its name, too.
    tab.sign_in().unwrap();
    tab.advance(3 * SECOND);
    tab.manager.sign_out();
    tab.settle();
    assert_eq!(tab.server.locked(routes::ME), [false, true], "the account is deleted at its own address");
    assert_eq!(tab.server.locked(ADAS_SESSION), [false]);
    assert!(!tab.server.asked(ADAS_SESSION)[0].cookies, "who ends a session by its name leaves the cookie alone");
    for path in [routes::REFRESH, routes::LOGIN, routes::REGISTER, routes::PASSWORD, routes::LOGOUT] {
        let locked = tab.server.locked(path);
        assert!(!locked.is_empty() && locked.iter().all(|locked| *locked), "{path}: {locked:?}");
    }
}

#[test]
fn one_tab_at_a_time_writes_the_cookie() {
    let mut tab = Tab::new();
    let mut other = Tab::beside(&tab);
    tab.server.hold();
    tab.open();
    other.server.will(routes::REFRESH, token("t1", 900));
    other.open();
    assert_eq!((tab.refreshes(), other.refreshes()), (1, 0));
    tab.server.release(token("t1", 900));
    tab.settle();
    other.settle();
    assert_eq!((other.refreshes(), other.phase()), (1, Phase::SignedIn));
}

#[test]
fn a_tab_that_closes_while_it_waits_for_the_lock_leaves_it_to_the_next() {
    let mut tab = Tab::new();
    tab.server.hold();
    tab.open();
    let mut closed = Tab::beside(&tab);
    closed.open();
    closed.manager.close();
    let mut next = Tab::beside(&tab);
    next.server.will(routes::REFRESH, token("t1", 900));
    next.open();
    tab.server.release(token("t1", 900));
    tab.settle();
    closed.settle();
    next.settle();
    assert_eq!((closed.refreshes(), next.refreshes(), next.phase()), (0, 1, Phase::SignedIn));
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
