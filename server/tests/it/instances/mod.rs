//! Several instances on one PostgreSQL: what one does, the others hold to.

mod keys;
mod locks;
mod network;
mod redis;
#[cfg(unix)]
mod restarted;
#[cfg(unix)]
mod stopped;

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp, proxy::Proxy, rounds};

async fn two_instances() -> (TestApp, TestApp) {
    let one = TestApp::on_postgres(&[("REFRESHES_PER_MINUTE", "0"), ("SIGN_INS_AT_ONCE", "0")]).await;
    let two = one.beside().await;
    (one, two)
}

/// Nobody waits longer for a 503 (I5).
const IN_TIME: Duration = Duration::from_secs(3);
/// After so long everything works again (I6).
const RECOVERY: Duration = Duration::from_secs(5);

/// An answer that came in time and signs nobody out.
async fn unavailable(asking: impl Future<Output = Answer>) -> Answer {
    let asked = Instant::now();
    let answer = asking.await;
    let took = asked.elapsed();
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"), "{answer:?}");
    assert!(!answer.header("retry-after").is_empty() && answer.set_cookies().is_empty(), "{answer:?}");
    assert!(took <= IN_TIME, "{took:?}");
    answer
}

/// Asks until it is so, which must not take longer than a recovery may.
async fn recovered(so: impl AsyncFn() -> bool) {
    let asking = async { while !so().await {} };
    tokio::time::timeout(RECOVERY, asking).await.expect("it recovers in time");
}

/// Whether the memory of endings knows of this one. Whoever asks the store instead sees it without a feed, too.
async fn remembers_the_end(app: &TestApp, person: &Person) -> bool {
    let before = app.questions().await;
    person.be_verified().await.outcome() == (403, "TOKEN_REVOKED") && app.questions().await == before
}

/// What ends on `one` while the line from `two` to their store is broken is ended on `two`, too: nobody is let through, and
/// once the line is whole nobody has to ask the store.
async fn an_ending_during_a_break_is_heard_of(one: &TestApp, two: &TestApp, line: &Proxy) {
    let mut ada = one.direct();
    ada.register().await;
    let there = at(two, &ada);
    assert_eq!(there.be_verified().await.status, 422);
    line.swallow();
    assert_eq!(ada.copy().logout().await.status, 204);
    // What it knew is good for a second.
    two.until(async || there.be_verified().await.status == 503).await;
    let healing = async {
        line.heal();
        two.until(async || {
            let answer = there.be_verified().await;
            assert!(matches!(answer.outcome(), (503, _) | (403, "TOKEN_REVOKED")), "{answer:?}");
            answer.status == 403
        })
        .await;
        two.until(async || remembers_the_end(two, &there).await).await;
    };
    tokio::time::timeout(RECOVERY, healing).await.expect("it recovers in time");
}

/// So many sessions of one person. One after the other: passwords are not checked for everybody at once.
async fn signed_in(app: &TestApp, count: usize) -> Vec<Person> {
    let mut people = vec![];
    for _ in 0..count {
        let mut person = app.direct();
        assert_eq!(person.login().await.status, 200);
        people.push(person);
    }
    people
}

/// The same person, whose requests go to another instance.
fn at(app: &TestApp, person: &Person) -> Person {
    let mut there = person.copy();
    there.url.clone_from(&app.url);
    there
}

/// RL-06
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn wrong_passwords_are_counted_over_all_instances() {
    let (one, two) = two_instances().await;
    one.direct().register().await;
    let wrong = async |app: &TestApp| {
        let body = json!({"email": EMAIL, "password": "a wrong one"});
        app.direct().post("/api/auth/login", body).await.status
    };
    for (turn, wait) in [0, 0, 0, 0, 0, 1, 2, 4, 8].into_iter().enumerate() {
        for app in [&one, &two] {
            app.advance(wait).await;
        }
        assert_eq!(wrong([&one, &two][turn % 2]).await, 401);
    }
    assert_eq!([wrong(&one).await, wrong(&two).await], [429, 429]);
}

