//! One request and what came back of it, however little that was.

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use super::{
    super::token::Token,
    history::{Answer, Cookie, Outcome},
};

/// What the client has in its hands afterwards.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) outcome: Outcome,
    /// The refresh token. A browser stores it as soon as the head of the answer is there.
    pub(super) cookie: Option<String>,
    pub(super) access: Option<String>,
    /// The email address, where the answer is about an account.
    pub(super) email: Option<String>,
}

impl Reply {
    pub(super) fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Unknown { .. } => None,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.answer().is_some_and(Answer::is_success)
    }

    /// The server has said that it is over. A 409, a 503 or silence leave the question standing.
    pub(super) fn is_final_refusal(&self) -> bool {
        self.answer().is_some_and(|answer| matches!(answer.status, 401 | 403))
    }

    fn unknown(error: &reqwest::Error, cookie: Option<String>) -> Self {
        let cookie_read = cookie.as_deref().map(Token::read);
        let outcome = Outcome::Unknown { why: why(error), timed_out: error.is_timeout(), cookie: cookie_read };
        Self { outcome, cookie, access: None, email: None }
    }
}

pub(super) async fn send(request: RequestBuilder) -> Reply {
    match request.send().await {
        Ok(response) => read(response).await,
        Err(error) => Reply::unknown(&error, None),
    }
}

async fn read(response: Response) -> Reply {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let set_cookie = header("set-cookie").and_then(|value| value.split(';').next()?.split_once('='));
    let cookie = set_cookie.map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty());
    let jar = match (set_cookie, &cookie) {
        (None, _) => Cookie::Untouched,
        (Some(_), None) => Cookie::Cleared,
        (Some(_), Some(cookie)) => Cookie::Set(Token::read(cookie)),
    };
    let status = response.status().as_u16();
    let retry_after = header("retry-after").is_some();
    let text = match response.text().await {
        Ok(text) => text,
        Err(error) => return Reply::unknown(&error, cookie),
    };
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let access = body["accessToken"].as_str().map(str::to_owned);
    let answer = Answer {
        status,
        code: word("code"),
        reason: word("reason"),
        cookie: jar,
        access: access.as_deref().map(Token::read),
        retry_after,
        request_id: word("requestId"),
    };
    Reply { outcome: Outcome::Answered(answer), cookie, access, email: body["email"].as_str().map(str::to_owned) }
}

/// The innermost cause: the outer ones only say that a request failed.
fn why(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
