//! The transport of a real page: `fetch`, through gloo-net.

use core::time::Duration;

use futures::{StreamExt, future::LocalBoxFuture, stream};
use gloo_net::http::{RequestBuilder, Response as Answer};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestCredentials};

use super::transport::{Method, NoAnswer, Request, Response, Streamed, Transport};

/// Sends requests with the browser's `fetch`.
pub(crate) struct Fetch;

impl Transport for Fetch {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, NoAnswer>> {
        Box::pin(fetch(request))
    }

    fn open(&self, request: Request) -> LocalBoxFuture<'static, Result<Streamed, NoAnswer>> {
        Box::pin(open(request))
    }
}

async fn fetch(request: Request) -> Result<Response, NoAnswer> {
    let (_abort, answer) = answer(request).await?;
    let retry_after = retry_after(&answer);
    // A body that breaks off is no answer: half of a JSON document must not pass for a refusal.
    let body = answer.text().await.map_err(|_| NoAnswer)?;
    Ok(Response { status: answer.status(), retry_after, body })
}

async fn open(request: Request) -> Result<Streamed, NoAnswer> {
    let (abort, answer) = answer(request).await?;
    let (status, retry_after) = (answer.status(), retry_after(&answer));
    let reader = answer.body().map(|body| body.get_reader().unchecked_into());
    // The request lives as long as somebody reads.
    let pieces = stream::unfold((abort, reader), |(abort, reader)| async {
        match piece(reader.as_ref()?).await {
            Ok(Some(piece)) => Some((Ok(piece), (abort, reader))),
            Ok(None) => None,
            Err(NoAnswer) => Some((Err(NoAnswer), (abort, None))),
        }
    });
    Ok(Streamed { status, retry_after, pieces: pieces.boxed_local() })
}

/// The next piece of a body; nothing at its end.
async fn piece(reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, NoAnswer> {
    let read = JsFuture::from(reader.read()).await.map_err(|_| NoAnswer)?;
    let field = |name: &str| Reflect::get(&read, &name.into()).map_err(|_| NoAnswer);
    if field("done")?.is_truthy() { Ok(None) } else { Ok(Some(Uint8Array::new(&field("value")?).to_vec())) }
}

/// The beginning of an answer. The rest comes as long as the first of the two is kept.
async fn answer(request: Request) -> Result<(AbortOnDrop, Answer), NoAnswer> {
    let abort = AbortOnDrop(AbortController::new().map_err(|_| NoAnswer)?);
    let mut builder = RequestBuilder::new(&request.path)
        .method(match request.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Post => gloo_net::http::Method::POST,
            Method::Patch => gloo_net::http::Method::PATCH,
            Method::Delete => gloo_net::http::Method::DELETE,
        })
        .credentials(if request.cookies { RequestCredentials::SameOrigin } else { RequestCredentials::Omit })
        .abort_signal(Some(&abort.0.signal()));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let request = match request.body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    let answer = request.map_err(|_| NoAnswer)?.send().await.map_err(|_| NoAnswer)?;
    Ok((abort, answer))
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
