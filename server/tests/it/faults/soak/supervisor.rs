//! Runs the program, pulls its plug and starts it again, fills its disk and frees it.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use serde_json::json;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};

use super::{
    checker::is_unavailable,
    client::Client,
    figures::Damage,
    history::{Broken, Outcome, Recorder},
    random::Random,
};
use crate::support::program::{Program, free_address};

/// Every so many-th fault is a full disk, the others are kills.
const DISK_FULL_EVERY: u64 = 4;
/// A disk that is not full after so many sign-ins is none.
const SIGN_INS: usize = 300;
/// What SQLite says of a full disk, as the program logs it.
const FULL: &str = "database or disk is full";
/// How soon everything works again after a fault.
const RECOVERY: Duration = Duration::from_secs(10);

pub(super) struct Supervisor {
    address: String,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
    program: Option<Program>,
    recorder: Recorder,
    random: Random,
    damage: Arc<Damage>,
    log: String,
    /// Who found the disk full when signing in, since the program was started: the account, and the request's id.
    found_full: Vec<(usize, String)>,
}

impl Supervisor {
    pub(super) fn new(
        folder: PathBuf,
        settings: Vec<(&'static str, String)>,
        recorder: Recorder,
        random: Random,
        damage: Arc<Damage>,
    ) -> Self {
        let address = free_address();
        let (program, log, found_full) = (None, String::new(), vec![]);
        Self { address, folder, settings, program, recorder, random, damage, log, found_full }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) async fn start(&mut self) {
        let (address, folder, settings) = (self.address.clone(), self.folder.clone(), self.settings.clone());
        let start = move || {
            let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Program::start_at(&address, &folder, &settings)
        };
        self.program = Some(spawn_blocking(start).await.expect("it starts"));
        self.recorder.fixed(Broken::Process, "the program runs");
    }

    /// Breaks one thing after the other until `until`, and leaves everything whole.
    pub(super) async fn break_things(&mut self, until: Instant, probe: &mut Client) {
        let mut faults = 0;
        loop {
            let calm = self.random.millis(600..1400);
            if Instant::now() + calm > until {
                return;
            }
            sleep(calm).await;
            faults += 1;
            if faults % DISK_FULL_EVERY == 0 {
                self.fill_and_free_the_disk(probe).await;
            } else {
                self.kill_and_restart().await;
            }
        }
    }

    async fn kill_and_restart(&mut self) {
        let program = self.program.take().expect("it runs");
        self.recorder.breaks(Broken::Process, "kill -9");
        let log = spawn_blocking(move || program.kill()).await.expect("it ends");
        self.keep(&log);
        self.damage.kills.fetch_add(1, Relaxed);
        if self.random.percent(30) {
            sleep(self.random.millis(0..500)).await;
        }
        self.start().await;
    }

    /// Full means that a sign-in was refused for it, and for nothing else; free again, that one succeeds without a restart.
    async fn fill_and_free_the_disk(&mut self, probe: &mut Client) {
        self.set_disk_full(true).await;
        let mut left = SIGN_INS;
        let refused = loop {
            let reply = probe.sign_in_again().await;
            left -= 1;
            if left == 0 || !reply.is_success() {
                break reply;
            }
        };
        if let Outcome::Answered(answer) = &refused.outcome
            && is_unavailable(&refused.outcome)
        {
            self.recorder.incident("a sign-in found the disk full");
            self.damage.disk_full_episodes.fetch_add(1, Relaxed);
            self.found_full.push((probe.account, answer.request_id.clone()));
        } else {
            self.recorder.complain(probe.account, format!("a full disk makes a sign-in end as {:?}", refused.outcome));
        }
        sleep(self.random.millis(300..1000)).await;
        self.set_disk_full(false).await;
        let recovers = async {
            while !probe.sign_in_again().await.is_success() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        if timeout(RECOVERY, recovers).await.is_err() {
            self.recorder.complain(probe.account, "a freed disk is not written to without a restart");
        }
    }

    async fn set_disk_full(&self, full: bool) {
        let program = self.program.as_ref().expect("it runs");
        if full {
            self.recorder.breaks(Broken::Disk, "the disk is full");
        }
        program.fault(json!({"diskFull": full})).await;
        if !full {
            self.recorder.fixed(Broken::Disk, "the disk has room");
        }
    }

    /// Looks through what an ended program logged: where somebody found the disk full, SQLite must have said so.
    fn keep(&mut self, log: &str) {
        for (account, request) in std::mem::take(&mut self.found_full) {
            let of_it: Vec<_> = log.lines().filter(|line| line.contains(&request)).collect();
            if !of_it.iter().any(|line| line.contains(FULL)) {
                let what = format!("a sign-in was refused for a full disk, and SQLite did not say so: {of_it:?}");
                self.recorder.complain(account, what);
            }
        }
        self.log += log;
    }

    /// Ends the program as an operator does. Returns all that it ever logged.
    pub(super) async fn stop(&mut self) -> String {
        let program = self.program.take().expect("it runs");
        let (status, log) = spawn_blocking(move || program.stop("-TERM")).await.expect("it ends");
        assert_eq!(status, Some(0), "it ends in order: {log}");
        self.keep(&log);
        std::mem::take(&mut self.log)
    }
}
