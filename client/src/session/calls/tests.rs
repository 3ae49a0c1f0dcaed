//! Every route of the contract has its call, and each call says what it is told to.

use std::{collections::BTreeSet, rc::Rc};

use futures::StreamExt;
use serde_json::json;
use sessionkeep_types::{
    ChangePasswordRequest, DeleteAccountRequest, DismissReviewRequest, ErrorCode, EventKind, LoginRequest, Password,
    RegisterRequest, Role, UpdateProfileRequest, UpdateUserRequest, UserId, routes,
};

use super::{AuthorisedApi, LiveEvents};
use crate::{
    api::{
        ApiError, Part, Response,
        fake::{ADAS, Answer, answer, device, nothing, refusal, token, user},
    },
    session::{Phase, SignedOut, fake::Tab},
};

const ID: &str = "some-id";

/// Each method of each route, as the types crate documents them.
fn contract() -> BTreeSet<(String, String)> {
    let (mut routes, mut methods) = (BTreeSet::new(), Vec::<&str>::new());
    for line in include_str!("../../../../types/src/routes.rs").lines() {
        if line.starts_with("///") {
            methods
                .extend(["GET", "POST", "PATCH", "DELETE"].iter().filter(|name| line.contains(&format!("`{name}`"))));
            continue;
        }
        let path = line.strip_prefix("pub const ").and_then(|line| line.split('"').nth(1));
        for method in methods.drain(..) {
            if let Some(path) = path.filter(|path| path.starts_with('/')) {
                routes.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    routes
}

/// Those that a page has no use for.
const WITHOUT_A_CALL: [(&str, &str); 7] = [
    ("GET", routes::JWKS),
    ("GET", routes::HEALTHZ),
    ("GET", routes::READYZ),
    ("GET", routes::OPENAPI),
    ("GET", routes::DOCS),
    ("POST", routes::CSP_REPORT),
    ("POST", routes::SIGN_OUT),
];

fn secret() -> Password {
    Password::new("secret")
}

/// Makes every call that needs a session; nobody answers.
async fn call_everything(api: AuthorisedApi) {
    let (user, device) = (UserId::new(ID), device(ID, false));
    let change = ChangePasswordRequest { current_password: secret(), new_password: secret() };
    let failures = [
        api.me().await.err(),
        api.me_with_review().await.err(),
        api.rename(&UpdateProfileRequest::default()).await.err(),
        api.sessions(Part::NEWEST).await.err(),
        api.end_session(&device, None).await.err(),
        api.end_other_sessions(None).await.err(),
        api.my_events(&[], Part::NEWEST).await.err(),
        api.dismiss_review(&DismissReviewRequest { event: ID.to_owned(), current_password: None }).await.err(),
        api.export().await.err(),
        api.users("", Part::NEWEST).await.err(),
        api.user(&user).await.err(),
        api.change_user(&user, &UpdateUserRequest::default()).await.err(),
        api.sessions_of(&user, Part::NEWEST).await.err(),
        api.end_sessions_of(&user).await.err(),
        api.all_events(None, None, Part::NEWEST).await.err(),
        api.live_events(None).await.err(),
        api.change_password(&change).await.err(),
        api.delete_account(&DeleteAccountRequest { current_password: secret() }).await.err(),
    ];
    for (index, failure) in failures.into_iter().enumerate() {
        assert_eq!(failure, Some(ApiError::NoAnswer), "call {index}");
    }
}

#[test]
fn every_route_of_the_contract_has_a_call() {
    let mut tab = Tab::signed_in(900);
    let api = tab.manager.signed_in().expect("somebody is signed in");
    tab.now(call_everything(api));
    let manager = Rc::clone(&tab.manager);
    tab.now(async move {
        let login = LoginRequest { email: String::new(), password: secret(), remember_me: true };
        let register = RegisterRequest { email: String::new(), password: secret(), display_name: None };
        assert!(manager.sign_in(&login).await.is_err() && manager.sign_up(&register).await.is_err());
        assert!(manager.arrival().await.is_err());
        manager.sign_out();
    });
    let mut called = tab.server.routes(ID);
    for (method, path) in WITHOUT_A_CALL {
        assert!(called.insert((method.to_owned(), path.to_owned())), "{path} has a call");
    }
    assert_eq!(called, contract());
}

#[test]
fn every_call_that_needs_a_session_carries_its_token() {
    let mut tab = Tab::signed_in(900);
    let api = tab.manager.signed_in().expect("somebody is signed in");
    tab.now(call_everything(api));
    for request in tab.server.all().iter().filter(|request| request.path != routes::REFRESH) {
        assert!(request.headers.contains(&("authorization", "Bearer t1".to_owned())), "{request:?}");
    }
}

#[test]
fn a_new_name_is_sent_and_none_removes_it() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, answer(200, &user("ada")));
    for (name, body) in [(Some("Ada"), r#"{"displayName":"Ada"}"#), (None, r#"{"displayName":null}"#)] {
        let api = tab.manager.signed_in().expect("somebody is signed in");
        let profile = UpdateProfileRequest { display_name: name.map(str::to_owned) };
        tab.now(async move { api.rename(&profile).await }).unwrap();
        assert_eq!(tab.server.asked(routes::ME).last().and_then(|request| request.body.as_deref()), Some(body));
    }
}

#[test]
fn an_administrator_changes_only_what_is_said() {
    let mut tab = Tab::signed_in(900);
    let api = tab.manager.signed_in().expect("somebody is signed in");
    let change = UpdateUserRequest { role: Some(Role::Admin), disabled: None };
    drop(tab.now(async move { api.change_user(&UserId::new("bob"), &change).await }));
    assert_eq!(tab.server.asked("/api/admin/users/bob")[0].body.as_deref(), Some(r#"{"role":"admin"}"#));
}

#[test]
fn an_administrator_asks_for_a_part_of_what_there_is() {
    let mut tab = Tab::signed_in(900);
    let api = tab.manager.signed_in().expect("somebody is signed in");
    tab.now(async move {
        drop(api.users("a b", Part::before("c").at_most(5)).await);
        drop(api.all_events(Some(&EventKind::RefreshReused), Some(&UserId::new("bob")), Part::NEWEST).await);
    });
    assert_eq!(tab.server.asked("/api/admin/users?query=a%20b&before=c&limit=5").len(), 1);
    assert_eq!(tab.server.asked("/api/admin/events?kind=authn_token_reuse&user=bob").len(), 1);
}

fn live(ids: &[&str]) -> String {
    let event = |id: &&str| {
        let event =
            json!({"id": id, "at": "", "kind": "user_created", "origin": {"ip": "", "userAgent": "", "device": ""}});
        format!("id: {id}\ndata: {event}\n\n:\n\n")
    };
    ids.iter().map(event).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "tests name answers and their absence alike")]
fn streamed(body: String) -> Answer {
    Ok(Response { status: 200, retry_after: None, body })
}

async fn collected(events: LiveEvents) -> Vec<Result<String, ApiError>> {
    events.map(|event| event.map(|event| event.id)).collect().await
}

#[test]
fn live_events_come_one_by_one_and_go_on_after_the_last_that_came() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ADMIN_EVENTS_STREAM, refusal(401, "TOKEN_EXPIRED"));
    tab.server.will(routes::ADMIN_EVENTS_STREAM, streamed(live(&["8", "9"])));
    let api = tab.manager.signed_in().expect("somebody is signed in");
    let events = tab.now(async move { collected(api.live_events(Some("7")).await.unwrap()).await });
    assert_eq!(events, [Ok("8".to_owned()), Ok("9".to_owned())]);
    assert_eq!(tab.server.headers(routes::ADMIN_EVENTS_STREAM, "last-event-id"), vec![Some("7".to_owned()); 2]);
}

#[test]
fn live_events_that_are_refused_say_why() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ADMIN_EVENTS_STREAM, refusal(403, "FORBIDDEN"));
    let api = tab.manager.signed_in().expect("somebody is signed in");
    let refused = tab.now(async move { api.live_events(None).await.err() });
    assert_eq!(refused.as_ref().and_then(ApiError::code), Some(&ErrorCode::Forbidden));
}

