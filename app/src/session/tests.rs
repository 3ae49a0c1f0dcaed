//! The session manager on good days and bad ones, without a browser.

use core::time::Duration;
use std::rc::Rc;

use sessionkeep_types::{
    ChangePasswordRequest, DeleteAccountRequest, EndReason, ErrorCode, LoginRequest, Password, RegisterRequest,
    SessionId, User, routes,
};

use super::{
    fake::{FakeStorage, Tab},
    ports::{News, Wake},
    reason::SignedOut,
    state::{Jar, Link, Phase},
};
use crate::api::{
    ApiError, AuthorisedApi, Method, NoAnswer, Part, Request,
    fake::{
        ADAS, ADAS_EIGHTH, ADAS_FIRST, Answer, EVES, answer, device, later, nothing, refusal, signed_in, token, user,
    },
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

impl Tab {
    fn api(&self) -> AuthorisedApi {
        self.manager.signed_in().expect("somebody is signed in")
    }

    fn me(&mut self) -> Result<User, ApiError> {
        let api = self.api();
        self.now(async move { api.me().await })
    }

    fn sign_in(&mut self) -> Result<User, ApiError> {
        let manager = Rc::clone(&self.manager);
        let credentials =
            LoginRequest { email: "ada@example.com".into(), password: Password::new("secret"), remember_me: true };
        self.now(async move { manager.sign_in(&credentials).await })
    }

    fn refreshes(&self) -> usize {
        self.server.asked(routes::REFRESH).len()
    }

    fn attempts(&self) -> Vec<Option<String>> {
        self.server.headers(routes::REFRESH, routes::REFRESH_ATTEMPT_HEADER)
    }
}

// ---- opening a page

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

// ---- requests

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
    assert_eq!(tab.now(async move { also_before.end_session(&this).await }), Err(ApiError::SignedOut));
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

// ---- single flight

#[test]
fn twenty_callers_cause_one_refresh() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.server.hold();
    let answers: Vec<_> = (0..20)
        .map(|_| {
            let api = tab.api();
            tab.begin(async move { api.me().await })
        })
        .collect();
    tab.server.release(token("t2", 900));
    tab.settle();
    assert!(answers.iter().all(|answer| answer.take().is_some_and(|answer| answer.is_ok())));
    assert_eq!((tab.refreshes(), tab.server.asked(routes::ME).len()), (2, 20));
}

#[test]
fn twenty_refusals_cause_one_refresh() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::REFRESH, token("t2", 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.server.hold();
    let answers: Vec<_> = (0..20)
        .map(|_| {
            let api = tab.api();
            tab.begin(async move { api.me().await })
        })
        .collect();
    for _ in 0..20 {
        tab.server.release(refusal(401, "TOKEN_EXPIRED"));
    }
    tab.settle();
    assert!(answers.iter().all(|answer| answer.take().is_some_and(|answer| answer.is_ok())));
    assert_eq!((tab.refreshes(), tab.server.asked(routes::ME).len()), (2, 40));
}

#[test]
fn a_refresh_survives_the_caller_that_began_it() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.hold();
    let api = tab.api();
    let mut caller = Box::pin(async move { api.me().await });
    let waker = futures::task::noop_waker();
    assert!(caller.as_mut().poll(&mut core::task::Context::from_waker(&waker)).is_pending());
    tab.settle();
    drop(caller);
    tab.server.release(token("t2", 900));
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 2));
}

// ---- the attempt

#[test]
fn a_refresh_without_an_answer_is_repeated_under_the_same_name() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.server.will(routes::REFRESH, refusal(409, "REFRESH_DUPLICATE"));
    tab.server.will(routes::REFRESH, refusal(502, "BAD_GATEWAY"));
    tab.server.will(routes::REFRESH, token("t1", 10));
    tab.open();
    tab.advance(MINUTE);
    assert_eq!(tab.attempts(), vec![Some("id1".to_owned()); 4]);
}

#[test]
fn an_answered_attempt_is_not_repeated() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    drop(tab.me());
    assert_eq!(tab.attempts(), [Some("id1".to_owned()), Some("id2".to_owned())]);
}

#[test]
fn a_reload_repeats_the_attempt_that_it_interrupted() {
    let mut tab = Tab::new();
    tab.server.hold();
    tab.open();
    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.server.will(routes::REFRESH, token("t1", 900));
    reloaded.open();
    assert_eq!(reloaded.attempts(), tab.attempts());
}

