//! Text that people enter, and that others read: email addresses, display names, and passwords in any script.

use reqwest::Method;
use serde_json::{Value, json};
use server::{
    account::Account,
    session::{Caller, EventKind, SecurityEvent},
};
use sessionkeep_types::{Role, UserId};

use crate::support::{Answer, EMAIL, PASSWORD, TestApp};

const REGISTER: &str = "/api/auth/register";
const COMPOSED: &str = "\u{e9}@example.com";
const DECOMPOSED: &str = "e\u{301}@example.com";

async fn register(app: &TestApp, email: &str) -> Answer {
    app.direct().post(REGISTER, json!({"email": email, "password": PASSWORD})).await
}

async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.direct().post("/api/auth/login", json!({"email": email, "password": password})).await
}

/// An account from before addresses were checked: Ada's, with another address. Ada's password is its password.
async fn older_account(app: &TestApp, email: &str) {
    let store = app.store().await;
    let ada = store.accounts.by_email(EMAIL).await.expect("works").expect("there");
    let account =
        Account { id: UserId::new(format!("older {email}")), email: email.to_owned(), role: Role::User, ..ada };
    let event = SecurityEvent::new(EventKind::Registered, &Caller::default(), app.now()).of(&account.id);
    assert!(store.accounts.insert(&account, &event).await.expect("works"));
}

#[tokio::test]
async fn attack_an_address_with_characters_that_nobody_sees_makes_no_account() {
    let app = TestApp::start().await;
    for (email, code) in [
        ("ada\u{200b}@example.com", "U+200B"),
        ("\u{202e}ada@example.com", "U+202E"),
        ("ad\u{ad}a@example.com", "U+00AD"),
        ("ada@exam\u{2060}ple.com", "U+2060"),
        ("ada\u{0}@example.com", "U+0000"),
        ("ada\u{e0041}@example.com", "U+E0041"),
        ("ada\u{3164}@example.com", "U+3164"),
    ] {
        let answer = register(&app, email).await;
        assert_eq!(answer.outcome(), (422, "VALIDATION_FAILED"), "{email:?}");
        assert_eq!(answer.body["fields"]["email"], format!("Remove the invisible character {code}."));
    }
    for email in ["\u{301}ada@example.com", "ada@\u{93e}.com"] {
        assert_eq!(register(&app, email).await.outcome(), (422, "VALIDATION_FAILED"), "a mark at the start: {email:?}");
    }
    let created = app.try_command(&["user", "create", "ada\u{200b}@example.com"]);
    assert!(!created.status.success(), "{created:?}");
    assert_eq!(app.command(&["user", "list"]), "");
}

#[tokio::test]
async fn attack_composed_and_decomposed_letters_are_one_address() {
    let app = TestApp::start().await;
    let answer = register(&app, DECOMPOSED).await;
    assert_eq!((answer.status, &answer.body["user"]["email"]), (201, &json!(COMPOSED)));
    for again in [COMPOSED, DECOMPOSED, "E\u{301}@example.com"] {
        assert_eq!(register(&app, again).await.outcome(), (409, "EMAIL_TAKEN"), "{again:?}");
        assert_eq!(login(&app, again, PASSWORD).await.status, 200, "{again:?}");
    }
}

#[tokio::test]
async fn attack_another_form_of_an_address_gets_no_further_password_tries() {
    let app = TestApp::start().await;
    for form in [COMPOSED, DECOMPOSED].into_iter().cycle().take(5) {
        assert_eq!(login(&app, form, "a wrong one").await.status, 401);
    }
    let kinds: Vec<EventKind> = app.events().await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.last(), Some(&EventKind::LoginFailedOften), "five are all that are free: {kinds:?}");
}

#[tokio::test]
async fn an_older_account_signs_in_with_the_address_that_it_has_and_keeps_it() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let invisible = "ada\u{200b}@example.com";
    for older in [DECOMPOSED, invisible] {
        older_account(&app, older).await;
        assert_eq!(login(&app, older, PASSWORD).await.status, 200, "{older:?}");
        app.command(&["user", "set-role", older, "admin"]);
    }
    assert_eq!(login(&app, COMPOSED, PASSWORD).await.status, 200, "typed on another device");
    for taken in [COMPOSED, DECOMPOSED] {
        assert_eq!(register(&app, taken).await.outcome(), (409, "EMAIL_TAKEN"), "{taken:?}");
    }
    // Two older accounts: each has its own.
    older_account(&app, COMPOSED).await;
    for form in [COMPOSED, DECOMPOSED] {
        assert_eq!(login(&app, form, PASSWORD).await.body["user"]["email"], form);
    }
}

