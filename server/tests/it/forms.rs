//! Signing in, up and out by a form that the browser sends itself.

use futures::future::join_all;
use reqwest::{Client, redirect::Policy};
use serde_json::json;
use sessionkeep_types::EndReason;
use tempfile::TempDir;

use crate::support::{Answer, EMAIL, HTTPS, PASSWORD, Person, TestApp, bundle};

/// A server with pages, and a browser that runs no script.
struct Pages {
    app: TestApp,
    http: Client,
    _bundle: TempDir,
}

impl Pages {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let bundle = bundle("0123456789");
        let assets = [("ASSETS_DIR", bundle.path().to_str().expect("text"))];
        let app = TestApp::with(&[settings, &assets].concat()).await;
        let http = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { app, http, _bundle: bundle }
    }

    /// Sends the form as a page of the server's own does.
    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send_with(path, fields, &[("sec-fetch-site", "same-origin")]).await
    }

    async fn send_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.app.url)).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request.send().await.expect("sent")).await
    }

    /// Signs up with the program, and out of mind.
    async fn ada(&self) -> Person {
        let mut ada = self.app.browser();
        ada.register().await;
        ada
    }

    /// A browser with what the answer has given.
    fn browser_of(&self, answer: &Answer) -> Person {
        let mut browser = self.app.plain_browser();
        browser.cookie = answer.cookie().map(str::to_owned);
        browser.companion = answer.companion().map(str::to_owned);
        browser
    }
}

const CREDENTIALS: [(&str, &str); 3] = [("email", EMAIL), ("password", PASSWORD), ("rememberMe", "on")];

/// Whether the page has this text, however its attributes are quoted.
fn has(answer: &Answer, text: &str) -> bool {
    answer.text.contains(text)
}

#[tokio::test]
async fn a_sign_in_gives_the_cookies_and_goes_on_to_the_account() {
    let pages = Pages::start().await;
    pages.ada().await;
    let answer = pages.send("/sign-in", &CREDENTIALS).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/account"));
    assert_eq!(answer.text, "", "no access token is in a page");
    assert!(answer.generation().is_some());
    let mut browser = pages.browser_of(&answer);
    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(browser.me().await.body["email"], EMAIL);
}

#[tokio::test]
async fn a_sign_in_goes_on_to_the_page_that_was_asked_for_and_to_no_other_site() {
    let pages = Pages::start().await;
    pages.ada().await;
    for (query, location) in [
        ("next=/account/activity", "/account/activity"),
        ("note=x&next=/account/activity", "/account/activity"),
        ("next=//evil.example", "/account"),
        ("next=https://evil.example", "/account"),
        ("next=/%5cevil.example", "/account"),
        ("next=%2F%2Fevil.example", "/account"),
        ("next=/sign-in", "/account"),
        ("next", "/account"),
    ] {
        let answer = pages.send(&format!("/sign-in?{query}"), &CREDENTIALS).await;
        assert_eq!((answer.status, answer.header("location")), (303, location), "{query}");
    }
}

