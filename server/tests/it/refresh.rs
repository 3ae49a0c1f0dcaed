use std::collections::HashSet;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use reqwest::Method;
use serde_json::json;
use server::session::EventKind;

use crate::support::{Answer, Person, TestApp, rounds};

async fn signed_in(mut person: Person) -> Person {
    assert_eq!(person.register().await.status, 201);
    person
}

#[tokio::test]
async fn a_refresh_gives_an_access_token_and_replaces_the_cookie() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    let before = ada.cookie.clone();
    let answer = ada.refresh().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["expiresIn"], 900);
    assert!(answer.body.get("user").is_none());
    assert_ne!(ada.cookie, before);
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn without_a_cookie_a_refresh_is_told_to_get_one() {
    let app = TestApp::start().await;
    assert_eq!(app.direct().refresh().await.outcome(), (401, "REFRESH_MISSING"));
}

/// RT-14, RT-18: what is not genuine touches nothing, and an access token is no refresh token.
#[tokio::test]
async fn junk_is_refused_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    let genuine = ada.cookie.clone().expect("a cookie");
    let (head, signature) = genuine.rsplit_once('.').expect("a JWT");
    let (header, payload) = head.split_once('.').expect("a JWT");
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("text");
    let next = payload.replace("\"gen\":0", "\"gen\":1");
    assert_ne!(next, payload);
    for junk in [
        "x".to_owned(),
        "%%%".to_owned(),
        "a.b.c".to_owned(),
        "x".repeat(10_000),
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        format!("{head}."),
        ada.access_token.clone().expect("a token"),
        "' OR 1=1 --".to_owned(),
        String::new(),
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(next)),
    ] {
        let mut thief = app.direct();
        thief.cookie = Some(junk);
        let answer = thief.refresh().await;
        assert_eq!(answer.outcome(), (403, "REFRESH_INVALID"), "{:?}", thief.cookie);
        assert_eq!(answer.header("set-cookie"), "");
    }
    for bytes in [&b"refreshToken=a\xff.b.c"[..], b"refreshToken=\xc3\x28"] {
        let request = app.direct().request(Method::POST, "/api/auth/refresh").header("x-requested-by", "test");
        let answer = Answer::of(request.header("cookie", bytes).send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (403, "REFRESH_INVALID"));
    }
    assert_eq!(ada.refresh().await.status, 200);
    let kinds = app.events().await.into_iter().map(|event| event.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [EventKind::Registered, EventKind::LoginSucceeded], "and no alarm is raised");
}

/// RT-13
#[tokio::test]
async fn a_refresh_token_counts_in_the_cookie_and_nowhere_else() {
    let app = TestApp::start().await;
    let ada = signed_in(app.direct()).await;
    let token = ada.cookie.clone().expect("a cookie");
    let refresh = |path: &str| app.direct().request(Method::POST, path).header("x-requested-by", "test");
    let plain = "/api/auth/refresh";
    for request in [
        refresh(&format!("{plain}?refreshToken={token}&refresh_token={token}")),
        refresh(plain).json(&json!({"refreshToken": token, "refresh_token": token})),
        refresh(plain).header("refreshtoken", &token).header("x-refresh-token", &token),
        refresh(plain).bearer_auth(&token),
        refresh(plain).header("cookie", format!("refresh_token={token}; Refreshtoken={token}")),
    ] {
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (401, "REFRESH_MISSING"));
    }
    assert_eq!(ada.me_with(&format!("Bearer {token}")).await.outcome(), (403, "TOKEN_INVALID"));
}

/// RT-13
#[tokio::test]
async fn no_body_ever_holds_a_refresh_token() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    let mut bodies = vec![ada.register().await.text];
    let mut tokens = vec![ada.cookie.clone().expect("a cookie")];
    for _ in 0..2 {
        bodies.push(ada.refresh().await.text);
        tokens.extend(ada.cookie.clone());
    }
    bodies.push(ada.get("/api/sessions").await.text);
    bodies.push(ada.get("/api/me/events").await.text);
    for token in &tokens {
        let signature = token.rsplit('.').next().expect("a JWT");
        assert!(bodies.iter().all(|body| !body.contains(signature)));
    }
}

