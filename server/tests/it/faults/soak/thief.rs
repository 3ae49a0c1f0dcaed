//! A thief who copies what one client holds, now and then, and uses it early or late; or looks before he leaps.

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    super::token::Token,
    client::{Held, Identity, Kind, World, refresh, use_token},
    random::Random,
};

/// How often a thief asks again who is not answered.
const PERSISTENCE: usize = 20;
/// After so many requests a thief who looks first has had enough.
const PATIENCE: usize = 300;

/// What a thief does with what he has copied.
#[derive(Clone, Copy, Debug)]
pub(super) enum Habit {
    /// Presents it once, early or late.
    Replays,
    /// Sends one attempt id again and again, and leaves when he is told that the owner has rotated.
    Repeats,
    /// The same, but then tries once more with another id, and stops after two answers.
    Probes,
}

impl Habit {
    /// All of them in turn; without attempt ids there is nothing to repeat.
    pub(super) fn of(thief: usize, kind: Kind) -> Self {
        match thief % 3 {
            1 if kind.attempts => Self::Repeats,
            2 if kind.attempts => Self::Probes,
            _ => Self::Replays,
        }
    }
}

pub(super) struct Thief {
    pub(super) world: World,
    pub(super) who: Identity,
    pub(super) habit: Habit,
    pub(super) url: String,
    pub(super) random: Random,
    /// What the victim holds.
    pub(super) victim: watch::Receiver<Held>,
}

impl Thief {
    pub(super) async fn live(&mut self) {
        while !self.world.stop.is_cancelled() {
            sleep(self.random.millis(500..2500)).await;
            let loot = self.victim.borrow().clone();
            if !matches!(self.habit, Habit::Replays) {
                if loot.cookie.is_some() {
                    self.look_first(loot).await;
                }
                continue;
            }
            if let Some(cookie) = loot.cookie.as_deref() {
                let stolen = Token::read(cookie);
                let is_due = match self.random.below(3) {
                    0 => true,
                    1 => self.grows_old(&stolen).await,
                    _ => self.successor_is_used(&stolen).await,
                };
                if is_due {
                    self.replay(&loot).await;
                }
            }
        }
    }

    /// Whether the victim rotates twice in reasonable time, and not signs in anew.
    async fn grows_old(&mut self, stolen: &Token) -> bool {
        self.sees(|held| {
            let now = held.cookie.as_deref().map(Token::read);
            now.is_some_and(|now| now.session != stolen.session || now.generation >= stolen.generation + 2)
        })
        .await
    }

    /// Whether, in reasonable time, the victim's access token of a later generation is accepted. From then on the loot is
    /// evidence.
    async fn successor_is_used(&mut self, stolen: &Token) -> bool {
        self.sees(|held| {
            let used = held.used.as_deref().map(Token::read);
            used.is_some_and(|used| used.session == stolen.session && used.generation > stolen.generation)
        })
        .await
    }

    async fn sees(&mut self, so: impl Fn(&Held) -> bool) -> bool {
        let wait = timeout(self.random.millis(5000..10_000), self.victim.wait_for(|held| so(held)));
        tokio::select! {
            held = wait => held.is_ok_and(|held| held.is_ok()),
            () = self.world.stop.cancelled() => false,
        }
    }

    /// Presents what he has with one attempt id, until he is refused, content or tired.
    async fn look_first(&mut self, mut loot: Held) {
        let theft = format!("{:08x}", self.random.next() & 0xffff_ffff);
        let (mut id, mut leaps) = (0_u32, 0);
        for _ in 0..PATIENCE {
            let attempt = format!("{theft}.{id}");
            let reply = refresh(&self.world, self.who, &self.url, &loot, Some(&attempt)).await;
            let is_late = reply.answer().is_some_and(|answer| answer.code == "REFRESH_DUPLICATE");
            if reply.is_final_refusal() || self.world.stop.is_cancelled() {
                return;
            }
            if reply.is_success() {
                leaps += u32::from(reply.cookie.is_some());
                loot.cookie = reply.cookie.clone().or(loot.cookie);
                if let Some(access) = reply.access.as_deref().filter(|_| self.random.percent(50)) {
                    use_token(&self.world, self.who, &self.url, Some(access)).await;
                }
            }
            match self.habit {
                Habit::Probes if is_late && leaps < 2 => id += 1,
                Habit::Repeats | Habit::Probes if is_late => return,
                _ => sleep(self.random.millis(300..1500)).await,
            }
        }
    }

    async fn replay(&mut self, loot: &Held) {
        let attempt = self.who.kind.attempts.then(|| format!("{:016x}", self.random.next()));
        for _ in 0..PERSISTENCE {
            let reply = refresh(&self.world, self.who, &self.url, loot, attempt.as_deref()).await;
            if let Some(access) = reply.access.as_deref().filter(|_| reply.is_success()) {
                use_token(&self.world, self.who, &self.url, Some(access)).await;
            }
            if reply.is_success() || reply.is_final_refusal() || self.world.stop.is_cancelled() {
                return;
            }
            sleep(self.random.millis(20..200)).await;
        }
    }
}
