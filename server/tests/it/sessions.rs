//! `/api/sessions`: where a person is signed in.

use std::collections::BTreeSet;

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp};
use reqwest::Method;
use serde_json::json;
use server::{session::EventKind, storage::sqlite::SqliteStore};
use sessionkeep_types::SessionId;

/// Ada on three devices; the first one made the account.
async fn three(app: &TestApp) -> (Person, Person, Person) {
    let mut phone = app.direct().header("user-agent", "phone/1");
    phone.register().await;
    let mut laptop = app.direct().header("user-agent", "laptop/1");
    app.advance(60).await;
    laptop.login().await;
    let mut tablet = app.direct().header("user-agent", "tablet/1");
    app.advance(60).await;
    tablet.login().await;
    (phone, laptop, tablet)
}

async fn id_of(person: &mut Person, device: &str) -> String {
    let sessions = person.sessions().await;
    let session = sessions.iter().find(|session| session["device"] == device).expect("a session of this device");
    session["id"].as_str().expect("text").to_owned()
}

async fn is_dead(person: &mut Person, reason: &str) {
    assert_eq!(person.me().await.outcome(), (403, "TOKEN_REVOKED"));
    let answer = person.refresh().await;
    assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
    assert_eq!(answer.body["reason"], reason);
    assert_eq!(answer.header("set-cookie"), "", "a failed refresh sets no cookie");
}

/// SM-01
#[tokio::test]
async fn three_devices_are_three_sessions_newest_use_first_and_one_is_current() {
    let app = TestApp::start().await;
    let (mut phone, ..) = three(&app).await;
    app.advance(60).await;
    phone.refresh().await;
    let sessions = phone.sessions().await;
    let devices: Vec<_> =
        sessions.iter().map(|session| (session["device"].as_str(), session["current"].as_bool())).collect();
    assert_eq!(devices, [(Some("phone"), Some(true)), (Some("tablet"), Some(false)), (Some("laptop"), Some(false))]);
    let first = &sessions[0];
    assert_eq!((&first["ip"], &first["userAgent"]), (&json!("127.0.0.1"), &json!("phone/1")));
    assert!(first["createdAt"].as_str() < first["lastUsedAt"].as_str());
    assert!(first["lastUsedAt"].as_str() < first["expiresAt"].as_str());
}

/// SM-01: an id opens nothing.
#[tokio::test]
async fn a_sessions_id_is_of_no_use_as_a_token() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let id = ada.sessions().await[0]["id"].as_str().expect("text").to_owned();
    let mut thief = app.direct();
    thief.cookie = Some(id.clone());
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_INVALID"));
    assert_eq!(ada.me_with(&format!("Bearer {id}")).await.outcome(), (403, "TOKEN_INVALID"));
}

#[tokio::test]
async fn a_session_is_listed_with_the_place_of_its_latest_use() {
    let app = TestApp::start().await;
    let mut ada = app.direct().header("user-agent", "old/1");
    ada.register().await;
    let mut ada = ada.copy().header("user-agent", "new/2");
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(ada.sessions().await[0]["userAgent"], "new/2");
}

#[tokio::test]
async fn a_session_says_whether_its_browser_keeps_it_when_it_is_closed() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for remember_me in [true, false] {
        let mut browser = app.direct();
        let body = json!({"email": EMAIL, "password": PASSWORD, "rememberMe": remember_me});
        assert_eq!(browser.post("/api/auth/login", body).await.status, 200);
        assert_eq!(browser.sessions().await[0]["rememberMe"], remember_me);
        assert_eq!(browser.refresh().await.status, 200);
        assert_eq!(browser.sessions().await[0]["rememberMe"], remember_me, "after a refresh");
    }
}

/// SM-02
#[tokio::test]
async fn one_session_is_ended_at_once_and_the_others_live() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop, mut tablet) = three(&app).await;
    let laptops = id_of(&mut tablet, "laptop").await;
    let answer = tablet.delete(&format!("/api/sessions/{laptops}")).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (204, ""));
    is_dead(&mut laptop, "SIGNED_OUT_ELSEWHERE").await;
    assert_eq!((phone.me().await.status, tablet.refresh().await.status), (200, 200));
    assert_eq!(phone.sessions().await.len(), 2);
    assert_eq!(tablet.delete(&format!("/api/sessions/{laptops}")).await.status, 204, "twice is fine");
    assert_eq!(phone.delete(&format!("/api/sessions/{laptops}")).await.status, 204, "from an older session, too");
}

