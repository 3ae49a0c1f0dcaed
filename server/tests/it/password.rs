//! `POST /api/auth/password`

use reqwest::Method;
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Person, TestApp, rounds};

const NEW: &str = "seven lanterns by the harbour";

async fn login_with(app: &TestApp, password: &str) -> (u16, String) {
    let answer = app.direct().post("/api/auth/login", json!({"email": EMAIL, "password": password})).await;
    (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
}

async fn two(app: &TestApp) -> (Person, Person) {
    let mut phone = app.direct();
    phone.register().await;
    let mut laptop = app.direct();
    laptop.login().await;
    (phone, laptop)
}

/// PW-08, SM-06
#[tokio::test]
async fn every_session_ends_and_this_device_has_a_new_one() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop) = two(&app).await;
    let mut old_phone = phone.copy();
    let old_id = phone.sessions().await.iter().find(|session| session["current"] == true).expect("one")["id"].clone();
    let answer = phone.change_password(PASSWORD, NEW).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((&answer.body["tokenType"], answer.body.get("user")), (&json!("Bearer"), None));
    for ended in [&mut old_phone, &mut laptop] {
        assert_eq!(ended.me().await.outcome(), (403, "TOKEN_REVOKED"));
        let answer = ended.refresh().await;
        assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
        assert_eq!(answer.body["reason"], "PASSWORD_CHANGED");
    }
    assert_eq!((phone.me().await.status, phone.refresh().await.status), (200, 200));
    let sessions = phone.sessions().await;
    assert_eq!(sessions.len(), 1);
    assert_ne!(sessions[0]["id"], old_id);
    assert_eq!(login_with(&app, PASSWORD).await, (401, "INVALID_CREDENTIALS".to_owned()));
    assert_eq!(login_with(&app, NEW).await.0, 200);
}

#[tokio::test]
async fn the_new_session_is_of_the_same_kind_as_the_old_one() {
    let app = TestApp::start().await;
    let mut ada = app.browser();
    ada.register().await;
    let answer = ada.change_password(PASSWORD, NEW).await;
    assert!(answer.header("set-cookie").contains("Max-Age=604800"), "{answer:?}");
    assert_eq!(ada.refresh().await.status, 200);
    let quiet = ada.copy().attempt("another").refresh().await;
    assert_eq!((quiet.status, quiet.header("set-cookie")), (200, ""), "a browser has a quiet period");
    let mut bob = app.direct();
    let body = json!({"email": EMAIL, "password": NEW, "rememberMe": false});
    bob.post("/api/auth/login", body).await;
    let answer = bob.change_password(NEW, PASSWORD).await;
    assert!(answer.status == 200 && !answer.header("set-cookie").contains("Max-Age"), "{answer:?}");
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_is_reported() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop) = two(&app).await;
    let long = "x".repeat(5000);
    for wrong in ["another one entirely", "", long.as_str()] {
        let answer = phone.change_password(wrong, NEW).await;
        assert_eq!(answer.outcome(), (403, "INVALID_CREDENTIALS"));
        assert!(answer.body["fields"]["currentPassword"].is_string());
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert_eq!((phone.refresh().await.status, laptop.refresh().await.status), (200, 200));
    assert_eq!(login_with(&app, PASSWORD).await.0, 200);
    let kind = server::session::EventKind::PasswordConfirmationFailed;
    assert_eq!(app.events().await.iter().filter(|event| event.kind == kind).count(), 3);
}

#[tokio::test]
async fn a_new_password_meets_the_same_rules_as_at_sign_up() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let long = "é".repeat(257);
    for (new, code) in [
        ("short", "VALIDATION_FAILED"),
        (long.as_str(), "VALIDATION_FAILED"),
        ("password1234", "PASSWORD_TOO_WEAK"),
        (EMAIL, "PASSWORD_TOO_WEAK"),
        (PASSWORD, "VALIDATION_FAILED"),
    ] {
        let answer = ada.change_password(PASSWORD, new).await;
        assert_eq!(answer.outcome(), (422, code), "{new}");
        assert!(answer.body["fields"]["newPassword"].is_string(), "{answer:?}");
    }
    assert_eq!(ada.refresh().await.status, 200);
}

/// PW-04
#[tokio::test]
async fn a_common_password_is_refused_whoever_wants_it_and_wherever() {
    let app = TestApp::with(&[("SIGN_INS_AT_ONCE", "0")]).await;
    let mut ada = app.direct();
    ada.register().await;
    for common in sampled_common_passwords() {
        let body = json!({"email": "bob@example.com", "password": common});
        let registered = app.direct().post("/api/auth/register", body).await;
        assert_eq!(registered.outcome(), (422, "PASSWORD_TOO_WEAK"), "{common}");
        assert!(registered.body["fields"]["password"].is_string());
    }
    for common in sampled_common_passwords() {
        let changed = ada.change_password(PASSWORD, &common).await;
        assert_eq!(changed.outcome(), (422, "PASSWORD_TOO_WEAK"), "{common}");
        assert!(changed.body["fields"]["newPassword"].is_string());
    }
    assert_eq!(login_with(&app, PASSWORD).await.0, 200);
}