/// RL-03
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn right_passwords_at_once_on_two_instances_are_all_taken() {
    let (one, two) = two_instances().await;
    one.direct().register().await;
    let mut people: Vec<_> = (0..10).flat_map(|_| [one.direct(), two.direct()]).collect();
    for answer in join_all(people.iter_mut().map(Person::login)).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// RT-07: one generation, one successor, no error, nobody signed out.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_hundred_refreshes_of_one_token_over_two_instances_have_one_successor() {
    let (one, two) = two_instances().await;
    let mut ada = one.direct().attempt("sign-in");
    ada.register().await;
    let session = ada.sessions().await[0]["id"].as_str().expect("an id").to_owned();
    let rounds = rounds(10);
    for round in 1..=rounds {
        ada = ada.attempt(&format!("round{round}"));
        let mut racers: Vec<Person> = (0..100).map(|racer| at([&one, &two][racer % 2], &ada)).collect();
        let answers = join_all(racers.iter_mut().map(Person::refresh)).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers.iter().find(|a| a.status != 200));
        assert!(racers.iter().all(|racer| racer.cookie == racers[0].cookie), "one successor");
        ada.cookie.clone_from(&racers[0].cookie);
        assert_eq!(one.session(&session).await.generation, round);
    }
    assert_eq!(at(&two, &ada).refresh().await.status, 200);
}

/// RT-11, E6, promise 7. How the races went is printed: `--no-capture` shows it.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
#[expect(clippy::print_stdout, reason = "a measurement, for who wants to see it")]
async fn a_refresh_on_one_that_races_a_sign_out_on_the_other_wins_nothing() {
    /// Side by side: most of a round is waiting for the other instance to hear of it.
    const AT_ONCE: usize = 10;
    let (one, two) = two_instances().await;
    one.direct().register().await;
    let rounds = usize::try_from(rounds(10)).expect("a number of rounds");
    let (mut begun, mut came_first) = (0, 0);
    while begun < rounds {
        let people = signed_in(&one, AT_ONCE.min(rounds - begun)).await;
        begun += people.len();
        let granted = join_all(people.iter().enumerate().map(async |(turn, ada)| {
            let (mut racer, mut leaver) = (ada.copy(), at(&two, ada));
            let refreshing = async {
                // A sign-out takes longer on its way: it gets a start, now none and now a longer one.
                for _ in 0..turn % 5 {
                    racer.request(Method::GET, "/healthz").send().await.expect("sent");
                }
                racer.refresh().await
            };
            let (refreshed, left) = tokio::join!(refreshing, leaver.logout());
            assert_eq!(left.status, 204, "{left:?}");
            assert!(matches!(refreshed.outcome(), (200, _) | (403, "SESSION_REVOKED")), "{refreshed:?}");
            for mut token in [ada.copy(), racer] {
                assert_eq!(token.refresh().await.outcome(), (403, "SESSION_REVOKED"));
                one.until(async || token.me().await.outcome() == (403, "TOKEN_REVOKED")).await;
            }
            refreshed.status == 200
        }));
        came_first += granted.await.into_iter().filter(|granted| *granted).count();
    }
    println!("of {rounds} refreshes {came_first} came before the sign-out");
}

/// AT-11. What it took is printed: `--no-capture` shows it.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
#[expect(clippy::print_stdout, reason = "a measurement, for who wants to see it")]
async fn what_ends_on_one_instance_ends_on_the_other_within_a_second() {
    let (one, two) = two_instances().await;
    one.direct().register().await;
    let mut took = vec![];
    for _ in 0..rounds(10) {
        let mut ada = one.direct();
        ada.login().await;
        let there = at(&two, &ada);
        assert_eq!(there.be_verified().await.status, 422);
        assert_eq!(ada.logout().await.status, 204);
        let ended = Instant::now();
        two.until(async || remembers_the_end(&two, &there).await).await;
        took.push(ended.elapsed().as_millis());
    }
    took.sort_unstable();
    println!(
        "seen on the other instance after: median {} ms, at most {} ms",
        took[took.len() / 2],
        took[took.len() - 1]
    );
}