/// RT-02: whoever reads the database has nothing to show. The canary test looks for the tokens themselves.
#[tokio::test]
async fn nothing_that_is_stored_opens_a_session() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    ada.refresh().await;
    let id = ada.sessions().await[0]["id"].as_str().expect("text").to_owned();
    let row = app.session(&id).await;
    let sealed = row.sealed_head.expect("a sealed head");
    for column in [&row.head_hash[..], &row.prev_hash.expect("a hash"), &sealed] {
        for text in
            [STANDARD.encode(column), URL_SAFE_NO_PAD.encode(column), format!("a.{}.b", URL_SAFE_NO_PAD.encode(column))]
        {
            let mut thief = app.direct();
            thief.cookie = Some(text);
            assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_INVALID"));
        }
    }
    assert_eq!(ada.refresh().await.status, 200);
}

/// RT-09: the order is that of the generations, not of times.
#[tokio::test]
async fn of_five_rotations_in_one_second_no_older_token_works() {
    for replayed in 0..4 {
        let app = TestApp::start().await;
        let mut ada = signed_in(app.direct()).await;
        let mut older = vec![ada.copy()];
        for _ in 0..5 {
            assert_eq!(ada.refresh().await.status, 200);
            older.push(ada.copy());
        }
        assert_eq!(older[replayed].refresh().await.outcome(), (403, "REFRESH_REUSED"), "generation {replayed}");
        assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    }
}

/// RT-08
#[tokio::test]
async fn under_strict_rotation_exactly_one_of_fifty_at_once_is_served() {
    let app = TestApp::with(&[("REFRESH_ROTATION", "strict")]).await;
    let ada = signed_in(app.browser()).await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let mut tab = ada.copy();
            tokio::spawn(async move { tab.refresh().await.status })
        })
        .collect();
    let mut served = 0;
    for task in tasks {
        match task.await.expect("runs") {
            200 => served += 1,
            status => assert_eq!(status, 403),
        }
    }
    assert_eq!(served, 1);
}

/// RT-04, RT-05, RT-10: the refusal that revokes is committed.
#[tokio::test]
async fn a_token_two_generations_old_ends_the_session_for_good() {
    let mut app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    let mut thief = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    let answer = thief.refresh().await;
    assert_eq!(answer.outcome(), (403, "REFRESH_REUSED"));
    assert_eq!(answer.header("set-cookie"), "", "who loses must not delete the winner's cookie");
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    for _ in 0..2 {
        let answer = ada.refresh().await;
        assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
        assert_eq!(answer.body["reason"], "REUSE_DETECTED");
        assert_eq!(thief.refresh().await.outcome(), (403, "SESSION_REVOKED"));
        app.restart().await;
        ada.url.clone_from(&app.url);
        thief.url.clone_from(&app.url);
        assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    }
}

/// RT-03.
#[tokio::test]
async fn the_previous_token_is_reuse_once_the_successor_was_used() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    let mut thief = ada.copy();
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
}

/// RT-06.
#[tokio::test]
async fn a_lost_answer_is_given_again_even_an_hour_later() {
    for wait in [1, 35, 3600] {
        let app = TestApp::start().await;
        let mut ada = signed_in(app.browser()).await.attempt("a");
        app.lose_refresh_answers(1).await;
        ada.refresh_in_vain().await;
        app.advance(wait).await;
        assert_eq!(ada.refresh().await.status, 200, "after {wait} s");
        assert_eq!(ada.me().await.status, 200);
        app.advance(100).await;
        assert_eq!(ada.attempt("b").refresh().await.status, 200);
    }
}

/// RT-07: tabs share the id of the attempt; a plain browser has none.
#[tokio::test]
async fn fifty_at_once_are_one_rotation_and_all_get_the_same_successor() {
    for attempts in [true, false] {
        let app = TestApp::with(&[("REFRESHES_PER_MINUTE", "0")]).await;
        let mut ada = signed_in(if attempts { app.browser() } else { app.plain_browser() }).await;
        let id = ada.sessions().await[0]["id"].as_str().expect("text").to_owned();
        for round in 1..=rounds(5) {
            app.advance(80).await;
            let tasks: Vec<_> = (0..50)
                .map(|_| {
                    let mut tab = ada.copy();
                    if attempts {
                        tab = tab.attempt(&format!("attempt {round}"));
                    }
                    tokio::spawn(async move {
                        let answer = tab.refresh().await;
                        assert_eq!(answer.status, 200, "{answer:?}");
                        (answer.cookie().expect("a successor").to_owned(), tab)
                    })
                })
                .collect();
            let mut successors = HashSet::new();
            for task in tasks {
                let (successor, tab) = task.await.expect("succeeds");
                successors.insert(successor);
                ada = tab;
            }
            assert_eq!(successors.len(), 1, "round {round}");
            assert_eq!(ada.me().await.status, 200);
            assert_eq!(app.session(&id).await.generation, round);
        }
    }
}

