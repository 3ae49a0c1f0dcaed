use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, EMAIL, PASSWORD, Person, TestApp};

const ORIGIN: &str = "http://localhost:3000";

/// Nothing has become of her session, of which no token was replaced before.
async fn assert_untouched(app: &TestApp, ada: &Person) {
    let session = app.session(&ada.session_id()).await;
    assert_eq!((session.generation, session.ended), (0, None));
}

/// CS-01; the whole matrix is a table beside the rule. CS-06: what is refused consumes nothing. PW-13: signing in and
/// up are no exception.
#[tokio::test]
async fn a_request_of_another_origin_is_refused_and_consumes_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "http://localhost:3001"),
        ("origin", "null"),
    ] {
        let mut page = ada.copy().header(name, value);
        let refreshed = page.refresh().await;
        assert_untouched(&app, &ada).await;
        for answer in [refreshed, page.logout().await, page.login().await, page.register().await] {
            assert_eq!(answer.outcome(), (403, "CSRF_REJECTED"), "{name}: {value}");
            assert_eq!(answer.header("set-cookie"), "");
        }
        assert_untouched(&app, &ada).await;
    }
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(ada.header("origin", ORIGIN).refresh().await.status, 200);
}

/// CS-01, attack 13: to the browser a page whose name was bound to this machine is of the same origin. It says which name that is.
#[tokio::test]
async fn a_foreign_origin_that_calls_itself_the_same_is_refused() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut page = ada.copy().header("sec-fetch-site", "same-origin").header("origin", "http://evil.example:3000");
    for answer in [page.refresh().await, page.login().await, page.register().await, page.logout().await] {
        assert_eq!(answer.outcome(), (403, "CSRF_REJECTED"));
    }
    assert_untouched(&app, &ada).await;
    let mut page = ada.header("sec-fetch-site", "same-origin").header("origin", ORIGIN);
    assert_eq!(page.refresh().await.status, 200);
}

/// Attack 13: DNS rebinding, against a developer's server and its metrics.
#[tokio::test]
async fn a_page_whose_name_is_bound_to_this_machine_reads_nothing() {
    let app = TestApp::start().await;
    let paths = ["/api/me", "/api/auth/login", "/api/openapi.json", "/api/docs", "/sign-in", "/healthz", "/nowhere"];
    let metrics = app.metrics_url();
    let urls = paths.map(|path| (format!("{}{path}", app.url), "MALFORMED_REQUEST")).into_iter();
    for (url, code) in urls.chain([(metrics.clone(), "")]) {
        let asked = async |host: &str| {
            Answer::of(reqwest::Client::new().get(&url).header("host", host).send().await.expect("sent")).await
        };
        for host in ["evil.example", "evil.example:3000", "localhost.evil.example:3000"] {
            let answer = asked(host).await;
            assert_eq!(answer.outcome(), (421, code), "{url} {host}");
            assert!(!answer.text.contains("sessionkeep_"), "{url} {host}");
        }
        for host in ["localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:3000", "app.localhost:3000"] {
            assert_ne!(asked(host).await.status, 421, "{url} {host}");
        }
    }
}

/// Behind a proxy the name is the proxy's to judge.
#[tokio::test]
async fn on_an_https_origin_any_host_is_answered() {
    let secrets = crate::storage::dumps::SECRETS;
    let app = TestApp::with(&[&[("PUBLIC_ORIGIN", "https://id.example.com")][..], &secrets].concat()).await;
    let request = reqwest::Client::new().get(format!("{}/healthz", app.url)).header("host", "sessionkeep-1:3000");
    assert_eq!(request.send().await.expect("sent").status(), 200);
}

/// CS-02, CS-06.
#[tokio::test]
async fn where_the_cookie_is_the_credential_a_header_must_say_who_asks() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    for path in ["/api/auth/refresh", "/api/auth/logout"] {
        let cookie = format!("refreshToken={}", ada.cookie.as_deref().expect("a cookie"));
        let request = ada.request(Method::POST, path).header("cookie", cookie);
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (403, "CSRF_REJECTED"));
        assert!(answer.body["error"].as_str().is_some_and(|text| text.contains("X-Requested-By")));
        assert_untouched(&app, &ada).await;
    }
    assert_eq!(ada.refresh().await.status, 200);
}

/// CS-03, PW-13.
#[tokio::test]
async fn a_form_of_another_page_has_the_wrong_type() {
    let app = TestApp::start().await;
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        for path in ["/api/auth/register", "/api/auth/login", "/api/auth/refresh", "/api/auth/logout"] {
            let request = app.direct().request(Method::POST, path).header("x-requested-by", "test");
            let request = request.header("content-type", content_type).body(body.clone());
            let answer = Answer::of(request.send().await.expect("sent")).await;
            assert_eq!(answer.outcome(), (415, "UNSUPPORTED_MEDIA_TYPE"), "{path} {content_type}");
        }
    }
}

/// CS-03: a page of another site can send one without asking.
#[tokio::test]
async fn a_body_that_does_not_say_what_it_is_is_refused() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    for path in ["/api/auth/register", "/api/auth/login", "/api/auth/refresh", "/api/auth/logout"] {
        let answer = Answer::of(ada.with_cookie(path).body(body.clone()).send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), (415, "UNSUPPORTED_MEDIA_TYPE"), "{path}");
    }
    assert_untouched(&app, &ada).await;
}

/// CS-04.
#[tokio::test]
async fn reading_methods_change_nothing_and_cannot_be_overridden() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let cookie = format!("refreshToken={}", ada.cookie.as_deref().expect("a cookie"));
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE, Method::PUT] {
        for path in ["/api/auth/refresh", "/api/auth/logout", "/api/auth/refresh?_method=POST"] {
            let request = ada.request(method.clone(), path).header("cookie", &cookie);
            let request = request.header("x-http-method-override", "POST").header("x-requested-by", "test");
            assert_eq!(Answer::of(request.send().await.expect("sent")).await.status, 405, "{method} {path}");
        }
    }
    assert_eq!(ada.me().await.status, 200);
    assert_untouched(&app, &ada).await;
}

/// CS-05: no origin, not even our own, needs to be allowed to read an answer.
#[tokio::test]
async fn no_cross_origin_header_is_ever_sent() {
    let app = TestApp::start().await;
    for origin in ["https://evil.example", "null", "http://sub.localhost:3000", "http://localhost:3001", ORIGIN] {
        for (method, path) in
            [(Method::OPTIONS, "/api/auth/login"), (Method::GET, "/api/me"), (Method::GET, "/healthz")]
        {
            let request = app.direct().request(method.clone(), path).header("origin", origin);
            let request = request.header("access-control-request-method", "POST");
            let answer = Answer::of(request.send().await.expect("sent")).await;
            let allowed: Vec<_> =
                answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
            assert_eq!(allowed, Vec::<&reqwest::header::HeaderName>::new(), "{origin}: {method} {path}");
        }
    }
}