/// AT-11: at once where it was asked for, before long on the other, and after a restart, too.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn whatever_ends_a_session_ends_its_access_tokens_on_both() {
    const NEW_PASSWORD: &str = "slow ferry across the bay";
    let (one, mut two) = two_instances().await;
    let mut keeper = one.direct();
    keeper.register().await;
    let another = async || signed_in(&one, 1).await.remove(0);
    let mut ended = vec![];

    let signed_out = another().await;
    assert_eq!(signed_out.copy().logout().await.status, 204);
    ended.push(signed_out);

    let mut stolen = another().await;
    let mut thief = stolen.copy();
    for _ in 0..2 {
        assert_eq!(stolen.refresh().await.status, 200);
    }
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    ended.extend([stolen, thief]);

    let lost = another().await;
    // The first one is the one that asks.
    let id = keeper.sessions().await[1]["id"].as_str().expect("an id").to_owned();
    assert_eq!(keeper.delete_with(&format!("/api/sessions/{id}"), PASSWORD).await.status, 204);
    ended.push(lost);

    let other = another().await;
    assert_eq!(keeper.delete_with("/api/sessions", PASSWORD).await.status, 204);
    ended.push(other);

    let other = another().await;
    let before = keeper.copy();
    assert_eq!(keeper.change_password(PASSWORD, NEW_PASSWORD).await.status, 200);
    ended.extend([other, before]);
    for person in &ended {
        assert_eq!(person.me().await.outcome(), (403, "TOKEN_REVOKED"), "at once");
    }

    let disabled = keeper.copy();
    one.disable(EMAIL).await;
    one.command(&["user", "enable", EMAIL]);
    let credentials = json!({"email": EMAIL, "password": NEW_PASSWORD});
    keeper.post("/api/auth/login", credentials.clone()).await;
    let revoked = keeper.copy();
    one.command(&["sessions", "revoke", "--user", EMAIL]);
    ended.extend([disabled, revoked]);

    keeper.post("/api/auth/login", credentials).await;
    let deleted = keeper.copy();
    assert_eq!(keeper.delete_account(NEW_PASSWORD).await.status, 204);
    ended.push(deleted);

    for app in [&one, &two] {
        for person in &ended {
            let there = at(app, person);
            app.until(async || remembers_the_end(app, &there).await).await;
        }
    }
    two.restart().await;
    for person in &ended {
        assert_eq!(at(&two, person).me().await.outcome(), (403, "TOKEN_REVOKED"));
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_role_that_is_changed_on_one_makes_tokens_stale_on_the_other() {
    let (one, two) = two_instances().await;
    let mut ada = one.direct();
    ada.register().await;
    one.set_role("ada@example.com", "admin").await;
    let there = at(&two, &ada);
    two.until(async || there.me().await.outcome() == (401, "TOKEN_STALE")).await;
}

/// E7: connections are cut, the one that listens among them.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_cut_connection_costs_nobody_the_session_and_hides_no_ending() {
    let (one, two) = two_instances().await;
    one.direct().register().await;
    let mut operator = one.postgres().await;
    for _ in 0..rounds(3) {
        let mut ada = one.direct();
        ada.login().await;
        let there = at(&two, &ada);
        assert_eq!(there.me().await.status, 200);
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            .execute(&mut operator)
            .await
            .expect("works");
        two.until(async || there.me().await.status == 200).await;
        one.until(async || ada.copy().logout().await.status == 204).await;
        two.until(async || there.me().await.outcome() == (403, "TOKEN_REVOKED")).await;
    }
}
