//! What nginx bounds, and what it says itself: attack 7.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
};

use super::{instance, nginx::Nginx, two_instances};
use crate::support::{Answer, EMAIL, PASSWORD, Person};

const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const VISITOR: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
/// More than an nginx has room for that is as distributions ship it.
const HALF_SENT: usize = 1600;
/// The limit for a head, with what a busy machine adds.
const DROPPED: std::ops::Range<Duration> = Duration::from_secs(9)..Duration::from_secs(20);

async fn from(address: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from((address, 0))).expect("an address of this machine");
    socket.connect(to).await.expect("connects")
}

/// Attack 7. They begin a handshake, or a head, and stop. nginx counts no such connection as one of its address: it holds because there
/// is room for others, and because they are dropped in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn half_sent_heads_of_one_address_keep_nobody_out() {
    let files = rlimit::increase_nofile_limit(8192).expect("it can be asked for");
    assert!(files >= 8192, "no process may have more than {files} files open here: ulimit -Hn");
    let (_one, _two, nginx) = two_instances().await;
    let mut held = vec![];
    for number in 0..HALF_SENT {
        let (to, begun): (_, &[u8]) = match number % 2 {
            0 => (nginx.plain, b"GET / HTTP/1.1\r\nhost: id.exam"),
            _ => (nginx.tls, b"\x16\x03\x01\x02\x00\x01"),
        };
        let (opened, mut connection) = (Instant::now(), from(ATTACKER, to).await);
        connection.write_all(begun).await.expect("sent");
        held.push(tokio::spawn(async move {
            let mut nothing = vec![];
            let _either = connection.read_to_end(&mut nothing).await;
            opened.elapsed()
        }));
    }
    let mut visitor = nginx.person_from(VISITOR);
    assert_eq!(visitor.register().await.status, 201, "{}", nginx.log());
    for _ in 0..5 {
        // Each comes anew.
        let mut another = nginx.person_from(VISITOR);
        assert_eq!(another.login().await.status, 200, "{}", nginx.log());
        assert_eq!(another.me().await.status, 200);
    }
    let lasted = join_all(held).await.into_iter().map(|lasted| lasted.expect("runs"));
    let (kept, others): (Vec<_>, Vec<_>) = lasted.partition(|lasted| DROPPED.contains(lasted));
    assert!(others.is_empty() && kept.len() == HALF_SENT, "{others:?}");
}

/// Answers `/healthz` and nothing else.
async fn stuck() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                while let Ok(read @ 1..) = connection.read(&mut head).await {
                    if head[..read].starts_with(b"GET /healthz") {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                        connection.write_all(answer).await.expect("sent");
                    }
                }
            });
        }
    });
    address
}

async fn get(person: Person, path: &'static str) -> Answer {
    Answer::of(person.request(Method::GET, path).send().await.expect("sent")).await
}

/// Attack 7, for what has sent its head.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn requests_of_one_address_that_take_long_are_bounded_and_others_are_served() {
    let nginx = Nginx::before([stuck().await, stuck().await]).await;
    let (mut asking, attacker) = (JoinSet::new(), nginx.person_from(ATTACKER));
    for _ in 0..230 {
        asking.spawn(get(attacker.copy(), "/api/me"));
    }
    // The others wait for an answer.
    for _ in 0..30 {
        let refused = asking.join_next().await.expect("some").expect("runs");
        assert_eq!(refused.outcome(), (429, "RATE_LIMITED"), "{refused:?}");
        assert_eq!(refused.header("retry-after"), "2");
    }
    assert_eq!(get(attacker, "/healthz").await.status, 429);
    assert_eq!(get(nginx.person_from(VISITOR), "/healthz").await.status, 200);
}

/// Three hundred sign-ins and sign-ups at once, which these people share. Of one network so many are passed on and no more.
async fn assert_bounded(people: [Person; 2]) {
    let (begun, mut asking) = (Instant::now(), JoinSet::new());
    for number in 0..300 {
        let path = ["/api/auth/login", "/api/auth/register"][number % 2];
        let mut person = people[number / 2 % 2].copy();
        asking.spawn(async move { person.post(path, json!({})).await });
    }
    let (refused, taken): (Vec<_>, Vec<_>) =
        asking.join_all().await.into_iter().partition(|answer| answer.status == 429);
    let most = 51 + 5 * (begun.elapsed().as_secs() + 1);
    assert!(taken.len() >= 51 && taken.len() as u64 <= most, "{} of at most {most}", taken.len());
    assert!(taken.iter().all(|answer| answer.outcome() == (422, "VALIDATION_FAILED")), "{taken:?}");
    for answer in refused {
        assert_eq!((answer.outcome(), answer.header("retry-after")), ((429, "RATE_LIMITED"), "2"), "{answer:?}");
    }
}

