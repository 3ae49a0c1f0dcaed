//! Cookies that a page of a neighbouring site has set (attack 1 of 29 November 2026): they sign nobody in, keep nobody out,
//! and what they belong to is not touched.

use reqwest::{
    Client, Method,
    header::{COOKIE, HeaderValue, SET_COOKIE},
};
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, HTTPS, PASSWORD, Person, TestApp};

const MALLORY: &str = "mallory@example.com";
const REFRESH: &str = "/api/auth/refresh";
const LOGIN: &str = "/api/auth/login";
const LOGOUT: &str = "/api/auth/logout";
const CHANGE: &str = "/api/auth/password";
/// From all of them a cookie is sent to at least one route that reads it.
const PATHS: [&str; 6] = ["/", "/api", "/api/auth", REFRESH, LOGOUT, CHANGE];
/// As the name is, and as a server that trims too much takes for it.
const DISGUISES: [&str; 3] = ["", "\u{2000}", "\u{a0}"];
const SIGNED_OUT: (u16, &str) = (401, "REFRESH_MISSING");

#[derive(Clone, Debug)]
struct Cookie {
    name: String,
    value: String,
    path: String,
    /// Whether a neighbour has set it for the whole domain: then our own is another cookie, and does not replace it.
    planted: bool,
}

/// A browser, as far as cookies go (RFC 6265bis, 5.7 and 5.8).
#[derive(Clone)]
struct Browser {
    http: Client,
    url: String,
    jar: Vec<Cookie>,
    access_token: String,
    requests: u32,
}

impl Browser {
    fn of(app: &TestApp) -> Self {
        Self { http: Client::new(), url: app.url.clone(), jar: vec![], access_token: String::new(), requests: 0 }
    }

    fn plant(&mut self, name: &str, path: &str, value: &str) {
        self.jar.push(Cookie { name: name.to_owned(), value: value.to_owned(), path: path.to_owned(), planted: true });
    }

    /// What the browser holds under the name, ours alone.
    fn own(&self, name: &str) -> Option<&str> {
        self.jar.iter().find(|cookie| cookie.name == name && !cookie.planted).map(|cookie| &*cookie.value)
    }

    fn lose(&mut self, name: &str) {
        self.jar.retain(|cookie| cookie.name != name || cookie.planted);
    }

