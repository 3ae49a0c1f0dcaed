//! Hundreds of clients for seconds or hours, while the process is killed, connections are cut and the disk is full. What
//! they were told is written down and judged afterwards.
//!
//! `SOAK_SECONDS`, `SOAK_SEED` and `SOAK_CLIENTS` make it longer, repeat its choices and change its size; `SOAK_HISTORY` names a
//! file for everything that happened. `cargo xtask soak` sets them.

mod checker;
mod checker_tests;
mod client;
mod figures;
mod history;
mod proxy;
mod random;
mod report;
mod rows;
mod run;
mod supervisor;
mod thief;
mod wire;

use std::{collections::HashSet, env, fmt::Write as _, fs, time::Duration};

use self::{figures::Figures, history::History, random::Random, run::Run};
use super::database;

const SECONDS: u64 = 8;
const CLIENTS: u64 = 200;
/// In so many seconds everything happens that can.
const LONG: u64 = 60;

/// E1: `kill -9` during rotations. E2: commits whose answer is lost. E12: a full disk, again and again. I1 to I6 are checked
/// over everything that any client was told, and over the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_people_keep_their_sessions_and_ended_ones_stay_ended_whatever_breaks() {
    let any_seed = || u64::from_le_bytes(server::random::bytes(&server::random::SystemRandom));
    let seed = setting("SOAK_SEED").unwrap_or_else(any_seed);
    eprintln!("seed {seed}");
    let folder = tempfile::tempdir().expect("a folder");
    let seconds = setting("SOAK_SECONDS").unwrap_or(SECONDS);
    let mut run = Run::begin(&folder, Random::new(seed), setting("SOAK_CLIENTS").unwrap_or(CLIENTS)).await;
    run.go_on(Duration::from_secs(seconds)).await;
    let log = run.settle().await;

    let mut history = run.recorder.read(History::clone);
    history.shed = shed(&log);
    keep(&history);
    let mut violations = checker::check(&history);
    violations.extend(rows::compare(&history, &database::sessions(&folder).await, &database::accounts(&folder).await));
    let figures = Figures { violations: Some(&violations), ..run.figures(&history) }.to_string();
    eprintln!("{figures}");
    assert!(violations.is_empty(), "seed {seed}: {figures}\n{}", report::report(&history, &violations));
    assert_eq!(database::integrity(&folder).await, "ok", "seed {seed}");
    assert!(!log.contains("panicked"), "seed {seed}: {log}");
    let judged = checker::certain_thefts(&history);
    assert!(judged > 0 || seconds < LONG, "seed {seed}: nobody was a thief for certain, so the rule judged nothing");
}

/// The requests that were turned away because there was too much to hash.
fn shed(log: &str) -> HashSet<String> {
    let lines = log.lines().filter(|line| line.contains(&server::password::Busy.to_string()));
    lines
        .filter_map(|line| {
            Some(serde_json::from_str::<serde_json::Value>(line).ok()?["span"]["id"].as_str()?.to_owned())
        })
        .collect()
}

fn setting(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is a number, not {value:?}")))
}

/// Everything that happened, into the file that somebody asked for.
fn keep(history: &History) {
    let Ok(file) = env::var("SOAK_HISTORY") else { return };
    let mut lines: Vec<_> = history.operations.iter().map(|it| (it.started, it.to_string())).collect();
    lines.extend(history.incidents.iter().map(|it| (it.at, it.to_string())));
    lines.sort();
    let mut text = String::new();
    for (_, line) in lines {
        writeln!(text, "{line}").expect("a String takes anything");
    }
    fs::write(file, text).expect("the history can be written");
}
