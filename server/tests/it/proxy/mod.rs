//! Behind a reverse proxy: the nginx of `deploy/nginx.conf` before two instances.

mod limits;
mod nginx;

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use reqwest::Method;
use tokio::{io::AsyncReadExt as _, net::TcpListener};

use self::nginx::Nginx;
use crate::{
    storage::dumps::SECRETS,
    support::{Answer, EMAIL, TestApp, bundle, files_in, is_named_by},
};

async fn instance() -> TestApp {
    instance_with(&[]).await
}

async fn instance_with(settings: &[(&str, &str)]) -> TestApp {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}/sessionkeep.db", folder.path().display());
    let proxied = [("PUBLIC_ORIGIN", "https://id.example.com"), ("TRUSTED_PROXIES", "127.0.0.1")];
    TestApp::on(folder, &database, &[&proxied, &SECRETS, settings].concat()).await
}

async fn two_instances() -> (TestApp, TestApp, Nginx) {
    let one = instance().await;
    let two = one.beside().await;
    let nginx = Nginx::before([address(&one), address(&two)]).await;
    (one, two, nginx)
}

fn address(app: &TestApp) -> SocketAddr {
    app.url.strip_prefix("http://").expect("http").parse().expect("an address")
}

/// Takes requests and cuts the connection where an answer would be due.
struct Mute {
    address: SocketAddr,
    taken: Arc<AtomicU32>,
}

