//! `sessionkeep doctor`, with good deployments and with bent ones.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::spawn_blocking};

use crate::support::{
    Person,
    program::{self, Program},
};

/// What a proxy does to requests and to answers.
type Bend = fn(&mut HeaderMap, &mut HeaderMap);

/// A proxy as `deploy/nginx.conf` is one.
fn straight(request: &mut HeaderMap, _: &mut HeaderMap) {
    request.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.5"));
}

struct Proxy {
    upstream: String,
    bend: Bend,
    http: reqwest::Client,
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut ignored = HeaderMap::new();
    (proxy.bend)(&mut parts.headers, &mut ignored);
    parts.headers.remove(header::HOST);
    let body = to_bytes(body, 1 << 16).await.expect("a body");
    let url = format!("{}{}", proxy.upstream, parts.uri);
    let sent = proxy.http.request(parts.method, url).headers(parts.headers).body(body).send().await.expect("an answer");
    let mut headers = sent.headers().clone();
    (proxy.bend)(&mut HeaderMap::new(), &mut headers);
    headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::builder().status(sent.status()).body(Body::from(sent.bytes().await.expect("arrives")));
    *response.as_mut().expect("a response").headers_mut() = headers;
    response.expect("a response")
}

/// A running server behind a proxy, whose address is the public origin.
struct Deployment {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
    server: Program,
}

impl Deployment {
    async fn start(bend: Bend, trusted: &str) -> Self {
        Self::with(bend, &[("TRUSTED_PROXIES", trusted)]).await
    }

    async fn with(bend: Bend, settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let settings: Vec<_> = std::iter::once(("PUBLIC_ORIGIN", origin)).chain(settings).collect();
        let server = Program::start(folder.path(), &borrowed(&settings));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let proxy = Arc::new(Proxy { upstream: server.url.clone(), bend, http });
        let router = Router::new().fallback(pass).with_state(proxy);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { folder, settings, server }
    }

    /// Its status, and each check that is not well: what it is about, and what is to be done.
    async fn doctor(&self) -> (Option<i32>, Vec<(String, String)>) {
        self.doctor_with(&[]).await
    }

