//! A bad line between clients and server: it loses requests before the server has them and answers after the server has
//! committed, and, where a client can bear that, delivers copies of old requests.
//!
//! One connection carries one request; the clients keep no connections.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{client::NUMBER, figures::Damage, history::Recorder, random::Random};

/// What the line may do to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    /// Loses requests and answers, never while the server is at work on one: a client without attempt ids is promised
    /// nothing when two of its requests are under way at once.
    Lossy,
    /// Also hangs up in the middle of the work, and delivers copies of refreshes seconds later.
    Wild,
}

/// What becomes of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Pass,
    /// The server never sees the request.
    CutBefore,
    /// The request is delivered and nobody waits for the answer.
    CutAtWork,
    /// The server has answered, so it has committed; nothing of it arrives.
    CutAnswer,
    /// The answer breaks off.
    CutInside,
    /// The server gets the request once more, later.
    LateCopy,
}

#[derive(Clone)]
struct Line {
    upstream: SocketAddr,
    temper: Temper,
    random: Arc<Mutex<Random>>,
    damage: Arc<Damage>,
    recorder: Recorder,
    quiet: CancellationToken,
}

/// Lays a line to `upstream`. Returns the address of its near end. It is a good line once `quiet` is cancelled.
pub(super) async fn lay(
    upstream: SocketAddr,
    temper: Temper,
    random: Random,
    damage: Arc<Damage>,
    recorder: Recorder,
    quiet: CancellationToken,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let near = listener.local_addr()?;
    let line = Line { upstream, temper, random: Arc::new(Mutex::new(random)), damage, recorder, quiet };
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let line = line.clone();
            // Whatever breaks here breaks for the client, too, and that is what the line is for.
            tokio::spawn(async move { line.carry(client).await.err() });
        }
    });
    Ok(near)
}

impl Line {
    async fn carry(self, mut client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let request = read_request(&mut client).await?;
        let fate = self.fate(&request);
        if matches!(fate, Fate::CutBefore | Fate::CutAtWork | Fate::CutAnswer | Fate::CutInside) {
            self.recorder.cut(number(&request)?);
        }
        if fate == Fate::CutBefore {
            self.damage.requests_cut.fetch_add(1, Relaxed);
            return client.set_zero_linger();
        }
        let mut server = self.deliver(&request).await?;
        if fate == Fate::CutAtWork {
            self.damage.answers_cut.fetch_add(1, Relaxed);
            server.set_zero_linger()?;
            return client.set_zero_linger();
        }
        let mut answer = vec![0; 16 * 1024];
        let length = server.read(&mut answer).await?;
        let arrives = match fate {
            Fate::CutAnswer => 0,
            Fate::CutInside => self.choose(|random| random.below(length.max(1) as u64)),
            Fate::Pass | Fate::LateCopy | Fate::CutBefore | Fate::CutAtWork => length as u64,
        };
        client.write_all(&answer[..usize::try_from(arrives).unwrap_or(length)]).await?;
        if matches!(fate, Fate::CutAnswer | Fate::CutInside) && length > 0 {
            self.damage.answers_cut.fetch_add(1, Relaxed);
            return client.set_zero_linger();
        }
        copy_bidirectional(&mut client, &mut server).await?;
        if fate == Fate::LateCopy {
            sleep(self.choose(|random| random.millis(0..3000))).await;
            self.damage.late_copies.fetch_add(1, Relaxed);
            let mut server = self.deliver(&request).await?;
            // Until its answer begins; nobody wants to know it.
            server.read_u8().await?;
        }
        Ok(())
    }

    async fn deliver(&self, request: &[u8]) -> io::Result<TcpStream> {
        let mut server = TcpStream::connect(self.upstream).await?;
        server.set_nodelay(true)?;
        server.write_all(request).await?;
        Ok(server)
    }

    fn fate(&self, request: &[u8]) -> Fate {
        if self.quiet.is_cancelled() {
            return Fate::Pass;
        }
        let refresh = request.starts_with(b"POST /api/auth/refresh ");
        match (self.choose(|random| random.below(100)), self.temper) {
            (0..3, _) => Fate::CutBefore,
            (3..9, _) => Fate::CutAnswer,
            (9..12, _) => Fate::CutInside,
            (12..15, Temper::Wild) => Fate::CutAtWork,
            (15..20, Temper::Wild) if refresh => Fate::LateCopy,
            _ => Fate::Pass,
        }
    }

    fn choose<T>(&self, choice: impl FnOnce(&mut Random) -> T) -> T {
        choice(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The head, and as much of a body as it announces.
async fn read_request(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = vec![];
    loop {
        if client.read_buf(&mut request).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = request.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let length = header(&request[..head], "content-length").unwrap_or(0);
        if request.len() >= head + 4 + length {
            return Ok(request);
        }
    }
}

/// Which operation it is.
fn number(request: &[u8]) -> io::Result<usize> {
    header(request, NUMBER).ok_or_else(|| io::Error::other("every client numbers its requests"))
}

fn header(head: &[u8], name: &str) -> Option<usize> {
    let head = String::from_utf8_lossy(head);
    let (_, value) =
        head.lines().filter_map(|line| line.split_once(':')).find(|(it, _)| it.eq_ignore_ascii_case(name))?;
    value.trim().parse().ok()
}