/// SM-02: the owner reads which device it was, and from which one.
#[tokio::test]
async fn the_event_of_an_ended_session_names_that_sessions_device() {
    let app = TestApp::start().await;
    let (phone, mut laptop, _) = three(&app).await;
    assert_eq!(laptop.delete(&format!("/api/sessions/{}", phone.session_id())).await.status, 204);
    let event = app.events().await.pop().expect("an event");
    assert_eq!(event.kind, EventKind::SessionEnded);
    let other = event.other.expect("the device that was signed out");
    assert_eq!((event.origin.user_agent.as_str(), other.user_agent.as_str()), ("laptop/1", "phone/1"));
    let own = format!("/api/sessions/{}", laptop.session_id());
    assert_eq!(laptop.delete(&own).await.status, 204);
    let event = app.events().await.pop().expect("an event");
    assert_eq!(
        (event.kind, event.other),
        (EventKind::SignedOut, None),
        "a device that signs itself out is the only one"
    );
}

/// SM-02
#[tokio::test]
async fn all_other_sessions_are_ended_and_this_one_lives() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop, mut tablet) = three(&app).await;
    assert_eq!(tablet.delete("/api/sessions").await.status, 204);
    is_dead(&mut phone, "SIGNED_OUT_ELSEWHERE").await;
    is_dead(&mut laptop, "SIGNED_OUT_ELSEWHERE").await;
    assert_eq!((tablet.me().await.status, tablet.refresh().await.status), (200, 200));
    assert_eq!(tablet.delete("/api/sessions").await.status, 204, "with nothing left to end, too");
}

/// SM-02: a newer sign-in proves more than an old session does.
#[tokio::test]
async fn a_session_ends_no_newer_one_without_the_password() {
    let app = TestApp::start().await;
    let (phone, mut laptop, tablet) = three(&app).await;
    let before = app.events().await.len();
    let newer = format!("/api/sessions/{}", tablet.session_id());
    for path in [newer.as_str(), "/api/sessions"] {
        assert_eq!(laptop.delete(path).await.outcome(), (403, "PASSWORD_REQUIRED"), "{path}");
    }
    for person in [&phone, &laptop, &tablet] {
        assert_eq!(person.me().await.status, 200, "nothing was ended, the older one neither");
    }
    assert_eq!(app.events().await.len(), before);
    assert_eq!(laptop.delete(&format!("/api/sessions/{}", phone.session_id())).await.status, 204);
    assert_eq!(phone.me().await.outcome(), (403, "TOKEN_REVOKED"));
    let own = format!("/api/sessions/{}", laptop.session_id());
    assert_eq!(laptop.delete(&own).await.status, 204, "its own");
}

/// SM-02
#[tokio::test]
async fn with_the_password_a_session_ends_newer_ones() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop, mut tablet) = three(&app).await;
    let newest = format!("/api/sessions/{}", tablet.session_id());
    let answer = phone.delete_with(&newest, PASSWORD).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (204, ""));
    is_dead(&mut tablet, "SIGNED_OUT_ELSEWHERE").await;
    assert_eq!(laptop.me().await.status, 200);
    assert_eq!(phone.delete_with("/api/sessions", PASSWORD).await.status, 204);
    is_dead(&mut laptop, "SIGNED_OUT_ELSEWHERE").await;
    assert_eq!((phone.me().await.status, phone.sessions().await.len()), (200, 1));
}

/// SM-02: of two that began in the same millisecond neither ends the other.
#[tokio::test]
async fn a_session_that_began_at_the_same_time_needs_the_password() {
    let app = TestApp::on_sqlite().await;
    let mut ada = app.direct();
    ada.register().await;
    let store = SqliteStore::open(&app.sqlite_file()).await.expect("opens");
    store.copy_session(&SessionId::new(ada.session_id()), 1).await.expect("works");
    let sessions = ada.sessions().await;
    let twin = sessions.iter().find(|session| session["current"] == false).expect("its copy");
    assert_eq!(twin["createdAt"], sessions[0]["createdAt"]);
    for path in [format!("/api/sessions/{}", twin["id"].as_str().expect("text")), "/api/sessions".to_owned()] {
        assert_eq!(ada.delete(&path).await.outcome(), (403, "PASSWORD_REQUIRED"), "{path}");
        assert_eq!(ada.sessions().await.len(), 2);
    }
}

