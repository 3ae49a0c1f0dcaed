//! Group 1H: how often something may be tried.

use std::collections::BTreeMap;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use server::session::EventKind;

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp};

/// A proxy's addresses are believed, so that a test can come from anywhere.
const BEHIND_A_PROXY: [(&str, &str); 1] = [("TRUSTED_PROXIES", "127.0.0.0/8")];

fn from(app: &TestApp, address: &str) -> Person {
    app.direct().header("x-forwarded-for", address)
}

async fn login(person: &mut Person, email: &str, password: &str) -> Answer {
    person.post("/api/auth/login", json!({"email": email, "password": password})).await
}

async fn wrong(person: &mut Person) -> Answer {
    login(person, EMAIL, "a wrong one").await
}

fn how_many(answers: &[Answer]) -> BTreeMap<(u16, &str), usize> {
    answers.iter().fold(BTreeMap::new(), |mut counts, answer| {
        *counts.entry(answer.outcome()).or_default() += 1;
        counts
    })
}

/// RL-01, RL-09
#[tokio::test]
async fn after_some_wrong_passwords_even_the_right_one_has_to_wait_and_then_clears_them() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    app.direct().register().await;
    let mut stranger = from(&app, "203.0.113.7");
    for _ in 0..5 {
        assert_eq!(wrong(&mut stranger).await.outcome(), (401, "INVALID_CREDENTIALS"));
    }
    app.advance(1).await;
    assert_eq!(wrong(&mut stranger).await.status, 401);
    let refused = login(&mut stranger, EMAIL, PASSWORD).await;
    assert_eq!((refused.outcome(), refused.header("retry-after")), ((429, "RATE_LIMITED"), "2"));
    assert_eq!(refused.body["error"], "That was tried too often. Try again in 2 seconds.");
    app.advance(2).await;
    assert_eq!(login(&mut stranger, EMAIL, PASSWORD).await.status, 200);
    for _ in 0..5 {
        assert_eq!(wrong(&mut stranger).await.status, 401, "it begins anew");
    }
    let told = app.events().await.iter().filter(|event| event.kind == EventKind::LoginFailedOften).count();
    assert_eq!(told, 2, "once for each row of wrong passwords");
}

/// RL-02
#[tokio::test]
async fn of_two_hundred_wrong_passwords_at_once_few_are_looked_at() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let mut people: Vec<_> = (0..200).map(|_| app.direct()).collect();
    let answers = join_all(people.iter_mut().map(wrong)).await;
    let counts = how_many(&answers);
    let looked_at = counts[&(401, "INVALID_CREDENTIALS")];
    assert!((5..=7).contains(&looked_at), "{counts:?}");
    assert!(counts[&(429, "RATE_LIMITED")] >= 200 - 7, "{counts:?}");
}

/// RL-03
#[tokio::test]
async fn many_right_passwords_at_once_are_all_taken() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let mut people: Vec<_> = (0..40).map(|_| app.direct()).collect();
    let answers = join_all(people.iter_mut().map(Person::login)).await;
    assert_eq!(how_many(&answers), BTreeMap::from([((200, ""), 40)]));
}

/// RL-04
#[tokio::test]
async fn what_a_client_says_of_its_address_is_not_believed_and_an_ipv6_network_is_one() {
    let app = TestApp::with(&[("REGISTRATIONS_PER_HOUR", "3")]).await;
    let mut statuses = vec![];
    for (number, header) in ["x-forwarded-for", "x-real-ip", "forwarded", "x-forwarded-for"].iter().enumerate() {
        let address = format!("198.51.100.{number}");
        let value = if *header == "forwarded" { format!("for={address}") } else { address };
        let mut person = app.direct().header(header, &value);
        statuses.push(person.register_as(&format!("p{number}@example.com")).await.status);
    }
    assert_eq!(statuses, [201, 201, 201, 429]);

    let app = TestApp::with(&[BEHIND_A_PROXY[0], ("REGISTRATIONS_PER_HOUR", "3")]).await;
    let mut statuses = vec![];
    for (number, address) in
        ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8:0:1::1"].iter().enumerate()
    {
        statuses.push(from(&app, address).register_as(&format!("p{number}@example.com")).await.status);
    }
    assert_eq!(statuses, [201, 201, 201, 429, 201]);
}

