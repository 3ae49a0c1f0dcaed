//! `verify/examples/resource_server.rs`, in this process.

use sessionkeep_verify::Verifier;
use tokio::{net::TcpListener, task::JoinHandle};

use super::service::{Keys, Service, holds_for};

#[path = "../../../../verify/examples/resource_server.rs"]
#[expect(dead_code, reason = "the example's own `main`")]
mod example;

struct ResourceServer {
    url: String,
    running: JoinHandle<std::io::Result<()>>,
}

impl Service for ResourceServer {
    async fn start(keys: &Keys) -> Self {
        let (issuer, audience) = ("http://localhost:3000", "sessionkeep");
        let verifier = match keys {
            Keys::Published(address) => Verifier::from_jwks(address, issuer, audience).expect("an address"),
            Keys::Shared(secret) => Verifier::from_secret(secret.as_bytes(), issuer, audience).expect("a secret"),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let running = tokio::spawn(async { axum::serve(listener, example::app(verifier)).await });
        Self { url, running }
    }

    fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for ResourceServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

// Nothing has to be installed for it.
holds_for!(ResourceServer, cfg(all()));
