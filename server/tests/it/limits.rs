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

/// Wrong passwords, each as soon as it is looked at, until the next one has to wait for sixteen seconds.
async fn guess(app: &TestApp, mut wrong: impl AsyncFnMut() -> u16, refused: u16) {
    for wait in [0, 0, 0, 0, 0, 1, 2, 4, 8] {
        app.advance(wait).await;
        assert_eq!(wrong().await, refused);
    }
}

/// Refused for that, for at most so long.
fn assert_held(answer: &Answer, at_most: u64) {
    assert_eq!(answer.outcome(), (429, "RATE_LIMITED"), "{answer:?}");
    let seconds: u64 = answer.header("retry-after").parse().expect("a number of seconds");
    assert!((1..=at_most).contains(&seconds), "{seconds}");
}

/// RL-01, RL-09
#[tokio::test]
async fn after_some_wrong_passwords_even_the_right_one_has_to_wait_and_then_clears_them() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    app.direct().register().await;
    let mut stranger = from(&app, "203.0.113.7");
    guess(&app, async || wrong(&mut stranger).await.status, 401).await;
    assert_held(&login(&mut stranger, EMAIL, PASSWORD).await, 16);
    app.advance(16).await;
    assert_eq!(login(&mut stranger, EMAIL, PASSWORD).await.status, 200);
    for _ in 0..5 {
        assert_eq!(wrong(&mut stranger).await.status, 401, "it begins anew");
    }
    let told = app.events().await.iter().filter(|event| event.kind == EventKind::LoginFailedOften).count();
    assert_eq!(told, 2, "once for each row of wrong passwords");
}

/// RL-02: what is refused is refused before it costs anything.
#[tokio::test]
async fn of_two_hundred_wrong_passwords_at_once_few_are_looked_at() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let before = app.hashes().await;
    let mut people: Vec<_> = (0..200).map(|_| app.direct()).collect();
    let answers = join_all(people.iter_mut().map(wrong)).await;
    let counts = how_many(&answers);
    // Five, and those for whom a second and then two seconds have passed, on a machine that is slow.
    let looked_at = counts[&(401, "INVALID_CREDENTIALS")];
    assert!((1..=7).contains(&looked_at), "{counts:?}");
    assert_eq!(app.hashes().await - before, u64::try_from(looked_at).expect("a small number"));
    assert!(counts.keys().all(|(status, _)| matches!(status, 401 | 429 | 503)), "{counts:?}");
}

/// RL-03
#[tokio::test]
async fn many_right_passwords_at_once_are_all_taken() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let mut people: Vec<_> = (0..20).map(|_| app.direct()).collect();
    let answers = join_all(people.iter_mut().map(Person::login)).await;
    assert_eq!(how_many(&answers), BTreeMap::from([((200, ""), 20)]));
}

/// RL-03, DS-01: what signs in without end has to wait, and keeps the account out of no other network.
#[tokio::test]
async fn right_passwords_of_one_account_from_one_network_have_an_end() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    let mut ada = from(&app, "192.0.2.1");
    ada.register().await;
    let mut taken = 0;
    let held = loop {
        let answer = login(&mut ada, EMAIL, PASSWORD).await;
        if answer.status != 200 {
            break answer;
        }
        taken += 1;
    };
    // Twenty, and one more for each ten seconds, on a machine that is slow.
    assert!((20..30).contains(&taken), "{taken}");
    assert_held(&held, 10);
    assert_eq!(login(&mut from(&app, "192.0.2.2"), EMAIL, PASSWORD).await.status, 200, "another network");
    app.advance(10).await;
    assert_eq!(login(&mut ada, EMAIL, PASSWORD).await.status, 200);
}

