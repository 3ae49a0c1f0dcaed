//! The transport of a real page: `fetch`, through gloo-net.

use core::time::Duration;

use futures::{StreamExt, future::LocalBoxFuture, stream};
use gloo_net::http::{RequestBuilder, Response as Answer};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestCredentials, RequestInit};

use super::transport::{Method, NoAnswer, Request, Response, Streamed, Transport};

/// Sends requests with the browser's `fetch`.
pub(crate) struct Fetch {
    /// That of the page. The language that the browser prefers may be another.
    language: Option<String>,
}

impl Fetch {
    /// Looks up the page's language once: a translator changes the attribute, and our answers must not follow.
    pub(crate) fn of_page() -> Self {
        let html = web_sys::window().and_then(|window| window.document()?.document_element());
        let language = html.and_then(|html| html.get_attribute("lang"));
        let is_tag =
            |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        Self { language: language.filter(is_tag) }
    }

    fn with_language(&self, request: Request) -> Request {
        match &self.language {
            Some(language) => request.header("accept-language", language),
            None => request,
        }
    }
}

impl Transport for Fetch {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, NoAnswer>> {
        Box::pin(fetch(self.with_language(request)))
    }

    fn open(&self, request: Request) -> LocalBoxFuture<'static, Result<Streamed, NoAnswer>> {
        Box::pin(open(self.with_language(request)))
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
    let outlives_page = request.outlives_page;
    let request = match request.body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    let request = request.map_err(|_| NoAnswer)?;
    let request = if outlives_page { kept_alive(request)? } else { request };
    let answer = request.send().await.map_err(|_| NoAnswer)?;
    Ok((abort, answer))
}

