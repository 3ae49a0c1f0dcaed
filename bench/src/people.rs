use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};

use crate::server::Server;

/// Somebody who is signed in.
pub(crate) struct Person {
    http: Client,
    number: u32,
    url: String,
    address: String,
    cookie: String,
    access_token: String,
}

impl Person {
    /// Signs up, from an address of her own.
    pub(crate) async fn new(server: &Server, number: u32) -> anyhow::Result<Self> {
        let mut person = Self {
            http: client()?,
            number,
            url: server.url.clone(),
            address: format!("192.0.2.{}", number % 250),
            cookie: String::new(),
            access_token: String::new(),
        };
        let request = person.post("/api/auth/register").json(&credentials(number));
        let status = person.keep(request).await?;
        ensure!(status == StatusCode::CREATED, "nobody can sign up: {status}");
        Ok(person)
    }

    pub(crate) async fn me(&self) -> anyhow::Result<StatusCode> {
        let request = self.http.get(format!("{}/api/me", self.url)).bearer_auth(&self.access_token);
        let answer = request.header("x-forwarded-for", &self.address).send().await?;
        let status = answer.status();
        answer.bytes().await?;
        Ok(status)
    }

    pub(crate) async fn refresh(&mut self) -> anyhow::Result<StatusCode> {
        let request = self.post("/api/auth/refresh").header("x-requested-by", "bench");
        let request = request.header(header::COOKIE, format!("refreshToken={}", self.cookie));
        self.keep(request).await
    }

    pub(crate) async fn sign_in(&mut self) -> anyhow::Result<StatusCode> {
        let request = self.post("/api/auth/login").json(&credentials(self.number));
        self.keep(request).await
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.url)).header("x-forwarded-for", &self.address)
    }

    async fn keep(&mut self, request: reqwest::RequestBuilder) -> anyhow::Result<StatusCode> {
        let answer = request.send().await?;
        let status = answer.status();
        let mut cookies = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookie = cookies.find_map(|cookie| cookie.strip_prefix("refreshToken="));
        if let Some(cookie) = cookie.and_then(|cookie| cookie.split(';').next()) {
            cookie.clone_into(&mut self.cookie);
        }
        let body = answer.bytes().await?;
        if status.is_success() {
            let body: Value = serde_json::from_slice(&body)?;
            body["accessToken"].as_str().context("no access token")?.clone_into(&mut self.access_token);
        }
        Ok(status)
    }
}

/// Of the person with this number.
pub(crate) fn credentials(number: u32) -> Value {
    json!({"email": format!("person{number}@example.com"), "password": format!("quiet river {number} oak")})
}

/// Patient: what takes long is measured and not given up.
pub(crate) fn client() -> reqwest::Result<Client> {
    Client::builder().timeout(Duration::from_secs(30)).build()
}
