//! E18: instances that stop and are started again, one after the other.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use tempfile::TempDir;
use tokio::{
    io::{AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::spawn_blocking,
    time::interval,
};
use tokio_util::sync::CancellationToken;

use super::network::connect;
use crate::support::{
    Answer, EMAIL, PASSWORD, Person, database,
    program::{Program, free_address},
    proxy::behind_a_line,
};

/// How long a stop may take.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

async fn start(folder: &TempDir, address: &str, stores: &[(&'static str, String)]) -> Program {
    let (folder, address, stores) = (folder.path().to_owned(), address.to_owned(), stores.to_vec());
    let starting = move || {
        let stores = stores.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = stores.chain([("REFRESHES_PER_MINUTE", "0"), ("SIGN_INS_AT_ONCE", "0")]).collect();
        Program::start_at(&address, &folder, &settings)
    };
    spawn_blocking(starting).await.expect("starts")
}

async fn stop(server: Program) {
    let asked = Instant::now();
    let (status, log) = spawn_blocking(|| server.stop("-TERM")).await.expect("runs");
    assert!(status == Some(0) && asked.elapsed() <= STOPS_WITHIN, "{status:?} after {:?}: {log}", asked.elapsed());
}

/// Which instances say that they are ready.
type Ready = Arc<[AtomicBool; 2]>;

/// Balances load as simply as can be: a connection goes to the next instance that is ready. Returns where.
async fn balance(instances: [SocketAddr; 2]) -> (String, Ready) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let ready: Ready = Arc::new(instances.map(|_| AtomicBool::new(true)));
    let seen = Arc::clone(&ready);
    for (of, instance) in instances.into_iter().enumerate() {
        let (ready, http) = (Arc::clone(&ready), reqwest::Client::new());
        tokio::spawn(async move {
            let mut ticks = interval(Duration::from_millis(100));
            loop {
                ticks.tick().await;
                let answer = http.get(format!("http://{instance}/readyz")).send().await;
                ready[of].store(answer.is_ok_and(|answer| answer.status() == 200), SeqCst);
            }
        });
    }
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((mut client, _)) = listener.accept().await {
            turn += 1;
            let next = (turn..turn + 2).map(|turn| turn % 2).find(|&of| ready[of].load(SeqCst)).unwrap_or(turn % 2);
            tokio::spawn(async move {
                let mut server = TcpStream::connect(instances[next]).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    (format!("http://{address}"), seen)
}

#[derive(Default)]
struct Load {
    answers: AtomicU32,
    repeated: AtomicU32,
    done: CancellationToken,
}

impl Load {
    /// What our client does: a request that nobody answers, or that is answered 503, is repeated. Here once.
    async fn ask(&self, person: &mut Person, request: impl Fn(&Person) -> RequestBuilder) -> Answer {
        self.answers.fetch_add(1, SeqCst);
        match person.try_to(request(person)).await {
            Ok(answer) if answer.status != 503 => answer,
            _ => {
                self.repeated.fetch_add(1, SeqCst);
                person.try_to(request(person)).await.expect("somebody answers")
            }
        }
    }

    async fn of(&self, mut person: Person, signs_in: bool) {
        let credentials = serde_json::json!({"email": EMAIL, "password": PASSWORD});
        for attempt in 0_u32.. {
            let last = self.done.is_cancelled();
            person = person.attempt(&format!("attempt {attempt}"));
            if signs_in {
                let login = |person: &Person| person.request(Method::POST, "/api/auth/login").json(&credentials);
                let answer = self.ask(&mut person, login).await;
                assert_eq!(answer.status, 200, "{answer:?}");
            }
            let answer = self.ask(&mut person, |person| person.with_cookie("/api/auth/refresh")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let me = |person: &Person| {
                let token = person.access_token.as_ref().expect("an access token");
                person.request(Method::GET, "/api/me").header("authorization", format!("Bearer {token}"))
            };
            let answer = self.ask(&mut person, me).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            if last {
                return;
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_rolling_restart_under_load_costs_nobody_more_than_one_repetition() {
    let (folder, stores) = (tempfile::tempdir().expect("a folder"), database::several().await);
    let (mut instances, mut addresses) = (vec![], vec![]);
    for _ in 0..2 {
        let address = free_address();
        instances.push(start(&folder, &address, &stores).await);
        addresses.push(address);
    }
    let address = |of: usize| addresses[of].parse().expect("an address");
    let (url, ready) = balance([address(0), address(1)]).await;
    Person::at(&url).register().await;
    let mut people = vec![];
    for client in 0..6 {
        let mut person = Person::at(&url).attempt("sign-in");
        if client % 2 == 0 {
            // To another instance with each request; the others keep their connections for as long as they are let.
            person = person.header("connection", "close");
        }
        assert_eq!(person.login().await.status, 200);
        people.push(person);
    }
    let load = Load::default();
    let restarting = async {
        for _time in 0..2 {
            for (instance, address) in addresses.iter().enumerate() {
                let before = load.answers.load(SeqCst);
                while load.answers.load(SeqCst) < before + 50 {
                    tokio::task::yield_now().await;
                }
                stop(instances.remove(0)).await;
                instances.push(start(&folder, address, &stores).await);
                while !ready[instance].load(SeqCst) {
                    tokio::task::yield_now().await;
                }
            }
        }
        load.done.cancel();
    };
    tokio::join!(
        join_all(people.into_iter().enumerate().map(|(client, person)| load.of(person, client == 0))),
        restarting
    );
    eprintln!("{} requests, {} of them twice", load.answers.load(SeqCst), load.repeated.load(SeqCst));
    let thefts: i64 = sqlx::query_scalar("SELECT count(*) FROM security_events WHERE kind LIKE 'authn_token%'")
        .fetch_one(&mut connect(&stores[0].1).await)
        .await
        .expect("works");
    assert_eq!(thefts, 0, "nobody was a thief");
}

/// Requests under way, a head that never ends and a database that does not answer, all at once.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_database_that_does_not_answer_keeps_nobody_from_stopping() {
    let (line, database) = behind_a_line(&database::postgres().await).await;
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(&folder, "127.0.0.1:0", &[("DATABASE_URL", database)]).await;
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let mut half = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("connects");
    half.write_all(b"GET /api/me HTTP/1.1\r\nHost: loc").await.expect("sent");
    assert_eq!(ada.me().await.status, 200);
    line.swallow();
    let (answer, ()) = tokio::join!(ada.me(), stop(server));
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"));
    drop(half);
}