/// The same request, with `keepalive`, which gloo-net has no word for.
fn kept_alive(request: gloo_net::http::Request) -> Result<gloo_net::http::Request, NoAnswer> {
    let request = web_sys::Request::from(request);
    let init = RequestInit::new();
    Reflect::set(&init, &"keepalive".into(), &true.into()).map_err(|_| NoAnswer)?;
    web_sys::Request::new_with_request_and_init(&request, &init).map(Into::into).map_err(|_| NoAnswer)
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

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use js_sys::{Array, Promise};
    use leptos::prelude::window;
    use serde_json::json;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, field, js, run};

    /// A `fetch` that notes what it is asked and gives what the test says.
    struct Network {
        requests: Array,
        _stub: Stub,
    }

    impl Network {
        /// Every answer is this expression of the page's language.
        fn answering(answer: &str) -> Self {
            let fetch = js("requests, request", &format!("requests.push(request); return (async () => {answer})();"));
            let requests = Array::new();
            let fetch = fetch.bind1(&JsValue::UNDEFINED, &requests);
            Self { requests, _stub: Stub::value(&window(), "fetch", &fetch) }
        }

        fn asked(&self, what: &str) -> JsValue {
            field(&self.requests.at(-1), what)
        }

        fn header(&self, name: &str) -> Option<String> {
            let get = js("headers, name", "return headers.get(name)");
            let value = get.call2(&JsValue::UNDEFINED, &self.asked("headers"), &name.into());
            value.expect("it does not throw").as_string()
        }

        fn is_aborted(&self) -> bool {
            field(&self.asked("signal"), "aborted").is_truthy()
        }
    }

    fn get(path: &str) -> Request {
        Request::new(Method::Get, path)
    }

    async fn text(promise: &JsValue) -> String {
        let text = JsFuture::from(promise.unchecked_ref::<Promise>().clone()).await.expect("a text");
        text.as_string().expect("a text")
    }

    #[wasm_bindgen_test]
    async fn a_request_without_cookies_neither_shows_nor_changes_one() {
        let network = Network::answering("new Response('')");
        assert!(Fetch::of_page().send(Request::new(Method::Delete, "/api/some").without_cookies()).await.is_ok());
        assert_eq!(network.asked("credentials").as_string().as_deref(), Some("omit"));
    }

    #[wasm_bindgen_test]
    async fn a_request_names_the_language_of_its_page_where_that_is_known() {
        let network = Network::answering("new Response('')");
        for (code, language) in [
            ("document.documentElement.lang = 'it'", Some("it")),
            // It would be no header.
            ("document.documentElement.lang = '中文'", None),
            ("document.documentElement.removeAttribute('lang')", None),
        ] {
            run(code);
            assert!(Fetch::of_page().send(get("/api/some")).await.is_ok());
            assert_eq!(network.header("accept-language").as_deref(), language);
        }
    }

    #[wasm_bindgen_test]
    async fn a_request_says_what_it_was_told_to_and_brings_the_cookies_of_its_origin() {
        let network = Network::answering("new Response('')");
        let request = Request::new(Method::Post, "/api/some?a=b").header("authorization", "Bearer x.y.z");
        assert!(Fetch::of_page().send(request.header("x-attempt", "2").json(&json!({ "a": "ä" }))).await.is_ok());
        let url = field(&run("return location"), "origin").as_string().expect("a text") + "/api/some?a=b";
        assert_eq!(network.asked("url").as_string(), Some(url));
        assert_eq!(network.asked("method").as_string().as_deref(), Some("POST"));
        assert_eq!(network.asked("credentials").as_string().as_deref(), Some("same-origin"));
        let sent = ["authorization", "x-attempt", "content-type"].map(|name| network.header(name));
        assert_eq!(sent.each_ref().map(Option::as_deref), [Some("Bearer x.y.z"), Some("2"), Some("application/json")]);
        let body = js("request", "return request.text()").call1(&JsValue::UNDEFINED, &network.requests.at(-1));
        assert_eq!(text(&body.expect("it does not throw")).await, r#"{"a":"ä"}"#);
    }

    #[wasm_bindgen_test]
    async fn every_method_is_its_own_and_without_a_body_there_is_no_type() {
        let network = Network::answering("new Response('')");
        let all = [(Method::Get, "GET"), (Method::Post, "POST"), (Method::Patch, "PATCH"), (Method::Delete, "DELETE")];
        for (method, name) in all {
            assert!(Fetch::of_page().send(Request::new(method, "/")).await.is_ok());
            assert_eq!(network.asked("method").as_string().as_deref(), Some(name));
            assert_eq!(network.header("content-type"), None);
        }
    }

    #[wasm_bindgen_test]
    async fn an_answer_is_its_status_and_its_body_whatever_it_says() {
        for (status, body) in [(200, "{}"), (401, r#"{"code":"ä"}"#), (503, "")] {
            let _network = Network::answering(&format!("new Response('{body}', {{ status: {status} }})"));
            let answer = Fetch::of_page().send(get("/")).await;
            assert!(answer == Ok(Response { status, retry_after: None, body: body.to_owned() }), "{status}");
        }
    }

    #[wasm_bindgen_test]
    async fn only_seconds_say_when_to_come_back() {
        let five = Some(Duration::from_secs(5));
        for (header, time) in [("5", five), ("0", Some(Duration::ZERO)), ("-1", None), ("Mon, 01 Jan 2035", None)] {
            let answer = format!("new Response('', {{ status: 429, headers: {{ 'Retry-After': '{header}' }} }})");
            let _network = Network::answering(&answer);
            assert_eq!(Fetch::of_page().send(get("/")).await.map(|answer| answer.retry_after), Ok(time), "{header}");
            assert_eq!(Fetch::of_page().open(get("/")).await.map(|answer| answer.retry_after), Ok(time), "{header}");
        }
    }

    #[wasm_bindgen_test]
    async fn without_a_network_there_is_no_answer() {
        let _network = Network::answering("{ throw new TypeError('Failed to fetch'); }");
        assert!(Fetch::of_page().send(get("/")).await == Err(NoAnswer));
        assert_eq!(Fetch::of_page().open(get("/")).await.map(|answer| answer.status), Err(NoAnswer));
    }

    #[wasm_bindgen_test]
    async fn half_a_body_is_no_answer() {
        let half = "controller.enqueue(new Uint8Array([123])), setTimeout(() => controller.error(new TypeError()))";
        let _network =
            Network::answering(&format!("new Response(new ReadableStream({{ start(controller) {{ {half} }} }}))"));
        assert!(Fetch::of_page().send(get("/")).await == Err(NoAnswer));
        let mut opened = Fetch::of_page().open(get("/")).await.expect("the beginning is there");
        let pieces: Vec<_> = (&mut opened.pieces).collect().await;
        assert_eq!(pieces, [Ok(vec![123]), Err(NoAnswer)]);
    }

    #[wasm_bindgen_test]
    async fn a_request_that_nobody_waits_for_is_aborted() {
        let network = Network::answering("new Promise(() => {})");
        for mut request in [
            Fetch::of_page().send(get("/")).map(drop).boxed_local(),
            Fetch::of_page().open(get("/")).map(drop).boxed_local(),
        ] {
            assert!((&mut request).now_or_never().is_none());
            assert!(!network.is_aborted());
            drop(request);
            assert!(network.is_aborted());
        }
    }

    #[wasm_bindgen_test]
    async fn a_body_that_nobody_waits_for_is_aborted() {
        let network = Network::answering("new Response(new ReadableStream())");
        let mut request = Fetch::of_page().send(get("/"));
        assert!((&mut request).now_or_never().is_none());
        // The answer has begun when a text of the page's own has been read.
        text(&run("return new Response('').text()")).await;
        assert!((&mut request).now_or_never().is_none());
        assert!(!network.is_aborted());
        drop(request);
        assert!(network.is_aborted());
    }

    /// An answer whose body the test writes: an object with `enqueue` and `close`.
    fn being_written() -> (Network, impl Fn(&str)) {
        let network = Network::answering("new Response(new ReadableStream({ start(body) { requests.body = body } }))");
        let requests = network.requests.clone();
        let act = move |act: &str| {
            js("body", &format!("body.{act}"))
                .call1(&JsValue::UNDEFINED, &field(&requests, "body"))
                .expect("it can be");
        };
        (network, act)
    }

    #[wasm_bindgen_test]
    async fn an_open_answer_comes_piece_by_piece_until_its_end() {
        let (network, body) = being_written();
        let mut opened = Fetch::of_page().open(get("/")).await.expect("an answer");
        assert_eq!(opened.status, 200);
        assert!(opened.pieces.next().now_or_never().is_none());
        for piece in ["ab", "c"] {
            body(&format!("enqueue(new TextEncoder().encode('{piece}'))"));
            assert_eq!(opened.pieces.next().await, Some(Ok(piece.into())));
        }
        assert!(opened.pieces.next().now_or_never().is_none());
        assert!(!network.is_aborted());
        body("close()");
        assert_eq!(opened.pieces.next().await, None);
    }

    #[wasm_bindgen_test]
    async fn an_open_answer_that_nobody_reads_any_more_is_aborted() {
        let (network, _body) = being_written();
        let opened = Fetch::of_page().open(get("/")).await.expect("an answer");
        assert!(!network.is_aborted());
        drop(opened);
        assert!(network.is_aborted());
    }

    #[wasm_bindgen_test]
    async fn an_answer_without_a_body_ends_at_once() {
        let _network = Network::answering("new Response(null, { status: 204 })");
        let mut opened = Fetch::of_page().open(get("/")).await.expect("an answer");
        assert_eq!((opened.status, opened.pieces.next().await), (204, None));
    }

    #[wasm_bindgen_test]
    async fn the_real_network_answers_refuses_and_is_not_there() {
        let page = Fetch::of_page().send(get("/")).await.expect("this very page");
        assert!(page.is_success() && page.body.contains("<html>"), "{}", page.body);
        assert_eq!(Fetch::of_page().send(get("/nowhere.txt")).await.map(|answer| answer.status), Ok(404));
        // A port that no browser speaks to.
        assert!(Fetch::of_page().send(get("http://localhost:1/")).await == Err(NoAnswer));
        let mut opened = Fetch::of_page().open(get("/")).await.expect("this very page");
        let mut body = Vec::new();
        while let Some(piece) = opened.pieces.next().await {
            body.extend(piece.expect("the whole page"));
        }
        assert_eq!(String::from_utf8(body).as_deref(), Ok(page.body.as_str()));
    }
}
