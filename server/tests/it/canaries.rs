//! LG-02, RT-02: no password, token or secret in a log or in a file of the store, at the most talkative log level.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    thread,
};

use reqwest::{Client, Method};

use crate::support::{
    EMAIL, PASSWORD, Person,
    program::{self, Program},
};

/// Everything that tells what goes on, wherever it is read.
const TELLS_ALL: [(&str, &str); 2] = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
const WEBHOOK_PATH: &str = "canary-webhook-7hJ3fGs1dKp0nLb6";
const WEBHOOK_SECRET: &str = "whsec_canarywebhookZq8X2mc4vB6nL0pK1sD3fG5hJk7";
const ACCESS_SECRET: &str = "canary-access-Zq8X2mc4vB6nL0pK1sD3fG5h";
const REFRESH_SECRET: &str = "canary-refresh-Re9w7tYh5hJ3fGs1dKp0nLb";
const PEPPER: &str = "canary-pepper-Hn4bQ9xT2vLs7KdW0cYmZ6";

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
async fn no_password_token_or_secret_is_in_the_log_the_metrics_or_the_database() {
    for format in ["json", "pretty"] {
        nothing_is_told(format).await;
    }
}

async fn nothing_is_told(format: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [
        ("LOG_FORMAT", format),
        // Where the refresh token has a companion.
        ("PUBLIC_ORIGIN", "https://id.example.com"),
        ("METRICS_ADDR", "127.0.0.1:0"),
        ("ALERT_WEBHOOK_URL", &format!("http://127.0.0.1:1/{WEBHOOK_PATH}")),
        ("ALERT_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("ACCESS_TOKEN_SECRET", ACCESS_SECRET),
        ("REFRESH_TOKEN_SECRET", REFRESH_SECRET),
        ("PASSWORD_PEPPER", PEPPER),
    ];
    let server = Program::start(folder.path(), &[&TELLS_ALL[..], &settings].concat());
    let mut secrets =
        [PASSWORD, ACCESS_SECRET, REFRESH_SECRET, PEPPER, WEBHOOK_PATH, WEBHOOK_SECRET].map(str::to_owned).to_vec();
    let mut ada = Person::at_https(&server.url, Client::new()).header("sec-fetch-site", "same-origin").attempt("a");
    ada.register().await;
    let mut remember = |person: &Person| {
        secrets.extend(person.cookie.clone());
        secrets.push(person.companion.clone().expect("a companion"));
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
    ada.get(&format!("/api/admin/users?query={EMAIL}")).await;
    ada.request(Method::POST, "/test/panic").bearer_auth(&token).send().await.expect("sent");
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    ada.logout().await;

    let stored = files(&folder.path().join("data"));
    let metrics = server.metrics().await;
    assert!(metrics.contains(r#"sessionkeep_refreshes_total{outcome="reused"} 1"#), "{metrics}");
    let (_, log) = server.stop("-TERM");
    for told in ["REFRESH_REUSED", "a thread panicked", "the alert webhook does not take it"] {
        assert!(log.contains(told), "the log is the one of this server: {told}");
    }
    assert!(!log.contains(EMAIL) && !metrics.contains(EMAIL), "who somebody is stays in the database");
    for secret in &secrets {
        // A token's middle: its header is the same for all.
        let part = if secret.starts_with("eyJ") { secret.rsplit('.').next().expect("a signature") } else { secret };
        assert!(!log.contains(part), "the log holds {part}");
        assert!(!metrics.contains(part), "the metrics hold {part}");
        for (path, bytes) in &stored {
            assert!(!holds(bytes, part), "{path} holds {part}");
        }
    }
}

/// LG-02: the database's password, on its way to a server that does not take it.
#[test]
fn the_databases_password_is_in_no_log() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("an address");
    let asked = thread::spawn(move || {
        let (mut client, _) = server.accept().expect("it comes");
        let mut read = [0; 1024];
        let _asks_for_tls = client.read(&mut read).expect("it asks");
        client.write_all(b"N").expect("sent");
        let _begins = client.read(&mut read).expect("it begins");
        // AuthenticationCleartextPassword.
        client.write_all(b"R\0\0\0\x08\0\0\0\x03").expect("sent");
        let length = client.read(&mut read).expect("it answers");
        read[..length].to_vec()
    });
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("postgres://sessionkeep:canary-8675309@{address}/sessionkeep");
    let settings = [&TELLS_ALL[..], &[("DATABASE_URL", &database)]].concat();
    let output = program::output(folder.path(), &["user", "list"], &settings);
    assert!(holds(&asked.join().expect("asked"), "canary-8675309"), "the password was used");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = [output.stdout, output.stderr].concat();
    assert!(holds(&told, &address.to_string()) && !holds(&told, "canary"), "{}", String::from_utf8_lossy(&told));
}