#[test]
fn where_nothing_can_be_written_down_no_attempt_is_named() {
    let mut tab = Tab::with_storage(Rc::new(FakeStorage::broken()));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.server.will(routes::LOGIN, signed_in("t2", 900));
    tab.open();
    tab.sign_in().unwrap();
    assert_eq!(tab.attempts(), [None]);
    assert_eq!(tab.server.headers(routes::LOGIN, routes::REFRESH_ATTEMPT_HEADER), [None]);
}

// ---- what ends a session, and what does not

#[test]
fn only_a_final_code_signs_out_and_it_says_why() {
    for (status, code, why) in [
        (401, "REFRESH_MISSING", SignedOut::CookieLost),
        (403, "REFRESH_INVALID", SignedOut::NotRecognised),
        (401, "SESSION_EXPIRED", SignedOut::Expired),
        (403, "SESSION_REVOKED", SignedOut::Unexplained),
        (403, "REFRESH_REUSED", SignedOut::Reused),
    ] {
        let mut tab = Tab::signed_in(10);
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, refusal(status, code));
        assert_eq!(tab.me(), Err(ApiError::SignedOut), "{code}");
        assert_eq!(tab.phase(), Phase::SignedOut(why), "{code}");
    }
}

#[test]
fn everything_else_keeps_the_session_and_tries_again() {
    let delays = [
        Err(NoAnswer),
        refusal(409, "REFRESH_DUPLICATE"),
        refusal(409, "COOKIE_CONFLICT"),
        refusal(429, "RATE_LIMITED"),
        refusal(500, "INTERNAL"),
        refusal(503, "UNAVAILABLE"),
        refusal(403, "CSRF_REJECTED"),
        refusal(403, "SOMETHING_NEW"),
        Ok(crate::api::Response { status: 502, retry_after: None, body: "<html>".into() }),
        Ok(crate::api::Response { status: 200, retry_after: None, body: "<html>".into() }),
    ];
    for delay in delays {
        let mut tab = Tab::signed_in(10);
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, delay);
        tab.server.will(routes::REFRESH, token("t2", 900));
        tab.server.will(routes::ME, answer(200, &user("ada")));
        let api = tab.api();
        let answer = tab.begin(async move { api.me().await });
        tab.advance(MINUTE);
        assert!(answer.take().is_some_and(|answer| answer.is_ok()));
        assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 3));
    }
}

#[test]
fn retry_after_is_waited_for_even_when_the_network_comes_back() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, later(503, "UNAVAILABLE", 20));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.open();
    tab.advance(10 * SECOND);
    tab.manager.woke(Wake::Online);
    tab.settle();
    assert_eq!(tab.refreshes(), 1);
    tab.advance(10 * SECOND);
    assert_eq!((tab.refreshes(), tab.phase()), (2, Phase::SignedIn));
}

#[test]
fn the_network_coming_back_shortens_the_wait() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.open();
    tab.advance(MINUTE);
    let before = tab.refreshes();
    tab.manager.woke(Wake::Online);
    tab.settle();
    assert_eq!(tab.refreshes(), before + 1);
}

#[test]
fn an_hour_without_a_server_is_no_storm() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.open();
    tab.advance(60 * MINUTE);
    assert!(tab.refreshes() < 250, "{}", tab.refreshes());
    assert_eq!(tab.phase(), Phase::Restoring);
}

// ---- ahead of time

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

// ---- signing in and out

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
    let manager = Rc::clone(&tab.manager);
    let account =
        RegisterRequest { email: "ada@example.com".into(), password: Password::new("secret"), display_name: None };
    tab.now(async move { manager.sign_up(&account).await }).unwrap();
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
    tab.server.hold();
    tab.open();
    tab.server.will(routes::LOGIN, signed_in("new", 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    let manager = Rc::clone(&tab.manager);
    let credentials =
        LoginRequest { email: "ada@example.com".into(), password: Password::new("secret"), remember_me: true };
    let signed_in_then = tab.begin(async move { manager.sign_in(&credentials).await });
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

// ---- other tabs, and pages that come back

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

// ---- the lock

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

// ---- the sessions of a person

impl Tab {
    fn end(&mut self, device: sessionkeep_types::Session) -> Result<(), ApiError> {
        let api = self.api();
        self.now(async move { api.end_session(&device).await })
    }

    fn change_password(&mut self) -> Result<(), ApiError> {
        let api = self.api();
        self.now(async move { api.change_password(&new_password()).await })
    }

    fn delete_account(&mut self) -> Result<(), ApiError> {
        let api = self.api();
        let proof = DeleteAccountRequest { current_password: Password::new("secret") };
        self.now(async move { api.delete_account(&proof).await })
    }

    fn bearers(&self, path: &str) -> Vec<Option<String>> {
        self.server.headers(path, "authorization")
    }
}

fn new_password() -> ChangePasswordRequest {
    ChangePasswordRequest { current_password: Password::new("secret"), new_password: Password::new("another") }
}

#[test]
fn another_session_is_ended_by_its_id_and_an_empty_answer_is_a_success() {
    let mut tab = Tab::signed_in(900);
    tab.server.will("/api/sessions/other", nothing());
    assert_eq!(tab.end(device("other", false)), Ok(()));
    let sent = tab.server.asked("/api/sessions/other");
    assert_eq!((sent.len(), sent[0].method), (1, Method::Delete));
    assert_eq!(tab.phase(), Phase::SignedIn);
}

#[test]
fn all_other_sessions_are_ended_with_one_request() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::SESSIONS, nothing());
    let api = tab.api();
    assert_eq!(tab.now(async move { api.end_other_sessions().await }), Ok(()));
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
        assert_eq!(tab.now(async move { api.my_events(part).await }).unwrap().next, None);
    }
}