#[test]
fn live_events_end_with_the_session_and_with_what_nobody_can_read() {
    for (signs_out, body, last) in
        [(true, live(&["8", "9"]), ApiError::SignedOut), (false, "data: ?\n\n".repeat(9), garbled())]
    {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::ADMIN_EVENTS_STREAM, streamed(body));
        let api = tab.manager.signed_in().expect("somebody is signed in");
        let events = tab.now(async move { api.live_events(None).await }).expect("it was opened");
        if signs_out {
            tab.manager.sign_out();
        }
        assert_eq!(tab.now(collected(events)), [Err(last)]);
    }
}

fn garbled() -> ApiError {
    ApiError::Garbled { status: 200, retry_after: None }
}

#[test]
fn who_ends_all_sessions_of_the_own_account_is_signed_out_and_who_ends_anothers_is_not() {
    for (whose, phase, logouts) in [("ada", Phase::SignedOut(SignedOut::Here), 1), ("bob", Phase::SignedIn, 0)] {
        let mut tab = Tab::new();
        tab.server.will(routes::REFRESH, token(ADAS, 900));
        tab.open();
        let whose = UserId::new(whose);
        tab.server.will(&routes::admin_user_sessions(&whose), nothing());
        tab.server.will(routes::LOGOUT, nothing());
        let api = tab.manager.signed_in().expect("somebody is signed in");
        assert_eq!(tab.now(async move { api.end_sessions_of(&whose).await }), Ok(()));
        tab.settle();
        assert_eq!((tab.phase(), tab.server.asked(routes::LOGOUT).len()), (phase, logouts));
    }
}

#[test]
fn what_arrives_is_asked_for_twice_so_that_a_cookie_can_come_back() {
    let mut tab = Tab::signed_in(900);
    let seen = json!({
        "now": "", "address": "", "origin": null, "secFetchSite": null, "refused": null, "refreshCookies": 1,
        "refreshCounting": 1, "generationCookies": 1, "probes": ["n"], "route": null,
    });
    tab.server.will(routes::CONNECTION, answer(200, &seen));
    let manager = Rc::clone(&tab.manager);
    let arrival = tab.now(async move { manager.arrival().await }).expect("it was answered");
    let asked = tab.server.asked(routes::CONNECTION);
    let bodies: Vec<_> = asked.iter().filter_map(|request| request.body.clone()).collect();
    // Not what was set: all of it a second time, in case that another tab has asked in between.
    assert_eq!((bodies.len(), bodies[0] == bodies[1], bodies[1] == bodies[2]), (4, true, false), "{bodies:?}");
    assert_eq!(bodies[2..], [json!({"nonce": arrival.nonce}).to_string(), bodies[3].clone()]);
    assert_eq!(arrival.connection.probes, ["n"]);
}
