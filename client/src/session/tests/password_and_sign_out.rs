//! Signing out while the password is being changed, in a browser without locks.

use super::*;

impl Tab {
    /// A password change whose answer has not come yet.
    fn begin_to_change_password(&mut self) {
        self.without_locks();
        self.server.hold();
        let api = self.api();
        drop(self.begin(async move { api.change_password(&new_password()).await }));
        self.server.hold_no_more();
    }

    fn logouts(&self) -> usize {
        self.server.asked(routes::LOGOUT).len()
    }
}

#[test]
fn a_sign_out_is_not_undone_by_the_cookie_of_a_new_password() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.begin_to_change_password();
    tab.manager.sign_out();
    tab.settle();
    tab.server.release(token("new", 900));
    tab.settle();
    assert_eq!((tab.phase(), tab.logouts()), (Phase::SignedOut(SignedOut::Here), 2));
}

#[test]
fn a_sign_out_in_another_tab_is_not_undone_by_the_cookie_of_a_new_password() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.begin_to_change_password();
    tab.manager.heard(News::SignedOut);
    tab.server.release(token("new", 900));
    tab.settle();
    assert_eq!((tab.phase(), tab.logouts()), (Phase::SignedOut(SignedOut::InAnotherTab), 1));
}

#[test]
fn a_sign_out_that_a_new_password_came_after_survives_a_reload() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.server.will(routes::LOGOUT, Err(NoAnswer));
    tab.begin_to_change_password();
    tab.manager.sign_out();
    tab.settle();
    tab.server.release(token("new", 900));
    tab.settle();
    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.open();
    assert_eq!((reloaded.phase(), reloaded.refreshes()), (Phase::SignedOut(SignedOut::HereOnly), 0));
}

#[test]
fn a_password_change_that_failed_while_somebody_signed_out_set_no_cookie() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.begin_to_change_password();
    tab.manager.sign_out();
    tab.settle();
    tab.server.release(refusal(403, "TOKEN_REVOKED"));
    tab.settle();
    assert_eq!((tab.phase(), tab.logouts()), (Phase::SignedOut(SignedOut::Here), 1));
}

#[test]
fn whoever_signed_in_after_a_sign_out_does_not_go_on_as_the_one_who_signed_out() {
    for is_in_this_tab in [true, false] {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::LOGOUT, nothing());
        tab.server.will(routes::LOGIN, signed_in(EVES, 10));
        tab.begin_to_change_password();
        tab.manager.sign_out();
        tab.settle();
        if is_in_this_tab {
            tab.sign_in().unwrap();
        } else {
            tab.server.will(routes::REFRESH, token(EVES, 10));
            tab.manager.heard(News::SignedIn);
            tab.settle();
        }
        tab.server.will(ADAS_SESSION, nothing());
        tab.server.release(token(ADAS, 900));
        tab.settle();
        let ended = tab.server.asked(ADAS_SESSION);
        // What the server would say: the cookie is that of the new password, or gone with its session.
        tab.server
            .will(routes::REFRESH, if ended.is_empty() { token(ADAS, 900) } else { refusal(401, "REFRESH_MISSING") });
        tab.advance(10 * SECOND);
        assert_eq!(tab.me(), Err(ApiError::SignedOut));
        assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookieLost), "in this tab: {is_in_this_tab}");
        assert_eq!((ended.len(), ended[0].method, tab.logouts()), (1, Method::Delete, 1));
        assert_eq!(tab.bearers(ADAS_SESSION), [Some(format!("Bearer {ADAS}"))]);
    }
}

#[test]
fn a_session_that_began_too_late_is_ended_although_its_cookie_is_gone() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    let refused = refusal(429, "RATE_LIMITED");
    for answer in [Err(NoAnswer), refusal(503, "UNAVAILABLE"), refused, refusal(403, "TOKEN_REVOKED")] {
        tab.server.will(ADAS_SESSION, answer);
    }
    tab.begin_to_change_password();
    tab.manager.sign_out();
    tab.settle();
    tab.server.release(token(ADAS, 900));
    tab.advance(MINUTE);
    assert_eq!(tab.server.asked(ADAS_SESSION).len(), 4, "until there is an answer, and no longer");
}

#[test]
fn who_signs_in_is_no_reason_to_ask_sooner_than_the_server_wants() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.server.will(routes::LOGIN, signed_in(EVES, 900));
    tab.server.will(ADAS_SESSION, later(429, "RATE_LIMITED", 30));
    tab.begin_to_change_password();
    tab.manager.sign_out();
    tab.settle();
    tab.server.release(token(ADAS, 900));
    tab.settle();
    tab.sign_in().unwrap();
    tab.advance(29 * SECOND);
    assert_eq!(tab.server.asked(ADAS_SESSION).len(), 1);
    tab.advance(2 * SECOND);
    assert_eq!(tab.server.asked(ADAS_SESSION).len(), 2);
}

#[test]
fn a_sign_out_is_not_undone_by_a_cookie_whose_answer_was_lost() {
    for lost in [Err(NoAnswer), refusal(503, "UNAVAILABLE"), answer(200, &serde_json::Value::Null)] {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::LOGOUT, nothing());
        tab.begin_to_change_password();
        tab.manager.sign_out();
        tab.settle();
        tab.server.release(lost);
        tab.settle();
        assert_eq!((tab.phase(), tab.logouts()), (Phase::SignedOut(SignedOut::Here), 2));
    }
}

#[test]
fn a_sign_out_that_another_tab_has_told_leaves_a_later_one_to_be_told() {
    let mut tab = Tab::signed_in(900);
    let mut other = Tab::with_storage(Rc::clone(&tab.storage));
    other.server.will(routes::REFRESH, token("t1", 900));
    other.open();
    tab.begin_to_change_password();
    other.server.hold();
    other.manager.sign_out();
    other.settle();
    tab.manager.heard(News::SignedOut);
    tab.server.release(token(ADAS, 900));
    tab.settle();
    other.server.release(nothing());
    other.settle();
    assert_eq!(other.phase(), Phase::SignedOut(SignedOut::Here));

    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.open();
    assert_eq!((reloaded.phase(), reloaded.refreshes()), (Phase::SignedOut(SignedOut::HereOnly), 0));
}