/// Attacks 2 and 7: an office may begin its day, and one client may not have all passwords looked at that there is time for.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn sign_ins_and_sign_ups_of_one_address_are_bounded() {
    let (_one, _two, nginx) = two_instances().await;
    assert_bounded([nginx.person_from(ATTACKER), nginx.person_from(ATTACKER)]).await;
    let mut visitor = nginx.person_from(VISITOR);
    assert_eq!((visitor.register().await.status, visitor.login().await.status), (201, 200));
}

/// A form costs a password hash as a sign-in does. The page that has it costs none.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn forms_share_the_limit_of_sign_ins_and_pages_are_not_counted() {
    let (_one, _two, nginx) = two_instances().await;
    let attacker = nginx.person_from(ATTACKER);
    let mut asking = JoinSet::new();
    for _ in 0..150 {
        let mut person = attacker.copy();
        asking.spawn(async move { person.post("/api/auth/login", json!({})).await });
    }
    asking.join_all().await;
    let mut refused = 0;
    for _ in 0..20 {
        let form = attacker.request(Method::POST, "/sign-in");
        let answer = Answer::of(form.send().await.expect("sent")).await;
        if answer.status == 303 {
            assert!(answer.header("location").ends_with("/sign-in?note=busy"), "{answer:?}");
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused}");
    for _ in 0..100 {
        assert_ne!(get(attacker.copy(), "/sign-in").await.status, 303);
    }
}

/// Attack 7: one line has 2^64 addresses. The byte of a line feed is in these.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn the_addresses_of_one_ipv6_network_share_its_limits() {
    let (_one, _two, nginx) = two_instances().await;
    let at = |address| nginx.person().header("x-test-address", address);
    assert_bounded([at("2001:db8:a0a:a0a::1"), at("2001:db8:a0a:a0a:ffff:a0a:a0a:1")]).await;
    assert_eq!(at("2001:db8:a0a:a0b::1").register().await.status, 201);
}

/// One line has 2^16 networks of IPv6. One byte is a line feed.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn the_networks_of_one_ipv6_line_share_four_times_the_limits_of_one() {
    let (_one, _two, nginx) = two_instances().await;
    let person = nginx.person();
    let at = |network: usize| person.copy().header("x-test-address", &format!("2001:db8:a0a:{network:x}::1"));
    let (begun, mut asking) = (Instant::now(), JoinSet::new());
    for network in 0..600 {
        let mut person = at(network);
        asking.spawn(async move { person.post("/api/auth/login", json!({})).await });
    }
    let taken = asking.join_all().await.into_iter().filter(|answer| answer.status != 429).count();
    let most = 201 + 20 * (begun.elapsed().as_secs() + 1);
    assert!(taken >= 201 && taken as u64 <= most, "{taken} of at most {most}");
    let mut another_line = nginx.person().header("x-test-address", "2001:db8:a0b:1::1");
    assert_eq!(another_line.post("/api/auth/login", json!({})).await.status, 422);
}

/// In the contract's words, with the headers of every other answer.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test proxy"]
async fn what_nginx_itself_refuses_is_said_as_the_api_says_it() {
    let app = instance().await;
    let nginx = Nginx::before([super::address(&app), super::address(&app)]).await;
    let ours = get(nginx.person(), "/api/me").await;
    let long = "x".repeat(40_000);
    let request = |method: Method, path: &str| nginx.person().request(method, path);
    for (request, outcome) in [
        (request(Method::GET, "/api/me").header("x-long", &long), (400, "MALFORMED_REQUEST")),
        (request(Method::GET, "/nginx-error/503"), (404, "NOT_FOUND")),
        (request(Method::TRACE, "/api/me"), (405, "METHOD_NOT_ALLOWED")),
        (request(Method::POST, "/api/auth/login").body("x".repeat(70_000)), (413, "PAYLOAD_TOO_LARGE")),
        (request(Method::GET, &format!("/api/me?{long}")), (414, "MALFORMED_REQUEST")),
    ] {
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.outcome(), outcome, "{answer:?}");
        assert!(answer.body["error"].is_string() && answer.header("content-type") == "application/json", "{answer:?}");
        assert_eq!(answer.body["requestId"], answer.header("x-request-id"));
        for (name, value) in &ours.headers {
            let differs = ["content-length", "date", "www-authenticate", "x-request-id", "server", "connection"];
            if !differs.contains(&name.as_str()) {
                assert_eq!(answer.headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{outcome:?}: {name}");
            }
        }
    }
    let login = json!({"email": EMAIL, "password": PASSWORD});
    assert_eq!(nginx.person().post("/api/auth/login", login).await.outcome(), (401, "INVALID_CREDENTIALS"));
}