/// PW-04
#[tokio::test]
async fn what_the_operator_calls_the_service_is_no_password() {
    let app = TestApp::with(&[("BRAND_NAME", "Brightwell Books")]).await;
    let mut ada = app.direct();
    ada.register().await;
    for weak in ["brightwell2026", "Brightwell Books 1!", "sessionkeep2026"] {
        assert_eq!(ada.change_password(PASSWORD, weak).await.outcome(), (422, "PASSWORD_TOO_WEAK"), "{weak}");
    }
    let unbranded = TestApp::start().await;
    let mut bob = unbranded.direct();
    bob.register().await;
    assert_eq!(bob.change_password(PASSWORD, "Brightwell Books 1!").await.status, 200);
}

/// Fifty of the shipped list that are long enough, from its beginning to its end, some of them not as they stand there.
fn sampled_common_passwords() -> impl Iterator<Item = String> {
    let all: Vec<&str> = include_str!("../../../password-rules/common/passwords.txt")
        .lines()
        .filter(|password| password.chars().count() >= 12)
        .collect();
    let step = all.len() / 50;
    all.into_iter().step_by(step).take(50).enumerate().map(|(index, password)| match index % 3 {
        0 => password.to_uppercase(),
        _ => password.to_owned(),
    })
}

#[tokio::test]
async fn both_credentials_are_needed_and_must_be_of_one_session() {
    let app = TestApp::start().await;
    let (mut phone, laptop) = two(&app).await;
    let body = json!({"currentPassword": PASSWORD, "newPassword": NEW});
    let mut no_header = phone.copy();
    let answer = no_header.call(Method::POST, "/api/auth/password", Some(body.clone())).await;
    assert_eq!(answer.outcome(), (403, "CSRF_REJECTED"));
    let mut without_token = phone.copy().header("x-requested-by", "test");
    assert_eq!(without_token.post("/api/auth/password", body).await.outcome(), (401, "TOKEN_MISSING"));
    let mut without_cookie = phone.copy();
    without_cookie.cookie = None;
    let answer = without_cookie.change_password(PASSWORD, NEW).await;
    assert_eq!((answer.outcome(), answer.header("www-authenticate")), ((401, "REFRESH_MISSING"), "Bearer"));
    let mut mixed = phone.copy();
    mixed.cookie = laptop.cookie.clone();
    assert_eq!(mixed.change_password(PASSWORD, NEW).await.outcome(), (403, "REFRESH_INVALID"));
    assert_eq!(phone.change_password(PASSWORD, NEW).await.status, 200);
}

/// E6: the password is changed while another device refreshes. Whoever comes first, afterwards its session is dead.
#[tokio::test]
async fn a_refresh_that_races_a_change_of_password_wins_nothing() {
    let app = TestApp::with(&[("REFRESHES_PER_MINUTE", "0")]).await;
    let mut phone = app.direct();
    phone.register().await;
    let mut passwords = [PASSWORD, NEW];
    for _ in 0..rounds(20) {
        let mut laptop = app.direct();
        laptop.post("/api/auth/login", json!({"email": EMAIL, "password": passwords[0]})).await;
        let change = phone.change_password(passwords[0], passwords[1]);
        let ((granted, refused), changed) = tokio::join!(laptop.refresh_until_refused(), change);
        assert_eq!((changed.status, refused.outcome()), (200, (403, "SESSION_REVOKED")), "{changed:?}");
        assert!(granted > 0, "the password is hashed meanwhile");
        assert_eq!(laptop.me().await.outcome(), (403, "TOKEN_REVOKED"));
        assert_eq!(laptop.refresh().await.outcome(), (403, "SESSION_REVOKED"));
        passwords.reverse();
    }
}

/// A sign-in that began with the old password must not succeed after the change.
#[tokio::test]
async fn a_sign_in_that_races_a_change_of_password_leaves_no_session_behind() {
    let app = TestApp::start().await;
    let mut phone = app.direct();
    phone.register().await;
    let mut passwords = [PASSWORD, NEW];
    for _ in 0..10 {
        let mut laptop = app.direct();
        let login = json!({"email": EMAIL, "password": passwords[0]});
        let (_, changed) =
            tokio::join!(laptop.post("/api/auth/login", login), phone.change_password(passwords[0], passwords[1]));
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(phone.sessions().await.len(), 1);
        passwords.reverse();
    }
}

#[tokio::test]
async fn two_changes_at_once_leave_one_password_and_one_session() {
    let app = TestApp::start().await;
    let (mut phone, mut laptop) = two(&app).await;
    let (one, two) = tokio::join!(phone.change_password(PASSWORD, NEW), laptop.change_password(PASSWORD, NEW));
    let mut outcomes = [one.outcome().0, two.outcome().0];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [200, 403], "{one:?} {two:?}");
    let mut winner = if one.status == 200 { phone } else { laptop };
    assert_eq!(winner.sessions().await.len(), 1);
}

#[tokio::test]
async fn nothing_changes_while_the_store_is_down() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    app.store_down(true).await;
    let answer = ada.change_password(PASSWORD, NEW).await;
    assert_eq!((answer.outcome(), answer.header("set-cookie")), ((503, "UNAVAILABLE"), ""));
    app.store_down(false).await;
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(login_with(&app, PASSWORD).await.0, 200);
}
