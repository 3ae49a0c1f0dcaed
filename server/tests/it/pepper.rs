//! `PASSWORD_PEPPER`

use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Person, TestApp, program, program::Program};

const ONE: &str = "canary-pepper-Hn4bQ9xT2vLs7KdW0cYmZ6";
const TWO: &str = "canary-pepper-Ue8rJ3pF5gNa1XoB9kVtR4";
const NEW: &str = "seven lanterns by the harbour";

/// The id of the pepper that the stored hash was made with. Without the mark it is a hash like any other (PW-05).
async fn pepper_of_the_hash(app: &TestApp) -> Option<String> {
    let stored = app.password_hash(EMAIL).await;
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    stored.split_once("$pepper=").map(|(_, id)| id.to_owned())
}

#[tokio::test]
async fn a_sign_in_renews_a_hash_whose_pepper_is_another_one_now() {
    let mut app = TestApp::start().await;
    app.direct().register().await;
    assert_eq!(pepper_of_the_hash(&app).await, None);
    let mut seen = vec![None];
    for (current, previous) in [(ONE, ""), (TWO, ONE), (TWO, ""), ("", TWO), ("", "")] {
        app.set("PASSWORD_PEPPER_PREVIOUS", previous);
        app.configure("PASSWORD_PEPPER", current).await;
        let wrong = app.direct().post("/api/auth/login", json!({"email": EMAIL, "password": NEW})).await;
        assert_eq!(wrong.outcome(), (401, "INVALID_CREDENTIALS"));
        assert_eq!(pepper_of_the_hash(&app).await, *seen.last().expect("one"), "a wrong password renews nothing");
        assert_eq!(app.direct().login().await.status, 200, "{current:?} after {previous:?}");
        seen.push(pepper_of_the_hash(&app).await);
    }
    let [none, one, two, still_two, none_again, still_none] = &seen[..] else { panic!("{seen:?}") };
    assert!(one.is_some() && two.is_some() && one != two, "{seen:?}");
    assert_eq!((still_two, none_again, still_none), (two, none, none));
}

#[tokio::test]
async fn a_new_password_gets_the_current_pepper() {
    let app = TestApp::with(&[("PASSWORD_PEPPER", TWO), ("PASSWORD_PEPPER_PREVIOUS", ONE)]).await;
    let mut ada = app.direct();
    ada.register().await;
    let pepper = pepper_of_the_hash(&app).await;
    assert!(pepper.is_some());
    assert_eq!(ada.change_password(PASSWORD, NEW).await.status, 200);
    assert_eq!(pepper_of_the_hash(&app).await, pepper);
    let created = app.command_with_input(&["user", "create", "eve@example.com"], &format!("{PASSWORD}\n"));
    assert!(!created.is_empty());
    let hash = app.password_hash("eve@example.com").await;
    assert!(hash.ends_with(&format!("$pepper={}", pepper.expect("one"))), "an operator's account has it, too: {hash}");
    let login = json!({"email": "eve@example.com", "password": PASSWORD});
    assert_eq!(app.direct().post("/api/auth/login", login).await.status, 200);
}

/// Nobody is told that the right password is wrong, and nobody gets in.
#[tokio::test]
async fn without_its_pepper_no_password_is_right_or_wrong() {
    let mut app = TestApp::with(&[("PASSWORD_PEPPER", ONE)]).await;
    let mut ada = app.direct();
    ada.register().await;
    app.configure("PASSWORD_PEPPER", TWO).await;
    ada.url.clone_from(&app.url);
    let login = ada.copy().login().await;
    assert_eq!((login.outcome(), login.header("retry-after")), ((503, "UNAVAILABLE"), "2"));
    assert_eq!((login.header("set-cookie"), ada.change_password(PASSWORD, NEW).await.status), ("", 503));
    assert_eq!(ada.delete_account(PASSWORD).await.outcome(), (503, "UNAVAILABLE"));
    assert_eq!(ada.me().await.status, 200, "whoever is signed in stays so");
    let failed = |kind: &server::session::EventKind| {
        use server::session::EventKind::{LoginFailed, PasswordConfirmationFailed};
        matches!(kind, LoginFailed | PasswordConfirmationFailed)
    };
    assert!(!app.events().await.iter().any(|event| failed(&event.kind)), "it was nobody's mistake");
    app.configure("PASSWORD_PEPPER_PREVIOUS", ONE).await;
    assert_eq!(app.direct().login().await.status, 200);
}

#[cfg(unix)]
#[tokio::test]
async fn the_log_names_the_setting_that_is_missing_and_prints_no_pepper() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pepper");
    std::fs::write(&file, format!("{ONE}\n")).expect("written");
    let with = [("RUST_LOG", "trace"), ("PASSWORD_PEPPER_FILE", file.to_str().expect("text"))];
    let server = Program::start(folder.path(), &with);
    Person::at(&server.url).register().await;
    let (_, quiet) = server.stop("-TERM");
    let server = Program::start(folder.path(), &[]);
    assert_eq!(Person::at(&server.url).login().await.status, 503);
    let (_, log) = server.stop("-TERM");
    let line = log.lines().find(|line| line.contains("ERROR")).expect("an error");
    assert!(line.contains("PASSWORD_PEPPER_PREVIOUS"), "{line}");
    assert!(![quiet, log].iter().any(|log| log.contains("canary-pepper")));
}

#[test]
fn a_pepper_is_no_other_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("data/keys/refresh");
    let made = program::output(folder.path(), &["config", "check"], &[]);
    assert!(made.status.success(), "{made:?}");
    let file = std::fs::read_dir(&keys).expect("there").next().expect("a key").expect("read").path();
    let refresh = std::fs::read_to_string(file).expect("text");
    let output = program::output(folder.path(), &["config", "check"], &[("PASSWORD_PEPPER", refresh.trim())]);
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("PASSWORD_PEPPER") && !said.contains(refresh.trim()), "{said}");
}
