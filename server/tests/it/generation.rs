//! The cookie `sessionGen`, which tells a page whether its browser keeps the one that it cannot see.

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp};

const CLEARED: &str = "sessionGen=; SameSite=Strict; Secure; Path=/; Max-Age=0";

/// What the access token says of its generation.
fn generation_of_the_access_token(person: &Person) -> String {
    person.claim("gen").to_string()
}

#[tokio::test]
async fn it_is_there_for_scripts_of_every_page_and_lives_as_long_as_the_refresh_token() {
    let app = TestApp::start().await;
    let answer = app.direct().register().await;
    let [refresh, generation] = answer.set_cookies()[..] else { panic!("{answer:?}") };
    assert!(refresh.ends_with("; Max-Age=604800"));
    assert_eq!(generation, "sessionGen=0; SameSite=Strict; Secure; Path=/; Max-Age=604800");
}

#[tokio::test]
async fn it_ends_with_the_browser_where_the_refresh_token_does() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let body = serde_json::json!({"email": EMAIL, "password": PASSWORD, "rememberMe": false});
    let answer = ada.post("/api/auth/login", body).await;
    assert_eq!(answer.set_cookies()[1], "sessionGen=0; SameSite=Strict; Secure; Path=/");
}

#[tokio::test]
async fn on_https_it_has_no_prefix() {
    let app = TestApp::on_https(&[]).await;
    let answer = app.direct().register().await;
    assert!(answer.set_cookies()[0].starts_with("__Secure-refreshToken="));
    assert!(answer.set_cookies()[1].starts_with("sessionGen=0; "));
}

#[tokio::test]
async fn it_counts_the_rotations_as_the_access_token_does() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    let mut answers = vec![ada.register().await];
    for expected in ["0", "1", "2"] {
        assert_eq!(answers.last().and_then(Answer::generation), Some(expected));
        assert_eq!(generation_of_the_access_token(&ada), expected);
        answers.push(ada.refresh().await);
    }
}

#[tokio::test]
async fn an_answer_that_is_given_again_names_the_same_generation() {
    let app = TestApp::start().await;
    let mut ada = app.browser();
    ada.register().await;
    app.advance(76).await;
    let mut again = ada.copy().attempt("a");
    let mut ada = ada.attempt("a");
    assert_eq!(ada.refresh().await.generation(), Some("1"));
    let answer = again.refresh().await;
    assert_eq!((answer.status, answer.generation()), (200, Some("1")));
    assert_eq!(generation_of_the_access_token(&again), "1");
}

/// The page would take the older one for a cookie that was lost.
#[tokio::test]
async fn in_the_quiet_period_the_access_token_names_the_generation_that_the_browser_has() {
    let app = TestApp::start().await;
    let mut ada = app.browser();
    ada.register().await;
    app.advance(76).await;
    let held = ada.refresh().await.generation().map(str::to_owned);
    let quiet = ada.refresh().await;
    assert_eq!((quiet.status, quiet.set_cookies()), (200, vec![]));
    assert_eq!(Some(generation_of_the_access_token(&ada)), held);
}

#[tokio::test]
async fn another_password_begins_to_count_anew() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    ada.refresh().await;
    let answer = ada.change_password(PASSWORD, "a lantern above the harbour").await;
    assert_eq!((answer.status, answer.generation()), (200, Some("0")), "{answer:?}");
    assert_eq!(generation_of_the_access_token(&ada), "0");
}

#[tokio::test]
async fn it_is_cleared_with_the_refresh_token() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let signed_out = ada.logout().await;
    ada.login().await;
    let id = ada.sessions().await[0]["id"].as_str().expect("text").to_owned();
    let ended = ada.delete(&format!("/api/sessions/{id}")).await;
    ada.login().await;
    let deleted = ada.delete_account(PASSWORD).await;
    for answer in [signed_out, ended, deleted] {
        let [refresh, generation] = answer.set_cookies()[..] else { panic!("{answer:?}") };
        assert!(refresh.starts_with("refreshToken=; ") && refresh.ends_with("; Max-Age=0"), "{refresh}");
        assert_eq!((answer.status, generation), (204, CLEARED));
    }
}

#[tokio::test]
async fn a_refresh_that_fails_sets_and_clears_neither() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut forged = app.direct();
    forged.cookie = Some("a.b.c".into());
    let mut late = ada.copy().attempt("late");
    app.store_down(true).await;
    let unavailable = ada.refresh().await;
    app.store_down(false).await;
    ada.refresh().await;
    ada.refresh().await;
    let answers = [app.direct().refresh().await, forged.refresh().await, unavailable, late.refresh().await];
    let outcomes = answers.each_ref().map(Answer::outcome);
    let expected = [(401, "REFRESH_MISSING"), (403, "REFRESH_INVALID"), (503, "UNAVAILABLE"), (403, "REFRESH_REUSED")];
    assert_eq!(outcomes, expected);
    let revoked = ada.refresh().await;
    assert_eq!(revoked.outcome(), (403, "SESSION_REVOKED"));
    for answer in answers.iter().chain([&revoked]) {
        assert_eq!(answer.set_cookies(), Vec::<&str>::new(), "{:?}", answer.outcome());
    }
}
