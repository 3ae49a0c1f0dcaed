use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use reqwest::StatusCode;
use serde_json::json;
use tokio::{
    runtime::Builder,
    sync::{Mutex, Semaphore},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{
    latencies::Latencies,
    people::{Person, client},
    server::Server,
};

/// Protected requests a second, in the quiet and in the flood.
const PROTECTED: u32 = 50;
/// Refreshes a second.
const REFRESHES: u32 = 5;
/// People who refresh in turn.
const PEOPLE: u32 = 40;
/// Addresses from which the flood comes.
const ADDRESSES: u32 = 500;
/// Sign-ins that may be unanswered; beyond, the flood waits, as any attacker's machine would.
const UNANSWERED: usize = 1000;

/// A flood.
#[derive(Clone, Copy)]
pub(crate) struct Flood {
    pub(crate) rate: u32,
    pub(crate) lasts: Duration,
}

/// What was seen.
pub(crate) struct Report {
    rate: u32,
    lasts: Duration,
    quiet: Seen,
    flooded: Seen,
    sign_ins: BTreeMap<String, u32>,
    memory: Option<(u64, u64)>,
}

/// What the others got.
#[derive(Default)]
struct Seen {
    protected: Latencies,
    refreshes: Latencies,
    errors: Vec<String>,
}

impl Flood {
    pub(crate) async fn measure(&self, server: &Server) -> anyhow::Result<Report> {
        let mut people = vec![];
        for number in 0..PEOPLE {
            people.push(Person::new(server, number).await?);
        }
        // The first requests of a process are none to compare with.
        others(&mut people, Duration::from_secs(5)).await;
        let quiet = others(&mut people, self.lasts).await;
        let before = server.memory();
        let (flood, url) = (*self, server.url.clone());
        let flooding = thread::spawn(move || flood.come_from_elsewhere(&url));
        let flooded = others(&mut people, self.lasts).await;
        let sign_ins = flooding.join().map_err(|_| anyhow!("the flood has panicked"))??;
        let memory = before.zip(server.memory()).map(|((before, _), (_, most))| (before, most));
        Ok(Report { rate: self.rate, lasts: self.lasts, quiet, flooded, sign_ins, memory })
    }

    /// A flood comes from other machines: on this one it gives way to whatever is measured, and to the server.
    fn come_from_elsewhere(self, url: &str) -> anyhow::Result<BTreeMap<String, u32>> {
        #[cfg(target_os = "linux")]
        rustix::process::setpriority_process(None, 19)?;
        Builder::new_current_thread().enable_all().build()?.block_on(self.sign_in(url))
    }

    /// Sends them at the rate, whether the server keeps up or not.
    async fn sign_in(&self, url: &str) -> anyhow::Result<BTreeMap<String, u32>> {
        let (http, room) = (client()?, Arc::new(Semaphore::new(UNANSWERED)));
        let mut ticks = interval(Duration::from_secs(1) / self.rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut asking, mut outcomes) = (JoinSet::new(), BTreeMap::<String, u32>::new());
        let until = Instant::now() + self.lasts;
        let mut number = 0_u32;
        while Instant::now() < until {
            ticks.tick().await;
            let permit = Arc::clone(&room).acquire_owned().await?;
            let from = number % ADDRESSES;
            let body = json!({"email": format!("nobody{number}@example.com"), "password": "a wrong password"});
            let request = http.post(format!("{url}/api/auth/login")).json(&body);
            let request = request.header("x-forwarded-for", format!("198.51.{}.{}", from / 250, from % 250));
            asking.spawn(async move {
                let answer = request.send().await;
                drop(permit);
                answer.map_or_else(|error| error.to_string(), |answer| answer.status().to_string())
            });
            number += 1;
            while let Some(outcome) = asking.try_join_next() {
                *outcomes.entry(outcome?).or_default() += 1;
            }
        }
        for outcome in asking.join_all().await {
            *outcomes.entry(outcome).or_default() += 1;
        }
        Ok(outcomes)
    }
}

/// Protected requests and refreshes, each begun when its time has come and measured from then on.
async fn others(people: &mut [Person], lasts: Duration) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (me, refreshing) = people.split_first_mut().expect("OK because there are people");
    let until = Instant::now() + lasts;
    let protected = async {
        let mut ticks = interval(Duration::from_secs(1) / PROTECTED);
        while Instant::now() < until {
            let due = ticks.tick().await.into_std();
            let outcome = me.me().await;
            let mut seen = seen.lock().await;
            seen.protected.add(due.elapsed());
            seen.errors.extend(error("a protected request", outcome));
        }
    };
    let refreshes = async {
        let mut ticks = interval(Duration::from_secs(1) / REFRESHES);
        for turn in 0.. {
            let due = ticks.tick().await.into_std();
            if due >= until {
                break;
            }
            let count = refreshing.len();
            let outcome = refreshing[turn % count].refresh().await;
            let mut seen = seen.lock().await;
            seen.refreshes.add(due.elapsed());
            seen.errors.extend(error("a refresh", outcome));
        }
    };
    tokio::join!(protected, refreshes);
    std::mem::take(&mut *seen.lock().await)
}

fn error(what: &str, outcome: anyhow::Result<StatusCode>) -> Option<String> {
    match outcome {
        Ok(StatusCode::OK) => None,
        Ok(status) => Some(format!("{what}: {status}")),
        Err(error) => Some(format!("{what}: {error}")),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |latencies: &Latencies| [500, 990].map(|part| latencies.per_mille(part).as_secs_f64() * 1000.0);
        let (quiet, flooded) = (line(&self.quiet.protected), line(&self.flooded.protected));
        let (still, rotated) = (line(&self.quiet.refreshes), line(&self.flooded.refreshes));
        writeln!(f, "{} sign-ins a second from {ADDRESSES} addresses for {:?}", self.rate, self.lasts)?;
        writeln!(f, "answers to them: {:?}", self.sign_ins)?;
        writeln!(f)?;
        writeln!(f, "| | requests | quiet p50 | p99 | flooded p50 | p99 | p99 to p99 |")?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for (name, count, quiet, flooded) in [
            ("GET /api/me", self.flooded.protected.count(), quiet, flooded),
            ("POST /api/auth/refresh", self.flooded.refreshes.count(), still, rotated),
        ] {
            writeln!(
                f,
                "| {name} | {count} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} |",
                quiet[0],
                quiet[1],
                flooded[0],
                flooded[1],
                flooded[1] / quiet[1]
            )?;
        }
        writeln!(f)?;
        writeln!(f, "errors in the quiet: {}, in the flood: {}", self.quiet.errors.len(), self.flooded.errors.len())?;
        for error in self.flooded.errors.iter().take(5) {
            writeln!(f, "  {error}")?;
        }
        match self.memory {
            Some((before, most)) => {
                write!(f, "memory: {} MiB before, {} MiB at most", before / 1_048_576, most / 1_048_576)
            }
            None => write!(f, "memory: this system does not tell"),
        }
    }
}
