//! Group 1N: clients that want to keep the server from others.

use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, timeout},
};

use crate::support::TestApp;

/// More than the longest of the server's own limits for a client that dawdles, with what a busy machine adds.
const DROPPED_WITHIN: Duration = Duration::from_secs(15);
/// What a busy machine adds to a limit, at most.
const BUSY: Duration = Duration::from_secs(3);
/// A byte of what began comes after each of these, for ever.
const EACH_BYTE: Duration = Duration::from_secs(1);

struct Raw(TcpStream);

impl Raw {
    async fn open(app: &TestApp) -> Self {
        Self(TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("connects"))
    }

    async fn send(&mut self, bytes: &[u8]) {
        // A server that has closed already takes nothing.
        let _either = self.0.write_all(bytes).await;
    }

    /// All that comes until the server closes.
    async fn rest(&mut self) -> String {
        let mut bytes = vec![];
        let _either = self.0.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn ask(app: &TestApp, request: &[u8]) -> String {
        let mut raw = Self::open(app).await;
        raw.send(request).await;
        let answer = timeout(DROPPED_WITHIN, raw.rest()).await.expect("it is closed");
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

const POST: &str = "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

/// What a client does that takes its time.
#[derive(Clone, Copy, Debug)]
enum Dawdler {
    SaysNothing,
    BeginsAHead,
    SendsAHeadByteByByte,
    BeginsABody,
    BeginsAChunk,
    SendsABodyByteByByte,
    StaysAfterTheAnswer,
}

impl Dawdler {
    const ALL: [Self; 7] = [
        Self::SaysNothing,
        Self::BeginsAHead,
        Self::SendsAHeadByteByByte,
        Self::BeginsABody,
        Self::BeginsAChunk,
        Self::SendsABodyByteByByte,
        Self::StaysAfterTheAnswer,
    ];

    /// How many of them come.
    fn count(self) -> usize {
        match self {
            Self::SendsAHeadByteByByte | Self::SendsABodyByteByByte => 1000,
            _ => 200,
        }
    }

    fn begins_with(self) -> String {
        match self {
            Self::SaysNothing => String::new(),
            Self::BeginsAHead => "GET /healthz HTTP/1.1\r\nhost: localhost\r\n".to_owned(),
            Self::SendsAHeadByteByByte => "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: ".to_owned(),
            Self::BeginsABody => format!("{POST}content-length: 100\r\n\r\n{{"),
            Self::BeginsAChunk => format!("{POST}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n"),
            Self::SendsABodyByteByByte => format!("{POST}content-length: 1000\r\n\r\n"),
            Self::StaysAfterTheAnswer => "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(),
        }
    }

    fn goes_on(self) -> bool {
        matches!(self, Self::SendsAHeadByteByByte | Self::SendsABodyByteByByte)
    }

    /// After how long it is dropped, and with which line; none where no head has arrived.
    fn limit(self) -> (Duration, &'static str) {
        match self {
            Self::SaysNothing | Self::BeginsAHead | Self::SendsAHeadByteByByte => (Duration::from_secs(10), ""),
            Self::StaysAfterTheAnswer => (Duration::from_secs(10), "HTTP/1.1 200 OK"),
            Self::BeginsABody | Self::BeginsAChunk | Self::SendsABodyByteByByte => {
                (Duration::from_secs(8), "HTTP/1.1 408 Request Timeout")
            }
        }
    }

    /// Returns after how long the server has closed, and the first line that it has sent until then. Whoever goes on does so until
    /// nobody takes it any more.
    async fn dawdle(self, mut raw: Raw, opened: Instant) -> (Duration, String) {
        let (mut reading, mut writing) = raw.0.split();
        let goes_on = async {
            let mut each_byte = interval(EACH_BYTE);
            while self.goes_on() && writing.write_all(b"x").await.is_ok() {
                each_byte.tick().await;
            }
        };
        let closes = async {
            let mut bytes = vec![];
            let _either = reading.read_to_end(&mut bytes).await;
            let answer = String::from_utf8_lossy(&bytes);
            (opened.elapsed(), answer.lines().next().unwrap_or_default().to_owned())
        };
        join(closes, goes_on).await.0
    }
}

/// DS-03: they say nothing, begin a head or a body, send one of these byte by byte, or have been answered and stay. All of them
/// at once, so that the limits pass once: ten seconds for a head and on a connection that is idle, eight for a body. What a byte
/// a second wins is nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_dawdle_are_dropped_by_the_thousand_and_others_are_served() {
    // Both ends of each connection are in this process.
    let files = rlimit::increase_nofile_limit(8192).expect("it can be asked for");
    assert!(files >= 8192, "no process may have more than {files} files open here: ulimit -Hn");
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut dawdlers = vec![];
    for number in 0..1000 {
        for kind in Dawdler::ALL.into_iter().filter(|kind| number < kind.count()) {
            let (opened, mut raw) = (Instant::now(), Raw::open(&app).await);
            raw.send(kind.begins_with().as_bytes()).await;
            dawdlers.push(tokio::spawn(async move { (kind, kind.dawdle(raw, opened).await) }));
        }
    }
    let opened = Instant::now();
    let dropped = join_all(dawdlers);
    tokio::pin!(dropped);
    let dropped = loop {
        tokio::select! {
            biased;
            dropped = &mut dropped => break dropped,
            me = ada.me() => assert_eq!(me.status, 200),
        }
        assert!(opened.elapsed() < DROPPED_WITHIN, "they are dropped in time");
    };
    for dawdler in dropped {
        let (kind, (after, answer)) = dawdler.expect("runs");
        let (limit, expected) = kind.limit();
        // One that was closed much earlier had no place at all.
        let in_time = limit.saturating_sub(Duration::from_secs(1))..limit + BUSY;
        assert!(in_time.contains(&after) && answer == expected, "{kind:?} after {after:?}: {answer}");
    }
    assert_eq!(ada.refresh().await.status, 200);
}

/// DS-03
#[tokio::test]
async fn a_body_that_never_ends_is_cut() {
    let app = TestApp::start().await;
    let mut raw = Raw::open(&app).await;
    raw.send(b"POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let (mut reading, mut writing) = raw.0.split();
    let endless = async { while writing.write_all(b"10\r\n                \r\n").await.is_ok() {} };
    let mut answer = vec![];
    let read = async { reading.read_to_end(&mut answer).await };
    let _both = timeout(DROPPED_WITHIN, async { tokio::join!(endless, read) }).await.expect("it is cut");
    assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
}

/// DS-02, DS-04, attack 13: 32 KiB of head, as documented, and not a byte more. An address counts as a part of its head, whose limit it meets first: nobody sees a 414.
#[tokio::test]
async fn heads_and_bodies_that_are_too_large_are_refused() {
    let app = TestApp::start().await;
    let head = |fields: &str| format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{fields}\r\n");
    // Of exactly so many bytes.
    let head_of = |length: usize| {
        let empty = head("x-long: \r\n").len();
        head(&format!("x-long: {}\r\n", "y".repeat(length - empty)))
    };
    let fields = |count: usize| (0..count).map(|number| format!("x-{number}: y\r\n")).collect::<Vec<_>>().concat();
    let login = |length: usize| {
        let body = "x".repeat(length);
        format!(
            "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    for (request, status) in [
        (head(&fields(60)), "200"),
        (head(&fields(101)), "431"),
        (head_of(32 * 1024), "200"),
        (head_of(32 * 1024 + 1), "431"),
        (head_of(40_000), "431"),
        (head(&format!("x-long: {}\r\n", "y".repeat(64_000))), "431"),
        (head("").replace("/healthz", &format!("/healthz?{}", "y".repeat(70_000))), "431"),
        (login(16 * 1024), "400"),
        (login(17 * 1024), "413"),
        (head("content-encoding: gzip\r\n"), "200"),
    ] {
        let answer = Raw::ask(&app, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}: {}", &request[..60]);
    }
}

/// DS-02: what is compressed is not unpacked.
#[tokio::test]
async fn a_compressed_body_is_no_json() {
    let app = TestApp::start().await;
    let request = app.direct().request(reqwest::Method::POST, "/api/auth/login");
    let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
    let bomb = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".to_vec();
    assert_eq!(request.body(bomb).send().await.expect("sent").status(), 400);
}

/// DS-05: what is unknown is passed over, however deep it is.
#[tokio::test]
async fn json_of_any_shape_is_answered_in_words() {
    let app = TestApp::start().await;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for (body, outcome) in [
        (deep.clone(), (422, "VALIDATION_FAILED")),
        (format!(r#"{{"email":{deep},"password":"x"}}"#), (422, "VALIDATION_FAILED")),
        (format!(r#"{{"x":{deep},"email":"a@b.c","password":"x"}}"#), (401, "INVALID_CREDENTIALS")),
        (r#"{"email":"a@example.com","password":1}"#.to_owned(), (422, "VALIDATION_FAILED")),
        (r#"{"email":"a@example.com","email":"b@example.com","password":"x"}"#.to_owned(), (422, "VALIDATION_FAILED")),
    ] {
        let request = app.direct().request(reqwest::Method::POST, "/api/auth/login").body(body.clone());
        let answer = request.header("content-type", "application/json").send().await.expect("sent");
        let answer = crate::support::Answer::of(answer).await;
        assert_eq!(answer.outcome(), outcome, "{}", body.chars().take(80).collect::<String>());
    }
}

/// DS-07: what is told of HTTP/2's weaknesses is told of nothing here, asked for outright or as an upgrade.
#[tokio::test]
async fn nobody_is_answered_in_http_2() {
    let app = TestApp::start().await;
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), settings].concat();
    let answer = Raw::ask(&app, &preface).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:?}");
    let upgrade = "connection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n";
    let answer = Raw::ask(&app, format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{upgrade}\r\n").as_bytes()).await;
    assert_eq!(answer, "HTTP/1.1 200 OK");
}

/// DS-07: whoever is connected goes on, and when one has left another comes in.
#[tokio::test]
async fn beyond_so_many_connections_further_ones_are_closed_at_once() {
    let app = TestApp::with(&[("MAX_CONNECTIONS", "20")]).await;
    // Whether somebody more is served, and goes on to hold the connection.
    let another = async || {
        let mut raw = Raw::open(&app).await;
        raw.send(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        let mut byte = [0];
        (raw.0.read(&mut byte).await.is_ok_and(|read| read > 0)).then_some(raw)
    };
    let mut ada = app.direct();
    ada.register().await;
    let mut crowd = vec![];
    for _ in 0..19 {
        crowd.push(another().await.expect("there is room"));
    }
    for _ in 0..100 {
        assert!(another().await.is_none(), "there is none");
    }
    assert_eq!(ada.me().await.status, 200, "on the connection that she has");
    assert_eq!(app.metric("sessionkeep_connections_refused_total", &[]).await.to_string(), "100");
    crowd.pop();
    app.until(async || another().await.is_some()).await;
}
