//! What stands on every answer: of each route, page and file, with each status that can be provoked.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
};

use reqwest::{Client, Method, Response, header::HeaderMap, redirect::Policy};
use serde_json::json;
use sessionkeep_types::routes;

use crate::{
    access::TABLE,
    support::{Answer, EMAIL, HTTPS, Person, TestApp, bundle, files_in, is_named_by},
};

/// On every answer, whatever it is.
const ALWAYS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// A picture that is opened by itself runs nothing.
const PICTURE: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const PICTURES: [&str; 3] = [".svg", ".ico", ".png"];
/// XS-01, attack 13: `@` stands for the origin. Of what it has, the bundle alone is run.
const PAGE: &str = "default-src 'none'; script-src @/assets/ 'nonce-…' 'wasm-unsafe-eval'; worker-src @/assets/; \
    connect-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
    object-src 'none'; form-action 'self'; frame-ancestors 'none';";
const WORKER: &str =
    "default-src 'none'; script-src @/assets/ 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none';";
const REPORTS: &str = " report-uri /api/csp-report";
const ONLY_HTTPS: &str = " upgrade-insecure-requests; report-to csp;";
const DOCS: &str = "default-src 'none'; script-src @/api/docs/; style-src @/api/docs/; img-src @/api/docs/ data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGES: [&str; 12] = [
    "/",
    "/sign-in",
    "/sign-up",
    "/sign-out",
    "/signed-out",
    "/account",
    "/account/sessions",
    "/account/activity",
    "/account/connection",
    "/account/password",
    "/account/delete",
    "/nowhere",
];
/// The types of the bundle's files.
const TYPES: [(&str, &str); 8] = [
    (".js", "text/javascript"),
    (".wasm", "application/wasm"),
    (".css", "text/css"),
    (".svg", "image/svg+xml"),
    (".ico", "image/svg+xml"),
    (".png", "image/png"),
    (".txt", "text/plain"),
    (".webmanifest", "application/manifest+json"),
];
/// Whose name stays.
const NAMED: [&str; 5] = ["/favicon.svg", "/favicon.ico", "/apple-touch-icon.png", "/robots.txt", "/site.webmanifest"];
/// The beginning of the name of the worker's script.
const WORKER_SCRIPT: &str = "/assets/strength-worker-";

const JSON: (&str, &str) = ("content-type", "application/json");
const ASKS: (&str, &str) = ("x-requested-by", "test");

/// Asks, looks at each answer, and notes which statuses there were.
struct Asking {
    app: TestApp,
    http: Client,
    https: bool,
    /// Where the bundle's files are.
    files: BTreeSet<String>,
    statuses: BTreeSet<u16>,
    nonces: HashMap<String, u32>,
}

impl Asking {
    async fn ask(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Response {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.app.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.expect("sent");
        self.look_at(&format!("{method} {path} {}", answer.status()), path, &answer);
        answer
    }

    fn look_at(&mut self, what: &str, path: &str, answer: &Response) {
        let (status, headers) = (answer.status().as_u16(), answer.headers());
        self.statuses.insert(status);
        let html = only(headers, "content-type").is_some_and(|kind| kind.starts_with("text/html"));
        // A page tells its own origin which page it was.
        let is_page = html && !path.starts_with("/api");
        for (name, value) in ALWAYS {
            let value = if is_page && name == "referrer-policy" { "same-origin" } else { value };
            assert_eq!(only(headers, name), Some(value), "{what}: {name}");
        }
        for name in ["server", "x-powered-by", "access-control-allow-origin"] {
            assert!(!headers.contains_key(name), "{what}: {name}");
        }
        // CS-05: what is kept must not be given to another origin.
        let varies = headers.get_all("vary").iter().any(|value| value == "accept-language, origin, sec-fetch-site");
        assert_eq!(varies, path.starts_with("/api"), "{what}");
        let hsts = self.https.then_some("max-age=63072000; includeSubDomains");
        assert_eq!(only(headers, "strict-transport-security"), hsts, "{what}");
        assert_eq!(only(headers, "content-security-policy").unwrap_or_default(), self.policy(path, answer), "{what}");
        let endpoints = headers.contains_key("reporting-endpoints");
        let reports = only(headers, "content-security-policy").is_some_and(|policy| policy.contains("report-to"));
        assert_eq!(endpoints, reports, "{what}");
        let kept = only(headers, "cache-control").unwrap_or_default();
        let may_be_kept = status == 200 && (self.files.contains(path) || path == routes::JWKS);
        assert_eq!(kept == "no-store", !may_be_kept, "{what}: {kept}");
    }

    /// What the policy must be; the nonce is taken from the answer, and is new.
    fn policy(&mut self, path: &str, answer: &Response) -> String {
        let html = only(answer.headers(), "content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let own = match path {
            routes::DOCS if html => return self.with_origin(DOCS),
            _ if path.starts_with(WORKER_SCRIPT) && answer.status() == 200 => WORKER.to_owned(),
            _ if html => {
                let policy = only(answer.headers(), "content-security-policy").unwrap_or_default();
                let nonce =
                    policy.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\'')).expect("a nonce").0;
                assert!(nonce.len() >= 22, "{nonce}: 128 bits");
                *self.nonces.entry(nonce.to_owned()).or_default() += 1;
                PAGE.replace('…', nonce)
            }
            _ if PICTURES.iter().any(|ending| path.ends_with(ending)) && answer.status() == 200 => {
                return PICTURE.to_owned();
            }
            _ => return NOTHING.to_owned(),
        };
        self.with_origin(&own) + if self.https { ONLY_HTTPS } else { "" } + REPORTS
    }

    fn with_origin(&self, policy: &str) -> String {
        policy.replace('@', if self.https { "https://id.example.com" } else { &self.app.url })
    }
}

