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
    people::{Person, client, credentials},
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

/// Sign-ins a second of the people who are measured.
const SIGN_INS: u32 = 1;
/// Connections on which one account signs in again and again.
const CONNECTIONS: usize = 90;

/// What a server has to withstand.
#[derive(Clone, Copy)]
pub(crate) enum Attack {
    /// Wrong passwords, so many a second, each from one of many addresses and for an account of its own.
    WrongPasswords { rate: u32 },
    /// The right password of one account, from one address, as often as many connections can send it.
    OneAccount,
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPasswords { rate } => write!(f, "{rate} wrong passwords a second from {ADDRESSES} addresses"),
            Self::OneAccount => write!(f, "one account's right password on {CONNECTIONS} connections of one address"),
        }
    }
}

/// What was seen.
pub(crate) struct Report {
    lasts: Duration,
    quiet: Seen,
    attacked: Vec<Attacked>,
}

/// What was seen during an attack.
struct Attacked {
    attack: Attack,
    seen: Seen,
    /// The answers to the attack's own requests.
    answers: BTreeMap<String, u32>,
    memory: Option<(u64, u64)>,
}

/// What the others got.
#[derive(Default)]
struct Seen {
    protected: Latencies,
    refreshes: Latencies,
    /// Those that succeeded.
    sign_ins: Latencies,
    /// Those that did not.
    refused: BTreeMap<String, u32>,
    errors: Vec<String>,
}

/// Measures what each of these leaves of everything else.
pub(crate) async fn measure(server: &Server, attacks: &[Attack], lasts: Duration) -> anyhow::Result<Report> {
    let mut people = vec![];
    for number in 0..PEOPLE {
        people.push(Person::new(server, number).await?);
    }
    // Of the attacker's own account.
    Person::new(server, PEOPLE).await?;
    // The first requests of a process are none to compare with.
    others(&mut people, Duration::from_secs(5)).await;
    let quiet = others(&mut people, lasts).await;
    let mut attacked = vec![];
    for attack in attacks.iter().copied() {
        let before = server.memory();
        let url = server.url.clone();
        let attacking = thread::spawn(move || attack.come_from_elsewhere(&url, lasts));
        let seen = others(&mut people, lasts).await;
        let answers = attacking.join().map_err(|_| anyhow!("the attack has panicked"))??;
        let memory = before.zip(server.memory()).map(|((before, _), (_, most))| (before, most));
        attacked.push(Attacked { attack, seen, answers, memory });
    }
    Ok(Report { lasts, quiet, attacked })
}

impl Attack {
    /// An attack comes from other machines: on this one it gives way to whatever is measured, and to the server.
    fn come_from_elsewhere(self, url: &str, lasts: Duration) -> anyhow::Result<BTreeMap<String, u32>> {
        #[cfg(target_os = "linux")]
        rustix::process::setpriority_process(None, 19)?;
        Builder::new_current_thread().enable_all().build()?.block_on(async {
            match self {
                Self::WrongPasswords { rate } => guess(url, rate, lasts).await,
                Self::OneAccount => sign_in_again_and_again(url, lasts).await,
            }
        })
    }
}

/// Sends them at the rate, whether the server keeps up or not.
async fn guess(url: &str, rate: u32, lasts: Duration) -> anyhow::Result<BTreeMap<String, u32>> {
    let (http, room) = (client()?, Arc::new(Semaphore::new(UNANSWERED)));
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut asking, mut outcomes) = (JoinSet::new(), BTreeMap::<String, u32>::new());
    let until = Instant::now() + lasts;
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
            outcome(answer)
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