#[tokio::test]
async fn a_form_of_the_account_comes_back_with_a_note_and_without_its_password() {
    let pages = Pages::start().await;
    for path in ["/account", "/account/password", "/account/delete"] {
        let answer = pages.send(path, &[("currentPassword", PASSWORD), ("newPassword", PASSWORD)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, &*format!("{path}?note=not-ready")));
        assert_eq!(answer.text, "");
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_to_be_remembered_ends_with_the_browser() {
    let pages = Pages::start().await;
    pages.ada().await;
    let remembered = pages.send("/sign-in", &CREDENTIALS).await;
    let not = pages.send("/sign-in", &CREDENTIALS[..2]).await;
    assert!(remembered.set_cookies()[0].contains("Max-Age="), "{remembered:?}");
    assert!(!not.set_cookies()[0].contains("Max-Age="), "{not:?}");
}

/// docs/rotation.md: the kind of client is open until the first refresh with an attempt id.
#[tokio::test]
async fn the_first_refresh_after_a_form_declares_attempt_ids_and_a_browser_without_storage_declares_none() {
    let pages = Pages::start().await;
    pages.ada().await;
    for names in [true, false] {
        let answer = pages.send("/sign-in", &CREDENTIALS).await;
        let browser = pages.browser_of(&answer);
        let mut browser = if names { browser.attempt("a") } else { browser };
        assert_eq!(browser.refresh().await.status, 200);
        let session = pages.app.session(&browser.session_id()).await;
        assert_eq!((session.client.browser, session.client.names_refreshes), (true, names));
    }
}

#[tokio::test]
async fn a_wrong_password_shows_the_page_again_with_the_address_and_without_the_password() {
    let pages = Pages::start().await;
    pages.ada().await;
    let fields = [("email", EMAIL), ("password", "not the river under the oak"), ("rememberMe", "on")];
    let answer = pages.send("/sign-in?next=/account/activity", &fields).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.set_cookies().is_empty());
    assert!(has(&answer, &format!("value=\"{EMAIL}\"")), "{}", answer.text);
    assert!(has(&answer, "INVALID_CREDENTIALS"), "the program takes over what it sees");
    assert!(has(&answer, "action=\"/sign-in?next=/account/activity\""), "{}", answer.text);
    assert!(!has(&answer, "not the river"), "{}", answer.text);
}

#[tokio::test]
async fn what_was_typed_is_shown_as_text_alone() {
    let pages = Pages::start().await;
    let evil = "\"><script>alert(1)</script>'&amp;\u{202e}";
    let answer = pages.send("/sign-up", &[("email", evil), ("displayName", evil), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 422);
    assert!(!has(&answer, "<script>alert"), "{}", answer.text);
    assert!(!has(&answer, "value=\"\""), "{}", answer.text);
}

#[tokio::test]
async fn a_refused_sign_up_keeps_all_but_the_password_and_says_what_is_wrong_beside_each_field() {
    let pages = Pages::start().await;
    for (email, password, id) in [("nobody", PASSWORD, "email-error"), (EMAIL, "too short", "password-error")] {
        let fields = [("email", email), ("displayName", "Ada Lovelace"), ("password", password)];
        let answer = pages.send("/sign-up", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(has(&answer, &format!("id=\"{id}\"")), "{}", answer.text);
        assert!(
            has(&answer, "value=\"Ada Lovelace\"") && has(&answer, &format!("value=\"{email}\"")),
            "{}",
            answer.text
        );
        assert!(!has(&answer, password), "{}", answer.text);
    }

    pages.ada().await;
    let taken = pages.send("/sign-up", &CREDENTIALS[..2]).await;
    assert_eq!(taken.status, 409);
    assert!(has(&taken, "id=\"email-error\""), "{}", taken.text);
}

#[tokio::test]
async fn a_sign_up_makes_the_account_and_signs_it_in() {
    let pages = Pages::start().await;
    let fields = [("email", EMAIL), ("displayName", " "), ("password", PASSWORD)];
    let answer = pages.send("/sign-up", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/account"));
    let mut ada = pages.browser_of(&answer);
    ada.refresh().await;
    let me = ada.me().await;
    assert_eq!((me.body["email"].as_str(), me.body["displayName"].as_str()), (Some(EMAIL), None));
}

#[tokio::test]
async fn too_many_wrong_passwords_are_429_with_the_time_and_the_address_still_there() {
    let pages = Pages::start().await;
    pages.ada().await;
    let wrong = [("email", EMAIL), ("password", "not the river under the oak")];
    let mut answer = pages.send("/sign-in", &wrong).await;
    for _ in 0..20 {
        if answer.status == 401 {
            answer = pages.send("/sign-in", &wrong).await;
        }
    }
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
    assert!(has(&answer, &format!("value=\"{EMAIL}\"")), "{}", answer.text);
    assert!(has(&answer, "role=\"alert\""), "{}", answer.text);
}

#[tokio::test]
async fn a_store_that_is_down_is_503_and_the_same_form_works_once_it_is_back() {
    let pages = Pages::start().await;
    pages.ada().await;
    pages.app.store_down(true).await;
    let answer = pages.send("/sign-in", &CREDENTIALS).await;
    assert_eq!(answer.status, 503);
    assert!(has(&answer, &format!("value=\"{EMAIL}\"")), "{}", answer.text);
    pages.app.store_down(false).await;
    assert_eq!(pages.send("/sign-in", &CREDENTIALS).await.status, 303);
}

/// The use case goes on, so that what it commits is not told to nobody.
#[tokio::test]
async fn a_store_that_does_not_answer_in_time_is_503_with_what_was_typed() {
    let pages = Pages::start().await;
    pages.app.break_down(json!({"holdCommits": true})).await;
    let sent = pages.send("/sign-up", &[("email", EMAIL), ("password", PASSWORD)]);
    let answer = sent.await;
    assert_eq!(answer.status, 503);
    assert!(has(&answer, &format!("value=\"{EMAIL}\"")), "{}", answer.text);
    pages.app.break_down(json!({"holdCommits": false})).await;
    pages.app.until(async || pages.send("/sign-in", &CREDENTIALS).await.status == 303).await;
}

/// CS-02
#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let pages = Pages::start().await;
    let ada = pages.ada().await;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        for path in ["/sign-in", "/sign-up", "/api/auth/sign-out"] {
            let cookie = format!("refreshToken={}", ada.cookie.as_deref().unwrap_or_default());
            let all = [headers, &[("cookie", cookie.as_str())]].concat();
            let answer = pages.send_with(path, &CREDENTIALS, &all).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            assert!(answer.set_cookies().is_empty(), "{path} {headers:?}");
            assert!(answer.header("content-type").starts_with("text/html"), "{path} {headers:?}");
        }
    }
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn an_older_browser_that_names_its_origin_alone_is_served() {
    let pages = Pages::with(&[("PUBLIC_ORIGIN", "http://localhost:3000")]).await;
    pages.ada().await;
    let answer = pages.send_with("/sign-in", &CREDENTIALS, &[("origin", "http://localhost:3000")]).await;
    assert_eq!(answer.status, 303);
    // Its page tells its own origin, so that the browser names it.
    let page = Answer::of(pages.http.get(format!("{}/sign-in", pages.app.url)).send().await.expect("sent")).await;
    assert_eq!(page.header("referrer-policy"), "same-origin");
}

#[tokio::test]
async fn what_is_no_form_is_refused_on_the_page() {
    let pages = Pages::start().await;
    let url = format!("{}/sign-in", pages.app.url);
    let post = |body: String, kind: &'static str| {
        pages.http.post(&url).header("sec-fetch-site", "same-origin").header("content-type", kind).body(body)
    };
    let urlencoded = "application/x-www-form-urlencoded";
    for (body, kind, status) in [
        ("{}".to_owned(), "application/json", 415),
        ("email=a&email=b".to_owned(), urlencoded, 400),
        (format!("email={}", "a".repeat(20_000)), urlencoded, 413),
        (String::new(), urlencoded, 401),
    ] {
        let answer = Answer::of(post(body, kind).send().await.expect("sent")).await;
        assert_eq!(answer.status, status, "{kind}");
        assert!(answer.header("content-type").starts_with("text/html"), "{kind}");
    }
}

/// Not below the cookie's path, the form cannot see whether another refresh token was planted.
#[tokio::test]
async fn a_sign_in_takes_planted_twins_of_the_refresh_token_away() {
    let pages = Pages::start().await;
    pages.ada().await;
    let answer = pages.send("/sign-in", &CREDENTIALS).await;
    let cookies = answer.set_cookies();
    for path in ["/", "/api/", "/api/auth/refresh", "/api/auth/sign-out"] {
        let twin = format!("refreshToken=; HttpOnly; SameSite=Strict; Secure; Path={path}; Max-Age=0");
        assert!(cookies.contains(&twin.as_str()), "{path}: {cookies:?}");
    }
}

#[tokio::test]
async fn a_sign_out_is_led_to_the_cookies_and_ends_the_session() {
    let pages = Pages::start().await;
    pages.ada().await;
    let browser = pages.browser_of(&pages.send("/sign-in", &CREDENTIALS).await);
    let mut browser = browser.attempt("a");
    browser.refresh().await;
    let led = pages.send("/sign-out", &[]).await;
    assert_eq!((led.status, led.header("location")), (307, "/api/auth/sign-out"));
    let cookie = format!("refreshToken={}", browser.cookie.as_deref().unwrap_or_default());
    let headers = [("sec-fetch-site", "same-origin"), ("cookie", cookie.as_str())];
    let answer = pages.send_with("/api/auth/sign-out", &[], &headers).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign-in?note=signed-out"));
    assert!(answer.set_cookies().iter().all(|cookie| cookie.contains("Max-Age=0")), "{answer:?}");
    let session = pages.app.session(&browser.session_id()).await;
    assert_eq!(session.ended.map(|ended| ended.reason), Some(EndReason::SignedOut));
}

#[tokio::test]
async fn a_sign_out_that_cannot_be_stored_keeps_the_cookies_and_can_be_repeated() {
    let pages = Pages::start().await;
    let ada = pages.ada().await;
    let cookie = format!("refreshToken={}", ada.cookie.as_deref().unwrap_or_default());
    let headers = [("sec-fetch-site", "same-origin"), ("cookie", cookie.as_str())];
    pages.app.store_down(true).await;
    let answer = pages.send_with("/api/auth/sign-out", &[], &headers).await;
    assert_eq!(answer.status, 503);
    assert!(answer.set_cookies().is_empty());
    assert!(has(&answer, "action=\"/sign-out\"") && has(&answer, "role=\"alert\""), "{}", answer.text);
    pages.app.store_down(false).await;
    assert_eq!(pages.send_with("/api/auth/sign-out", &[], &headers).await.status, 303);
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

/// Anybody can send it, from any number of browsers, with whatever cookie.
#[tokio::test]
async fn a_flood_of_sign_outs_by_form_is_never_refused_and_asks_the_store_for_nothing() {
    let pages = Pages::start().await;
    let ada = pages.ada().await;
    let own = ada.cookie.clone().unwrap_or_default();
    let altered = format!("{}{}", &own[..own.len() - 1], if own.ends_with('A') { 'E' } else { 'A' });
    let flood = async |cookie: Option<&str>, times: usize| {
        let before = pages.app.questions().await;
        let cookie = cookie.map(|value| format!("refreshToken={value}"));
        let headers: Vec<_> = [("sec-fetch-site", "same-origin")]
            .into_iter()
            .chain(cookie.as_deref().map(|cookie| ("cookie", cookie)))
            .collect();
        let answers = join_all((0..times).map(|_| pages.send_with("/api/auth/sign-out", &[], &headers))).await;
        for answer in answers {
            assert_eq!((answer.status, answer.header("location")), (303, "/sign-in?note=signed-out"));
        }
        pages.app.questions().await - before
    };
    for nobodys in [None, Some("forged"), Some(&*altered)] {
        assert_eq!(flood(nobodys, 100).await, 0, "{nobodys:?}");
    }
    assert_eq!(ada.me().await.status, 200, "nobody was signed out");
    assert_ne!(flood(Some(&own), 1).await, 0, "the store is asked about one that lives");
    assert_eq!(flood(Some(&own), 100).await, 0, "what is known to have ended is not looked up again");
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

#[tokio::test]
async fn on_https_the_companion_comes_along() {
    let pages = Pages::with(&HTTPS).await;
    let answer = pages.send("/sign-up", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 303);
    assert!(answer.companion().is_some(), "{answer:?}");
}

/// RL-01
#[tokio::test]
async fn a_form_and_a_json_request_share_their_limits() {
    let pages = Pages::start().await;
    let mut ada = pages.ada().await;
    for _ in 0..20 {
        pages.send("/sign-in", &[("email", EMAIL), ("password", "not the river under the oak")]).await;
    }
    assert_eq!(ada.login().await.status, 429);
}
