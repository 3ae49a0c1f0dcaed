use crate::support::{Person, TestApp};

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

#[tokio::test]
async fn junk_is_refused_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = signed_in(app.direct()).await;
    let genuine = ada.cookie.clone().expect("a cookie");
    let (head, signature) = genuine.rsplit_once('.').expect("a JWT");
    for junk in [
        "x".to_owned(),
        "%%%".to_owned(),
        "a.b.c".to_owned(),
        "x".repeat(10_000),
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        format!("{head}."),
        ada.access_token.clone().expect("a token"),
        "' OR 1=1 --".to_owned(),
    ] {
        let mut thief = app.direct();
        thief.cookie = Some(junk);
        let answer = thief.refresh().await;
        assert_eq!(answer.outcome(), (403, "REFRESH_INVALID"), "{:?}", thief.cookie);
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert_eq!(ada.refresh().await.status, 200);
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

/// RT-07.
#[tokio::test]
async fn fifty_at_once_are_one_rotation_and_all_get_the_same_successor() {
    let app = TestApp::start().await;
    let ada = signed_in(app.browser()).await;
    let tasks: Vec<_> = (0..50)
        .map(|tab| {
            let mut tab = ada.copy().attempt(&format!("attempt {}", tab % 2));
            tokio::spawn(async move {
                let answer = tab.refresh().await;
                assert_eq!(answer.status, 200);
                (answer.cookie().expect("a successor").to_owned(), tab)
            })
        })
        .collect();
    let (mut successors, mut tabs) = (vec![], vec![]);
    for task in tasks {
        let (successor, tab) = task.await.expect("succeeds");
        successors.push(successor);
        tabs.push(tab);
    }
    for tab in tabs {
        assert_eq!(tab.me().await.status, 200);
    }
    successors.sort();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_ne!(Some(&successors[0]), ada.cookie.as_ref());
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
