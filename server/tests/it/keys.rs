//! Keys are changed while the server runs, and nobody notices.

use std::{
    collections::HashSet,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::Value;
use server::session::EventKind;
use sessionkeep_verify::Verifier;
use tokio::task::spawn_blocking;

use crate::support::{Answer, Person, TestApp, program, program::Program};

const ALGORITHMS: [&str; 4] = ["HS256", "EdDSA", "ES256", "RS256"];
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

async fn app(algorithm: &str) -> TestApp {
    TestApp::with(&[("ACCESS_TOKEN_ALGORITHM", algorithm)]).await
}

/// What the header of a token says.
fn header(token: &str) -> Value {
    let header = token.split('.').next().expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON")
}

fn key_of(token: Option<&String>) -> String {
    header(token.expect("a token"))["kid"].as_str().expect("text").to_owned()
}

/// The key that signed the access token that this person holds.
pub(crate) fn access_key(person: &Person) -> String {
    key_of(person.access_token.as_ref())
}

/// The key that signed the refresh token that this person holds.
pub(crate) fn refresh_key(person: &Person) -> String {
    let cookie = person.cookie.as_ref().expect("a cookie");
    key_of(Some(&cookie.rsplit('=').next().expect("a value").to_owned()))
}

/// Asked for without any credential.
async fn document(url: &str) -> Answer {
    let request = Person::at(url).request(Method::GET, "/.well-known/jwks.json");
    Answer::of(request.send().await.expect("sent")).await
}

async fn jwks(url: &str) -> Vec<Value> {
    let answer = document(url).await;
    assert_eq!(answer.status, 200);
    answer.body["keys"].as_array().expect("a list").clone()
}

/// The names of the public keys.
async fn published(url: &str) -> HashSet<String> {
    jwks(url).await.iter().map(|key| key["kid"].as_str().expect("text").to_owned()).collect()
}

/// `keys list`, a row a key: kind, id, algorithm, what it does, where it is.
fn list(app: &TestApp) -> Vec<Vec<String>> {
    let rows = app.command(&["keys", "list"]);
    rows.lines().map(|row| row.split('\t').map(str::to_owned).collect()).collect()
}

/// The name of the key that is `state`, of this kind.
fn key_that(app: &TestApp, kind: &str, state: &str) -> String {
    let row = list(app).into_iter().find(|row| row[0] == kind && row[3].starts_with(state));
    row.unwrap_or_else(|| panic!("no {kind} key {state}"))[1].clone()
}

#[tokio::test]
async fn under_hs256_nothing_is_published() {
    let app = app("HS256").await;
    let answer = document(&app.url).await;
    assert_eq!((answer.status, answer.body), (200, serde_json::json!({"keys": []})));
}

/// KM-05.
#[tokio::test]
async fn public_keys_are_published_with_their_names_and_nothing_private() {
    for (algorithm, members) in [
        ("EdDSA", vec!["alg", "crv", "kid", "kty", "use", "x"]),
        ("ES256", vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        ("RS256", vec!["alg", "e", "kid", "kty", "n", "use"]),
    ] {
        let app = app(algorithm).await;
        let mut ada = app.direct();
        ada.register().await;
        let answer = document(&app.url).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        let [key] = &jwks(&app.url).await[..] else { panic!("one key") };
        let mut there: Vec<_> = key.as_object().expect("an object").keys().map(String::as_str).collect();
        there.sort_unstable();
        assert_eq!(there, members);
        assert_eq!((&key["alg"], &key["use"]), (&Value::from(algorithm), &Value::from("sig")));
        assert_eq!(key["kid"], access_key(&ada));
        assert_eq!(header(ada.access_token.as_ref().expect("a token"))["alg"], algorithm);
    }
}

/// KM-03.
#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_one_before_goes_with_its_last_token() {
    for algorithm in ALGORITHMS {
        let app = app(algorithm).await;
        let mut ada = app.direct();
        ada.register().await;
        let before = access_key(&ada);
        app.command(&["keys", "rotate", "--in", "10m"]);
        let next = key_that(&app, "access", "published");
        if algorithm != "HS256" {
            app.until(async || published(&app.url).await.contains(&next)).await;
        }
        app.advance(9 * MINUTE).await;
        ada.refresh().await;
        assert_eq!(access_key(&ada), before, "not yet");

        let old = ada.copy();
        app.advance(2 * MINUTE).await;
        app.until(async || {
            let mut bob = app.direct();
            bob.login().await;
            access_key(&bob) == next
        })
        .await;
        ada.refresh().await;
        assert_eq!((access_key(&ada), ada.me().await.status), (next.clone(), 200));
        assert_eq!(old.me().await.status, 200, "{algorithm}: what the key before has signed is good for its time");
        assert_eq!(published(&app.url).await.contains(&before), algorithm != "HS256");

        app.advance(15 * MINUTE).await;
        assert!(!published(&app.url).await.contains(&before), "{algorithm}: its last token has ended");
    }
}

#[tokio::test]
async fn a_rotation_removes_the_keys_that_nothing_needs_any_more() {
    let app = app("EdDSA").await;
    let done = app.keys_folder("access").join("20200101T000000Z-old.pem");
    let signs = fs::read_dir(app.keys_folder("access")).expect("there").next().expect("a key").expect("read").path();
    app.command(&["keys", "rotate", "--in", "0s"]);
    fs::rename(&signs, &done).expect("renamed");
    // The first one is followed now, but not for as long as its tokens live.
    app.command(&["keys", "rotate"]);
    assert!(done.exists());
    let second = fs::read_dir(app.keys_folder("access")).expect("there").map(|file| file.expect("read").path());
    let second = second.filter(|path| path != &done).min().expect("a key");
    fs::rename(second, app.keys_folder("access").join("20200102T000000Z-second.pem")).expect("renamed");
    let mine = app.keys_folder("access").join("mine.pem");
    fs::copy(&done, &mine).expect("copied");
    fs::remove_file(&done).expect("removed");
    app.command(&["keys", "rotate"]);
    assert!(mine.exists(), "it is not ours to remove");
    fs::rename(&mine, &done).expect("renamed");
    let said = app.command(&["keys", "rotate"]);
    assert!(!done.exists() && said.contains("is removed"), "{said}");
}

#[tokio::test]
async fn no_key_is_made_beside_one_that_the_server_refuses() {
    let app = app("EdDSA").await;
    fs::write(app.keys_folder("access").join("zzz.pem"), "no key").expect("written");
    let refused = app.try_command(&["keys", "rotate"]);
    let line = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(78) && line.contains("zzz.pem"), "{line}");
    assert_eq!(fs::read_dir(app.keys_folder("access")).expect("there").count(), 2);
}

