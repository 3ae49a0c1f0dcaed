//! The transport of a real page: `fetch`, through gloo-net.

use core::time::Duration;

use futures::future::LocalBoxFuture;
use gloo_net::http::{RequestBuilder, Response as Answer};
use web_sys::{AbortController, RequestCredentials};

use super::transport::{Method, NoAnswer, Request, Response, Transport};

/// Sends requests with the browser's `fetch`.
pub(crate) struct Fetch;

impl Transport for Fetch {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, NoAnswer>> {
        Box::pin(fetch(request))
    }
}

async fn fetch(request: Request) -> Result<Response, NoAnswer> {
    let abort = AbortOnDrop(AbortController::new().map_err(|_| NoAnswer)?);
    let mut builder = RequestBuilder::new(&request.path)
        .method(match request.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Post => gloo_net::http::Method::POST,
            Method::Patch => gloo_net::http::Method::PATCH,
            Method::Delete => gloo_net::http::Method::DELETE,
        })
        .credentials(RequestCredentials::SameOrigin)
        .abort_signal(Some(&abort.0.signal()));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let request = match request.body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    let answer = request.map_err(|_| NoAnswer)?.send().await.map_err(|_| NoAnswer)?;
    let retry_after = retry_after(&answer);
    // A body that breaks off is no answer: half of a JSON document must not pass for a refusal.
    let body = answer.text().await.map_err(|_| NoAnswer)?;
    Ok(Response { status: answer.status(), retry_after, body })
}

/// Seconds only: to read a date here, the two clocks would have to agree.
fn retry_after(answer: &Answer) -> Option<Duration> {
    answer.headers().get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    /// Nothing happens where the answer has been read.
    fn drop(&mut self) {
        self.0.abort();
    }
}