/// SM-02: a newer session that has expired or was ended keeps nobody from ending the older ones.
#[tokio::test]
async fn a_newer_session_that_no_longer_lives_does_not_count() {
    let app = TestApp::start().await;
    let (phone, mut laptop, mut tablet) = three(&app).await;
    assert_eq!(tablet.logout().await.status, 204);
    assert_eq!(laptop.delete("/api/sessions").await.status, 204);
    assert_eq!(phone.me().await.outcome(), (403, "TOKEN_REVOKED"));

    let mut newest = app.direct();
    newest.login().await;
    app.advance(6 * 86_400).await;
    assert_eq!(laptop.refresh().await.status, 200);
    app.advance(86_400).await;
    assert_eq!(laptop.refresh().await.status, 200);
    assert_eq!(laptop.sessions().await.len(), 1, "the newest has expired");
    assert_eq!(laptop.delete("/api/sessions").await.status, 204);
}

/// SM-02: a password that is sent is checked, needed or not, before the session is looked at.
#[tokio::test]
async fn a_wrong_password_ends_nothing_and_tells_nothing() {
    let app = TestApp::start().await;
    let (phone, mut laptop, tablet) = three(&app).await;
    let strangers = "018f6b1e-0000-7000-8000-000000000001".to_owned();
    for id in [phone.session_id(), tablet.session_id(), strangers.clone()] {
        let answer = laptop.delete_with(&format!("/api/sessions/{id}"), "a wrong password").await;
        assert_eq!(answer.outcome(), (403, "INVALID_CREDENTIALS"));
        assert_eq!(answer.body["fields"]["currentPassword"], "That’s not your current password.");
    }
    assert_eq!((phone.me().await.status, tablet.me().await.status), (200, 200));
    let failed = app.events().await.pop().expect("an event");
    assert_eq!(failed.kind, EventKind::PasswordConfirmationFailed);
    assert_eq!(laptop.delete_with("/api/sessions", "a wrong password").await.outcome(), (403, "INVALID_CREDENTIALS"));
    assert_eq!(laptop.delete_with(&format!("/api/sessions/{strangers}"), PASSWORD).await.outcome(), (404, "NOT_FOUND"));
}

/// SM-02: the guesses are those of every confirmation, and keep no other session out.
#[tokio::test]
async fn guesses_made_in_one_session_are_bounded_and_hold_up_no_other() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop, mut tablet) = three(&app).await;
    let mut guesses = 0;
    while phone.delete_with("/api/sessions", "a wrong password").await.outcome() == (403, "INVALID_CREDENTIALS") {
        guesses += 1;
    }
    assert!((1..30).contains(&guesses), "{guesses}");
    let held = (429, "RATE_LIMITED");
    assert_eq!(phone.delete_with("/api/sessions", PASSWORD).await.outcome(), held);
    let last = format!("/api/sessions/{}", tablet.session_id());
    assert_eq!(phone.delete_with(&last, PASSWORD).await.outcome(), held);
    assert_eq!(phone.delete_account(PASSWORD).await.outcome(), held);
    assert_eq!(laptop.delete_with(&last, PASSWORD).await.status, 204);
    is_dead(&mut tablet, "SIGNED_OUT_ELSEWHERE").await;
}

