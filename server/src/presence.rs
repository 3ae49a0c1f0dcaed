//! Whether the client of a request still waits for the answer. A request that may change something runs to its end without one, but
//! gives up what it only waits for.

use std::future::pending;

use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static GONE: CancellationToken;
}

/// Cancelled with that of the request within which this is called, if there is one, or by itself.
pub(crate) fn token() -> CancellationToken {
    GONE.try_with(CancellationToken::child_token).unwrap_or_default()
}

/// Runs `request`, whose client has disconnected once `gone` is cancelled.
pub(crate) async fn of<T>(gone: CancellationToken, request: impl Future<Output = T>) -> T {
    GONE.scope(gone, request).await
}

/// Returns when the client of this request has disconnected. Without a client, as in an operator's command, never.
pub(crate) async fn client_gone() {
    match GONE.try_with(Clone::clone) {
        Ok(gone) => gone.cancelled_owned().await,
        Err(_) => pending().await,
    }
}
