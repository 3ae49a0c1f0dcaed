//! Requests of a signed-in person.

use super::*;

#[test]
fn a_request_carries_the_token() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, answer(200, &user("ada")));
    assert_eq!(tab.me().unwrap().email, "ada@example.com");
    assert_eq!(tab.server.headers(routes::ME, "authorization"), [Some("Bearer t1".to_owned())]);
}

#[test]
fn a_request_that_was_refused_for_its_age_is_repeated_once_with_its_method_and_body() {
    let mut tab = Tab::signed_in(900);
    tab.server.will("/x", refusal(401, "TOKEN_EXPIRED"));
    tab.server.will("/x", answer(200, &user("ada")));
    tab.server.will(routes::REFRESH, token("t2", 900));
    let (api, request) = (tab.api(), Request::new(Method::Patch, "/x").json(&"body"));
    tab.now(async move { api.call::<User>(request).await }).unwrap();
    let sent = tab.server.asked("/x");
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|request| request.method == Method::Patch && request.body.as_deref() == Some("\"body\"")));
    assert_eq!(tab.server.headers("/x", "authorization")[1].as_deref(), Some("Bearer t2"));
}

#[test]
fn a_stale_invalid_or_revoked_token_is_renewed_too() {
    for (status, code) in [(401, "TOKEN_STALE"), (403, "TOKEN_INVALID"), (403, "TOKEN_REVOKED")] {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::ME, refusal(status, code));
        tab.server.will(routes::ME, answer(200, &user("ada")));
        assert!(tab.me().is_ok(), "{code}");
        assert_eq!(tab.refreshes(), 2, "{code}");
    }
}

/// A page that asks all the time must not refresh all the time.
#[test]
fn a_server_that_goes_on_refusing_new_tokens_is_left_in_peace() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, refusal(401, "TOKEN_EXPIRED"));
    for _ in 0..100 {
        assert_eq!(tab.me().unwrap_err().code(), Some(&ErrorCode::TokenExpired));
    }
    assert_eq!((tab.refreshes(), tab.phase()), (3, Phase::SignedIn));
    tab.sleep_through(30 * SECOND);
    for _ in 0..100 {
        let _ = tab.me();
    }
    assert_eq!(tab.refreshes(), 4, "one more after a while");
    tab.sleep_through(MINUTE);
    tab.server.will(routes::ME, refusal(401, "TOKEN_EXPIRED"));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    assert!(tab.me().is_ok(), "and all is well when the server is");
}

/// Its tokens have no life, so each request would have one made for it.
#[test]
fn nor_does_it_make_a_token_for_each_request_when_all_are_refused_and_have_no_life() {
    let mut tab = Tab::signed_in(0);
    tab.server.will(routes::ME, refusal(401, "TOKEN_EXPIRED"));
    for _ in 0..100 {
        let _ = tab.me();
    }
    assert!(tab.refreshes() <= 6, "{}", tab.refreshes());
}

#[test]
fn a_device_without_network_says_so_and_goes_on_when_it_is_back() {
    let mut tab = Tab::signed_in(900);
    tab.network(false);
    assert_eq!((tab.phase(), tab.manager.snapshot().link()), (Phase::SignedIn, Link::Offline));
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.server.will(routes::REFRESH, token("t2", 900));
    tab.advance(13 * MINUTE);
    assert_eq!(tab.manager.snapshot().link(), Link::Offline);
    tab.network(true);
    assert_eq!((tab.phase(), tab.manager.snapshot().link()), (Phase::SignedIn, Link::Good));
}

#[test]
fn a_page_that_is_opened_without_network_says_so() {
    let mut tab = Tab::new();
    tab.network(false);
    tab.open();
    assert_eq!((tab.phase(), tab.manager.snapshot().link()), (Phase::Restoring, Link::Offline));
}

#[test]
fn a_server_that_refuses_every_token_is_asked_twice_and_no_more() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, refusal(401, "TOKEN_EXPIRED"));
    assert!(matches!(tab.me(), Err(ApiError::Refused { status: 401, .. })));
    assert_eq!((tab.server.asked(routes::ME).len(), tab.refreshes()), (2, 2));
}

#[test]
fn a_token_without_any_life_causes_no_loop() {
    let mut tab = Tab::signed_in(0);
    tab.server.will(routes::ME, answer(200, &user("ada")));
    assert!(tab.me().is_ok());
    assert_eq!(tab.refreshes(), 2);
}

#[test]
fn other_refusals_are_given_to_whoever_asked() {
    let mut tab = Tab::signed_in(900);
    for (status, code) in
        [(403, "FORBIDDEN"), (404, "NOT_FOUND"), (401, "TOKEN_MISSING"), (500, "INTERNAL"), (418, "NEW")]
    {
        tab.server.will("/x", refusal(status, code));
        let api = tab.api();
        let answer = tab.now(async move { api.call::<User>(Request::new(Method::Get, "/x")).await });
        assert!(answer.is_err(), "{code}");
    }
    assert_eq!((tab.refreshes(), tab.phase()), (1, Phase::SignedIn));
}