/// The value of a header that is there once.
fn only<'headers>(headers: &'headers HeaderMap, name: &str) -> Option<&'headers str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str().expect("text"));
    assert!(values.next().is_none(), "{name} is there twice");
    value
}

/// XS-01, XS-02, XS-03: on http and on https. SC-04: no policy lets a page load anything from anybody else.
#[tokio::test]
async fn every_answer_of_every_route_and_status_has_the_headers() {
    for https in [false, true] {
        let bundle = bundle("0123456789");
        let assets = [("ASSETS_DIR", bundle.path().to_str().expect("text"))];
        let settings = if https { [&HTTPS[..], &assets].concat() } else { assets.to_vec() };
        let app = TestApp::with(&settings).await;
        let mut ada = app.direct();
        ada.register().await;
        app.set_role(EMAIL, "admin").await;
        ada.login().await;
        let http = Client::builder().redirect(Policy::none()).build().expect("a client");
        let files = named_files(&app).await;
        assert_eq!(files.len(), 6, "{files:?}");
        let files = files.into_iter().chain(NAMED.map(str::to_owned)).collect();
        let mut asking = Asking { app, http, https, files, statuses: BTreeSet::new(), nonces: HashMap::new() };

        asking.routes(&ada).await;
        asking.pages().await;
        asking.files().await;
        asking.ask(Method::POST, "/test/panic", &[], None).await;
        asking.app.store_down(true).await;
        asking.ask(Method::GET, routes::READYZ, &[], None).await;

        let expected = [200, 204, 303, 307, 308, 400, 401, 403, 404, 405, 413, 415, 422, 500, 503];
        assert_eq!(asking.statuses, expected.into(), "what was provoked");
        assert!(asking.nonces.len() >= PAGES.len() && asking.nonces.values().all(|times| *times == 1), "each is new");
    }
}

impl Asking {
    /// Each route: as a stranger, as an administrator, from elsewhere, too large, of another type, no JSON, by a method that it
    /// does not take.
    async fn routes(&mut self, ada: &Person) {
        let bearer = format!("Bearer {}", ada.access_token.as_deref().expect("a token"));
        for (route, method, _) in TABLE {
            let path = route.replace("{id}", "nobodys");
            let body = || (*method != Method::GET).then(|| json!({}).to_string());
            self.ask(method.clone(), &path, &[JSON, ASKS], body()).await;
            // What an administrator may ends nothing of hers, or she would be a stranger for the rest.
            if ![routes::SESSIONS, routes::ME].contains(route) || *method == Method::GET {
                self.ask(method.clone(), &path, &[JSON, ASKS, ("authorization", &bearer)], body()).await;
            }
            self.ask(Method::from_bytes(b"BREW").expect("a method"), &path, &[], None).await;
            self.ask(Method::OPTIONS, &path, &[("origin", "https://evil.example")], None).await;
            if *method != Method::GET {
                let bearer = ("authorization", bearer.as_str());
                self.ask(method.clone(), &path, &[JSON, ASKS, bearer], Some("x".repeat(17_000))).await;
                self.ask(method.clone(), &path, &[("content-type", "text/plain"), ASKS], Some("x".to_owned())).await;
                self.ask(method.clone(), &path, &[JSON, ASKS, bearer], Some("{".to_owned())).await;
                self.ask(method.clone(), &path, &[JSON, ("sec-fetch-site", "cross-site")], body()).await;
            }
        }
        for path in ["/api", "/api/nowhere", "/api/me/x.css", "/api/docs/start.js", "/api/docs/swagger-ui.css"] {
            self.ask(Method::GET, path, &[], None).await;
        }
    }

