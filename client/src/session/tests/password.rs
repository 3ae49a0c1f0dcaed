//! Another password.

use super::*;

#[test]
fn another_password_gives_this_page_a_new_session_that_goes_on_as_the_old_one() {
    let mut tab = Tab::signed_in(900);
    let (epoch, locked) = (tab.manager.snapshot().epoch, tab.times_locked());
    tab.server.will(routes::PASSWORD, token("new", 900));
    assert_eq!(tab.change_password(), Ok(()));
    assert_eq!(tab.times_locked(), locked + 1);
    assert_eq!(tab.server.headers(routes::PASSWORD, routes::REQUESTED_BY_HEADER), [Some("sessionkeep".to_owned())]);
    assert!(tab.server.headers(routes::PASSWORD, routes::REFRESH_ATTEMPT_HEADER)[0].is_some());

    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.me().unwrap();
    assert_eq!(tab.bearers(routes::ME), [Some("Bearer new".to_owned())]);
    assert_eq!((tab.manager.snapshot().epoch, tab.told(), tab.refreshes()), (epoch, vec![], 1));
}

#[test]
fn a_wrong_current_password_changes_nothing() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::PASSWORD, refusal(403, "INVALID_CREDENTIALS"));
    assert!(matches!(tab.change_password(), Err(ApiError::Refused { status: 403, .. })));
    assert_eq!((tab.phase(), tab.refreshes(), tab.server.asked(routes::PASSWORD).len()), (Phase::SignedIn, 1, 1));
}

#[test]
fn a_password_change_that_an_old_token_held_up_is_sent_again_with_a_new_one() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::PASSWORD, refusal(401, "TOKEN_EXPIRED"));
    tab.server.will(routes::PASSWORD, token("new", 900));
    tab.server.will(routes::REFRESH, token("t2", 900));
    assert_eq!(tab.change_password(), Ok(()));
    assert_eq!(tab.bearers(routes::PASSWORD)[1].as_deref(), Some("Bearer t2"));
}

#[test]
fn a_password_change_without_an_answer_is_not_repeated_but_looked_into() {
    for lost in [Err(NoAnswer), refusal(503, "UNAVAILABLE")] {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::PASSWORD, lost);
        tab.server.will(routes::REFRESH, password_changed());
        assert!(tab.change_password().is_err_and(|error| error.is_unclear()));
        tab.advance(MINUTE);
        assert_eq!(tab.server.asked(routes::PASSWORD).len(), 1);
        assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::Ended(EndReason::PasswordChanged)));
    }
}

#[test]
fn a_password_change_without_its_cookie_ends_the_session_as_a_refresh_would() {
    let mut tab = Tab::signed_in(900);
    for path in [routes::PASSWORD, routes::REFRESH] {
        tab.server.will(path, refusal(401, "REFRESH_MISSING"));
    }
    assert!(tab.change_password().is_err());
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookieLost));
}

#[test]
fn a_password_change_that_never_arrived_costs_nobody_the_session() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::PASSWORD, Err(NoAnswer));
    assert_eq!(tab.change_password(), Err(ApiError::NoAnswer));
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 2));
}

#[test]
fn a_tab_beside_the_one_that_changes_the_password_goes_on() {
    let mut tab = Tab::signed_in(900);
    let epoch = tab.manager.snapshot().epoch;
    tab.server.will(routes::ME, refusal(403, "TOKEN_REVOKED"));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.server.will(routes::REFRESH, token("of the new session", 900));
    assert!(tab.me().is_ok());
    assert_eq!((tab.manager.snapshot().epoch, tab.phase()), (epoch, Phase::SignedIn));
}

fn password_changed() -> Answer {
    ended("PASSWORD_CHANGED")
}

#[test]
fn a_tab_that_went_ahead_of_the_new_cookie_waits_for_it_and_asks_once_more() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::REFRESH, password_changed());
    tab.server.will(routes::REFRESH, token("of the new session", 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    let api = tab.api();
    let me = tab.begin(async move { api.me().await });
    tab.advance(SECOND);
    assert_eq!((tab.refreshes(), tab.phase()), (2, Phase::Refreshing), "the cookie may be on its way");
    tab.advance(SECOND);
    assert!(me.take().is_some_and(|me| me.is_ok()));
    assert_eq!((tab.refreshes(), tab.phase()), (3, Phase::SignedIn));
}

#[test]
fn the_wait_for_a_new_cookie_is_not_cut_short() {
    for wake in [Wake::Visible, Wake::Online] {
        let mut tab = Tab::signed_in(10);
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, password_changed());
        let api = tab.api();
        drop(tab.begin(async move { api.me().await }));
        tab.manager.woke(wake);
        tab.settle();
        assert_eq!(tab.refreshes(), 2, "no cookie comes sooner for {wake:?}");
        tab.advance(2 * SECOND);
        assert_eq!(tab.refreshes(), 3);
    }
}

#[test]
fn a_sign_out_ends_the_wait_for_a_new_cookie() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::REFRESH, password_changed());
    let api = tab.api();
    let me = tab.begin(async move { api.me().await });
    let locked = tab.times_locked();
    tab.manager.heard(News::SignedOut);
    tab.advance(MINUTE);
    assert_eq!(me.take(), Some(Err(ApiError::SignedOut)));
    assert_eq!((tab.refreshes(), tab.times_locked()), (2, locked), "nothing is left to ask");
}

#[test]
fn a_password_that_was_changed_elsewhere_ends_the_session_after_the_second_answer() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::REFRESH, password_changed());
    let api = tab.api();
    let me = tab.begin(async move { api.me().await });
    tab.advance(MINUTE);
    assert_eq!(me.take(), Some(Err(ApiError::SignedOut)));
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::Ended(EndReason::PasswordChanged)));
    assert_eq!(tab.refreshes(), 3);
}
