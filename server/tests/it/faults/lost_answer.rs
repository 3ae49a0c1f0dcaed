//! The connection breaks around the commit of a refresh.

use std::{fmt::Write as _, io, net::SocketAddr, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{database, token::Token};
use crate::support::{Person, TestApp, program::Program};

/// Longer than anything here takes on any machine: without it a test that fails would go on for ever.
const PATIENCE: Duration = Duration::from_mins(1);
/// Rounds of a race between a hang-up and the server's work.
const ROUNDS: usize = 25;

fn everybody(app: &TestApp) -> [Person; 4] {
    [app.browser(), app.plain_browser(), app.direct(), app.direct().attempt("sign-in")]
}

/// The person's refresh, on a connection of its own.
async fn send_refresh(person: &Person) -> TcpStream {
    let address: SocketAddr = person.url.trim_start_matches("http://").parse().expect("an address");
    let mut connection = TcpStream::connect(address).await.expect("connects");
    let request = person.with_cookie("/api/auth/refresh").build().expect("a request");
    let mut text = format!("POST {} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\n", request.url().path());
    for (name, value) in request.headers() {
        write!(text, "{name}: {}\r\n", value.to_str().expect("text")).expect("a String takes anything");
    }
    connection.write_all(format!("{text}\r\n").as_bytes()).await.expect("sent");
    connection
}

/// Waits until the server answers, and for as much of the answer as has the cookie.
async fn lost_cookie(mut connection: TcpStream) -> io::Result<String> {
    let mut answer = vec![];
    while connection.read_buf(&mut answer).await? > 0 {
        let text = String::from_utf8_lossy(&answer);
        let value = text.split_once("refreshToken=").and_then(|(_, rest)| rest.split_once(';'));
        if let Some((cookie, _)) = value {
            connection.set_zero_linger()?;
            return Ok(cookie.to_owned());
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// E2, RT-06: the retry gets the very successor that was lost, the generation is advanced once, and life goes on.
#[tokio::test]
async fn an_answer_that_was_lost_after_the_commit_is_given_again_to_every_kind_of_client() {
    let app = TestApp::start().await;
    app.direct().register().await;
    for mut person in everybody(&app) {
        person.login().await;
        person = person.attempt_if_any("lost");
        let lost = lost_cookie(send_refresh(&person).await).await.expect("an answer");
        assert_ne!(Some(&lost), person.cookie.as_ref());
        assert_eq!(person.refresh().await.status, 200);
        assert_eq!(person.cookie, Some(lost.clone()), "{person:?}");
        assert_eq!(Token::read(&lost).generation, 1);
        assert_eq!(person.me().await.status, 200);
        app.advance(76).await;
        person = person.attempt_if_any("next");
        assert_eq!(person.refresh().await.status, 200);
        assert_eq!(Token::read(&person.cookie.expect("a cookie")).generation, 2);
    }
}

/// When somebody hangs up.
#[derive(Clone, Copy, Debug)]
enum HangUp {
    BeforeTheCommit,
    AfterTheCommit,
    /// After other tasks had this many turns.
    Sometime(usize),
}

/// A browser and its server, whose commits can be held.
struct Call {
    folder: TempDir,
    server: Program,
    ada: Person,
}

impl Call {
    /// Sends the refresh and hangs up. Both the times that have a name are made sure of.
    async fn hang_up(&self, when: HangUp) {
        let before = self.generation().await;
        match when {
            HangUp::BeforeTheCommit => {
                self.server.fault(json!({"holdCommits": true})).await;
                let connection = send_refresh(&self.ada).await;
                self.server.fault(json!({"awaitHeldCommit": true})).await;
                reset(connection);
                assert_eq!(self.generation().await, before);
                self.server.fault(json!({"holdCommits": false})).await;
                let rotates = async { while self.generation().await == before {} };
                timeout(PATIENCE, rotates).await.expect("it goes on though nobody waits");
            }
            HangUp::AfterTheCommit => {
                let connection = send_refresh(&self.ada).await;
                let rotates = async { while self.generation().await == before {} };
                timeout(PATIENCE, rotates).await.expect("the refresh is committed");
                reset(connection);
            }
            HangUp::Sometime(turns) => {
                let connection = send_refresh(&self.ada).await;
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                reset(connection);
            }
        }
    }

    /// As it is in the database.
    async fn generation(&self) -> u64 {
        database::sessions(&self.folder).await[0].generation
    }
}

fn reset(connection: TcpStream) {
    connection.set_zero_linger().expect("an open connection");
    drop(connection);
}

/// E2: whoever hangs up while the server is at work and asks again is served once, whatever was done by then.
#[tokio::test]
async fn a_client_that_hangs_up_in_the_middle_and_asks_again_is_served_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url).header("sec-fetch-site", "same-origin").attempt("sign-in");
    ada.register().await;
    let mut call = Call { folder, server, ada };
    let sometime = (0..ROUNDS).map(|round| HangUp::Sometime(round * 4));
    let times = [HangUp::BeforeTheCommit, HangUp::AfterTheCommit].into_iter().chain(sometime);
    for (round, when) in (1..).zip(times) {
        call.server.advance(76).await;
        call.ada = call.ada.attempt(&format!("round {round}"));
        call.hang_up(when).await;
        assert_eq!(call.ada.refresh().await.status, 200, "{when:?}");
        assert_eq!(call.ada.me().await.status, 200, "{when:?}");
        let generation = Token::read(call.ada.cookie.as_deref().expect("a cookie")).generation;
        assert_eq!(generation, round, "{when:?}: both requests were one rotation");
    }
}