/// KM-04: each of its tokens costs one silent refresh, and nobody signs in again.
#[tokio::test]
async fn a_key_that_is_removed_in_an_emergency_costs_one_refresh_and_no_sign_in() {
    for algorithm in ALGORITHMS {
        let app = app(algorithm).await;
        let (mut browser, mut direct) = (app.browser(), app.direct());
        browser.register().await;
        direct.login().await;
        let leaked = access_key(&browser);
        app.command(&["keys", "retire", &leaked]);
        for person in [&mut browser, &mut direct] {
            app.until(async || person.me().await.outcome() == (403, "TOKEN_INVALID")).await;
            *person = person.copy().attempt_if_any("after");
            assert_eq!(person.refresh().await.status, 200, "{algorithm}");
            assert_ne!(access_key(person), leaked);
            assert_eq!(person.me().await.status, 200, "{algorithm}");
        }
        assert!(!published(&app.url).await.contains(&leaked));
        assert!(list(&app).iter().all(|row| row[1] != leaked));
    }
}

/// What had ended before does not begin again because the key that followed it is gone.
#[tokio::test]
async fn a_key_that_is_over_does_not_come_back_when_the_one_after_it_is_removed() {
    let app = app("EdDSA").await;
    let old = key_that(&app, "access", "signs");
    let file = fs::read_dir(app.keys_folder("access")).expect("there").next().expect("a key").expect("read").path();
    fs::rename(file, app.keys_folder("access").join("20200101T000000Z-old.pem")).expect("renamed");
    app.command(&["keys", "rotate", "--in", "0s"]);
    let signs = fs::read_dir(app.keys_folder("access")).expect("there").map(|file| file.expect("read").path());
    let signs = signs.max().expect("a key");
    fs::rename(signs, app.keys_folder("access").join("20200102T000000Z-signs.pem")).expect("renamed");
    let leaked = key_that(&app, "access", "signs");
    assert_eq!(key_that(&app, "access", "does nothing"), old);
    app.command(&["keys", "retire", &leaked]);
    let rows = list(&app);
    assert!(rows.iter().all(|row| row[1] != old && row[1] != leaked), "{rows:?}");
}