/// RT-07: as above, but two windows that do not share the attempt's id.
#[tokio::test]
async fn two_attempts_at_once_are_one_rotation_too() {
    let app = TestApp::start().await;
    let ada = signed_in(app.browser()).await;
    let (mut one, mut two) = (ada.copy().attempt("one"), ada.copy().attempt("two"));
    let (first, second) = tokio::join!(one.refresh(), two.refresh());
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.cookie(), second.cookie());
}

#[tokio::test]
async fn in_the_quiet_period_a_browser_keeps_its_cookie() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.browser()).await.attempt("a");
    ada.refresh().await;
    let mut ada = ada.attempt("b");
    let answer = ada.refresh().await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, ""));
    app.advance(75).await;
    assert!(ada.attempt("c").refresh().await.cookie().is_some());
}

#[tokio::test]
async fn a_late_copy_of_an_answered_request_is_a_conflict_and_harms_nobody() {
    let app = TestApp::start().await;
    let ada = signed_in(app.browser()).await;
    let mut stalled = ada.copy().attempt("a");
    let mut ada = ada.attempt("a");
    ada.refresh().await;
    app.advance(76).await;
    let mut ada = ada.attempt("b");
    ada.refresh().await;
    let answer = stalled.refresh().await;
    assert_eq!(answer.outcome(), (409, "REFRESH_DUPLICATE"));
    assert_eq!(answer.header("set-cookie"), "");
    app.advance(76).await;
    assert_eq!(ada.attempt("c").refresh().await.status, 200);
}

#[tokio::test]
async fn two_tabs_of_a_plain_browser_are_tolerated() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.plain_browser()).await;
    let mut tab = ada.copy();
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(tab.refresh().await.status, 200);
    assert_eq!(tab.cookie, ada.cookie);
}

#[tokio::test]
async fn a_clone_that_tries_every_rotation_is_suspected_at_the_third() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.browser()).await;
    let mut last = ada.copy().refresh().await;
    for cycle in 0..4 {
        app.advance(900).await;
        let mut clone = ada.copy().attempt(&format!("clone {cycle}"));
        ada = ada.attempt(&format!("own {cycle}"));
        ada.refresh().await;
        last = clone.refresh().await;
        if last.status != 200 {
            break;
        }
    }
    assert_eq!(last.outcome(), (403, "SESSION_REVOKED"));
    assert_eq!(last.body["reason"], "CLONE_SUSPECTED");
    assert_eq!(ada.refresh().await.body["reason"], "CLONE_SUSPECTED");
}

#[tokio::test]
async fn strict_rotation_tolerates_no_second_use() {
    let app = TestApp::with(&[("REFRESH_ROTATION", "strict")]).await;
    let mut ada = signed_in(app.browser()).await;
    let mut tab = ada.copy();
    ada.refresh().await;
    assert_eq!(tab.refresh().await.outcome(), (403, "REFRESH_REUSED"));
}

#[tokio::test]
async fn theft_ends_one_session_or_all_as_the_setting_says() {
    for (setting, other_survives) in [("session", true), ("user", false)] {
        let app = TestApp::with(&[("ON_THEFT", setting)]).await;
        let mut phone = signed_in(app.direct()).await;
        let mut laptop = app.direct();
        laptop.login().await;
        let mut thief = laptop.copy();
        laptop.refresh().await;
        laptop.refresh().await;
        assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
        assert_eq!(phone.me().await.status == 200, other_survives, "{setting}");
        assert_eq!(phone.refresh().await.status == 200, other_survives, "{setting}");
    }
}

/// RT-12.
#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_its_absolute_end() {
    let day = 86_400;
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    app.advance(7 * day - 5).await;
    assert_eq!(ada.refresh().await.status, 200);
    app.advance(7 * day + 1).await;
    let answer = ada.refresh().await;
    assert_eq!(answer.outcome(), (401, "SESSION_EXPIRED"));
    assert_eq!(answer.header("set-cookie"), "");

    ada.login().await;
    for _ in 0..5 {
        app.advance(6 * day - 2).await;
        assert_eq!(ada.refresh().await.status, 200);
    }
    // Seconds before the end: neither token outlives the session.
    let answer = ada.refresh().await;
    assert!(answer.body["expiresIn"].as_u64().expect("a number") <= 10, "{}", answer.text);
    app.advance(11).await;
    assert_eq!(ada.refresh().await.outcome(), (401, "SESSION_EXPIRED"));
}