/// The body is optional; one that is there is of the contract.
#[tokio::test]
async fn a_body_that_is_sent_must_hold_the_password() {
    let app = TestApp::start().await;
    let (_, laptop, tablet) = three(&app).await;
    let token = laptop.access_token.clone().expect("an access token");
    for path in ["/api/sessions".to_owned(), format!("/api/sessions/{}", tablet.session_id())] {
        let ask = || laptop.request(Method::DELETE, &path).header("authorization", format!("Bearer {token}"));
        let cases = [
            (ask().json(&json!({})), (422, "VALIDATION_FAILED")),
            (ask().json(&json!({"currentPassword": null})), (422, "VALIDATION_FAILED")),
            (ask().json(&json!([PASSWORD])), (422, "VALIDATION_FAILED")),
            (ask().header("content-type", "application/json").body("{"), (400, "MALFORMED_REQUEST")),
            (ask().body("currentPassword=x"), (415, "UNSUPPORTED_MEDIA_TYPE")),
            (ask().header("content-type", "text/plain"), (415, "UNSUPPORTED_MEDIA_TYPE")),
            (ask().header("content-type", "application/json"), (403, "PASSWORD_REQUIRED")),
            (ask().json(&json!(null)), (403, "PASSWORD_REQUIRED")),
            (ask(), (403, "PASSWORD_REQUIRED")),
        ];
        for (request, expected) in cases {
            assert_eq!(Answer::of(request.send().await.expect("sent")).await.outcome(), expected, "{path}");
        }
    }
    assert_eq!(tablet.me().await.status, 200);
}

/// SM-02: somebody holds a session without the password and ends all others, all the time.
#[tokio::test]
async fn an_intruder_who_ends_all_sessions_all_the_time_cannot_keep_the_owner_from_changing_the_password() {
    let app = TestApp::with(&[("CHANGES_PER_MINUTE", "0")]).await;
    let mut stolen = app.direct();
    stolen.register().await;
    let ends_all = async {
        // Everything but what needs the password, until the session is ended.
        let mut answers = BTreeSet::new();
        loop {
            let list = stolen.get("/api/sessions").await;
            let ids = list.body["sessions"].as_array().cloned().unwrap_or_default();
            for session in ids.iter().filter(|session| session["current"] == false) {
                let id = session["id"].as_str().expect("text");
                answers.insert(stolen.delete(&format!("/api/sessions/{id}")).await.outcome().1.to_owned());
            }
            let answer = stolen.delete("/api/sessions").await;
            answers.insert(answer.outcome().1.to_owned());
            if answer.outcome() == (403, "TOKEN_REVOKED") {
                return answers;
            }
        }
    };
    let changes_it = async {
        let mut owner = app.direct();
        assert_eq!(owner.login().await.status, 200);
        // Time to look around first.
        for _ in 0..20 {
            assert_eq!(owner.me().await.status, 200);
        }
        assert_eq!(owner.change_password(PASSWORD, "another river under an elm").await.status, 200);
        owner
    };
    let (answers, owner) = tokio::join!(ends_all, changes_it);
    assert!(["PASSWORD_REQUIRED", "TOKEN_REVOKED"].iter().all(|code| answers.contains(*code)), "{answers:?}");
    assert_eq!(owner.me().await.status, 200);
    assert_eq!(owner.copy().sessions().await.len(), 1);
}

#[tokio::test]
async fn ending_the_current_session_is_signing_out() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let id = ada.sessions().await[0]["id"].as_str().expect("text").to_owned();
    let answer = ada.delete(&format!("/api/sessions/{id}")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.header("set-cookie"),
        "refreshToken=; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=0"
    );
    is_dead(&mut ada, "SIGNED_OUT").await;
}

/// AT-16: what belongs to somebody else is not there.
#[tokio::test]
async fn anothers_session_is_answered_like_one_that_does_not_exist() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut bob = app.direct();
    bob.post("/api/auth/register", json!({"email": "bob@example.com", "password": PASSWORD})).await;
    let adas = ada.sessions().await[0]["id"].as_str().expect("text").to_owned();
    let mut answers = vec![];
    for id in [adas.as_str(), "018f6b1e-0000-7000-8000-000000000001", "x", "%00"] {
        let mut answer = bob.delete(&format!("/api/sessions/{id}")).await;
        assert_eq!(answer.outcome(), (404, "NOT_FOUND"), "{id}");
        answer.body["requestId"] = json!("");
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(bob.sessions().await.len(), 1);
}

#[tokio::test]
async fn a_session_that_has_expired_is_not_listed() {
    let app = TestApp::start().await;
    let mut phone = app.direct();
    phone.register().await;
    app.advance(7 * 86_400 - 1).await;
    let mut laptop = app.direct();
    laptop.login().await;
    assert_eq!(laptop.sessions().await.len(), 2);
    app.advance(1).await;
    laptop.refresh().await;
    assert_eq!(laptop.sessions().await.len(), 1);
}