    async fn doctor_with(&self, settings: &[(&'static str, String)]) -> (Option<i32>, Vec<(String, String)>) {
        let folder = self.folder.path().to_owned();
        let settings: Vec<_> = self.settings.iter().chain(settings).cloned().collect();
        let output = spawn_blocking(move || program::output(&folder, &["doctor", "--json"], &borrowed(&settings)));
        let output = output.await.expect("runs");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let checks = answer["checks"].as_array().expect("checks");
        assert!(!checks.is_empty());
        let text = |check: &Value, field: &str| check[field].as_str().unwrap_or_default().to_owned();
        let bad = checks.iter().filter(|check| check["verdict"] != "ok");
        (
            output.status.code(),
            bad.map(|check| (text(check, "what"), text(check, "found") + ". " + &text(check, "fix"))).collect(),
        )
    }
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// A deployment with one thing wrong: that is found, with these words, and nothing else is.
async fn finds(bend: Bend, trusted: &str, what: &str, words: &str) {
    let deployment = Deployment::start(bend, trusted).await;
    let (status, mut found) = deployment.doctor().await;
    found.retain(|(_, words)| !words.contains("administrator"));
    assert_eq!(status, Some(1), "{found:?}");
    assert!(matches!(found.as_slice(), [(about, said)] if about == what && said.contains(words)), "{found:?}");
}

#[tokio::test]
async fn a_deployment_that_is_well_is_said_to_be() {
    let deployment = Deployment::start(straight, "127.0.0.1").await;
    Person::at(&deployment.server.url).register().await;
    let settings = borrowed(&deployment.settings);
    let made = program::output(deployment.folder.path(), &["user", "set-role", "ada@example.com", "admin"], &settings);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(deployment.doctor().await, (Some(0), vec![]));
}

#[tokio::test]
async fn it_says_a_line_for_each_thing() {
    let deployment = Deployment::start(straight, "127.0.0.1").await;
    let (folder, settings) = (deployment.folder.path().to_owned(), deployment.settings.clone());
    let output =
        spawn_blocking(move || program::output(&folder, &["doctor"], &borrowed(&settings))).await.expect("runs");
    let lines = String::from_utf8(output.stdout).expect("text");
    for line in
        ["ok    PUBLIC_ORIGIN ", "ok    Set-Cookie ", "ok    Cookie ", "warn  database ", "ok    TRUSTED_PROXIES "]
    {
        assert_eq!(lines.lines().filter(|said| said.starts_with(line)).count(), 1, "{line}: {lines}");
    }
    assert!(lines.contains("user set-role <email> admin"));
}

#[tokio::test]
async fn a_proxy_that_takes_cookies_is_found() {
    finds(
        |request, _| {
            straight(request, &mut HeaderMap::new());
            request.remove(header::COOKIE);
        },
        "127.0.0.1",
        "Cookie",
        "it does not arrive",
    )
    .await;
    finds(
        |request, answer| {
            straight(request, answer);
            answer.remove(header::SET_COOKIE);
        },
        "127.0.0.1",
        "Set-Cookie",
        "none arrives",
    )
    .await;
}

#[tokio::test]
async fn a_proxy_that_doubles_or_changes_cookies_is_found() {
    finds(
        |request, answer| {
            straight(request, answer);
            if let Some(cookie) = request.get(header::COOKIE).cloned() {
                request.append(header::COOKIE, cookie);
            }
        },
        "127.0.0.1",
        "Cookie",
        "one was sent, and 2 arrive",
    )
    .await;
    finds(
        |request, answer| {
            straight(request, answer);
            if let Some(cookie) = answer.get(header::SET_COOKIE).cloned() {
                answer.append(header::SET_COOKIE, cookie);
            }
        },
        "127.0.0.1",
        "Set-Cookie",
        "one was sent, and 2 arrive",
    )
    .await;
    finds(
        |request, answer| {
            straight(request, answer);
            if let Some(cookie) = answer.get(header::SET_COOKIE).cloned() {
                let changed = cookie.to_str().expect("text").replace("Path=/api/auth", "Path=/");
                answer.insert(header::SET_COOKIE, changed.parse().expect("a value"));
            }
        },
        "127.0.0.1",
        "Set-Cookie",
        "proxy_cookie_path",
    )
    .await;
}

#[tokio::test]
async fn a_proxy_that_is_not_named_or_tells_no_address_is_found() {
    finds(straight, "", "TRUSTED_PROXIES", "Set TRUSTED_PROXIES=127.0.0.1").await;
    finds(|_, _| {}, "127.0.0.1", "TRUSTED_PROXIES", "passes on what clients write").await;
    finds(
        |request, _| {
            request.remove("x-forwarded-for");
        },
        "127.0.0.1",
        "TRUSTED_PROXIES",
        "sends no X-Forwarded-For",
    )
    .await;
    finds(
        |request, _| {
            request.insert("x-forwarded-for", HeaderValue::from_static("unknown"));
        },
        "127.0.0.1",
        "TRUSTED_PROXIES",
        "which is no address",
    )
    .await;
}

/// A proxy that adds the address that it sees, and whoever asks from the network that is trusted as a whole.
#[tokio::test]
async fn trust_in_more_than_the_proxies_is_found() {
    finds(
        |request, _| {
            request.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.77, 127.0.0.5"));
        },
        "127.0.0.0/8",
        "TRUSTED_PROXIES",
        "what came is 192.0.2.77, 127.0.0.5",
    )
    .await;
}

/// A proxy that adds the address that it sees, asked from its own machine.
#[tokio::test]
async fn what_cannot_be_told_from_the_proxys_own_machine_is_no_failure() {
    let deployment = Deployment::start(
        |request, _| {
            request.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.77, 127.0.0.1"));
        },
        "127.0.0.1",
    )
    .await;
    let (status, found) = deployment.doctor().await;
    assert_eq!(status, Some(0), "{found:?}");
    assert!(
        found.iter().any(|(about, said)| about == "TRUSTED_PROXIES" && said.contains("another machine")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_load_balancer_may_set_a_cookie_of_its_own() {
    let deployment = Deployment::start(
        |request, answer| {
            straight(request, &mut HeaderMap::new());
            answer.append(header::SET_COOKIE, HeaderValue::from_static("affinity=a; Path=/"));
        },
        "127.0.0.1",
    )
    .await;
    let (status, found) = deployment.doctor().await;
    assert_eq!(status, Some(0), "{found:?}");
}

#[tokio::test]
async fn a_proxy_that_hides_headers_is_found() {
    finds(
        |request, answer| {
            straight(request, answer);
            answer.remove("x-content-type-options");
        },
        "127.0.0.1",
        "answer's headers",
        "x-content-type-options is missing",
    )
    .await;
    finds(
        |request, answer| {
            straight(request, answer);
            request.insert(header::ORIGIN, HeaderValue::from_static("http://backend:3000"));
        },
        "127.0.0.1",
        "header Origin",
        "http://backend:3000 arrives",
    )
    .await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_found() {
    finds(
        |request, answer| {
            straight(request, answer);
            answer.insert(header::DATE, HeaderValue::from_static("Tue, 24 Nov 2020 10:00:00 GMT"));
        },
        "127.0.0.1",
        "clock",
        "NTP",
    )
    .await;
}

#[tokio::test]
async fn an_origin_that_leads_elsewhere_is_found() {
    let (mine, others) =
        tokio::join!(Deployment::start(straight, "127.0.0.1"), Deployment::start(straight, "127.0.0.1"));
    let at = |origin: String| vec![("PUBLIC_ORIGIN", origin)];
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    for (settings, words) in [
        (others.settings[..1].to_vec(), "a server with other keys"),
        (at(format!("http://{closed}")), "cannot be reached from here"),
        // The server itself, which thinks that it is elsewhere.
        (at(mine.server.url.clone()), "another PUBLIC_ORIGIN"),
    ] {
        let (status, found) = mine.doctor_with(&settings).await;
        assert_eq!(status, Some(1), "{found:?}");
        assert!(found.iter().any(|(_, said)| said.contains(words)), "{words}: {found:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn weak_settings_and_a_readable_database_are_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let deployment = Deployment::start(straight, "127.0.0.1").await;
    let file = deployment.folder.path().join("data/sessionkeep.db");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let weak = [
        ("PASSWORD_MIN_LENGTH", "8"),
        ("REGISTRATIONS_PER_HOUR", "0"),
        ("REFRESHES_PER_MINUTE", "0"),
        ("CHANGES_PER_MINUTE", "0"),
        ("METRICS_ADDR", "0.0.0.0:9464"),
        ("BIND_ADDR", "0.0.0.0:3000"),
    ];
    let (status, found) = deployment.doctor_with(&weak.map(|(name, value)| (name, value.to_owned()))).await;
    assert_eq!(status, Some(1));
    let about: Vec<&str> = found.iter().map(|(what, _)| what.as_str()).collect();
    let expected = [
        "PUBLIC_ORIGIN",
        "PASSWORD_MIN_LENGTH",
        "REGISTRATIONS_PER_HOUR",
        "REFRESHES_PER_MINUTE",
        "CHANGES_PER_MINUTE",
        "METRICS_ADDR",
        "database file",
    ];
    assert_eq!(about, expected, "{found:?}");
}

/// CK-05: it may be meant, so it is no failure.
#[tokio::test]
async fn a_cookie_without_secure_is_found() {
    let settings = [("TRUSTED_PROXIES", "127.0.0.1"), ("COOKIE_SECURE", "never")];
    let (status, mut found) = Deployment::with(straight, &settings).await.doctor().await;
    found.retain(|(_, words)| !words.contains("administrator"));
    assert_eq!(status, Some(0), "{found:?}");
    assert!(matches!(found.as_slice(), [(about, _)] if about == "COOKIE_SECURE"), "{found:?}");
}

#[test]
fn settings_a_store_and_keys_that_cannot_be_used_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let doctor = |settings: &[(&str, &str)]| {
        let output = program::output(folder.path(), &["doctor"], settings);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(doctor(&[("PUBLIC_ORIGIN", "http://example.com")]).starts_with("FAIL  settings          PUBLIC_ORIGIN: "));
    let nothing = doctor(&[]);
    assert!(nothing.contains("FAIL  keys ") && nothing.contains("there is no file data/sessionkeep.db"), "{nothing}");
    assert!(!folder.path().join("data").exists(), "it only looks");
    let away = doctor(&[("DATABASE_URL", "postgres://sessionkeep:hush@127.0.0.1:1/x?sslmode=disable")]);
    assert!(away.contains("FAIL  database ") && !away.contains("hush"), "{away}");
}
