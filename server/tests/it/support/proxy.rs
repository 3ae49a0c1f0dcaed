//! A line between a server and what it depends on, which a test slows down, cuts and fixes.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// The same address, at the end of a line to its server.
pub(crate) async fn behind_a_line(address: &str) -> (Proxy, String) {
    let (_, after_scheme) = address.split_once("://").expect("a scheme");
    let authority = after_scheme.split('/').next().expect("an authority");
    let upstream = authority.rsplit('@').next().expect("a host and a port");
    let proxy = Proxy::to(upstream.parse().expect("an address of this machine")).await;
    let near = address.replace(upstream, &proxy.address.to_string());
    (proxy, near)
}

/// A good line until a test says otherwise. Everything that it carries breaks when it is dropped.
pub(crate) struct Proxy {
    /// Its near end.
    pub(crate) address: SocketAddr,
    line: watch::Sender<Line>,
    accepting: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// What is sent arrives so much later, in either direction.
    delay: Duration,
    /// Nothing arrives, and nobody is told.
    swallows: bool,
    /// How often everything was cut.
    cuts: u32,
}

impl Proxy {
    /// A line to `upstream`.
    pub(crate) async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let line = watch::Sender::default();
        let seen = line.subscribe();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let line = seen.clone();
                // Whatever breaks here breaks for both ends, too, and that is what the line is for.
                tokio::spawn(async move { carry(client, upstream, line).await.err() });
            }
        });
        Self { address, line, accepting }
    }

    /// From now on what is sent arrives so much later.
    pub(crate) fn delay(&self, by: Duration) {
        self.line.send_modify(|line| line.delay = by);
    }

    /// A black hole: from now on nothing arrives, on connections that are there and on new ones, and nobody is told.
    pub(crate) fn swallow(&self) {
        self.line.send_modify(|line| line.swallows = true);
    }

    /// A good line again. What was swallowed does not come back: connections of before stay silent, as where a
    /// firewall has forgotten them.
    pub(crate) fn heal(&self) {
        self.line.send_modify(|line| *line = Line { cuts: line.cuts, ..Line::default() });
    }

    /// Resets every connection. New ones are good.
    pub(crate) fn cut(&self) {
        self.line.send_modify(|line| line.cuts += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(mut client: TcpStream, upstream: SocketAddr, mut line: watch::Receiver<Line>) -> io::Result<()> {
    let cuts = line.borrow().cuts;
    let was_cut = move |line: &Line| line.cuts != cuts;
    if line.borrow().swallows {
        // Until everything is cut, or the line is no more.
        let _gone = line.wait_for(was_cut).await;
        return client.set_zero_linger();
    }
    let mut server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            ended = pump(from_client, to_server, line.clone()) => return ended,
            ended = pump(from_server, to_client, line.clone()) => return ended,
            broken = line.wait_for(|line| line.swallows || was_cut(line)) => drop(broken),
        }
    }
    // Both ends are held: neither learns that the other is out of reach.
    let _gone = line.wait_for(was_cut).await;
    server.set_zero_linger()?;
    client.set_zero_linger()
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: watch::Receiver<Line>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        let delay = line.borrow().delay;
        if !delay.is_zero() {
            sleep(delay).await;
        }
        to.write_all(&bytes[..length]).await?;
    }
}