/// RT-20: signing in ends no other device's session as long as the account stays within the cap.
#[tokio::test]
async fn twenty_sign_ins_end_nobodys_session() {
    let app = TestApp::start().await;
    let mut first = app.direct();
    first.register().await;
    for _ in 0..20 {
        assert_eq!(app.direct().login().await.status, 200);
    }
    assert_eq!(first.sessions().await.len(), 21);
    assert_eq!(first.refresh().await.status, 200);
}

/// LG-01: and the person sees it among what happened to the account.
#[tokio::test]
async fn a_sign_in_beyond_the_cap_ends_the_device_that_was_unused_for_longest() {
    let app = TestApp::with(&[("SESSIONS_PER_ACCOUNT", "3")]).await;
    let (mut phone, mut laptop, tablet) = three(&app).await;
    app.advance(60).await;
    assert_eq!(phone.refresh().await.status, 200);
    let mut fourth = app.direct().header("user-agent", "fourth/1");
    assert_eq!(fourth.login().await.status, 200);
    is_dead(&mut laptop, "SESSION_LIMIT").await;
    assert_eq!([phone.me().await.status, tablet.me().await.status, fourth.me().await.status], [200; 3]);
    assert_eq!(fourth.sessions().await.len(), 3);
    let activity = fourth.get("/api/me/events").await;
    let newest = &activity.body["items"][0];
    assert_eq!(newest["kind"], "session_limit_reached");
    assert_eq!(newest["sessionId"], laptop.session_id());
    assert_eq!(newest["origin"]["device"], "fourth", "where the sign-in came from");
}

/// Attack 4 of November 2026: one person's 20,000 sessions, and a list of all of them in one answer of 14 MiB.
#[tokio::test]
async fn a_list_of_twenty_thousand_sessions_is_a_bounded_page_that_begins_with_the_current_one() {
    let app = TestApp::on_sqlite().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut newest = app.direct();
    newest.login().await;
    let store = SqliteStore::open(&app.sqlite_file()).await.expect("opens");
    store.copy_session(&SessionId::new(newest.session_id()), 20_000).await.expect("works");
    for path in ["/api/sessions", "/api/sessions?limit=4000000000"] {
        let answer = ada.get(path).await;
        let sessions = answer.body["sessions"].as_array().expect("a list");
        assert!((51..=201).contains(&sessions.len()) && answer.text.len() < 200_000, "{}", answer.text.len());
        assert_eq!((&sessions[0]["id"], &sessions[0]["current"]), (&json!(ada.session_id()), &json!(true)));
        assert!(answer.body["next"].is_string());
    }
    assert_eq!(ada.delete("/api/sessions").await.outcome(), (403, "PASSWORD_REQUIRED"));
    // Ending them is done part by part, and the next sign-in finds room.
    assert_eq!(ada.delete_with("/api/sessions", PASSWORD).await.status, 204);
    assert_eq!(ada.sessions().await.len(), 1);
    assert_eq!(newest.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

/// An account from before there was a cap: each part of its sessions that ends is known at once.
#[tokio::test]
async fn a_new_password_ends_too_many_sessions_part_by_part() {
    let app = TestApp::on_sqlite().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut other = app.direct();
    other.login().await;
    let store = SqliteStore::open(&app.sqlite_file()).await.expect("opens");
    store.copy_session(&SessionId::new(other.session_id()), 1700).await.expect("works");
    assert_eq!(ada.change_password(PASSWORD, "another river under an elm").await.status, 200);
    assert_eq!(ada.sessions().await.len(), 1);
    assert_eq!(other.me().await.outcome(), (403, "TOKEN_REVOKED"));
    let kinds = app.events().await.into_iter().map(|event| event.kind).collect::<Vec<_>>();
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::SessionLimitReached).count(), 3, "{kinds:?}");
}

