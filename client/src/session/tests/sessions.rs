//! The sessions of a person.

use core::cell::Cell;

use super::*;

#[test]
fn another_session_is_ended_by_its_id_and_an_empty_answer_is_a_success() {
    let mut tab = Tab::signed_in(900);
    tab.server.will("/api/sessions/other", nothing());
    assert_eq!(tab.end(device("other", false)), Ok(()));
    let sent = tab.server.asked("/api/sessions/other");
    assert_eq!((sent.len(), sent[0].method, &sent[0].body), (1, Method::Delete, &None));
    assert_eq!(tab.phase(), Phase::SignedIn);
}

#[test]
fn the_password_goes_along_where_it_is_given() {
    let mut tab = Tab::signed_in(900);
    for path in [routes::SESSIONS, "/api/sessions/newer"] {
        tab.server.will(path, nothing());
    }
    let proof = EndSessionsRequest { current_password: Password::new("secret") };
    let api = tab.api();
    let ended = tab.now(async move {
        api.end_session(&device("newer", false), Some(&proof)).await?;
        api.end_other_sessions(Some(&proof)).await
    });
    assert_eq!(ended, Ok(()));
    for path in [routes::SESSIONS, "/api/sessions/newer"] {
        assert_eq!(tab.server.asked(path)[0].body.as_deref(), Some(r#"{"currentPassword":"secret"}"#), "{path}");
    }
}

/// Nothing is repeated and nothing is renewed: what helps is the password, and the session goes on.
#[test]
fn a_password_that_is_missing_or_wrong_ends_no_session() {
    for code in ["PASSWORD_REQUIRED", "INVALID_CREDENTIALS"] {
        let mut tab = Tab::signed_in(900);
        tab.server.will("/api/sessions/newer", refusal(403, code));
        let error = tab.end(device("newer", false)).unwrap_err();
        assert_eq!(error.code().map(ErrorCode::as_str), Some(code));
        assert_eq!((tab.phase(), tab.told(), tab.refreshes()), (Phase::SignedIn, vec![], 1), "{code}");
        assert_eq!(tab.server.asked("/api/sessions/newer").len(), 1);
    }
}

#[test]
fn all_other_sessions_are_ended_with_one_request() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::SESSIONS, nothing());
    let api = tab.api();
    assert_eq!(tab.now(async move { api.end_other_sessions(None).await }), Ok(()));
    assert_eq!(tab.server.asked(routes::SESSIONS)[0].method, Method::Delete);
}

#[test]
fn ending_the_current_session_is_signing_out() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    assert_eq!(tab.end(device("this", true)), Ok(()));
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedOut(SignedOut::Here), vec![News::SignedOut]));
    assert_eq!(tab.server.asked(routes::LOGOUT).len(), 1);
}

#[test]
fn the_next_page_of_events_is_asked_for_by_its_cursor() {
    let mut tab = Tab::signed_in(900);
    let page = answer(200, &serde_json::json!({"items": [], "next": null}));
    tab.server.will("/api/me/events", page.clone());
    tab.server.will("/api/me/events?before=a%26b", page);
    for part in [Part::NEWEST, Part::before("a&b")] {
        let api = tab.api();
        assert_eq!(tab.now(async move { api.my_events(&[], part).await }).unwrap().next, None);
    }
}

#[test]
fn a_farewell_ends_another_session_after_its_own_has_ended_and_without_cookies() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.server.will("/api/sessions/other", nothing());
    let farewell = tab.api().farewell(&SessionId::new("other")).expect("the token is good");
    tab.manager.sign_out();
    let is_answered = Rc::new(Cell::new(false));
    let answered = Rc::clone(&is_answered);
    farewell.send(move || answered.set(true));
    assert!(!is_answered.get());
    tab.settle();
    assert!(is_answered.get());
    let sent = tab.server.asked("/api/sessions/other");
    assert_eq!((sent.len(), sent[0].cookies, sent[0].outlives_page), (1, false, true));
    assert_eq!(tab.bearers("/api/sessions/other"), [Some("Bearer t1".to_owned())]);
}

#[test]
fn a_session_that_is_over_bids_no_farewell() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    let api = tab.api();
    tab.manager.sign_out();
    tab.settle();
    assert!(api.farewell(&SessionId::new("other")).is_none());
}