/// RL-05: a stranger does not have the right password, and so cannot use the allowance for it up.
#[tokio::test]
async fn wrong_passwords_use_nothing_of_the_allowance_for_right_ones() {
    let app = TestApp::with(&[BEHIND_A_PROXY[0], ("SIGN_INS_AT_ONCE", "1")]).await;
    let mut ada = from(&app, "192.0.2.1");
    ada.register().await;
    for _ in 0..4 {
        assert_eq!(wrong(&mut from(&app, "192.0.2.1")).await.status, 401);
    }
    assert_eq!(login(&mut ada, EMAIL, PASSWORD).await.status, 200);
    assert_held(&login(&mut ada, EMAIL, PASSWORD).await, 10);
    assert_held(&wrong(&mut ada).await, 10);
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

/// RL-03: an answer that is lost, or not waited for, is no wrong password.
#[tokio::test]
async fn whoever_goes_away_before_the_answer_has_guessed_nothing() {
    let app = TestApp::on_sqlite().await;
    app.direct().register().await;
    for number in 0..8 {
        app.break_down(json!({"holdCommits": true})).await;
        let mut lost = app.direct();
        let login = tokio::spawn(async move { lost.login().await });
        app.break_down(json!({"awaitHeldCommit": true})).await;
        login.abort();
        app.break_down(json!({"holdCommits": false})).await;
        let signed_in = async || app.events().await.iter().filter(|e| e.kind == EventKind::LoginSucceeded).count();
        app.until(async || signed_in().await == number + 2).await;
        let counted = async || app.metric("sessionkeep_logins_total", &["outcome=\"succeeded\""]).await;
        app.until(async || counted().await.to_string() == (number + 1).to_string()).await;
    }
    assert_eq!(app.direct().login().await.status, 200);
}

/// RL-05
#[tokio::test]
async fn whoever_guesses_keeps_the_owner_out_from_nowhere_that_the_owner_uses() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    let mut ada = from(&app, "192.0.2.1");
    ada.register().await;
    for number in 0..10 {
        assert_eq!(wrong(&mut from(&app, &format!("203.0.113.{number}"))).await.status, 401);
    }
    assert_held(&wrong(&mut from(&app, "203.0.113.100")).await, 180);
    assert_eq!(login(&mut ada, EMAIL, PASSWORD).await.status, 200);
}

/// RL-05: the wait that a guesser has is not one that the owner has to win.
#[tokio::test]
async fn one_who_guesses_all_the_time_keeps_the_owner_out_of_no_new_place() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    from(&app, "192.0.2.1").register().await;
    let mut guesser = from(&app, "203.0.113.1");
    for second in 0..1000 {
        let answer = wrong(&mut guesser).await;
        assert!([401, 429].contains(&answer.status), "{answer:?}");
        // Each time from somewhere else, and always after him.
        if second % 100 == 0 {
            let mut ada = from(&app, &format!("198.51.100.{}", second / 100));
            assert_eq!(login(&mut ada, EMAIL, PASSWORD).await.status, 200, "after {second} s");
        }
        app.advance(1).await;
    }
}