#[tokio::test]
async fn the_own_sessions_come_in_parts_each_once_and_the_current_one_first() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for _ in 0..5 {
        app.direct().login().await;
    }
    let (mut seen, mut path) = (vec![], "/api/sessions?limit=2".to_owned());
    loop {
        let answer = ada.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let ids = answer.body["sessions"].as_array().expect("a list").iter();
        seen.extend(ids.map(|session| session["id"].as_str().expect("text").to_owned()));
        match answer.body["next"].as_str() {
            Some(next) => path = format!("/api/sessions?limit=2&before={next}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), &seen[0]), (6, &ada.session_id()));
    assert!(seen[1..].windows(2).all(|pair| pair[0] > pair[1]), "then the newest sign-in first: {seen:?}");
    for (query, refused) in [("before=x", (422, "VALIDATION_FAILED")), ("limit=x", (400, "MALFORMED_REQUEST"))] {
        assert_eq!(ada.get(&format!("/api/sessions?{query}")).await.outcome(), refused);
    }
}

/// RT-16
#[tokio::test]
async fn nobody_is_told_that_a_session_was_ended_while_the_store_is_down() {
    let app = TestApp::start().await;
    let (_, mut laptop, mut tablet) = three(&app).await;
    let laptops = id_of(&mut tablet, "laptop").await;
    app.store_down(true).await;
    for path in [format!("/api/sessions/{laptops}"), "/api/sessions".to_owned()] {
        assert_eq!(tablet.delete(&path).await.outcome(), (503, "UNAVAILABLE"));
        assert_eq!(tablet.delete_with(&path, PASSWORD).await.outcome(), (503, "UNAVAILABLE"));
    }
    app.store_down(false).await;
    assert_eq!(laptop.refresh().await.status, 200);
    assert_eq!(tablet.delete("/api/sessions").await.status, 204);
    is_dead(&mut laptop, "SIGNED_OUT_ELSEWHERE").await;
}

#[tokio::test]
async fn what_was_ended_stays_ended_after_a_restart() {
    let mut app = TestApp::start().await;
    let mut phone = app.direct();
    phone.register().await;
    let mut laptop = app.direct();
    laptop.login().await;
    assert_eq!(laptop.delete("/api/sessions").await.status, 204);
    app.restart().await;
    phone.url.clone_from(&app.url);
    is_dead(&mut phone, "SIGNED_OUT_ELSEWHERE").await;
}

/// SM-08: an ended session is known to its absolute end, and afterwards nothing breaks over its tokens.
#[tokio::test]
async fn a_replay_after_a_purge_is_refused_in_order() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut thief = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    app.purge(29).await;
    assert_eq!(thief.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    app.purge(31).await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_INVALID"));
    assert_eq!(ada.refresh().await.outcome(), (403, "REFRESH_INVALID"));
    assert_eq!(ada.logout().await.status, 204);
}

/// SM-05: RT-12 enforces the lifetimes; this says that they are documented as they are, and why.
#[test]
fn the_documentation_names_the_lifetimes_that_are_enforced() {
    let policy = server::session::Policy::default();
    let days = |lifetime: std::time::Duration| lifetime.as_secs() / 86_400;
    assert_eq!((days(policy.idle_lifetime), days(policy.absolute_lifetime)), (7, 30));
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).expect("text");
    for said in [
        "seven days after its last\nrefresh",
        "thirty days after its sign-in",
        "a week bounds",
        "a hundred living sessions",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

/// SM-02: a session of a clock that was a day ahead was newer than every sign-in of that day.
#[tokio::test]
async fn a_session_that_began_while_the_clock_was_ahead_ends_no_other_without_the_password() {
    let app = TestApp::start().await;
    let mut owner = app.direct();
    owner.register().await;
    app.advance(24 * 3600).await;
    let mut stolen = app.direct();
    stolen.login().await;
    app.advance(-24 * 3600).await;
    assert_eq!((owner.refresh().await.status, stolen.refresh().await.status), (200, 200));
    let id = owner.sessions().await[0]["id"].as_str().expect("text").to_owned();
    assert_eq!(stolen.delete(&format!("/api/sessions/{id}")).await.outcome(), (403, "PASSWORD_REQUIRED"));
    assert_eq!(stolen.delete("/api/sessions").await.outcome(), (403, "PASSWORD_REQUIRED"));
    assert_eq!(owner.me().await.status, 200);
}