/// RL-05
#[tokio::test]
async fn whoever_guesses_keeps_the_owner_out_from_nowhere_that_the_owner_uses() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    let mut ada = from(&app, "192.0.2.1");
    ada.register().await;
    for number in 0..12 {
        wrong(&mut from(&app, &format!("203.0.113.{number}"))).await;
    }
    app.advance(1).await;
    wrong(&mut from(&app, "203.0.113.100")).await;
    assert_eq!(wrong(&mut from(&app, "203.0.113.101")).await.status, 429, "the account is held");
    assert_eq!(login(&mut ada, EMAIL, PASSWORD).await.status, 200);
}

/// RL-06
#[tokio::test]
async fn what_was_counted_survives_a_restart() {
    let mut app = TestApp::start().await;
    app.direct().register().await;
    for _ in 0..6 {
        wrong(&mut app.direct()).await;
    }
    app.restart().await;
    assert_eq!(wrong(&mut app.direct()).await.status, 429);
}

/// RL-09, PW-07
#[tokio::test]
async fn a_known_and_an_unknown_account_are_refused_alike() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    app.direct().register().await;
    app.direct().register_as("disabled@example.com").await;
    app.disable("disabled@example.com").await;
    let mut answers = vec![];
    for (number, email) in [EMAIL, "nobody@example.com", "disabled@example.com"].iter().enumerate() {
        let mut person = from(&app, &format!("203.0.113.{number}"));
        for _ in 0..5 {
            assert_eq!(login(&mut person, email, "a wrong one").await.status, 401);
        }
        app.advance(1).await;
        assert_eq!(login(&mut person, email, "a wrong one").await.status, 401);
        let mut answer = login(&mut person, email, "a wrong one").await;
        answer.body["requestId"] = json!(null);
        answers.push((answer.status, answer.body.to_string(), answer.header("retry-after").to_owned()));
    }
    assert_eq!(answers[0].0, 429);
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// RL-08
#[tokio::test]
async fn one_session_is_held_and_lives_and_its_neighbours_are_not() {
    let app = TestApp::start().await;
    let (mut ada, mut bob) = (app.browser(), app.browser());
    ada.register().await;
    bob.register_as("bob@example.com").await;
    let mut answers = vec![];
    for _ in 0..100 {
        answers.push(ada.refresh().await);
    }
    let held = answers.iter().find(|answer| answer.status == 429).expect("some are refused");
    assert_eq!((held.outcome(), held.header("retry-after")), ((429, "RATE_LIMITED"), "1"));
    assert_eq!(held.header("set-cookie"), "", "nothing was consumed");
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 429)), "{:?}", how_many(&answers));
    assert_eq!(ada.me().await.status, 200, "the session lives");
    assert_eq!(bob.refresh().await.status, 200);
}

/// PW-08
#[tokio::test]
async fn guesses_at_the_current_password_have_to_wait_and_a_sign_in_does_not() {
    let app = TestApp::start().await;
    let mut thief = app.browser();
    thief.register().await;
    for _ in 0..5 {
        assert_eq!(thief.change_password("a wrong one", "another river under the oak").await.status, 403);
    }
    app.advance(1).await;
    assert_eq!(thief.delete_account("a wrong one").await.outcome(), (403, "INVALID_CREDENTIALS"));
    assert_eq!(thief.delete_account("a wrong one").await.outcome(), (429, "RATE_LIMITED"));
    let refused = thief.change_password(PASSWORD, "another river under the oak").await;
    assert_eq!((refused.outcome(), refused.header("retry-after")), ((429, "RATE_LIMITED"), "2"));
    let mut owner = app.browser();
    assert_eq!(owner.login().await.status, 200);
    assert_eq!(owner.change_password(PASSWORD, "another river under the oak").await.status, 200);
}

/// RL-01: the store that counts is the one that fails.
#[tokio::test]
async fn without_the_store_nobody_guesses() {
    let app = TestApp::start().await;
    app.direct().register().await;
    app.store_down(true).await;
    assert_eq!(wrong(&mut app.direct()).await.outcome(), (503, "UNAVAILABLE"));
    app.store_down(false).await;
    assert_eq!(app.direct().request(Method::GET, "/healthz").send().await.expect("sent").status(), 200);
    assert_eq!(wrong(&mut app.direct()).await.status, 401);
}