/// Each connection asks again as soon as it is answered.
async fn sign_in_again_and_again(url: &str, lasts: Duration) -> anyhow::Result<BTreeMap<String, u32>> {
    let until = Instant::now() + lasts;
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (http, url) = (client()?, url.to_owned());
        connections.spawn(async move {
            let mut outcomes = BTreeMap::<String, u32>::new();
            while Instant::now() < until {
                let request = http.post(format!("{url}/api/auth/login")).json(&credentials(PEOPLE));
                let answer = request.header("x-forwarded-for", "203.0.113.99").send().await;
                *outcomes.entry(outcome(answer)).or_default() += 1;
            }
            outcomes
        });
    }
    let mut all = BTreeMap::new();
    for (outcome, count) in connections.join_all().await.into_iter().flatten() {
        *all.entry(outcome).or_default() += count;
    }
    Ok(all)
}

fn outcome(answer: reqwest::Result<reqwest::Response>) -> String {
    answer.map_or_else(|error| error.to_string(), |answer| answer.status().to_string())
}

/// Protected requests, refreshes and sign-ins, each begun when its time has come and measured from then on.
async fn others(people: &mut [Person], lasts: Duration) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (me, rest) = people.split_first_mut().expect("OK because there are people");
    let (signing_in, refreshing) = rest.split_at_mut(rest.len() / 2);
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
    // From a third place each: neither the attack's nor that of the one before.
    let sign_ins = async {
        let mut ticks = interval(Duration::from_secs(1) / SIGN_INS);
        for turn in 0.. {
            let due = ticks.tick().await.into_std();
            if due >= until {
                break;
            }
            let count = signing_in.len();
            let outcome = signing_in[turn % count].sign_in().await;
            let mut seen = seen.lock().await;
            match outcome {
                Ok(StatusCode::OK) => seen.sign_ins.add(due.elapsed()),
                Ok(status) => *seen.refused.entry(status.to_string()).or_default() += 1,
                Err(error) => *seen.refused.entry(error.to_string()).or_default() += 1,
            }
        }
    };
    tokio::join!(protected, refreshes, sign_ins);
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
        let ms = |latencies: &Latencies, part| latencies.per_mille(part).as_secs_f64() * 1000.0;
        for Attacked { attack, seen, answers, memory } in &self.attacked {
            writeln!(f, "## {attack}, for {:?}", self.lasts)?;
            writeln!(f)?;
            writeln!(f, "answers to them: {answers:?}")?;
            writeln!(f)?;
            writeln!(f, "| | requests | quiet p50 | p99 | attacked p50 | p99 | p99 to p99 |")?;
            writeln!(f, "|---|---|---|---|---|---|---|")?;
            for (name, quiet, attacked) in [
                ("GET /api/me", &self.quiet.protected, &seen.protected),
                ("POST /api/auth/refresh", &self.quiet.refreshes, &seen.refreshes),
                ("sign-ins that succeed", &self.quiet.sign_ins, &seen.sign_ins),
            ] {
                writeln!(
                    f,
                    "| {name} | {} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} |",
                    attacked.count(),
                    ms(quiet, 500),
                    ms(quiet, 990),
                    ms(attacked, 500),
                    ms(attacked, 990),
                    ms(attacked, 990) / ms(quiet, 990)
                )?;
            }
            writeln!(f)?;
            let all = |seen: &Seen| seen.sign_ins.count() + seen.refused.values().map(|n| *n as usize).sum::<usize>();
            writeln!(f, "sign-ins from a third place: {} of {}", seen.sign_ins.count(), all(seen))?;
            writeln!(f, "  in the quiet: {} of {}", self.quiet.sign_ins.count(), all(&self.quiet))?;
            writeln!(f, "  refused: {:?}", seen.refused)?;
            writeln!(f, "errors in the quiet: {}, during it: {}", self.quiet.errors.len(), seen.errors.len())?;
            for error in seen.errors.iter().take(5) {
                writeln!(f, "  {error}")?;
            }
            match memory {
                Some((before, most)) => {
                    writeln!(f, "memory: {} MiB before, {} MiB at most", before / 1_048_576, most / 1_048_576)?;
                }
                None => writeln!(f, "memory: this system does not tell")?,
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