/// RT-15.
#[tokio::test]
async fn a_store_that_is_down_is_said_so_and_costs_nobody_the_session() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    app.store_down(true).await;
    let answer = ada.refresh().await;
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"));
    assert_eq!((answer.header("set-cookie"), answer.header("retry-after")), ("", "2"));
    assert_eq!(app.direct().login().await.outcome(), (503, "UNAVAILABLE"));
    app.store_down(false).await;
    assert_eq!(ada.refresh().await.status, 200);
}

/// CK-03
#[tokio::test]
async fn of_several_cookies_the_one_of_a_living_session_counts() {
    let app = TestApp::start().await;
    let ada = signed_in(app.direct()).await;
    let mut other = app.direct();
    other.login().await;
    let living = ada.cookie.clone().expect("a cookie");
    let second = other.cookie.clone().expect("a cookie");

    let mut both = ada.copy();
    both.cookie = Some(format!("{second}; refreshToken={living}"));
    assert_eq!(both.refresh().await.outcome(), (409, "COOKIE_CONFLICT"));

    other.logout().await;
    both.cookie = Some(format!("{second}; refreshToken={living}; refreshToken=junk"));
    assert_eq!(both.refresh().await.status, 200);
}

#[tokio::test]
async fn an_attempt_id_must_have_a_sensible_length() {
    let app = TestApp::start().await;
    let ada = signed_in(app.browser()).await;
    let answer = ada.copy().attempt(&"x".repeat(65)).refresh().await;
    assert_eq!(answer.outcome(), (400, "MALFORMED_REQUEST"));
    assert_eq!(ada.attempt(&"x".repeat(64)).refresh().await.status, 200);
}

/// An attacker on the owner's network who repeated one attempt id got access tokens for as long as the session lived.
#[tokio::test]
async fn an_attacker_who_repeats_one_attempt_gets_an_access_token_only_with_a_rotation() {
    let app = TestApp::start().await;
    let mut owner = signed_in(app.browser()).await.attempt("owner 1");
    owner.refresh().await;
    assert_eq!(owner.me().await.status, 200);
    let mut attacker = owner.copy().attempt("attacker");
    for seconds in [20, 100] {
        app.advance(seconds).await;
        let answer = attacker.refresh().await;
        assert_eq!((answer.status, answer.header("set-cookie")), (200, ""), "the head is quiet");
    }
    app.advance(75).await;
    assert_eq!(attacker.refresh().await.outcome(), (409, "REFRESH_DUPLICATE"), "195 s after the head was given out");
    app.advance(46).await;
    let answer = attacker.refresh().await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("set-cookie"), "", "the attempt is forgotten, so the head rotates");
    assert_eq!(attacker.me().await.status, 200);
    assert_eq!(owner.attempt("owner 2").refresh().await.outcome(), (403, "REFRESH_REUSED"));
    assert_eq!(attacker.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

/// A copy of an attempt that had a quiet answer rotated the old head, while the next attempt was on its way with the token before:
/// that was taken for reuse.
#[tokio::test]
async fn a_late_copy_of_a_quiet_attempt_does_not_rotate_an_old_head() {
    let app = TestApp::start().await;
    let mut owner = signed_in(app.browser()).await.attempt("1");
    owner.refresh().await;
    assert_eq!(owner.me().await.status, 200);
    let mut tab = owner.copy().attempt("2");
    for seconds in [70, 119] {
        app.advance(seconds).await;
        assert_eq!(tab.refresh().await.status, 200);
    }
    app.advance(7).await;
    assert_eq!(tab.refresh().await.outcome(), (409, "REFRESH_DUPLICATE"));
    assert_eq!(owner.copy().attempt("3").refresh().await.status, 200, "the next attempt, with the same token");
}

/// Whoever has copied the head used the session's allowance up, and the owner's rotation, which reveals the copy, did not come.
#[tokio::test]
async fn a_flood_with_the_head_does_not_hold_up_the_owners_rotation() {
    let app = TestApp::with(&[("REFRESHES_PER_MINUTE", "3")]).await;
    let mut owner = signed_in(app.browser()).await.attempt("owner 1");
    owner.refresh().await;
    let mut thief = owner.copy().attempt("thief");
    app.advance(70).await;
    let mut flood = async || {
        let (granted, refused) = thief.refresh_until_refused().await;
        assert_eq!(refused.outcome(), (429, "RATE_LIMITED"));
        granted
    };
    // The first use of the head is free.
    assert_eq!(flood().await, 4);
    app.advance(6).await;
    assert_eq!(flood().await, 0);
    let answer = owner.attempt("owner 2").refresh().await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("set-cookie"), "");
}