/// Nor does one that an operator had put there.
#[tokio::test]
async fn nor_does_a_key_without_a_time_in_its_name() {
    let app = app("EdDSA").await;
    let mine = key_that(&app, "access", "signs");
    let folder = app.keys_folder("access");
    let files = || fs::read_dir(&folder).expect("there").map(|file| file.expect("read").path());
    fs::rename(files().next().expect("a key"), folder.join("mine.pem")).expect("renamed");
    app.command(&["keys", "rotate", "--in", "0s"]);
    fs::rename(files().min().expect("a key"), folder.join("20200102T000000Z-signs.pem")).expect("renamed");
    let leaked = key_that(&app, "access", "signs");
    assert_eq!(key_that(&app, "access", "does nothing"), mine);
    app.command(&["keys", "retire", &leaked]);
    let rows = list(&app);
    assert!(rows.iter().all(|row| row[1] != mine && row[1] != leaked), "{rows:?}");
    assert!(files().all(|file| file.to_string_lossy().contains("20200102T")), "in the place of the one before");
}

#[tokio::test]
async fn the_last_key_that_is_removed_by_hand_is_replaced() {
    let app = app("EdDSA").await;
    let mut ada = app.direct();
    ada.register().await;
    for file in fs::read_dir(app.keys_folder("access")).expect("there") {
        fs::remove_file(file.expect("read").path()).expect("removed");
    }
    app.until(async || ada.me().await.outcome() == (403, "TOKEN_INVALID")).await;
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(ada.me().await.status, 200);
}

/// E16.
#[tokio::test]
async fn the_key_of_refresh_tokens_changes_and_nobody_signs_in() {
    let app = app("HS256").await;
    let mut ada = app.direct();
    ada.register().await;
    let before = refresh_key(&ada);
    app.command(&["keys", "rotate", "--kind", "refresh", "--in", "0s"]);
    // It begins a second later where the first was made in this one.
    let next =
        list(&app).into_iter().find(|row| row[0] == "refresh" && row[1] != before).expect("a second key")[1].clone();
    app.until(async || {
        let mut bob = app.direct();
        bob.login().await;
        refresh_key(&bob) == next
    })
    .await;
    assert_eq!(refresh_key(&ada), before);
    app.advance(6 * DAY).await;
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!((refresh_key(&ada), ada.me().await.status), (next, 200));
}

/// E16: nobody is taken for a thief.
#[tokio::test]
async fn a_refresh_key_is_removed_only_by_whoever_means_to_sign_people_out() {
    let app = app("HS256").await;
    let mut ada = app.direct();
    ada.register().await;
    let key = refresh_key(&ada);
    let refused = app.try_command(&["keys", "retire", &key]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("--sign-people-out"));
    assert_eq!(ada.refresh().await.status, 200);
    app.command(&["keys", "retire", &key, "--sign-people-out"]);
    app.until(async || ada.copy().refresh().await.outcome() == (403, "REFRESH_INVALID")).await;
    assert_eq!(ada.login().await.status, 200);
    assert!(app.events().await.iter().all(|event| event.kind != EventKind::RefreshReused));
}

