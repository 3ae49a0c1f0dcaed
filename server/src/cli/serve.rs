use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use anyhow::Context as _;
use tokio::signal;
use tokio_util::sync::CancellationToken;

use super::output::say;
use crate::{boot::Server, config::Settings, vocabulary};

/// For so long after SIGTERM `/readyz` says that this server is about to stop, and everything goes on: whoever balances the
/// load sends new requests elsewhere. Nobody waits for that after SIGINT, which comes from a terminal.
const LEAVING: Duration = Duration::from_secs(1);

/// `sessionkeep serve`: listens, migrates, serves, and stops gracefully at SIGINT or SIGTERM.
pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    // First of all: a second start must not touch the database of the first.
    let listener = listen("BIND_ADDR", settings.bind_addr, "")?;
    let address = listener.local_addr()?;
    let metrics = settings.metrics_addr.map(|address| listen("METRICS_ADDR", address, ", or none")).transpose()?;
    let metrics_at = match &metrics {
        Some(listener) => format!("; metrics at http://{}/metrics", listener.local_addr()?),
        None => String::new(),
    };
    let server = Server::build(&settings).await?;
    if !server.auth.accounts.has_admin().await? {
        tracing::info!("there is no administrator; `sessionkeep user set-role <email> admin` makes one");
    }
    if !settings.cookie.secure {
        tracing::warn!(
            "COOKIE_SECURE=never: the refresh token's cookie is sent without encryption, too. That is for development in a \
             browser that drops Secure cookies here"
        );
    }
    if settings.assets_dir.is_none() {
        tracing::info!("ASSETS_DIR is not set: the API alone is served");
    }
    tracing::info!(event = vocabulary::STARTUP, version = env!("CARGO_PKG_VERSION"), "serving");
    // Before the address is printed: whoever waits for that line may signal at once.
    let mut signals = Signals::new()?;
    say!("Sessionkeep listens on {address}: open {}{metrics_at}", opened_at(&settings, address.port()));

    let stop = CancellationToken::new();
    tokio::spawn({
        let (stop, leaving) = (stop.clone(), server.leaving.clone());
        async move {
            let signal = signals.next().await;
            tracing::info!("stopping: what runs is finished first; a second signal stops at once");
            tokio::spawn(async move {
                if signal == Signal::Terminate {
                    leaving.cancel();
                    tokio::time::sleep(LEAVING).await;
                }
                stop.cancel();
            });
            signals.next().await;
            std::process::exit(130);
        }
    });
    server.run(listener, metrics, stop).await?;
    tracing::info!(event = vocabulary::SHUTDOWN, "stopped");
    Ok(())
}

fn listen(setting: &str, address: SocketAddr, otherwise: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("{setting}: cannot listen on {address}. Stop what listens there, or choose another address{otherwise}")
    })
}

/// Port 0 took a free one, which the origin cannot know: then a developer opens the port itself.
fn opened_at(settings: &Settings, port: u16) -> String {
    if settings.bind_addr.port() == 0 && settings.public_origin.is_loopback_http() {
        format!("http://localhost:{port} (signing in needs PUBLIC_ORIGIN to be the same)")
    } else {
        settings.public_origin.as_str().to_owned()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Signal {
    Interrupt,
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is none"))]
    Terminate,
}

/// SIGINT and SIGTERM (Ctrl-C alone where there are no signals).
#[cfg(unix)]
struct Signals {
    interrupt: signal::unix::Signal,
    terminate: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}