// ---- another password

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
    answer(
        403,
        &serde_json::json!({"error": "", "code": "SESSION_REVOKED", "requestId": "r", "reason": "PASSWORD_CHANGED"}),
    )
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

// ---- signing out while the password is being changed, in a browser without locks

const ADAS_SESSION: &str = "/api/sessions/adas";

impl Tab {
    /// A password change whose answer has not come yet.
    fn begin_to_change_password(&mut self) {
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
    assert_eq!((tab.phase(), tab.logouts()), (Phase::SignedOut(SignedOut::Here), 1));
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
    for answer in [Err(NoAnswer), refusal(503, "UNAVAILABLE"), refusal(403, "TOKEN_REVOKED")] {
        tab.server.will(ADAS_SESSION, answer);
    }
    tab.begin_to_change_password();
    tab.manager.sign_out();
    tab.settle();
    tab.server.release(token(ADAS, 900));
    tab.advance(MINUTE);
    assert_eq!(tab.server.asked(ADAS_SESSION).len(), 3, "until there is an answer, and no longer");
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

// ---- the end of an account

#[test]
fn who_deletes_the_account_is_signed_out_everywhere_and_told_so() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, nothing());
    assert_eq!(tab.delete_account(), Ok(()));
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedOut(SignedOut::AccountDeleted), vec![News::AccountDeleted]));
    assert!(tab.server.asked(routes::LOGOUT).is_empty(), "the cookie is gone already");

    let mut other = Tab::signed_in(900);
    other.manager.heard(News::AccountDeleted);
    other.settle();
    assert_eq!(other.phase(), Phase::SignedOut(SignedOut::AccountDeleted));
}

#[test]
fn an_account_that_is_not_deleted_stays_signed_in() {
    for (status, code) in [(403, "INVALID_CREDENTIALS"), (409, "LAST_ADMIN"), (429, "RATE_LIMITED")] {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::ME, refusal(status, code));
        assert!(tab.delete_account().is_err(), "{code}");
        assert_eq!((tab.phase(), tab.told(), tab.refreshes()), (Phase::SignedIn, vec![], 1), "{code}");
    }
}

// ---- whether the browser keeps the cookie

const THREE_SECONDS: Duration = Duration::from_secs(3);

impl Tab {
    /// Somebody signs in, and the browser shows this generation afterwards.
    fn signs_in_and_finds(generation: Option<u64>) -> Self {
        let mut tab = Self::new();
        tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
        tab.server.will(routes::LOGIN, signed_in(ADAS_FIRST, 900));
        tab.server.will(routes::ME, answer(200, &user("ada")));
        tab.open();
        tab.cookies.generation.set(generation);
        tab.sign_in().unwrap();
        tab
    }

    /// A page that was opened on a session in its eighth generation, and finds this one.
    fn opens_and_finds(generation: Option<u64>) -> Self {
        let mut tab = Self::new();
        tab.server.will(routes::REFRESH, token(ADAS_EIGHTH, 10));
        tab.cookies.generation.set(generation);
        tab.open();
        tab.advance(THREE_SECONDS);
        tab
    }

    fn jar(&self) -> Jar {
        self.manager.snapshot().jar
    }
}

#[test]
fn a_browser_that_keeps_the_cookie_hears_nothing_of_it() {
    let mut tab = Tab::signs_in_and_finds(Some(0));
    tab.advance(MINUTE);
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::Keeps));
}

#[test]
fn a_browser_that_drops_the_cookie_is_found_out_after_signing_in() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(THREE_SECONDS);
    assert_eq!((tab.phase(), tab.jar(), tab.refreshes()), (Phase::SignedIn, Jar::Loses, 1));
    assert!(tab.me().is_ok());
}

