//! Connections: how many there may be, and how long a client may take with one.
//!
//! Whoever opens them by the thousand and sends next to nothing must not use up what others need (ASVS 5.0, 15.2.2; OWASP
//! Denial of Service Cheat Sheet). HTTP/1.1 alone: the proxy in front speaks HTTP/2 with browsers.

use std::{
    future::{Ready, ready},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum_server::{Server, accept::Accept};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tower::Service;

use crate::metrics::Metrics;

/// How long a client may take to send a request's head, and how long a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take no byte of what it asked for.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// Most bytes of a request's head. The buffer is full a little later, since it grows in steps.
pub(crate) const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Most header fields.
const MAX_HEADERS: usize = 64;
/// Files beside connections: databases, keys, the bundle, logs.
const OTHER_FILES: u64 = 256;

/// Serves `server` within these bounds, and at most `most` connections at once.
pub(crate) fn bounded<A>(
    mut server: Server<SocketAddr, A>,
    most: u32,
    metrics: Option<Arc<Metrics>>,
) -> Server<SocketAddr, Bounded> {
    server
        .http_builder()
        .http1()
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS);
    let places = Arc::new(Semaphore::new(usize::try_from(allowed(most)).unwrap_or(Semaphore::MAX_PERMITS)));
    server.http1_only().first_request_timeout(HEADER_TIMEOUT).acceptor(Bounded { places, metrics })
}

/// As many connections as `most`, or as the system gives files for. It gives more than it does at first when it is asked.
fn allowed(most: u32) -> u32 {
    let wanted = u64::from(most) + OTHER_FILES;
    // Where the system has no such limit there is nothing to fit into.
    let Ok(files) = rlimit::increase_nofile_limit(wanted) else { return most };
    let allowed = u32::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(u32::MAX).clamp(1, most.max(1));
    if allowed < most {
        tracing::warn!(
            files,
            allowed,
            "MAX_CONNECTIONS is more than this process may have open; raise its limit (ulimit -n)"
        );
    }
    allowed
}

/// Takes connections while there are places.
#[derive(Clone, Debug)]
pub(crate) struct Bounded {
    places: Arc<Semaphore>,
    metrics: Option<Arc<Metrics>>,
}

impl<I: AsyncRead + AsyncWrite, S> Accept<I, S> for Bounded {
    type Stream = Pin<Box<TimeoutStream<I>>>;
    type Service = Held<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            // Closed at once: a client that waited for a place would take one. It has a count and no line: they may be many.
            if let Some(metrics) = &self.metrics {
                metrics.connection_refused();
            }
            return ready(Err(io::Error::other("too many connections")));
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        ready(Ok((Box::pin(stream), Held { service, _place: Arc::new(place) })))
    }
}

/// The service of one connection, and its place.
#[derive(Clone, Debug)]
pub(crate) struct Held<S> {
    service: S,
    _place: Arc<OwnedSemaphorePermit>,
}

impl<R, S: Service<R>> Service<R> for Held<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.service.call(request)
    }
}
