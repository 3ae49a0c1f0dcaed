//! Signing in and out.

use super::*;

#[test]
fn signing_in_gives_a_session_and_tells_the_other_tabs() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.server.will(routes::LOGIN, signed_in("t1", 900));
    tab.open();
    assert_eq!(tab.sign_in().unwrap().email, "ada@example.com");
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedIn, vec![News::SignedIn]));
    assert!(tab.server.headers(routes::LOGIN, routes::REFRESH_ATTEMPT_HEADER)[0].is_some());
}

#[test]
fn signing_up_signs_in() {
    let mut tab = Tab::new();
    tab.server.will(routes::REGISTER, signed_in("t1", 900));
    tab.sign_up().unwrap();
    assert_eq!(tab.phase(), Phase::SignedIn);
}

#[test]
fn a_refused_sign_in_changes_nothing() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.server.will(routes::LOGIN, refusal(401, "INVALID_CREDENTIALS"));
    tab.open();
    assert_eq!(tab.sign_in().unwrap_err().to_string(), "No.");
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedOut(SignedOut::NoSession), vec![]));
}

#[test]
fn signing_out_is_immediate_and_told_to_everybody() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, answer(204, &serde_json::Value::Null));
    tab.manager.sign_out();
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedOut(SignedOut::Here), vec![News::SignedOut]));
    tab.settle();
    assert_eq!(tab.server.headers(routes::LOGOUT, routes::REQUESTED_BY_HEADER), [Some("sessionkeep".to_owned())]);
    assert!(tab.manager.signed_in().is_none());
}

#[test]
fn a_sign_out_that_the_server_missed_is_repeated_and_survives_a_reload() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, Err(NoAnswer));
    tab.manager.sign_out();
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::HereOnly));

    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.server.will(routes::REFRESH, token("t2", 900));
    reloaded.server.will(routes::LOGOUT, answer(204, &serde_json::Value::Null));
    reloaded.open();
    assert_eq!((reloaded.phase(), reloaded.refreshes()), (Phase::SignedOut(SignedOut::Here), 0));
    let mut again = Tab::with_storage(Rc::clone(&tab.storage));
    again.open();
    assert_eq!(again.phase(), Phase::Restoring);
}

#[test]
fn a_sign_out_that_the_server_missed_comes_before_the_next_sign_in() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, Err(NoAnswer));
    tab.manager.sign_out();
    tab.settle();
    tab.server.will(routes::LOGIN, signed_in("t2", 900));
    assert!(tab.sign_in().is_err(), "while the server cannot be told, nobody else signs in");
    assert_eq!(tab.server.asked(routes::LOGIN).len(), 0);
    tab.server.will(routes::LOGOUT, answer(204, &serde_json::Value::Null));
    tab.sign_in().unwrap();
    assert_eq!(tab.phase(), Phase::SignedIn);
}

#[test]
fn what_arrives_after_a_sign_out_is_dropped() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::LOGOUT, answer(204, &serde_json::Value::Null));
    tab.server.hold();
    let api = tab.api();
    let answer = tab.begin(async move { api.me().await });
    tab.manager.sign_out();
    tab.server.release(token("t2", 900));
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::Here));
    assert_eq!(answer.take(), Some(Err(ApiError::SignedOut)));
    assert!(tab.server.asked(routes::ME).is_empty());
}

#[test]
fn data_that_arrives_after_a_sign_out_is_dropped() {
    let mut tab = Tab::signed_in(900);
    tab.server.hold();
    let api = tab.api();
    let data = tab.begin(async move { api.me().await });
    tab.manager.heard(News::SignedOut);
    tab.server.release(answer(200, &user("ada")));
    tab.settle();
    assert_eq!(data.take(), Some(Err(ApiError::SignedOut)));
}

#[test]
fn a_refresh_that_a_sign_in_overtook_is_dropped() {
    let mut tab = Tab::new();
    tab.without_locks();
    tab.server.hold();
    tab.open();
    tab.server.will(routes::LOGIN, signed_in("new", 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    let signed_in_then = tab.begin_to_sign_in();
    // First the refresh's late answer, then the sign-in's.
    tab.server.hold();
    tab.server.release(token("old", 900));
    tab.settle();
    tab.server.hold();
    tab.server.release(signed_in("new", 900));
    tab.settle();
    assert!(signed_in_then.take().is_some_and(|answer| answer.is_ok()));
    drop(tab.me());
    assert_eq!(tab.server.headers(routes::ME, "authorization"), [Some("Bearer new".to_owned())]);
}

/// A form that is sent early, its page restored meanwhile, and its person gone before the answer.
#[test]
fn a_sign_out_that_came_after_the_form_was_sent_is_not_undone_by_its_answer() {
    for has_locks in [true, false] {
        let mut tab = Tab::signed_in(900);
        if !has_locks {
            tab.without_locks();
        }
        tab.server.will(routes::LOGOUT, nothing());
        tab.server.will(ADAS_SESSION, nothing());
        tab.server.hold();
        let answer = tab.begin_to_sign_in();
        tab.server.hold_no_more();
        tab.manager.sign_out();
        tab.settle();
        tab.server.release(signed_in(ADAS, 900));
        tab.settle();
        assert_eq!(answer.take(), Some(Err(ApiError::SignedOut)), "{has_locks}");
        assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::Here), "{has_locks}");
        assert_eq!(tab.server.asked(ADAS_SESSION).len(), 1, "the session that nobody wanted any more has ended");
        assert_eq!(tab.server.asked(routes::LOGOUT).len(), if has_locks { 1 } else { 2 }, "{has_locks}");
        assert_eq!(tab.told(), [News::SignedOut]);
    }
}

