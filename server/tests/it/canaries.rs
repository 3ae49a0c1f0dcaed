//! LG-02, RT-02: no password, token or secret in a log or in a file of the store, at the most talkative log level.

use std::{fs, path::Path};

use reqwest::Method;

use crate::support::{PASSWORD, Person, program::Program};

const ACCESS_SECRET: &str = "canary-access-Zq8X2mc4vB6nL0pK1sD3fG5h";
const REFRESH_SECRET: &str = "canary-refresh-Re9w7tYh5hJ3fGs1dKp0nLb";

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file")))
        .collect()
}

#[cfg(unix)]
#[tokio::test]
async fn no_password_token_or_secret_is_in_the_log_or_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        [("RUST_LOG", "trace"), ("ACCESS_TOKEN_SECRET", ACCESS_SECRET), ("REFRESH_TOKEN_SECRET", REFRESH_SECRET)];
    let server = Program::start(folder.path(), &settings);
    let mut secrets = vec![PASSWORD.to_owned(), ACCESS_SECRET.to_owned(), REFRESH_SECRET.to_owned()];
    let mut ada = Person::at(&server.url).header("sec-fetch-site", "same-origin").attempt("a");
    ada.register().await;
    let mut remember = |person: &Person| {
        secrets.extend(person.cookie.clone());
        secrets.extend(person.access_token.clone());
    };
    remember(&ada);
    let mut thief = ada.copy().attempt("thief");
    ada.refresh().await;
    remember(&ada);
    ada.me().await;
    // Where they do not belong, too.
    let token = ada.access_token.clone().expect("a token");
    let query = format!("/api/me?access_token={token}&password={}", PASSWORD.replace(' ', "%20"));
    ada.request(Method::GET, &query).send().await.expect("sent");
    ada.post("/api/auth/login", serde_json::json!({"email": PASSWORD, "password": PASSWORD, "x": token})).await;
    ada.me_with(&format!("Basic {token}")).await;
    ada.request(Method::POST, "/test/panic").bearer_auth(&token).send().await.expect("sent");
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    ada.logout().await;

    let stored = files(&folder.path().join("data"));
    let (_, log) = server.stop("-TERM");
    assert!(log.contains("REFRESH_REUSED"), "the log is the one of this server");
    for secret in &secrets {
        // A token's middle: its header is the same for all.
        let part = if secret.starts_with("eyJ") { secret.rsplit('.').next().expect("a signature") } else { secret };
        assert!(!log.contains(part), "the log holds {part}");
        for (path, bytes) in &stored {
            assert!(!holds(bytes, part), "{path} holds {part}");
        }
    }
}