#[tokio::test]
async fn a_secret_of_the_settings_is_followed_by_another_and_nobody_notices() {
    const OLD: &str = "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe";
    const NEW: &str = "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z";
    for (current, previous) in [
        ("ACCESS_TOKEN_SECRET", "ACCESS_TOKEN_SECRET_PREVIOUS"),
        ("REFRESH_TOKEN_SECRET", "REFRESH_TOKEN_SECRET_PREVIOUS"),
    ] {
        let mut app = TestApp::with(&[(current, OLD)]).await;
        let mut ada = app.direct();
        ada.register().await;
        app.set(previous, OLD);
        app.configure(current, NEW).await;
        ada.url.clone_from(&app.url);
        assert_eq!(ada.me().await.status, 200);
        assert_eq!(ada.refresh().await.status, 200);
        app.configure(previous, "").await;
        ada.url.clone_from(&app.url);
        assert_eq!(ada.me().await.status, 200, "{current}: what the new one has signed");
        assert_eq!(ada.refresh().await.status, 200);
    }
}

#[tokio::test]
async fn another_algorithm_is_chosen_and_nobody_notices() {
    let mut app = app("HS256").await;
    let mut ada = app.direct();
    ada.register().await;
    for algorithm in ["EdDSA", "ES256", "RS256", "HS256"] {
        app.configure("ACCESS_TOKEN_ALGORITHM", algorithm).await;
        ada.url.clone_from(&app.url);
        // A key begins in a second of its own.
        app.advance(5).await;
        assert_eq!(ada.me().await.status, 200, "{algorithm}: the token of before");
        assert_eq!(ada.refresh().await.status, 200);
        assert_eq!(header(ada.access_token.as_ref().expect("a token"))["alg"], algorithm);
        assert_eq!(ada.me().await.status, 200);
    }
}

/// Nobody has to restart anything at that moment.
#[tokio::test]
async fn a_running_server_takes_a_key_of_another_algorithm_at_its_time() {
    let mut app = app("HS256").await;
    let mut ada = app.direct();
    ada.register().await;
    app.set("ACCESS_TOKEN_ALGORITHM", "EdDSA");
    app.command(&["keys", "rotate"]);
    let next = key_that(&app, "access", "published");
    app.until(async || published(&app.url).await.contains(&next)).await;
    ada.refresh().await;
    let old = ada.copy();
    assert_ne!(access_key(&old), next, "not yet");
    app.advance(10 * MINUTE).await;
    ada.refresh().await;
    assert_eq!(access_key(&ada), next);
    assert_eq!((ada.me().await.status, old.me().await.status), (200, 200));
    app.advance(15 * MINUTE).await;
    assert_eq!(old.me().await.outcome(), (401, "TOKEN_EXPIRED"), "the contract's word, though the key has ended, too");
}

/// A mount that is empty for a moment signs nobody out, and no key is made unasked.
#[tokio::test]
async fn a_server_without_keys_answers_503_until_they_are_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = [("PUBLIC_ORIGIN", "https://id.example.com"), ("COOKIE_PREFIX", "none")];
    for kind in ["access", "refresh"] {
        assert!(program::output(folder.path(), &["keys", "rotate", "--kind", kind], &environment).status.success());
    }
    let server = Program::start(folder.path(), &environment);
    let mut ada = Person::at(&server.url);
    assert_eq!(ada.register().await.status, 201);
    let keys = folder.path().join("data/keys/refresh");
    fs::rename(&keys, keys.with_file_name("aside")).expect("moved");
    fs::create_dir(&keys).expect("made");
    let ready = async || Person::at(&server.url).request(Method::GET, "/readyz").send().await.expect("sent").status();
    while ready().await != 503 {}
    assert_eq!(ada.copy().refresh().await.outcome(), (503, "UNAVAILABLE"));
    assert_eq!(ada.me().await.outcome(), (503, "UNAVAILABLE"));
    assert_eq!(document(&server.url).await.status, 200, "other services go on with what they have");
    assert_eq!(fs::read_dir(&keys).expect("there").count(), 0);
    fs::remove_dir(&keys).expect("removed");
    fs::rename(keys.with_file_name("aside"), &keys).expect("moved back");
    while ready().await != 200 {}
    assert_eq!(ada.refresh().await.outcome(), (200, ""));
    assert_eq!(ada.me().await.outcome(), (200, ""));
}

