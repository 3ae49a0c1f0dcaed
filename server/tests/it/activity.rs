//! Security events: what is reported, and to whom.

use server::session::{EventKind, SecurityEvent};

use crate::support::{PASSWORD, Person, TestApp};

fn kinds(events: &[SecurityEvent]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind.clone()).collect()
}

async fn reported(app: &TestApp) -> Vec<EventKind> {
    kinds(&app.events().await)
}

fn own_kinds(answer: &crate::support::Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().expect("a list");
    items.iter().map(|item| item["kind"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn signing_in_and_out_and_failing_to_are_reported() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    ada.post("/api/auth/login", serde_json::json!({"email": crate::support::EMAIL, "password": "wrong"})).await;
    app.direct().post("/api/auth/login", serde_json::json!({"email": "x@y.z", "password": "wrong"})).await;
    ada.logout().await;
    ada.logout().await;
    let events = app.events().await;
    assert_eq!(
        kinds(&events),
        [
            EventKind::Registered,
            EventKind::LoginSucceeded,
            EventKind::LoginFailed,
            EventKind::LoginFailed,
            EventKind::SignedOut,
        ]
    );
    assert!(events[2].user_id.is_some() && events[3].user_id.is_none());
    assert_eq!(events[1].session_id, events[4].session_id);
}

#[tokio::test]
async fn what_rotation_copes_with_is_reported_by_its_row() {
    let app = TestApp::start().await;
    let mut ada = app.browser();
    ada.register().await;
    let sign_in = ada.copy();
    let mut lost = sign_in.copy().attempt("one");
    lost.refresh_in_vain_after(&app).await;
    // The same attempt again.
    assert_eq!(lost.refresh().await.status, 200);
    assert_eq!(reported(&app).await.last(), Some(&EventKind::RefreshRepeated));
    // Another one while nobody has used the successor: soon, and late.
    let mut tab = sign_in.copy().attempt("two");
    assert_eq!(tab.refresh().await.status, 200);
    assert_eq!(reported(&app).await.last(), Some(&EventKind::RefreshAnswerLost));
    app.advance(60).await;
    assert_eq!(sign_in.copy().attempt("two").refresh().await.status, 200);
    app.advance(60).await;
    let mut late = sign_in.copy().attempt("three");
    assert_eq!(late.refresh().await.status, 200);
    assert_eq!(reported(&app).await.last(), Some(&EventKind::RefreshSuperseded));
    // A late copy of a request that was served, once the line has gone on.
    late.me().await;
    let mut copy = sign_in.copy().attempt("two");
    assert_eq!(copy.refresh().await.outcome(), (409, "REFRESH_DUPLICATE"));
    assert_eq!(reported(&app).await.last(), Some(&EventKind::RefreshLateCopy));
}

/// SM-07, LG-01: whoever looks into it later needs both sides.
#[tokio::test]
async fn theft_is_reported_with_both_sides() {
    let app = TestApp::start().await;
    let mut ada = app.direct().header("user-agent", "Ada/1");
    ada.register().await;
    let mut thief = ada.copy().header("user-agent", "Thief/2");
    ada.refresh().await;
    ada.refresh().await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    let events = app.events().await;
    let theft = events.last().expect("an event");
    assert_eq!(theft.kind, EventKind::RefreshReused);
    assert_eq!((theft.origin.user_agent.as_str(), theft.origin.ip.as_str()), ("Thief/2", "127.0.0.1"));
    let other = theft.other.as_ref().expect("the other side");
    assert_eq!((other.user_agent.as_str(), other.ip.as_str()), ("Ada/1", "127.0.0.1"));
    assert!(theft.user_id.is_some() && theft.session_id.is_some());
}

#[tokio::test]
async fn ones_own_activity_is_newest_first_and_without_routine() {
    let app = TestApp::start().await;
    let mut ada = app.direct().header("user-agent", "curl/8.5.0");
    ada.register().await;
    let mut tab = ada.copy();
    tab.refresh().await;
    ada.refresh().await;
    assert_eq!(reported(&app).await.last(), Some(&EventKind::RefreshAnswerLost));
    app.direct().login().await;
    let answer = ada.get("/api/me/events").await;
    assert_eq!(own_kinds(&answer), ["authn_login_success", "authn_login_success", "user_created"]);
    let signed_in = &answer.body["items"][1];
    assert_eq!(signed_in["origin"]["device"], "curl");
    assert_eq!(signed_in["by"], serde_json::Value::Null);
    assert_eq!(answer.body["next"], serde_json::Value::Null);
}

#[tokio::test]
async fn nobody_sees_anothers_activity() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let mut bob = app.direct();
    bob.post("/api/auth/register", serde_json::json!({"email": "bob@example.com", "password": PASSWORD})).await;
    assert_eq!(own_kinds(&bob.get("/api/me/events").await), ["authn_login_success", "user_created"]);
}

#[tokio::test]
async fn a_long_list_comes_in_parts() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    ada.login().await;
    let mut seen: Vec<String> = vec![];
    let mut path = "/api/me/events?limit=2".to_owned();
    loop {
        let answer = ada.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        seen.extend(own_kinds(&answer).into_iter().map(str::to_owned));
        match answer.body["next"].as_str() {
            Some(next) => path = format!("/api/me/events?limit=2&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["authn_login_success", "authn_login_success", "user_created"]);
    assert_eq!(ada.get("/api/me/events?before=x").await.outcome(), (422, "VALIDATION_FAILED"));
    assert_eq!(ada.get("/api/me/events?limit=x").await.outcome(), (400, "MALFORMED_REQUEST"));
    assert_eq!(ada.get("/api/me/events?limit=0").await.body["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_list_can_be_of_some_kinds_alone_and_never_of_routine() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut tab = ada.copy();
    tab.refresh().await;
    ada.refresh().await;
    for (query, kinds) in [
        ("kind=user_created", vec!["user_created"]),
        ("kind=user_created,authn_login_success", vec!["authn_login_success", "user_created"]),
        ("kind=user_created,user_created,made_up", vec!["user_created"]),
        (
            "kind=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,aa,bb,cc,dd,ee,ff,gg,hh,ii,jj,user_created",
            vec!["user_created"],
        ),
        ("kind=refresh_answer_lost", vec![]),
        ("kind=made_up", vec![]),
        ("kind=", vec![]),
    ] {
        let answer = ada.get(&format!("/api/me/events?{query}")).await;
        assert_eq!(own_kinds(&answer), kinds, "{query}");
    }
}

#[tokio::test]
async fn a_list_of_some_kinds_goes_on_with_these_kinds() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    ada.login().await;
    ada.login().await;
    let mut seen = vec![];
    let mut path = "/api/me/events?kind=authn_login_success,user_created&limit=1".to_owned();
    loop {
        let answer = ada.get(&path).await;
        seen.extend(own_kinds(&answer).into_iter().map(str::to_owned));
        let Some(next) = answer.body["next"].as_str() else { break };
        path = format!("/api/me/events?kind=user_created&limit=1&before={next}");
    }
    assert_eq!(seen, ["authn_login_success", "user_created"]);
}

impl Person {
    /// The server has done it, and the answer never arrives.
    pub(crate) async fn refresh_in_vain_after(&self, app: &TestApp) {
        app.lose_refresh_answers(1).await;
        self.refresh_in_vain().await;
    }
}