    async fn pages(&mut self) {
        for path in PAGES {
            for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS"] {
                self.ask(Method::from_bytes(method.as_bytes()).expect("a method"), path, &[], None).await;
            }
            self.ask(Method::GET, path, &[("accept-encoding", "gzip")], None).await;
            self.ask(Method::GET, &format!("{path}/"), &[], None).await;
        }
    }

    async fn files(&mut self) {
        for path in self.files.clone() {
            let path = path.as_str();
            let (_, kind) = TYPES.into_iter().find(|(ending, _)| path.ends_with(ending)).expect("a type");
            let answer = self.ask(Method::GET, path, &[], None).await;
            let content_type = only(answer.headers(), "content-type").unwrap_or_default();
            assert!(content_type.starts_with(kind), "{path}: {content_type}");
            self.ask(Method::HEAD, path, &[], None).await;
            self.ask(Method::POST, path, &[], Some("x".repeat(17_000))).await;
        }
    }
}

/// What a page names, and what the worker that it names does.
async fn named_files(app: &TestApp) -> BTreeSet<String> {
    let get =
        async |path: &str| Answer::of(app.direct().request(Method::GET, path).send().await.expect("sent")).await.text;
    let mut files = files_in(&get("/").await);
    files.retain(|path| !path.ends_with('/'));
    let worker = files.iter().find(|path| path.starts_with(WORKER_SCRIPT)).expect("a worker").clone();
    files.extend(files_in(&get(&worker).await));
    files
}

/// A cache may keep what a name holds for a year, so that it is never asked again.
#[tokio::test]
async fn a_file_has_one_address_which_holds_the_digest_of_its_bytes() {
    let bundle = bundle("0123456789");
    let app = TestApp::with(&[("ASSETS_DIR", bundle.path().to_str().expect("text"))]).await;
    let get = async |path: &str| app.direct().request(Method::GET, path).send().await.expect("sent");
    for file in named_files(&app).await {
        let answer = get(&file).await;
        let immutable = answer.headers()["cache-control"] == "public, max-age=31536000, immutable";
        assert_eq!(immutable, !file.starts_with(WORKER_SCRIPT), "{file}");
        assert!(is_named_by(&file, &answer.bytes().await.expect("read")), "{file}");
        let (stem, ending) = file.rsplit_once('.').expect("an ending");
        let plain = stem.rsplit_once('-').expect("a digest").0;
        for other in
            [format!("{file}?v=1"), format!("{file}?"), format!("{stem}0.{ending}"), format!("{plain}.{ending}")]
        {
            let answer = Answer::of(get(&other).await).await;
            assert_eq!((answer.outcome(), answer.header("cache-control")), ((404, "NOT_FOUND"), "no-store"), "{other}");
        }
    }
}

/// Where an update replaces the folder before the program, pages that are open go on.
#[tokio::test]
async fn the_files_that_a_running_server_names_stay_when_the_folder_changes() {
    let bundle = bundle("before");
    let app = TestApp::with(&[("ASSETS_DIR", bundle.path().to_str().expect("text"))]).await;
    for file in fs::read_dir(bundle.path()).expect("read") {
        fs::write(file.expect("there").path(), "after").expect("written");
    }
    for file in named_files(&app).await {
        let answer = app.direct().request(Method::GET, &file).send().await.expect("sent");
        assert!(is_named_by(&file, &answer.bytes().await.expect("read")), "{file}");
    }
}

/// XS-12: what is not in the bundle cannot be asked for, and no page stands in its place.
#[tokio::test]
async fn what_is_no_file_of_the_bundle_is_not_there() {
    let bundle = bundle("0123456789");
    fs::write(bundle.path().join("secret.txt"), "canary").expect("written");
    let app = TestApp::with(&[("ASSETS_DIR", bundle.path().to_str().expect("text"))]).await;
    for path in [
        "/assets/secret.txt",
        "/assets/index.html",
        "/assets/missing.js",
        "/assets/f.js",
        "/assets/f.js/x",
        "/api/me/x.css",
    ] {
        let answer = Answer::of(app.direct().request(Method::GET, path).send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (404, "NOT_FOUND"), "{path}");
    }
    // As they are written: a client of HTTP would tidy these up.
    for path in [
        "/.env",
        "/.git/HEAD",
        "/x.js",
        "/assets/..%2fsecret.txt",
        "/assets/%2e%2e/secret.txt",
        "/assets/../secret.txt",
    ] {
        let answer = app.raw(path).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("canary"), "{path}");
    }
}