#[test]
fn a_browser_that_drops_the_cookie_is_found_out_after_signing_up() {
    let mut tab = Tab::new();
    tab.server.will(routes::REGISTER, signed_in(ADAS_FIRST, 900));
    let manager = Rc::clone(&tab.manager);
    let account =
        RegisterRequest { email: "ada@example.com".into(), password: Password::new("secret"), display_name: None };
    tab.now(async move { manager.sign_up(&account).await }).unwrap();
    tab.advance(THREE_SECONDS);
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::Loses));
}

#[test]
fn a_cookie_that_shows_a_moment_late_was_kept() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(SECOND);
    tab.cookies.generation.set(Some(0));
    tab.advance(MINUTE);
    assert_eq!((tab.jar(), tab.seen.borrow().iter().any(|seen| seen.jar == Jar::Loses)), (Jar::Keeps, false));
}

#[test]
fn neither_the_quiet_period_nor_another_tab_nor_an_older_session_raises_an_alarm() {
    for generation in [Some(7), Some(8), None] {
        assert_eq!(Tab::opens_and_finds(generation).jar(), Jar::Keeps, "{generation:?}");
    }
}

#[test]
fn a_cookie_that_a_refresh_did_not_replace_was_lost_until_another_one_is_kept() {
    let mut tab = Tab::opens_and_finds(Some(6));
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::Loses));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.cookies.generation.set(Some(7));
    tab.advance(10 * SECOND);
    assert!(tab.me().is_ok());
    assert_eq!((tab.jar(), tab.refreshes()), (Jar::Keeps, 2));
}

#[test]
fn whose_cookie_was_dropped_uses_the_token_up_is_told_why_it_ended_and_asks_no_more() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(14 * MINUTE);
    assert!(tab.me().is_ok());
    assert_eq!(tab.refreshes(), 1, "none ahead of time");
    tab.advance(MINUTE);
    assert_eq!(tab.me(), Err(ApiError::SignedOut));
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookiesBlocked));
    tab.manager.woke(Wake::Visible);
    tab.manager.woke(Wake::Online);
    tab.advance(60 * MINUTE);
    assert!(tab.manager.signed_in().is_none());
    assert_eq!(tab.refreshes(), 2);
}

#[test]
fn after_a_reload_whose_cookie_was_dropped_is_told_so() {
    let tab = Tab::signs_in_and_finds(None);
    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    reloaded.open();
    reloaded.advance(60 * MINUTE);
    assert_eq!((reloaded.phase(), reloaded.refreshes()), (Phase::SignedOut(SignedOut::CookiesBlocked), 1));
}

#[test]
fn a_tab_that_cannot_follow_a_sign_in_knows_why() {
    let tab = Tab::signs_in_and_finds(None);
    assert_eq!(tab.told(), [News::SignedIn]);
    let mut other = Tab::with_storage(Rc::clone(&tab.storage));
    other.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    other.manager.heard(News::SignedIn);
    other.settle();
    assert_eq!((other.phase(), other.refreshes()), (Phase::SignedOut(SignedOut::CookiesBlocked), 1));
}

#[test]
fn a_browser_that_says_that_it_takes_no_cookies_is_believed_and_needs_no_storage() {
    let mut tab = Tab::with_storage(Rc::new(FakeStorage::broken()));
    tab.cookies.are_allowed.set(false);
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.open();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookiesBlocked));
}

#[test]
fn what_is_known_of_a_browser_is_forgotten_once_it_keeps_a_cookie_or_its_person_signs_out() {
    for signs_out in [false, true] {
        let mut tab = Tab::signs_in_and_finds(None);
        tab.advance(THREE_SECONDS);
        tab.server.will(routes::LOGOUT, nothing());
        if signs_out {
            tab.manager.sign_out();
            tab.settle();
        } else {
            tab.cookies.generation.set(Some(0));
            tab.sign_in().unwrap();
        }
        let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
        reloaded.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
        reloaded.open();
        assert_eq!(reloaded.phase(), Phase::SignedOut(SignedOut::NoSession), "{signs_out}");
    }
}

#[test]
fn signing_out_ends_a_session_whose_cookie_was_dropped_by_its_name() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(THREE_SECONDS);
    let session = routes::session(&SessionId::new("adas"));
    tab.server.will(&session, nothing());
    tab.server.will(routes::LOGOUT, nothing());
    tab.manager.sign_out();
    tab.settle();
    assert_eq!(tab.server.headers(&session, "authorization"), [Some(format!("Bearer {ADAS_FIRST}"))]);
    assert_eq!((tab.server.asked(routes::LOGOUT).len(), tab.phase()), (1, Phase::SignedOut(SignedOut::Here)));
}
