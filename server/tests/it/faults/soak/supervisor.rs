//! Runs the program, pulls its plug and starts it again, fills its disk and frees it.

use std::{
    net::TcpListener,
    path::PathBuf,
    process,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use serde_json::json;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};

use super::{client::Client, figures::Damage, history::Recorder, random::Random};
use crate::support::program::Program;

/// Out of the range from which the system takes ports for outgoing connections: nobody else gets it by chance, and nobody
/// who calls while the program is down is connected to himself.
const PORTS: std::ops::Range<u32> = 20_000..32_000;
/// Every so many-th fault is a full disk, the others are kills.
const DISK_FULL_EVERY: u64 = 4;
/// A disk that is not full after so many sign-ins is none.
const SIGN_INS: usize = 300;
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
        let (program, log) = (None, String::new());
        Self { address, folder, settings, program, recorder, random, damage, log }
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
        self.recorder.incident("the program runs");
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
        self.recorder.incident("kill -9");
        self.log += &spawn_blocking(move || program.kill()).await.expect("it ends");
        self.damage.kills.fetch_add(1, Relaxed);
        if self.random.percent(30) {
            sleep(self.random.millis(0..500)).await;
        }
        self.start().await;
    }

    /// Full means that a sign-in was refused for it; free again, that one succeeds without a restart.
    async fn fill_and_free_the_disk(&mut self, probe: &mut Client) {
        self.set_disk_full(true).await;
        let mut left = SIGN_INS;
        while left > 0 && probe.sign_in_succeeds().await {
            left -= 1;
        }
        if left == 0 {
            self.recorder.complain(probe.account, "a full disk is written to");
        }
        self.recorder.incident("a sign-in found the disk full");
        sleep(self.random.millis(300..1000)).await;
        self.set_disk_full(false).await;
        let recovers = async {
            while !probe.sign_in_succeeds().await {
                sleep(Duration::from_millis(20)).await;
            }
        };
        if timeout(RECOVERY, recovers).await.is_err() {
            self.recorder.complain(probe.account, "a freed disk is not written to without a restart");
        }
        self.damage.disk_full_episodes.fetch_add(1, Relaxed);
    }

    async fn set_disk_full(&self, full: bool) {
        let program = self.program.as_ref().expect("it runs");
        program.fault(json!({"diskFull": full})).await;
        self.recorder.incident(if full { "the disk is full" } else { "the disk has room" });
    }

    /// Ends the program as an operator does. Returns all that it ever logged.
    pub(super) async fn stop(&mut self) -> String {
        let program = self.program.take().expect("it runs");
        let (status, log) = spawn_blocking(move || program.stop("-TERM")).await.expect("it ends");
        assert_eq!(status, Some(0), "it ends in order: {log}");
        std::mem::take(&mut self.log) + &log
    }
}

/// An address that is free now, and the same for every start.
fn free_address() -> String {
    let count = PORTS.end - PORTS.start;
    (0..count)
        .map(|offset| PORTS.start + (process::id() * 37 + offset) % count)
        .map(|port| format!("127.0.0.1:{port}"))
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("one of twelve thousand ports is free")
}