#[test]
fn a_token_whose_time_is_over_is_renewed_before_the_request() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    assert_eq!(tab.refreshes(), 1);
    tab.server.will(routes::REFRESH, token("t2", 10));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    assert!(tab.me().is_ok());
    assert_eq!(tab.server.asked(routes::ME).len(), 1);
}

#[test]
fn without_a_session_no_request_is_sent() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    assert!(tab.manager.signed_in().is_none(), "nor while it is restoring");
    tab.open();
    assert!(tab.manager.signed_in().is_none());
}

#[test]
fn whoever_asks_while_the_session_is_restoring_is_served_once_it_is_there() {
    for (refresh, answer) in [(token("t1", 900), true), (refusal(401, "REFRESH_MISSING"), false)] {
        let mut tab = Tab::new();
        tab.server.hold();
        tab.open();
        let manager = Rc::clone(&tab.manager);
        let api = tab.begin(async move { manager.when_restored().await.is_ok() });
        assert_eq!(*api.borrow(), None);
        tab.server.release(refresh);
        tab.settle();
        assert_eq!((api.take(), tab.refreshes()), (Some(answer), 1));
    }
}

#[test]
fn the_calls_of_a_session_that_has_ended_are_never_made_in_the_name_of_the_next() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    tab.server.will(routes::LOGIN, signed_in("t2", 900));
    let (before, also_before) = (tab.api(), tab.api());
    tab.manager.sign_out();
    tab.settle();
    tab.sign_in().unwrap();
    assert_eq!(tab.now(async move { before.me().await }), Err(ApiError::SignedOut));
    let this = device("this", true);
    assert_eq!(tab.now(async move { also_before.end_session(&this, None).await }), Err(ApiError::SignedOut));
    assert!(tab.server.asked(routes::ME).is_empty());
    assert_eq!((tab.phase(), tab.server.asked(routes::LOGOUT).len()), (Phase::SignedIn, 1));
}

#[test]
fn a_request_without_an_answer_is_given_up_after_ten_seconds() {
    let mut tab = Tab::signed_in(900);
    tab.server.hold();
    let api = tab.api();
    let answer = tab.begin(async move { api.me().await });
    tab.advance(Duration::from_millis(9_900));
    assert!(answer.borrow().is_none());
    tab.advance(SECOND);
    assert_eq!(answer.take(), Some(Err(ApiError::NoAnswer)));
    assert_eq!(tab.phase(), Phase::SignedIn);
}

/// Whoever asked for it has given up by then, or has thought better of it.
#[test]
fn what_changes_something_does_not_wait_for_a_session_that_cannot_be_renewed() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    let (api, reader) = (tab.api(), tab.api());
    let proof = DeleteAccountRequest { current_password: Password::new("secret") };
    let deleted = tab.begin(async move { api.delete_account(&proof).await });
    let read = tab.begin(async move { reader.me().await });
    tab.advance(10 * SECOND);
    assert_eq!(deleted.take(), Some(Err(ApiError::NotSent)));
    assert!(read.borrow().is_none(), "what only reads goes on when it can");
    tab.server.will(routes::REFRESH, token("t2", 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.advance(MINUTE);
    assert!(read.take().is_some_and(|answer| answer.is_ok()));
    assert!(tab.server.asked(routes::ME).iter().all(|request| request.method == Method::Get));
}

#[test]
fn nor_does_it_wait_for_a_session_that_cannot_be_restored() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.open();
    let manager = Rc::clone(&tab.manager);
    let api = tab.begin(async move { manager.when_restored().await.err() });
    tab.advance(10 * SECOND);
    assert_eq!(api.take(), Some(Some(ApiError::NotSent)));
    assert_eq!(tab.phase(), Phase::Restoring);
}

/// In a browser without locks the password's answer can overtake a refresh that is refused for it.
#[test]
fn who_waited_for_a_refresh_that_was_overtaken_is_served_with_what_came_instead() {
    let mut tab = Tab::signed_in(10);
    tab.without_locks();
    tab.advance(5 * SECOND);
    tab.server.hold();
    let api = tab.api();
    drop(tab.begin(async move { api.change_password(&new_password()).await }));
    tab.advance(5 * SECOND);
    let api = tab.api();
    let data = tab.begin(async move { api.me().await });
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.server.release(token("new", 900));
    tab.settle();
    tab.server.release(refusal(403, "REFRESH_INVALID"));
    tab.settle();
    assert_eq!(tab.phase(), Phase::SignedIn);
    assert!(data.take().is_some_and(|answer| answer.is_ok()));
}