    async fn send(&mut self, path: &str, body: Option<Value>) -> Answer {
        let matches = |cookie: &&Cookie| {
            let rest = path.strip_prefix(&*cookie.path);
            rest.is_some_and(|rest| cookie.path.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
        };
        let mut cookies: Vec<&Cookie> = self.jar.iter().filter(matches).collect();
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let header =
            cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; ");
        self.requests += 1;
        let mut request = self.http.request(Method::POST, format!("{}{path}", self.url));
        request = request.header("sec-fetch-site", "same-origin").header("x-requested-by", "test");
        request = request.header("x-refresh-attempt", format!("attempt-{}", self.requests));
        if !header.is_empty() {
            request = request.header(COOKIE, HeaderValue::from_bytes(header.as_bytes()).expect("a value"));
        }
        if path == CHANGE {
            request = request.bearer_auth(&self.access_token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = Answer::of(request.send().await.expect("sent")).await;
        for set in answer.headers.get_all(SET_COOKIE) {
            self.keep(set.to_str().expect("text"));
        }
        if let Some(token) = answer.body["accessToken"].as_str() {
            token.clone_into(&mut self.access_token);
        }
        assert!(answer.status < 400 || answer.set_cookies().is_empty(), "a refusal sets no cookie: {answer:?}");
        answer
    }

    fn keep(&mut self, set: &str) {
        let mut parts = set.split("; ");
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a pair");
        let path = parts.clone().find_map(|part| part.strip_prefix("Path=")).expect("a path");
        self.jar.retain(|cookie| cookie.planted || cookie.name != name || cookie.path != path);
        if !parts.any(|part| part == "Max-Age=0") {
            let [name, value, path] = [name, value, path].map(str::to_owned);
            self.jar.push(Cookie { name, value, path, planted: false });
        }
    }

    async fn register(&mut self) {
        let answer = self.send("/api/auth/register", Some(json!({"email": EMAIL, "password": PASSWORD}))).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    async fn sign_in(&mut self) -> Answer {
        let answer = self.send(LOGIN, Some(json!({"email": EMAIL, "password": PASSWORD}))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    async fn refresh(&mut self) -> Answer {
        self.send(REFRESH, None).await
    }

    /// Refreshes twice, so that a rotation and a quiet answer are among them, and stays `whose`.
    async fn stays(&mut self, whose: &str, cell: &str) {
        for _ in 0..2 {
            let answer = self.refresh().await;
            assert_eq!((answer.status, self.user().await.as_str()), (200, whose), "{cell}: {answer:?}");
        }
    }

    /// The email address of the person that the page shows.
    async fn user(&self) -> String {
        let request = self.http.get(format!("{}/api/me", self.url)).bearer_auth(&self.access_token);
        let answer = Answer::of(request.send().await.expect("sent")).await;
        answer.body["email"].as_str().unwrap_or_default().to_owned()
    }
}

/// The names of the refresh token's cookie, by `COOKIE_PREFIX`.
const NAMES: [(&str, &str); 3] =
    [("secure", "__Secure-refreshToken"), ("host", "__Host-refreshToken"), ("none", "refreshToken")];

async fn mallory(app: &TestApp) -> Person {
    let mut mallory = app.direct();
    assert_eq!(mallory.register_as(MALLORY).await.status, 201);
    mallory
}

/// Attack 1, planted before the victim has signed in: the victim worked in the attacker's account.
#[tokio::test]
async fn planting_a_session_before_the_sign_in_signs_nobody_in_and_keeps_nobody_out() {
    for (prefix, name) in NAMES {
        let app = TestApp::on_https(&[("COOKIE_PREFIX", prefix)]).await;
        let mallory = mallory(&app).await;
        let (planted, row) = (mallory.cookie.clone().expect("a cookie"), app.session(&mallory.session_id()).await);
        let mut victim = Browser::of(&app);
        victim.register().await;
        victim.send(LOGOUT, None).await;
        for path in PATHS {
            for disguise in DISGUISES {
                let cell = format!("{prefix} {path} {disguise:?}");
                let mut victim = victim.clone();
                victim.plant(&format!("{disguise}{name}"), path, &planted);
                assert_eq!(victim.refresh().await.outcome(), SIGNED_OUT, "{cell}");
                victim.sign_in().await;
                victim.stays(EMAIL, &cell).await;
                assert_eq!(victim.send(LOGOUT, None).await.status, 204, "{cell}");
                assert_eq!(victim.user().await, "", "the access token is revoked: {cell}");
                assert_eq!(victim.refresh().await.outcome(), SIGNED_OUT, "{cell}");
            }
        }
        assert_eq!(app.session(&mallory.session_id()).await, row, "nobody has touched the attacker's session");
    }
}

/// Attack 1, planted while the victim is signed in: 409 `COOKIE_CONFLICT` for as long as the planted cookie was there, the
/// attacker's account after signing out, and 409 again after the next sign-in.
#[tokio::test]
async fn planting_a_session_after_the_sign_in_ends_nothing_and_outlives_no_sign_out() {
    for (prefix, name) in NAMES {
        let app = TestApp::on_https(&[("COOKIE_PREFIX", prefix), ("SIGN_INS_AT_ONCE", "0")]).await;
        let mallory = mallory(&app).await;
        let (planted, row) = (mallory.cookie.clone().expect("a cookie"), app.session(&mallory.session_id()).await);
        let mut victim = Browser::of(&app);
        victim.register().await;
        for path in PATHS {
            for disguise in DISGUISES {
                let cell = format!("{prefix} {path} {disguise:?}");
                victim.sign_in().await;
                victim.plant(&format!("{disguise}{name}"), path, &planted);
                victim.stays(EMAIL, &cell).await;
                assert_eq!(victim.send(LOGOUT, None).await.status, 204, "{cell}");
                assert_eq!(victim.user().await, "", "the access token is revoked: {cell}");
                assert_eq!(victim.refresh().await.outcome(), SIGNED_OUT, "{cell}");
                victim.sign_in().await;
                victim.stays(EMAIL, &cell).await;
                victim.jar.retain(|cookie| !cookie.planted);
            }
        }
        assert_eq!(app.session(&mallory.session_id()).await, row, "nobody has touched the attacker's session");
    }
}

/// Attack 1, against the one route that needs the cookie and the access token of one session.
#[tokio::test]
async fn planting_a_session_does_not_keep_a_password_from_being_changed() {
    let app = TestApp::on_https(&[]).await;
    let planted = mallory(&app).await.cookie.expect("a cookie");
    let mut victim = Browser::of(&app);
    victim.register().await;
    let words = [PASSWORD, "a lantern over the quay", "seven herons at the weir", "no rain on the long bridge"];
    for (words, path) in words.windows(2).zip(["/", "/api/auth", CHANGE]) {
        victim.plant("__Secure-refreshToken", path, &planted);
        let body = json!({"currentPassword": words[0], "newPassword": words[1]});
        let answer = victim.send(CHANGE, Some(body)).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        victim.stays(EMAIL, path).await;
    }
    victim.lose("__Secure-refreshToken");
    let body = json!({"currentPassword": words[3], "newPassword": words[0]});
    assert_eq!(victim.send(CHANGE, Some(body)).await.outcome(), SIGNED_OUT, "a planted token is no credential");
}

/// Attack 1, in the matrix of lost and late answers: the companion is the same in every answer of a session.
#[tokio::test]
async fn planting_a_session_makes_no_difference_to_answers_that_are_lost_or_late() {
    let app = TestApp::on_https(&[]).await;
    let planted = mallory(&app).await.cookie.expect("a cookie");
    let mut victim = Browser::of(&app);
    victim.register().await;
    victim.plant("__Secure-refreshToken", REFRESH, &planted);
    victim.plant("__Secure-refreshToken", "/", &planted);
    let companion = victim.own("__Host-Http-sessionCompanion").expect("a companion").to_owned();

    // Lost: the same attempt is made again with the same cookies.
    for _ in 0..3 {
        app.advance(120).await;
        let mut lost = victim.clone();
        assert!(lost.refresh().await.cookie().is_some(), "a rotation");
        victim.stays(EMAIL, "lost").await;
        assert_eq!(victim.own("__Secure-refreshToken"), lost.own("__Secure-refreshToken"));
        assert_eq!(victim.own("__Host-Http-sessionCompanion"), Some(&*companion));
    }

    // Late: what an earlier session was given arrives after the sign-in, and replaces both cookies.
    app.advance(120).await;
    let late = victim.clone().refresh().await;
    victim.sign_in().await;
    assert_ne!(victim.own("__Host-Http-sessionCompanion"), Some(&*companion));
    for set in late.set_cookies() {
        victim.keep(set);
    }
    assert_eq!(victim.own("__Host-Http-sessionCompanion"), Some(&*companion));
    victim.stays(EMAIL, "late").await;
}

/// CK-03: a companion counts for its own session, and what is lost is not replaced by what is planted.
#[tokio::test]
async fn a_token_counts_beside_the_companion_of_its_own_session_alone() {
    let app = TestApp::on_https(&[]).await;
    let mallory = mallory(&app).await;
    let mut victim = Browser::of(&app);
    victim.register().await;
    let first = victim.clone();
    victim.sign_in().await;
    let companion = |value: &str| Cookie {
        name: "__Host-Http-sessionCompanion".to_owned(),
        value: value.to_owned(),
        path: "/".to_owned(),
        planted: true,
    };
    let [mine, yours] =
        [&victim, &first].map(|one| one.own("__Host-Http-sessionCompanion").expect("a companion").to_owned());
    let token = victim.own("__Secure-refreshToken").expect("a cookie").to_owned();
    for (companions, outcome) in [
        (vec![], SIGNED_OUT),
        (vec![""], SIGNED_OUT),
        (vec!["junk"], SIGNED_OUT),
        (vec![&*token], SIGNED_OUT),
        (vec![&*yours], SIGNED_OUT),
        (vec![mallory.companion.as_deref().expect("a companion")], SIGNED_OUT),
        (vec![&*mine], (200, "")),
        (vec!["junk", &*mine], (200, "")),
        (vec![&*yours, &*mine], (200, "")),
    ] {
        let mut browser = victim.clone();
        browser.lose("__Host-Http-sessionCompanion");
        browser.jar.extend(companions.iter().map(|value| companion(value)));
        assert_eq!(browser.refresh().await.outcome(), outcome, "{companions:?}");
    }
    assert_eq!(app.metric("sessionkeep_refreshes_total", &[r#"outcome="unaccompanied""#]).await.to_string(), "6");
    // The session is as it was.
    assert_eq!(app.session(&session_of(&victim)).await.generation, 1);
    assert_eq!(app.events().await.iter().filter(|event| event.kind.as_str() == "authn_token_reuse").count(), 0);
}

fn session_of(browser: &Browser) -> String {
    let mut person = Person::at(&browser.url);
    person.access_token = Some(browser.access_token.clone());
    person.session_id()
}

/// A real conflict: two whole sessions in one jar, which no browser with `__Host-` holds.
#[tokio::test]
async fn two_tokens_that_both_have_their_companions_are_a_conflict_which_a_sign_in_decides() {
    let app = TestApp::on_https(&[]).await;
    let mallory = mallory(&app).await;
    let mut victim = Browser::of(&app);
    victim.register().await;
    victim.plant("__Secure-refreshToken", "/", mallory.cookie.as_deref().expect("a cookie"));
    let both = victim.clone();
    victim.plant("__Host-Http-sessionCompanion", "/", mallory.companion.as_deref().expect("a companion"));
    assert_eq!(victim.refresh().await.outcome(), (409, "COOKIE_CONFLICT"));
    victim.jar = both.jar;
    let answer = victim.sign_in().await;
    victim.stays(EMAIL, "decided").await;
    assert_eq!(answer.set_cookies().len(), 13, "what this host can have left is cleared: {answer:?}");
}

/// Each token that counts costs a query before any allowance is looked at. What counts is decided without the store, so that planted
/// tokens without a companion use up none of the eight.
#[tokio::test]
async fn more_than_eight_tokens_that_count_are_a_conflict_without_a_query() {
    let app = TestApp::on_https(&[]).await;
    let (mut victim, mut sessions) = (Browser::of(&app), vec![]);
    victim.register().await;
    for _ in 0..9 {
        victim.sign_in().await;
        sessions.push(
            ["__Secure-refreshToken", "__Host-Http-sessionCompanion"]
                .map(|name| (name, victim.own(name).expect("a cookie").to_owned())),
        );
    }
    let holding = |number: usize| {
        let mut browser = Browser::of(&app);
        for (name, value) in sessions[..number].iter().flatten() {
            browser.plant(name, "/", value);
        }
        browser
    };
    app.store_down(true).await;
    assert_eq!(holding(8).refresh().await.outcome(), (503, "UNAVAILABLE"), "they are looked up");
    assert_eq!(holding(9).refresh().await.outcome(), (409, "COOKIE_CONFLICT"));
    app.store_down(false).await;
    assert_eq!(holding(8).refresh().await.outcome(), (409, "COOKIE_CONFLICT"));
    let mut accompanied = holding(1);
    for [(name, token), _] in &sessions {
        accompanied.plant(name, REFRESH, token);
    }
    assert_eq!(accompanied.refresh().await.outcome(), (200, ""));
}

/// Signing out must not leave a session alive because the browser has lost one of its cookies.
#[tokio::test]
async fn a_browser_that_has_lost_the_companion_is_signed_out_and_can_end_its_session() {
    let app = TestApp::on_https(&[]).await;
    let mut ada = Browser::of(&app);
    ada.register().await;
    ada.lose("__Host-Http-sessionCompanion");
    assert_eq!(ada.refresh().await.outcome(), SIGNED_OUT);
    assert_eq!(ada.user().await, EMAIL, "nothing has ended");
    assert_eq!(ada.send(LOGOUT, None).await.status, 204);
    assert_eq!((ada.user().await.as_str(), ada.jar.len()), ("", 0));
}

/// A session that began when there was no companion: on http, which stands for the version before.
async fn from_before() -> (TestApp, Browser, Person) {
    let mut app = TestApp::start().await;
    let mut mallory = app.browser();
    mallory.register_as(MALLORY).await;
    let mut victim = app.browser();
    victim.register().await;
    for (name, value) in HTTPS.iter().filter(|(name, _)| *name == "PUBLIC_ORIGIN") {
        app.set(name, value);
    }
    app.restart().await;
    let mut browser = Browser::of(&app);
    let value = victim.cookie.clone().expect("a cookie");
    browser.jar.push(Cookie { name: "__Secure-refreshToken".into(), value, path: "/api/auth".into(), planted: false });
    mallory.url.clone_from(&app.url);
    (app, browser, mallory)
}

#[tokio::test]
async fn a_session_from_before_goes_on_and_is_bound_by_its_next_rotation() {
    let (_app, mut victim, _) = from_before().await;
    assert_eq!(victim.own("__Host-Http-sessionCompanion"), None);
    victim.stays(EMAIL, "from before").await;
    let mut alone = victim.clone();
    alone.lose("__Host-Http-sessionCompanion");
    assert_eq!(alone.refresh().await.outcome(), SIGNED_OUT, "from now on it counts beside its companion alone");
    victim.stays(EMAIL, "bound").await;
}

#[tokio::test]
async fn a_session_from_before_whose_first_bound_answer_is_lost_goes_on() {
    let (app, mut victim, _) = from_before().await;
    let before = victim.jar.clone();
    assert!(victim.refresh().await.companion().is_some());
    victim.jar = before;
    app.advance(3600).await;
    victim.stays(EMAIL, "lost").await;
    assert!(victim.own("__Host-Http-sessionCompanion").is_some());
}

/// Attack 1 with a token that the attacker has kept from before the upgrade.
#[tokio::test]
async fn planting_a_session_from_before_wins_against_no_companion() {
    let (_app, mut victim, mallory) = from_before().await;
    let planted = mallory.cookie.expect("a cookie");
    // Two sessions from before: nothing tells which is meant.
    victim.plant("__Secure-refreshToken", "/", &planted);
    assert_eq!(victim.refresh().await.outcome(), (409, "COOKIE_CONFLICT"));
    // A sign-in decides, and what is planted never wins again.
    victim.sign_in().await;
    victim.stays(EMAIL, "beside its own").await;
    victim.lose("__Secure-refreshToken");
    assert_eq!(victim.refresh().await.outcome(), SIGNED_OUT, "the companion is left, and is another's");
    victim.sign_in().await;
    victim.stays(EMAIL, "signed in again").await;
}

#[tokio::test]
async fn a_new_token_of_another_does_not_win_against_a_session_from_before() {
    let (_app, mut victim, mut mallory) = from_before().await;
    mallory.post(LOGIN, json!({"email": MALLORY, "password": PASSWORD})).await;
    victim.plant("__Secure-refreshToken", REFRESH, mallory.cookie.as_deref().expect("a cookie"));
    victim.stays(EMAIL, "bound and without its companion").await;
}

/// LG-01: once a request, whatever its cookies hold, and for routes that read them alone.
#[tokio::test]
async fn planting_a_look_alike_is_counted_once_a_request() {
    let app = TestApp::on_https(&[]).await;
    let mut victim = Browser::of(&app);
    victim.register().await;
    let count = async || {
        app.metric("sessionkeep_security_events_total", &[r#"event="malicious_extraneous""#]).await.to_string()
    };
    assert_eq!(count().await, "0");
    victim.plant("__secure-refreshToken", "/", "x");
    victim.plant("\u{3000}__Host-Http-sessionCompanion", "/", "x");
    victim.plant("__Secure-refreshToken\u{200b}", REFRESH, "x");
    victim.stays(EMAIL, "ignored").await;
    assert_eq!(count().await, "2");
    victim.send(LOGOUT, None).await;
    assert_eq!(count().await, "3");
}