/// A rotation is bounded by the quiet period: it needs no allowance, and leaves it to what follows.
#[tokio::test]
async fn rotations_of_a_browser_use_nothing_of_the_allowance() {
    let app = TestApp::with(&[("REFRESHES_PER_MINUTE", "1")]).await;
    let mut ada = signed_in(app.browser()).await;
    for number in 0..4 {
        ada = ada.attempt(&format!("rotation {number}"));
        assert_eq!(ada.refresh().await.status, 200);
        app.advance(75).await;
    }
    let (granted, refused) = ada.refresh_until_refused().await;
    assert_eq!((granted, refused.status), (2, 429), "the first use of the head, and the allowance");
}

/// The traces of a thief who looks before he leaps, and leaves in time.
#[tokio::test]
async fn a_probing_thief_on_another_network_is_shown_to_the_owner() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let mut owner = signed_in(app.browser().header("x-forwarded-for", "203.0.113.7")).await.attempt("owner 1");
    owner.refresh().await;
    owner.me().await;
    let thief = owner.copy().header("x-forwarded-for", "198.51.100.9");
    let mut probe = thief.copy().attempt("probe");
    assert_eq!(probe.refresh().await.status, 200, "quiet, and without a trace");
    app.advance(76).await;
    let mut owner = owner.attempt("owner 2");
    owner.refresh().await;
    assert_eq!(probe.refresh().await.outcome(), (409, "REFRESH_DUPLICATE"), "the owner has rotated");
    assert_eq!(thief.attempt("leap").refresh().await.status, 200, "and has not used the access token yet");
    let events = owner.get("/api/me/events").await;
    for event in [&events.body["items"][0], &events.body["items"][1]] {
        assert_eq!(event["kind"], "refresh_from_elsewhere");
        assert_eq!((&event["origin"]["ip"], &event["other"]["ip"]), (&json!("198.51.100.9"), &json!("203.0.113.7")));
    }
    let counted = app.metric("sessionkeep_security_events_total", &[r#"event="refresh_from_elsewhere""#]).await;
    assert!(counted > 1.5, "{counted}");
}

/// One client that repeated a refresh from ever new networks wrote an event a request: 18 MB in eight seconds.
#[tokio::test]
async fn a_flood_of_repeated_refreshes_is_reported_a_few_times_and_not_without_end() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let owner = signed_in(app.browser()).await.attempt("same");
    for network in 0..30 {
        let mut owner = owner.copy().header("x-forwarded-for", &format!("2001:db8:0:{network:x}::1"));
        assert_eq!(owner.refresh().await.status, 200);
    }
    let reported = async || {
        let events = app.events().await;
        events.iter().filter(|event| event.kind == EventKind::RefreshFromElsewhere).count()
    };
    assert_eq!(reported().await, 6);
    app.advance(601).await;
    for network in 0..30 {
        let mut owner = owner.copy().header("x-forwarded-for", &format!("2001:db8:1:{network:x}::1"));
        owner.refresh().await;
    }
    assert_eq!(reported().await, 7, "one more in ten minutes");
    let mut person = owner.copy().attempt("next");
    app.advance(80).await;
    person.refresh().await;
    person.me().await;
    assert_eq!(owner.copy().attempt("thief").refresh().await.outcome(), (403, "REFRESH_REUSED"));
    let events = app.events().await;
    assert!(events.iter().any(|event| event.kind == EventKind::RefreshReused), "the end is always stored");
}

/// A used access token was written half a second later, so that until then a replaced token was good on another instance.
#[tokio::test]
async fn a_replaced_token_is_reuse_on_another_instance_as_soon_as_its_successor_was_used() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    for round in 0..rounds(5) {
        // The direct client without attempt ids was shadowed for ever.
        for (mut owner, attempt) in [(one.browser(), "thief"), (one.direct(), "")] {
            let email = format!("{attempt}{round}@example.com");
            assert_eq!(owner.register_as(&email).await.status, 201);
            let mut thief = Person::at(&two.url);
            thief.cookie = owner.cookie.clone();
            owner.refresh().await;
            assert_eq!(owner.me().await.status, 200);
            thief = if attempt.is_empty() { thief } else { thief.attempt(attempt) };
            assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"), "{email}");
        }
    }
}
