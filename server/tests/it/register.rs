use serde_json::json;

use crate::support::{EMAIL, PASSWORD, TestApp};

const PATH: &str = "/api/auth/register";

#[tokio::test]
async fn a_new_account_is_signed_in_at_once() {
    let app = TestApp::start().await;
    let mut ada = app.browser();
    let body = json!({"email": " Ada@Example.com ", "password": PASSWORD, "displayName": " Ada "});
    let answer = ada.post(PATH, body).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.body["tokenType"], "Bearer");
    assert_eq!(answer.body["expiresIn"], 900);
    assert_eq!(answer.body["user"]["email"], EMAIL);
    assert_eq!(answer.body["user"]["displayName"], "Ada");
    assert_eq!(answer.body["user"]["role"], "user");
    assert_eq!(ada.me().await.body, answer.body["user"]);
}

#[tokio::test]
async fn an_email_address_can_be_used_once_whatever_its_case() {
    let app = TestApp::start().await;
    app.direct().register().await;
    let answer = app.direct().post(PATH, json!({"email": "ADA@example.com", "password": PASSWORD})).await;
    assert_eq!(answer.outcome(), (409, "EMAIL_TAKEN"));
    assert!(answer.body["fields"]["email"].is_string());
}

/// PW-11
#[tokio::test]
async fn nobody_has_an_account_before_somebody_makes_one() {
    let app = TestApp::start().await;
    assert_eq!(app.command(&["user", "list"]), "");
}

/// PW-11
#[tokio::test]
async fn a_body_cannot_give_itself_a_role_or_an_id() {
    let app = TestApp::start().await;
    let body = json!({"email": EMAIL, "password": PASSWORD, "role": "admin", "id": "1", "emailVerified": true});
    let answer = app.direct().post(PATH, body).await;
    assert_eq!(answer.body["user"]["role"], "user");
    assert_ne!(answer.body["user"]["id"], "1");
}

/// PW-01, PW-02
#[tokio::test]
async fn a_password_is_long_and_otherwise_as_one_likes_and_no_part_of_it_is_cut_off() {
    let app = TestApp::start().await;
    let long: String = (0..128_usize).map(|i| char::from(b"plumtenarcdsy"[(i * i + i / 13) % 13])).collect();
    let keys = "🔑🌊🍀🎲🚲🧦🪁🥨🛶🦉🎻🏔".to_owned();
    for (number, (password, status)) in [
        ("tfjk3 kdl2s", 422),
        (keys.as_str(), 201),
        ("plum tent arcs dusty", 201),
        (long.as_str(), 201),
        (&"\u{e9}".repeat(257), 422),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("person{number}@example.com");
        let answer = app.direct().post(PATH, json!({"email": email, "password": password})).await;
        assert_eq!(answer.status, status, "{password}");
        if status == 201 {
            let login = async |password: &str| {
                app.direct().post("/api/auth/login", json!({"email": email, "password": password})).await.status
            };
            let mut shorter = password.to_owned();
            shorter.pop();
            assert_eq!((login(password).await, login(&shorter).await), (200, 401), "{password}");
        }
    }
}

/// PW-03: what nobody can have as a password costs nothing.
#[tokio::test]
async fn a_password_that_is_too_long_is_refused_before_it_is_hashed() {
    let app = TestApp::start().await;
    let register = async |length: usize| {
        let body = json!({"email": EMAIL, "password": "plum tent arcs dusty ".repeat(20)[..length]});
        app.direct().post(PATH, body).await
    };
    let before = app.hashes().await;
    assert_eq!(register(257).await.outcome(), (422, "VALIDATION_FAILED"));
    assert_eq!(app.hashes().await, before);
    assert_eq!(register(256).await.status, 201);
    assert!(app.hashes().await > before, "it is counted");
}

/// PW-05: never below OWASP's rows, and never the same twice.
#[tokio::test]
async fn a_password_is_kept_as_a_salted_hash_of_argon2id() {
    let app = TestApp::start().await;
    let mut seen = vec![];
    for email in ["ada@example.com", "bob@example.com"] {
        app.direct().post(PATH, json!({"email": email, "password": PASSWORD})).await;
        let hash = app.password_hash(email).await;
        let parts: Vec<&str> = hash.split('$').collect();
        let ["", "argon2id", "v=19", parameters, salt, _] = parts[..] else { panic!("{hash}") };
        let costs: Vec<u32> = parameters
            .split(',')
            .zip(["m=", "t=", "p="])
            .map(|(it, name)| it.strip_prefix(name).expect(name).parse().expect("a number"))
            .collect();
        let [memory, iterations, 1] = costs[..] else { panic!("{hash}") };
        assert!(
            [(19_456, 2), (47_104, 1), (12_288, 3)].iter().any(|(m, t)| memory >= *m && iterations >= *t),
            "{hash}"
        );
        assert!(salt.len() >= 22, "sixteen bytes: {hash}");
        seen.push(hash);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn each_wrong_field_gets_a_sentence() {
    let app = TestApp::start().await;
    let long_name = "n".repeat(65);
    let long_password = "correct horse battery ".repeat(12);
    for (body, code, field) in [
        (json!({"email": "nobody", "password": PASSWORD}), "VALIDATION_FAILED", "email"),
        (json!({"email": EMAIL, "password": "short"}), "VALIDATION_FAILED", "password"),
        (json!({"email": EMAIL, "password": long_password}), "VALIDATION_FAILED", "password"),
        (json!({"email": EMAIL, "password": "password1234"}), "PASSWORD_TOO_WEAK", "password"),
        (json!({"email": EMAIL, "password": "ada@example.com"}), "PASSWORD_TOO_WEAK", "password"),
        (json!({"email": EMAIL, "password": PASSWORD, "displayName": long_name}), "VALIDATION_FAILED", "displayName"),
        (json!({"email": EMAIL}), "VALIDATION_FAILED", "password"),
        (json!({"email": 7, "password": PASSWORD}), "VALIDATION_FAILED", "email"),
    ] {
        let answer = app.direct().post(PATH, body).await;
        assert_eq!(answer.outcome(), (422, code), "{field}");
        assert!(answer.body["fields"][field].is_string(), "{}", answer.text);
        assert_eq!(answer.cookie(), None);
    }
    assert_eq!(app.direct().register().await.status, 201, "nothing was made before");
}

#[tokio::test]
async fn of_twenty_at_once_one_gets_the_address() {
    let app = TestApp::start().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let mut person = app.direct();
            tokio::spawn(async move { person.register().await.status })
        })
        .collect();
    let mut statuses = vec![];
    for task in tasks {
        statuses.push(task.await.expect("runs"));
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
}

#[tokio::test]
async fn a_closed_server_takes_no_new_account() {
    let app = TestApp::with(&[("REGISTRATION", "closed")]).await;
    assert_eq!(app.direct().register().await.outcome(), (403, "REGISTRATION_CLOSED"));
}