/// The late answer of a new password has the server told of the sign-out once more. For the person nothing has happened.
#[test]
fn who_signs_in_again_right_after_a_sign_out_is_not_signed_out_by_what_was_under_way() {
    for has_locks in [true, false] {
        let mut tab = Tab::signed_in(900);
        if !has_locks {
            tab.without_locks();
        }
        tab.server.will(routes::LOGOUT, nothing());
        tab.server.will(ADAS_SESSION, nothing());
        tab.server.will(routes::LOGIN, signed_in(EVES, 900));
        tab.server.hold();
        let api = tab.api();
        drop(tab.begin(async move { api.change_password(&new_password()).await }));
        tab.server.hold_no_more();
        tab.manager.sign_out();
        tab.settle();
        let answer = if has_locks {
            tab.begin_to_sign_in()
        } else {
            tab.server.hold();
            let answer = tab.begin_to_sign_in();
            tab.server.hold_no_more();
            answer
        };
        tab.server.release(token(ADAS, 900));
        tab.settle();
        if !has_locks {
            tab.server.release(signed_in(EVES, 900));
            tab.settle();
        }
        assert!(answer.take().is_some_and(|answer| answer.is_ok()), "{has_locks}");
        assert_eq!((tab.phase(), tab.server.asked(ADAS_SESSION).len()), (Phase::SignedIn, 1), "{has_locks}");
        let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
        reloaded.open();
        assert_eq!(reloaded.phase(), Phase::Restoring, "{has_locks}: nothing of the sign-out is left to be told");
    }
}

#[test]
fn a_sign_out_that_only_its_page_knows_of_ends_no_session_that_began_after_it() {
    let mut tab = Tab::with_storage(Rc::new(FakeStorage::broken()));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    tab.server.will(routes::LOGOUT, Err(NoAnswer));
    tab.manager.sign_out();
    tab.settle();
    tab.manager.heard(News::SignedIn);
    tab.settle();
    tab.manager.woke(Wake::Reopened);
    tab.settle();
    assert_eq!((tab.phase(), tab.server.asked(routes::LOGOUT).len()), (Phase::SignedIn, 1));
}

#[test]
fn who_signs_out_before_the_word_of_a_sign_in_has_come_stays_signed_out() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.manager.sign_out();
    tab.manager.heard(News::SignedIn);
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedOut(SignedOut::Here), 1));
    assert_eq!(tab.server.asked(routes::LOGOUT).len(), 1);
}

#[test]
fn a_sign_out_in_another_tab_is_not_undone_by_a_form_that_was_sent_before() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    let mut form = Tab::beside(&tab);
    form.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    form.server.will(ADAS_SESSION, nothing());
    form.open();
    form.server.hold();
    let answer = form.begin_to_sign_in();
    form.server.hold_no_more();
    tab.server.will(routes::LOGOUT, nothing());
    tab.manager.sign_out();
    form.manager.heard(News::SignedOut);
    tab.settle();
    form.server.release(signed_in(ADAS, 900));
    form.settle();
    tab.settle();
    form.settle();
    assert_eq!(answer.take(), Some(Err(ApiError::SignedOut)));
    assert_eq!((form.told(), form.server.asked(ADAS_SESSION).len()), (vec![], 1));
    assert_eq!((tab.phase(), tab.server.asked(routes::LOGOUT).len()), (Phase::SignedOut(SignedOut::Here), 1));
}

#[test]
fn where_nothing_can_be_written_down_a_sign_out_that_the_server_missed_is_remembered_by_its_page() {
    let mut tab = Tab::with_storage(Rc::new(FakeStorage::broken()));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    tab.server.will(routes::LOGOUT, refusal(503, "UNAVAILABLE"));
    tab.server.will(routes::LOGIN, signed_in("t2", 900));
    tab.manager.sign_out();
    tab.settle();
    assert!(tab.sign_in().is_err());
    tab.manager.woke(Wake::Reopened);
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedOut(SignedOut::HereOnly), 1));
    tab.server.will(routes::LOGOUT, nothing());
    tab.sign_in().unwrap();
    tab.manager.woke(Wake::Reopened);
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 2));
}

#[test]
fn a_sign_out_that_the_server_missed_does_not_end_a_session_that_has_begun_since() {
    let mut tab = Tab::new();
    tab.server.will(routes::LOGIN, signed_in(ADAS, 900));
    tab.sign_in().unwrap();
    tab.server.will(routes::LOGOUT, Err(NoAnswer));
    tab.manager.sign_out();
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::HereOnly));

    // A form that the browser sent itself has led here.
    let mut next = Tab::with_storage(Rc::clone(&tab.storage));
    next.page.follows_form.set(true);
    next.server.will(routes::LOGOUT, refusal(409, "OTHER_SESSION"));
    next.server.will(routes::REFRESH, token("t2", 900));
    next.open();
    next.settle();
    assert_eq!((next.phase(), next.told()), (Phase::SignedIn, vec![News::SignedIn]));
    assert!(next.server.asked(routes::LOGOUT)[0].body.as_ref().is_some_and(|body| body.contains("\"adas\"")));
}

#[test]
fn a_click_on_sign_out_means_whichever_session_the_browser_has() {
    let mut tab = Tab::new();
    tab.server.will(routes::LOGIN, signed_in(ADAS, 900));
    tab.sign_in().unwrap();
    // In another tab a form has begun a session meanwhile.
    for outcome in [Err(NoAnswer), nothing()] {
        tab.server.will(routes::LOGOUT, outcome);
    }
    tab.manager.sign_out();
    tab.settle();
    tab.advance(MINUTE);
    let named: Vec<_> =
        tab.server.asked(routes::LOGOUT).into_iter().map(|asked| asked.body.unwrap_or_default()).collect();
    assert_eq!((named[0].contains("adas"), named[1].contains("adas")), (false, true));
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::Here));
}
