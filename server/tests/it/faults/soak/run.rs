//! One run: everybody is put in place, things break for a while, and then everybody finds out where they stand.

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    client::{Client, Identity, Kind, World},
    figures::{Damage, Figures},
    history::{History, Party, Recorder},
    proxy::{self, Temper},
    random::Random,
    supervisor::Supervisor,
    thief::{Habit, Thief},
};

const CLIENTS_AN_ACCOUNT: usize = 10;
/// One client in so many is stolen from. Odd, so that there are victims of every kind.
const VICTIM_EVERY: usize = 9;
/// The server checks as many passwords at once as the machine has processors, and turns away who waits for long.
const SIGN_INS_AT_ONCE: usize = 3;
/// The mean time between two things that a client does.
const PAUSE: Duration = Duration::from_millis(500);
/// Longer than the server's own: a client that gives up earlier would send a late copy.
const PATIENCE: Duration = Duration::from_secs(30);
const PROGRESS: Duration = Duration::from_secs(10);
/// Q, to choose from. Much shorter than the default, so that much is rotated.
const QUIET_PERIODS: [&str; 3] = ["0", "1s", "3s"];

pub(super) struct Run {
    pub(super) recorder: Recorder,
    stop: CancellationToken,
    damage: Arc<Damage>,
    supervisor: Supervisor,
    probe: Client,
    clients: JoinSet<Client>,
    thieves: JoinSet<()>,
}

impl Run {
    /// Starts the program and everybody who uses it.
    pub(super) async fn begin(folder: &TempDir, mut random: Random, clients: u64) -> Self {
        let recorder = Recorder::new();
        let quiet_period = QUIET_PERIODS[random.index(QUIET_PERIODS.len())];
        // Hundreds of people on one address, who refresh as fast as they can.
        let settings = [
            ("REFRESH_QUIET_PERIOD", quiet_period),
            ("RUST_LOG", "warn"),
            ("REGISTRATIONS_PER_HOUR", "0"),
            ("REFRESHES_PER_MINUTE", "0"),
            // A sign-in whose answer was lost leaves a session that nobody ends.
            ("SESSIONS_PER_ACCOUNT", "500"),
            ("SIGN_INS_AT_ONCE", "0"),
        ];
        let settings = settings.map(|(name, value)| (name, value.to_owned())).to_vec();
        recorder.incident(format!("the quiet period is {quiet_period}"));
        let (stop, damage) = (CancellationToken::new(), Arc::<Damage>::default());
        let folder = folder.path().to_owned();
        let mut supervisor = Supervisor::new(folder, settings, recorder.clone(), random.fork(), Arc::clone(&damage));
        supervisor.start().await;
        let world = World {
            http: reqwest::Client::builder()
                .pool_max_idle_per_host(0)
                .timeout(PATIENCE)
                .build()
                .expect("OK because nothing of it can fail without TLS"),
            recorder: recorder.clone(),
            sign_ins: Arc::new(Semaphore::new(SIGN_INS_AT_ONCE)),
            stop: stop.clone(),
            pause: PAUSE,
        };
        let upstream = supervisor.address().parse().expect("an address");
        let mut lay = async |temper| {
            let line = proxy::lay(upstream, temper, random.fork(), Arc::clone(&damage), recorder.clone(), stop.clone());
            format!("http://{}", line.await.expect("a free port"))
        };
        let (lossy, wild) = (lay(Temper::Lossy).await, lay(Temper::Wild).await);

        let count = usize::try_from(clients).expect("fewer than memory has room for");
        let everybody: Vec<Client> = (0..count)
            .map(|id| {
                let url = if Kind::of(id).attempts { &wild } else { &lossy };
                Client::new(world.clone(), id, id / CLIENTS_AN_ACCOUNT, url.clone(), random.fork())
            })
            .collect();
        let direct = format!("http://{}", supervisor.address());
        // It finds out whether the server works again, and must not wait for anybody else.
        let first_in_line = World { sign_ins: Arc::new(Semaphore::new(1)), ..world.clone() };
        let mut probe = Client::new(first_in_line, count, count, direct, random.fork());
        probe.sign_up().await;
        let mut thieves = JoinSet::new();
        for (number, victim) in everybody.iter().step_by(VICTIM_EVERY).enumerate() {
            let mut thief = Thief {
                world: world.clone(),
                who: Identity { party: Party::Thief, ..victim.identity() },
                habit: Habit::of(number / 4, victim.kind),
                url: victim.url.clone(),
                random: random.fork(),
                victim: victim.held.subscribe(),
            };
            thieves.spawn(async move { thief.live().await });
        }
        let firsts: Vec<_> = everybody.iter().step_by(CLIENTS_AN_ACCOUNT).map(|it| it.held.subscribe()).collect();
        let mut clients = JoinSet::new();
        for mut client in everybody {
            let first = firsts[client.account].clone();
            clients.spawn(async move {
                if client.id.is_multiple_of(CLIENTS_AN_ACCOUNT) {
                    client.sign_up().await;
                } else {
                    client.wait_for_account(first).await;
                }
                client.live().await;
                client
            });
        }
        Self { recorder, stop, damage, supervisor, probe, clients, thieves }
    }

    /// Breaks things for this long, and says now and then how it goes.
    pub(super) async fn go_on(&mut self, time: Duration) {
        let mut progress = interval(PROGRESS);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        progress.tick().await;
        let broken = self.supervisor.break_things(Instant::now() + time, &mut self.probe);
        tokio::pin!(broken);
        loop {
            tokio::select! {
                () = &mut broken => return,
                _ = progress.tick() => {
                    let figures = |history: &_| Figures { history, damage: &self.damage, violations: None }.to_string();
                    eprintln!("{}", self.recorder.read(figures));
                }
            }
        }
    }

    /// Mends everything, lets everybody find out where they stand, and ends the program. Returns what it logged.
    pub(super) async fn settle(&mut self) -> String {
        self.stop.cancel();
        while let Some(ended) = self.thieves.join_next().await {
            ended.expect("thieves do not panic");
        }
        let mut everybody = vec![];
        while let Some(client) = self.clients.join_next().await {
            everybody.push(client.expect("clients do not panic"));
        }
        self.recorder.calm();
        for client in &mut everybody {
            client.settle().await;
        }
        self.supervisor.stop().await
    }

    pub(super) fn figures<'a>(&'a self, history: &'a History) -> Figures<'a> {
        Figures { history, damage: &self.damage, violations: None }
    }
}