impl Mute {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut some = [0; 4096];
                if connection.read(&mut some).await.is_ok_and(|bytes| bytes > 0) {
                    count.fetch_add(1, SeqCst);
                }
            }
        });
        Self { address, taken }
    }

    fn taken(&self) -> u32 {
        self.taken.load(SeqCst)
    }
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn a_person_signs_in_refreshes_and_signs_out_through_nginx() {
    let (_one, _two, nginx) = two_instances().await;
    let mut ada = nginx.person().attempt("sign-in");
    assert_eq!(ada.register().await.status, 201);
    for round in 0..4 {
        ada = ada.attempt(&format!("round {round}"));
        assert_eq!(ada.refresh().await.status, 200);
        assert_eq!(ada.me().await.status, 200);
    }
    assert_eq!(ada.logout().await.status, 204);
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn nginx_passes_cookies_and_headers_on_as_they_are() {
    let (one, _two, nginx) = two_instances().await;
    let registered = nginx.person().register().await;
    let direct = one.direct().login().await;
    // All but the values, which differ from session to session.
    let attributes = |answer: &Answer| -> Vec<String> {
        let of = |cookie: &str| {
            let (name, rest) = cookie.split_once('=').expect("a name");
            format!("{name}={}", rest.split_once(';').expect("attributes").1)
        };
        answer.set_cookies().into_iter().map(of).collect()
    };
    assert_eq!(attributes(&registered), attributes(&direct));
    assert!(
        attributes(&direct)[0].starts_with("__Secure-refreshToken= HttpOnly; SameSite=Strict; Secure; Path=/api/auth;")
    );
    for name in ["cache-control", "strict-transport-security", "content-security-policy"] {
        assert_eq!(registered.header(name), direct.header(name), "{name}");
        assert_eq!(registered.headers.get_all(name).iter().count(), 1, "{name}");
    }
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn a_client_has_the_address_that_nginx_saw_whatever_it_says_itself() {
    let (_one, _two, nginx) = two_instances().await;
    let mut ada = nginx.person_from(Ipv4Addr::new(127, 0, 0, 2)).header("x-forwarded-for", "203.0.113.7, 127.0.0.1");
    ada.register().await;
    assert_eq!(ada.sessions().await[0]["ip"], "127.0.0.2");
}

/// And not when the stream has ended.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn events_come_through_nginx_as_they_happen() {
    let (one, _two, nginx) = two_instances().await;
    let mut ada = nginx.person();
    ada.register().await;
    one.set_role(EMAIL, "admin").await;
    ada.login().await;
    let token = ada.access_token.clone().expect("a token");
    let stream = ada.request(Method::GET, "/api/admin/events/stream").bearer_auth(token);
    let mut stream = stream.send().await.expect("sent");
    assert_eq!(stream.status(), 200);
    let mut phone = nginx.person();
    phone.login().await;
    let mut read = String::new();
    let reading = async {
        while !read.contains("authn_login_success") {
            let chunk = stream.chunk().await.expect("it goes on").expect("it has not ended");
            read.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("it comes");
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn a_browser_may_bring_many_cookies_of_other_applications() {
    let (_one, _two, nginx) = two_instances().await;
    let others = format!("others={}", "x".repeat(20_000));
    let mut ada = nginx.person().header("cookie", &others);
    assert_eq!(ada.register().await.status, 201);
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn where_one_instance_is_stopped_nobody_notices() {
    let (mut one, _two, nginx) = two_instances().await;
    let mut ada = nginx.person();
    ada.register().await;
    one.stop().await;
    for _ in 0..6 {
        assert_eq!(ada.login().await.status, 200);
        assert_eq!(ada.refresh().await.status, 200);
        assert_eq!(ada.me().await.status, 200);
    }
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn where_no_instance_answers_clients_are_told_to_wait() {
    let (mut one, mut two, nginx) = two_instances().await;
    let mut ada = nginx.person();
    ada.register().await;
    one.stop().await;
    two.stop().await;
    let answer = ada.refresh().await;
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"));
    assert!(answer.body["error"].is_string() && answer.body["requestId"].is_string(), "{answer:?}");
    assert_eq!((answer.header("retry-after"), answer.header("cache-control")), ("2", "no-store"));
    assert!(answer.set_cookies().is_empty());
}

/// A page comes from either, and its files are asked of either.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn while_a_version_replaces_another_every_page_gets_its_own_files() {
    let bundles = [bundle("old"), bundle("new")];
    let [old, new] = bundles.each_ref().map(|bundle| [("ASSETS_DIR", bundle.path().to_str().expect("text"))]);
    let one = instance_with(&old).await;
    let two = one.beside_with(&new).await;
    let nginx = Nginx::before([address(&one), address(&two)]).await;
    let ada = nginx.person();
    let get = async |path: &str| ada.request(Method::GET, path).send().await.expect("sent");
    let mut versions = BTreeSet::new();
    for load in 0..200 {
        let mut waiting = files_in(&get("/sign-in").await.text().await.expect("read"));
        waiting.retain(|path| !path.ends_with('/'));
        versions.insert(waiting.clone());
        while let Some(file) = waiting.pop_first() {
            let answer = get(&file).await;
            assert_eq!(answer.status(), 200, "load {load}, {file}: {}", nginx.log());
            let bytes = answer.bytes().await.expect("read");
            assert!(is_named_by(&file, &bytes), "load {load}, {file}");
            if file.contains("strength-worker") {
                waiting.extend(files_in(&String::from_utf8_lossy(&bytes)));
            }
        }
        // Otherwise the round robin would give each page the instance that it came from.
        if load % 3 == 0 {
            get("/healthz").await;
        }
    }
    assert_eq!(versions.len(), 2, "both versions answered");
    let missing = Answer::of(get("/assets/nobody-has-this.js").await).await;
    assert_eq!((missing.outcome(), missing.header("cache-control")), ((404, "NOT_FOUND"), "no-store"));
}

/// Whether the first one has done it is not known.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn a_sign_in_that_was_not_answered_is_not_sent_again() {
    let (mute, app) = (Mute::start().await, instance().await);
    let nginx = Nginx::before([mute.address, address(&app)]).await;
    let answer = nginx.person().login().await;
    assert_eq!((answer.outcome(), mute.taken()), ((503, "UNAVAILABLE"), 1), "{}", nginx.log());
    assert_eq!(app.events().await, []);
}

/// The same attempt again gets the same answer, whichever instance gives it.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn a_refresh_that_was_not_answered_is_sent_to_the_other_instance() {
    let (mute, app) = (Mute::start().await, instance().await);
    let nginx = Nginx::before([mute.address, address(&app)]).await;
    let mut ada = nginx.person().attempt("sign-in");
    ada.url.clone_from(&app.url);
    ada.register().await;
    ada.url = nginx.url();
    let answer = ada.refresh().await;
    assert_eq!((answer.status, mute.taken()), (200, 1), "{}", nginx.log());
}

/// CF-03
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn a_page_without_encryption_leads_to_the_one_with_it_and_the_api_leads_nowhere() {
    let (_one, _two, nginx) = two_instances().await;
    let mut ada = nginx.person();
    ada.url = format!("http://{}", nginx.plain);
    let answer = ada.login().await;
    assert_eq!((answer.status, answer.header("location")), (403, ""));
    assert!(answer.set_cookies().is_empty());
    let page = Answer::of(ada.request(Method::GET, "/sign-in?next=/account").send().await.expect("sent")).await;
    assert_eq!((page.status, page.header("location")), (308, "https://id.example.com/sign-in?next=/account"));
    assert_eq!(page.header("strict-transport-security"), "", "which browsers would not believe here");
}