/// RL-06
#[tokio::test]
async fn what_was_counted_survives_a_restart() {
    let mut app = TestApp::start().await;
    app.direct().register().await;
    guess(&app, async || wrong(&mut app.direct()).await.status, 401).await;
    // Its clock goes back by what the test has moved it.
    app.restart().await;
    assert_held(&wrong(&mut app.direct()).await, 16);
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
        guess(&app, async || login(&mut person, email, "a wrong one").await.status, 401).await;
        let mut answer = login(&mut person, email, "a wrong one").await;
        assert_held(&answer, 16);
        // Which second it is depends on the machine.
        for varies in ["requestId", "error"] {
            assert!(answer.body[varies].take().is_string());
        }
        let headers = answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        answers.push((answer.status, answer.body.to_string(), headers));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// PW-07, the attack "a neighbour's question": strangers have used up what may be guessed at three accounts. A neighbour of the owner of one
/// of them is answered alike for all of them, after the same work and the same questions to the store, and the owner signs in.
#[tokio::test]
async fn a_neighbour_of_the_owner_learns_nothing_from_how_a_wrong_password_is_refused() {
    let app = TestApp::with(&BEHIND_A_PROXY).await;
    from(&app, "192.0.2.1").register().await;
    from(&app, "192.0.2.2").register_as("bob@example.com").await;
    let emails = [EMAIL, "bob@example.com", "nobody@example.com"];
    for number in 0..10 {
        for email in emails {
            let mut stranger = from(&app, &format!("203.0.113.{number}"));
            assert_eq!(login(&mut stranger, email, "a wrong one").await.status, 401);
        }
    }
    for password in ["a wrong one", &"x".repeat(300)] {
        let mut answers = vec![];
        for email in emails {
            let cost = async || {
                let work = app.metric("sessionkeep_password_hash_work_kib_total", &[]).await;
                (work.to_string().parse::<u64>().expect("a whole number"), app.hashes().await, app.questions().await)
            };
            let before = cost().await;
            let mut answer = login(&mut from(&app, "192.0.2.1"), email, password).await;
            let after = cost().await;
            assert_held(&answer, 180);
            // Which second it is depends on the machine.
            for varies in ["requestId", "error"] {
                assert!(answer.body[varies].take().is_string());
            }
            let headers = answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
            let cost = (after.0 - before.0, after.1 - before.1, after.2 - before.2);
            assert_eq!((cost.0, cost.1), (19_456 * 2, 1), "{email}");
            answers.push((answer.body.to_string(), headers, cost));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert_eq!(login(&mut from(&app, "192.0.2.1"), EMAIL, PASSWORD).await.status, 200, "where she is known");
    assert_held(&login(&mut from(&app, "192.0.2.1"), "bob@example.com", PASSWORD).await, 180);
    assert_held(&login(&mut from(&app, "198.51.100.1"), EMAIL, PASSWORD).await, 180);
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
    assert_held(held, 1);
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
    let guess_at = async || thief.change_password("a wrong one", "another river under the oak").await.status;
    guess(&app, guess_at, 403).await;
    assert_held(&thief.delete_account("a wrong one").await, 16);
    assert_held(&thief.change_password(PASSWORD, "another river under the oak").await, 16);
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

/// Attack 13 of November 2026: one person's `PATCH /api/me` over 1,500 connections made other people's refreshes take seconds.
#[tokio::test]
async fn one_persons_changes_are_bounded_over_all_sessions_and_nobody_else_notices() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut elsewhere = app.direct();
    elsewhere.login().await;
    let mut bob = app.direct();
    bob.register_as("bob@example.com").await;
    let rename = || json!({"displayName": "Ada"});
    let change = async |person: &Person| person.copy().call(Method::PATCH, "/api/me", Some(rename())).await;
    let answers = join_all((0..150).map(|number| change(if number % 2 == 0 { &ada } else { &elsewhere }))).await;
    let counts = how_many(&answers);
    // Sixty, and one more for each second that a slow machine takes.
    assert!((60..75).contains(&counts[&(200, "")]), "{counts:?}");
    assert!(counts[&(429, "RATE_LIMITED")] > 70 && counts.len() == 2, "{counts:?}");

    let exhausted = join_all((0..20).map(|_| change(&ada)));
    exhausted.await;
    let before = app.questions().await;
    let refused = change(&ada).await;
    assert_held(&refused, 1);
    assert_eq!(app.questions().await, before, "what is refused asks the store for nothing");
    assert_eq!(bob.refresh().await.status, 200);
    assert_eq!(bob.call(Method::PATCH, "/api/me", Some(rename())).await.status, 200);
    assert_eq!((ada.refresh().await.status, ada.me().await.status), (200, 200));
}

/// An intruder in another session of the account who asks all the time keeps its owner from nothing that ends that session.
#[tokio::test]
async fn an_intruder_cannot_use_up_what_the_owner_ends_the_intruders_session_with() {
    let app = TestApp::start().await;
    let mut intruder = app.direct();
    intruder.register().await;
    let mut ada = app.direct();
    ada.login().await;
    let answers = join_all((0..90).map(|_| {
        let mut intruder = intruder.copy();
        async move { intruder.delete("/api/sessions/018f6b1e-0000-7000-8000-000000000001").await }
    }));
    let answers = answers.await;
    assert_eq!(how_many(&answers).into_keys().collect::<Vec<_>>(), [(404, "NOT_FOUND"), (429, "RATE_LIMITED")]);
    assert_held(&intruder.delete("/api/sessions").await, 1);
    assert_held(&intruder.change_password(PASSWORD, "a wholly different phrase").await, 1);
    assert_eq!(ada.delete("/api/sessions").await.status, 204);
    assert_eq!(intruder.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

#[tokio::test]
async fn a_sign_out_is_never_refused_however_often_it_was_asked_for() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for _ in 0..70 {
        // Neither the access token's requests nor somebody's repeats count for it.
        ada.delete("/api/sessions/018f6b1e-0000-7000-8000-000000000001").await;
    }
    assert_eq!(ada.logout().await.status, 204);
    let before = app.questions().await;
    for _ in 0..100 {
        assert_eq!(ada.logout().await.status, 204);
    }
    assert_eq!(app.questions().await, before, "what is known to have ended is not looked up again");
}
