use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::Answer;

pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "quiet river under the oak";

/// Somebody with one client: it keeps the cookies and the access token it was given last.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    http: Client,
    pub(crate) url: String,
    headers: Vec<(&'static str, String)>,
    cookie_name: &'static str,
    pub(crate) cookie: Option<String>,
    /// What decides whether `cookie` counts; there is none on http.
    pub(crate) companion: Option<String>,
    pub(crate) access_token: Option<String>,
}

impl Person {
    pub(crate) fn at(url: &str) -> Self {
        let url = url.to_owned();
        Self {
            http: Client::new(),
            url,
            headers: vec![],
            cookie_name: "refreshToken",
            cookie: None,
            companion: None,
            access_token: None,
        }
    }

    /// At an https origin, whose certificate `http` knows.
    pub(crate) fn at_https(url: &str, http: Client) -> Self {
        Self { http, cookie_name: "__Secure-refreshToken", ..Self::at(url) }
    }

    /// Sends this header with every request; a header of the name that was there before is replaced.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Names the refresh attempts from now on.
    pub(crate) fn attempt(self, id: &str) -> Self {
        self.header("x-refresh-attempt", id)
    }

    /// Names the next refresh attempt, where attempts are named at all.
    pub(crate) fn attempt_if_any(self, id: &str) -> Self {
        let names_attempts = self.headers.iter().any(|(name, _)| *name == "x-refresh-attempt");
        if names_attempts { self.attempt(id) } else { self }
    }

    /// The same person on another device, or a thief with what the person holds.
    pub(crate) fn copy(&self) -> Self {
        self.clone()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    async fn keep(&mut self, request: RequestBuilder) -> Answer {
        self.try_to(request).await.expect("sent")
    }

    /// Sends it and keeps what is given. An error: nobody has answered.
    pub(crate) async fn try_to(&mut self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let answer = Answer::of(request.send().await?).await;
        if let Some(cookie) = answer.cookie() {
            self.cookie = Some(cookie.to_owned());
        }
        if let Some(companion) = answer.companion() {
            self.companion = Some(companion.to_owned());
        }
        if let Some(token) = answer.body["accessToken"].as_str() {
            self.access_token = Some(token.to_owned());
        }
        Ok(answer)
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.keep(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn register(&mut self) -> Answer {
        self.register_as(EMAIL).await
    }

    pub(crate) async fn register_as(&mut self, email: &str) -> Answer {
        self.post("/api/auth/register", json!({"email": email, "password": PASSWORD})).await
    }

    pub(crate) async fn login(&mut self) -> Answer {
        self.post("/api/auth/login", json!({"email": EMAIL, "password": PASSWORD})).await
    }

    pub(crate) fn with_cookie(&self, path: &str) -> RequestBuilder {
        let mut request = self.request(Method::POST, path).header("x-requested-by", "test");
        if let Some(cookie) = &self.cookie {
            let companion =
                self.companion.as_ref().map(|companion| format!("; __Host-Http-sessionCompanion={companion}"));
            let cookies = format!("{}={cookie}{}", self.cookie_name, companion.unwrap_or_default());
            request = request.header("cookie", cookies);
        }
        request
    }

    pub(crate) async fn refresh(&mut self) -> Answer {
        self.keep(self.with_cookie("/api/auth/refresh")).await
    }

    /// Refreshes again and again, so that some come before what happens meanwhile and some after it, until one is refused.
    /// Returns how many were granted, and the refusal. They are more than a person may, so the limit has to be off.
    pub(crate) async fn refresh_until_refused(&mut self) -> (u32, Answer) {
        let mut granted = 0;
        loop {
            let answer = self.refresh().await;
            if answer.status != 200 {
                return (granted, answer);
            }
            granted += 1;
        }
    }

    /// What the access token says under this name.
    pub(crate) fn claim(&self, name: &str) -> Value {
        let token = self.access_token.as_deref().expect("an access token");
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64url");
        serde_json::from_slice::<Value>(&claims).expect("JSON")[name].take()
    }

    /// The session that the access token is of.
    pub(crate) fn session_id(&self) -> String {
        self.claim("sid").as_str().expect("an id").to_owned()
    }

    /// A refresh whose answer never arrives.
    pub(crate) async fn refresh_in_vain(&self) {
        self.in_vain("/api/auth/refresh").await;
    }

    /// A sign-out whose answer never arrives.
    pub(crate) async fn logout_in_vain(&self) {
        self.in_vain("/api/auth/logout").await;
    }

    async fn in_vain(&self, path: &str) {
        let answer = async { self.with_cookie(path).send().await?.text().await };
        answer.await.expect_err("the answer is lost");
    }

    pub(crate) async fn logout(&mut self) -> Answer {
        self.keep(self.with_cookie("/api/auth/logout")).await
    }

    /// A sign-out of this session and no other.
    pub(crate) async fn logout_of(&mut self, session: &str) -> Answer {
        self.keep(self.with_cookie("/api/auth/logout").json(&json!({"sessionId": session}))).await
    }

    /// A request with the access token.
    pub(crate) async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let token = self.access_token.as_deref().expect("an access token");
        let mut request = self.request(method, path).header("authorization", format!("Bearer {token}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.keep(request).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// The same with the current password.
    pub(crate) async fn delete_with(&mut self, path: &str, password: &str) -> Answer {
        self.call(Method::DELETE, path, Some(json!({"currentPassword": password}))).await
    }

    /// The own living sessions, as the list gives them.
    pub(crate) async fn sessions(&mut self) -> Vec<Value> {
        let answer = self.get("/api/sessions").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["sessions"].as_array().expect("a list").clone()
    }

    pub(crate) async fn change_password(&mut self, current: &str, new: &str) -> Answer {
        let token = self.access_token.as_deref().expect("an access token");
        let request = self.with_cookie("/api/auth/password").header("authorization", format!("Bearer {token}"));
        self.keep(request.json(&json!({"currentPassword": current, "newPassword": new}))).await
    }

    pub(crate) async fn delete_account(&mut self, password: &str) -> Answer {
        self.delete_with("/api/me", password).await
    }

    pub(crate) async fn me(&self) -> Answer {
        let token = self.access_token.as_deref().expect("an access token");
        self.me_with(&format!("Bearer {token}")).await
    }

    /// Whether the instance says that it is ready.
    pub(crate) async fn is_served(&self) -> bool {
        self.request(Method::GET, "/readyz").send().await.expect("sent").status() == 200
    }

    /// A request that is verified and then refused for its cursor, with 422, before the store is asked for anything.
    pub(crate) async fn be_verified(&self) -> Answer {
        let token = self.access_token.as_deref().expect("an access token");
        let request = self.request(Method::GET, "/api/sessions?before=x");
        Answer::of(request.header("authorization", format!("Bearer {token}")).send().await.expect("sent")).await
    }

    pub(crate) async fn me_with(&self, authorization: &str) -> Answer {
        let request = self.request(Method::GET, "/api/me").header("authorization", authorization);
        Answer::of(request.send().await.expect("sent")).await
    }
}
