//! The port to the network: requests and answers as plain values.

use core::{fmt, time::Duration};

use futures::{future::LocalBoxFuture, stream::LocalBoxStream};
use serde::Serialize;

/// The methods that the contract uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Changes nothing.
    Get,
    /// Creates, or does something.
    Post,
    /// Changes a part.
    Patch,
    /// Ends or removes.
    Delete,
}

/// One request to our own origin. It can be sent again as it is, with its method and its body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// An absolute path of our own origin.
    pub path: String,
    /// Beside the ones that the browser adds.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, or nothing at all.
    pub body: Option<String>,
    /// Whether the browser sends its cookies, and keeps those that come back.
    pub cookies: bool,
    /// Whether the browser sends it even if the page goes away meanwhile.
    pub outlives_page: bool,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: None, cookies: true, outlives_page: false }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same request, which neither shows nor changes a cookie.
    #[must_use]
    pub fn without_cookies(mut self) -> Self {
        self.cookies = false;
        self
    }

    /// The same request, which the browser finishes without the page.
    #[must_use]
    pub fn outliving_the_page(mut self) -> Self {
        self.outlives_page = true;
        self
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        // OK because the types crate holds only strings, numbers, flags and maps with string keys.
        self.body = Some(serde_json::to_string(body).expect("wire types always serialise"));
        self
    }
}

/// Names the route only: headers and body may hold an access token or a password.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.method, self.path)
    }
}

/// An answer, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The `Retry-After` header, where it was sent in seconds.
    pub retry_after: Option<Duration>,
    /// The body as text.
    pub body: String,
}

impl Response {
    /// Whether the request was granted.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// An answer whose body is still coming.
pub struct Streamed {
    /// The HTTP status.
    pub status: u16,
    /// The `Retry-After` header, where it was sent in seconds.
    pub retry_after: Option<Duration>,
    /// The body, piece by piece.
    pub pieces: Pieces,
}

/// A body as it comes. Dropping it aborts the request.
pub type Pieces = LocalBoxStream<'static, Result<Vec<u8>, NoAnswer>>;

/// Nobody answered: no network, a broken connection, a time-out. The request may or may not have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// Sends requests. Dropping the future aborts the request.
pub trait Transport {
    /// Sends one request and waits for its answer.
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, NoAnswer>>;
    /// The same for an answer that may have no end: waits for its beginning alone.
    fn open(&self, request: Request) -> LocalBoxFuture<'static, Result<Streamed, NoAnswer>>;
}