/// PW-07
#[tokio::test]
async fn attack_an_address_in_two_forms_takes_as_many_queries_whether_there_is_an_account_or_not() {
    let app = TestApp::start().await;
    app.direct().register().await;
    older_account(&app, DECOMPOSED).await;
    for form in [DECOMPOSED, COMPOSED] {
        let mut questions = vec![];
        for email in [form.to_owned(), form.replace("example", "example2")] {
            let before = app.questions().await;
            assert_eq!(login(&app, &email, "a wrong one").await.status, 401);
            questions.push(app.questions().await - before);
        }
        assert_eq!(questions[0], questions[1], "{form:?}");
    }
}

#[tokio::test]
async fn attack_a_name_with_characters_that_nobody_sees_is_refused() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for name in ["A\u{200b}da", "\u{202e}adA", "A\u{ad}da", "Ada\u{7}", "\u{3164}", "A\u{2028}da", "\u{301}Ada"] {
        let body = json!({"email": "b@example.com", "password": PASSWORD, "displayName": name});
        for answer in [app.direct().post(REGISTER, body).await, rename(&mut ada, name).await] {
            assert_eq!(answer.outcome(), (422, "VALIDATION_FAILED"), "{name:?}");
            assert!(answer.body["fields"]["displayName"].is_string(), "{answer:?}");
        }
    }
    assert_eq!(rename(&mut ada, " Jose\u{301}\u{a0}L ").await.body["displayName"], "Jos\u{e9} L");
}

async fn rename(person: &mut crate::support::Person, name: &str) -> Answer {
    let body: Value = json!({"displayName": name});
    person.call(Method::PATCH, "/api/me", Some(body)).await
}

#[tokio::test]
async fn attack_no_column_that_an_operator_reads_hides_or_turns_anything() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let hidden = "\u{202e}ada\u{200b}@example.com\u{1b}[8m";
    older_account(&app, hidden).await;
    let mut person = app.direct().header("user-agent", "spy\u{a0}\u{ad}/1");
    let answer = person.post("/api/auth/login", json!({"email": hidden, "password": PASSWORD})).await;
    assert_eq!(answer.status, 200);
    let shown = r"\u{202e}ada\u{200b}@example.com\u{1b}[8m";
    assert!(app.command(&["user", "list"]).contains(&format!("\tenabled\t{shown}\n")));
    let sessions = app.command(&["sessions", "list"]);
    assert!(sessions.contains(&format!("\t{shown}\tbegun ")), "{sessions}");
    assert!(app.command(&["user", "disable", hidden]).starts_with(&format!("{shown} is disabled")));
    let unknown = app.try_command(&["user", "disable", "\u{202e}nobody@example.com"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains(r"no account \u{202e}nobody@example.com"), "{unknown:?}");
}

/// PW-01, PW-04
#[tokio::test]
async fn attack_passwords_without_ascii_are_judged() {
    let app = TestApp::start().await;
    for (password, code) in [
        ("а".repeat(12), "PASSWORD_TOO_WEAK"),
        ("é".repeat(12), "PASSWORD_TOO_WEAK"),
        ("🔑".repeat(12), "PASSWORD_TOO_WEAK"),
        ("\u{a0}".repeat(12), "PASSWORD_TOO_WEAK"),
        ("\u{3000}".repeat(12), "PASSWORD_TOO_WEAK"),
        ("\u{200b}".repeat(12), "VALIDATION_FAILED"),
        ("\u{301}".repeat(12), "VALIDATION_FAILED"),
        ("\u{202e}".repeat(12), "VALIDATION_FAILED"),
        ("１２３４５６７８９０１２".to_owned(), "PASSWORD_TOO_WEAK"),
        ("ｐａｓｓｗｏｒｄ１２３４".to_owned(), "PASSWORD_TOO_WEAK"),
        ("парольпароль".to_owned(), "PASSWORD_TOO_WEAK"),
        ("пароль123456".to_owned(), "PASSWORD_TOO_WEAK"),
        ("pass\u{200b}word1234".to_owned(), "PASSWORD_TOO_WEAK"),
        ("p\u{ad}assword1234".to_owned(), "PASSWORD_TOO_WEAK"),
    ] {
        let answer = app.direct().post(REGISTER, json!({"email": EMAIL, "password": password})).await;
        assert_eq!(answer.outcome(), (422, code), "{password:?}");
        let sentence = answer.body["fields"]["password"].as_str().expect("a sentence");
        assert_eq!(sentence.contains("are not counted"), code == "VALIDATION_FAILED", "{password:?}: {sentence}");
    }
}

/// PW-03: what is hashed is what was typed, in NFC alone.
#[tokio::test]
async fn a_password_is_compared_as_it_was_typed_however_it_was_judged() {
    let app = TestApp::start().await;
    let password = "тихая ре\u{301}ка под ﬁговым деревом";
    let answer = app.direct().post(REGISTER, json!({"email": EMAIL, "password": password})).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(login(&app, EMAIL, password).await.status, 200);
    for other in ["тихая река под ﬁговым деревом", "тихая ре\u{301}ка под fiговым деревом"]
    {
        assert_eq!(login(&app, EMAIL, other).await.status, 401, "{other:?}");
    }
}