#[test]
fn a_server_that_others_can_reach_does_not_start_without_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = [
        ("PUBLIC_ORIGIN", "https://id.example.com"),
        ("REFRESH_TOKEN_SECRET", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
        ("ACCESS_TOKEN_ALGORITHM", "EdDSA"),
    ];
    for arguments in [&["serve"][..], &["config", "check"]] {
        let output = program::output(folder.path(), arguments, &environment);
        let line = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{line}");
        assert!(line.starts_with("sessionkeep: KEYS_DIR: ") && line.contains("keys rotate"), "{line}");
        assert!(!folder.path().join("data/sessionkeep.db").exists());
    }
    assert!(program::output(folder.path(), &["keys", "rotate"], &environment).status.success());
    let output = program::output(folder.path(), &["config", "check"], &environment);
    assert!(output.status.success(), "{output:?}");
}

/// KM-03, E15: five keys are made and take over while clients refresh and use their tokens all the time, here and, as soon as the
/// keys are published, at a service that knows the public keys alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_rotations_under_load_refuse_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = [("ACCESS_TOKEN_ALGORITHM", "EdDSA"), ("REFRESHES_PER_MINUTE", "0")];
    let server = Program::start(folder.path(), &environment);
    let mut first = Person::at(&server.url);
    first.register().await;
    let verifier =
        Verifier::from_jwks(&format!("{}/.well-known/jwks.json", server.url), "http://localhost:3000", "sessionkeep");
    let verifier = verifier.expect("on this machine");
    let (requests, are_published) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));

    let mut clients = vec![];
    for _ in 0..6 {
        let mut person = Person::at(&server.url);
        assert_eq!(person.login().await.status, 200);
        let (requests, are_published, verifier) = (Arc::clone(&requests), Arc::clone(&are_published), verifier.clone());
        clients.push(tokio::spawn(async move {
            let mut keys = HashSet::new();
            // The key of before, and five more.
            while keys.len() < 6 {
                let old = person.copy();
                assert_eq!(person.refresh().await.outcome(), (200, ""));
                for token in [&old, &person] {
                    assert_eq!(token.me().await.outcome(), (200, ""));
                    if are_published.load(SeqCst) {
                        let claims = verifier.verify(token.access_token.as_ref().expect("a token")).await;
                        assert!(claims.is_ok(), "{claims:?}");
                    }
                }
                requests.fetch_add(3, SeqCst);
                keys.insert(access_key(&person));
            }
            keys
        }));
    }
    let path = folder.path().to_owned();
    let rotate = move || {
        for wait in ["2s", "3s", "4s", "5s", "6s"] {
            let output = program::output(&path, &["keys", "rotate", "--in", wait], &environment);
            assert!(output.status.success(), "{output:?}");
        }
    };
    spawn_blocking(rotate).await.expect("five keys are made");
    let newest = program::output(folder.path(), &["keys", "list"], &environment);
    let newest: HashSet<_> = String::from_utf8(newest.stdout)
        .expect("text")
        .lines()
        .filter(|row| row.starts_with("access"))
        .map(|row| row.split('\t').nth(1).expect("an id").to_owned())
        .collect();
    while published(&server.url).await != newest {}
    are_published.store(true, SeqCst);
    for client in clients {
        let keys = client.await.expect("nothing was refused");
        assert_eq!(keys.len(), 6, "{keys:?}");
    }
    eprintln!("{} requests, 0 refused", requests.load(SeqCst));
}
