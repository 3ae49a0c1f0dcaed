//! Guessing of passwords: on which counters an attempt counts, and what becomes of them.
//!
//! An attempt counts before the password is compared, so that no number of attempts at once gets past a limit, and is
//! taken back when the password was right. A sign-in has four counters: its own, of this account from this network; two of the
//! account, of which one is for networks that guess, and the other for those that are new; and the network's, for guesses at many
//! accounts.
//!
//! A network where the owner has signed in to the account is a known place. Its right password is accepted when the counters that
//! are shared with others are used up, so that strangers and neighbours lock no owner out (OWASP Authentication Cheat Sheet, "Login
//! Throttling"; NIST SP 800-63B-4, 3.2.2). Nothing else depends on it: a wrong password counts on the same counters and gets the same
//! answer everywhere, after the same work, or a neighbour could learn from it who has an account. Therefore an attempt beyond the shared
//! counters is compared everywhere, except that elsewhere it is compared with nothing.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use aws_lc_rs::digest;
use serde::Serialize;
use sessionkeep_types::{SessionId, UserId};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{
    Shares, TooOften,
    allowance::Allowance,
    counter::{Counter, Key, Rule},
    fair_shares::{FairShare, FairShares},
    line, network,
    under_way::UnderWay,
};
use crate::{keys::Keys, session::UnixMillis};

/// Of one account from one network, or of one session.
const OWN: Rule = Rule::Growing { free: 5, remembered: REMEMBERED };
/// Of one account from all networks. Those that have used up what is free to them share one such allowance, all
/// others have another: whoever goes on guessing keeps nobody out who comes from a new place.
const ACCOUNT: Rule = Rule::Steady { burst: 10, every: Duration::from_mins(3) };
/// From one network at all accounts.
const NETWORK: Rule = Rule::Steady { burst: 100, every: Duration::from_secs(36) };
/// Wrong passwords of one account from a known place that are compared beyond the shared counters.
const SPARED_OWN: (u32, Duration) = (10, Duration::from_mins(15));
/// The same from one network for all accounts.
const SPARED_NETWORK: (u32, Duration) = (100, Duration::from_secs(36));
/// For so long after the last sign-in a network is one from where the account is used.
pub const KNOWN: Duration = Duration::from_hours(24 * 90);
/// What was counted is of no use after this.
pub const REMEMBERED: Duration = Duration::from_hours(24);
/// So many requests may wait for others at once.
const WAITING: usize = 256;
/// So many may read their counters at once before they have a place: a flood must not keep the store's connections from everybody
/// else. While the store is slow, a flood from a few lines must not keep these from everybody else either.
const LOOKING: usize = 64;
/// The header's `typ` of what is hashed for a key: no other token has it.
const TYPE: &str = "attempts+jwt";

/// Which counters there are, and who is counted on them at this moment.
pub struct Guessing {
    keys: Keys,
    pub(crate) under_way: UnderWay,
    waiting: Semaphore,
    looking: FairShares,
    store_failures: AtomicU64,
    spared_own: Allowance,
    spared_network: Allowance,
}

impl Guessing {
    /// With the keys of refresh tokens: all instances have them. Once they are rotated everybody begins anew.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        let allowance = |(burst, every)| Allowance::new(burst, every);
        Self {
            keys,
            under_way: UnderWay::default(),
            waiting: Semaphore::new(WAITING),
            looking: FairShares::new(LOOKING),
            store_failures: AtomicU64::new(0),
            spared_own: allowance(SPARED_OWN),
            spared_network: allowance(SPARED_NETWORK),
        }
    }

    /// A sign-in with this email address, in the form in which it is compared.
    #[must_use]
    pub fn sign_in(&self, email: &str, ip: &str, now: UnixMillis) -> Attempt {
        let places = self.shares(&("both", email, network(ip)), ip, now);
        let account = self.key(&("account", email), now);
        let shared = vec![
            Shared { key: account, rule: ACCOUNT, of: Some(Place::New) },
            Shared { key: self.key(&("guessed", email), now), rule: ACCOUNT, of: Some(Place::Guessing) },
            Shared { key: places.network, rule: NETWORK, of: None },
        ];
        Attempt { together: account, own: places.account, shared, shares: places }
    }

    /// A confirmation by password in this session.
    #[must_use]
    pub fn confirmation(&self, session: &SessionId, user: &UserId, ip: &str, now: UnixMillis) -> Attempt {
        let own = self.key(&("session", session), now);
        Attempt { together: own, own, shared: vec![], shares: self.shares_of(user, ip, now) }
    }

    /// The places in the hashing queue of somebody who is signed in.
    #[must_use]
    pub fn shares_of(&self, user: &UserId, ip: &str, now: UnixMillis) -> Shares {
        self.shares(&("user", user, network(ip)), ip, now)
    }

    fn shares(&self, account: &impl Serialize, ip: &str, now: UnixMillis) -> Shares {
        Shares {
            line: self.key(&("line", line(ip)), now),
            network: self.key(&("network", network(ip)), now),
            account: self.key(account, now),
        }
    }

    /// What an attempt that the shared counters hold uses of the hidden allowances, and so whether its password is compared with
    /// the stored one all the same. It counts as wrong until it is [given back](Self::give_back_spared).
    ///
    /// The network's allowance is used whether the place is known or not: an attacker who has accounts of his own in that network
    /// can read what is left of it.
    pub(crate) fn spare(&self, attempt: &Attempt, is_known: bool, now: UnixMillis) -> Spared {
        let (own, network) = (attempt.shares.account, attempt.shares.network);
        let uses_network = self.spared_network.look(&network, now).is_ok();
        let is_compared = uses_network && is_known && self.spared_own.look(&own, now).is_ok();
        if uses_network {
            self.spared_network.take(network, now);
        }
        if is_compared {
            self.spared_own.take(own, now);
        }
        Spared { uses_network, is_compared }
    }

    /// The attempt had the right password, or nothing was compared.
    pub(crate) fn give_back_spared(&self, attempt: &Attempt, spared: Spared) {
        if spared.uses_network {
            self.spared_network.give_back(&attempt.shares.network);
        }
        if spared.is_compared {
            self.spared_own.give_back(&attempt.shares.account);
        }
    }

    /// How often the store has not counted an attempt.
    pub(crate) fn store_failures(&self) -> u64 {
        self.store_failures.load(Relaxed)
    }

    /// The store has not counted an attempt.
    pub(crate) fn store_failed(&self) {
        self.store_failures.fetch_add(1, Relaxed);
    }

    /// Leave to wait for another attempt. `None`: too many do.
    pub(crate) fn may_wait(&self) -> Option<SemaphorePermit<'_>> {
        self.waiting.try_acquire().ok()
    }

    /// Leave to read the counters. `None`: too many do, or too many of this line.
    pub(crate) fn may_look(&self, shares: &Shares) -> Option<FairShare<'_>> {
        self.looking.take(shares.line)
    }

    /// A keyed hash: what people type into the field for the email address is a password at times.
    fn key(&self, of: &impl Serialize, now: UnixMillis) -> Key {
        #[derive(Serialize)]
        struct Subject<'a, T>(&'a T);

        let signed = self.keys.ring().signing(now).sign(TYPE, &Subject(of));
        let digest = digest::digest(&digest::SHA256, signed.as_bytes());
        digest.as_ref().try_into().expect("OK because SHA-256 has 32 bytes")
    }
}

/// What an attempt beyond the shared counters has used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spared {
    uses_network: bool,
    /// Whether the password is compared.
    pub(crate) is_compared: bool,
}

/// The counters of one attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Attempts with the same one wait for each other.
    pub(crate) together: Key,
    pub(crate) own: Key,
    shared: Vec<Shared>,
    pub(crate) shares: Shares,
}

/// Why an attempt is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Its own counter holds it. The password is not compared.
    Own(TooOften),
    /// A counter that is shared with others does.
    Shared {
        /// The answer, unless the right password comes from a known place.
        too_often: TooOften,
        /// Whether it comes from one.
        is_known: bool,
    },
}

/// A counter on which others count, too.
#[derive(Clone, Copy, Debug)]
struct Shared {
    key: Key,
    rule: Rule,
    /// From where attempts are held to it. `None`: from everywhere.
    of: Option<Place>,
}

impl Shared {
    /// Whether an attempt from there is not held to it.
    fn is_spared(&self, place: Place) -> bool {
        self.of.is_some_and(|of| of != place)
    }
}

/// What a network is to an account, whether its owner has signed in there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Few have failed there.
    New,
    /// Whoever tries there has to wait.
    Guessing,
}

impl Place {
    fn of(own: &Counter, now: UnixMillis) -> Self {
        if OWN.is_free(own, now) { Self::New } else { Self::Guessing }
    }
}

/// Whether the owner of the account has signed in there.
fn is_known(own: &Counter, now: UnixMillis) -> bool {
    // A success in the future was before a clock was put back.
    own.succeeded_at.is_some_and(|at| now.since(at).is_none_or(|passed| passed < KNOWN))
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// From where it came.
    place: Place,
    /// Whether, if it fails, it is the last one that is free of a wait.
    pub is_last_free: bool,
    /// The counters as they were, and as they are with it.
    before: Vec<Counter>,
    counted: Vec<Counter>,
}

impl Counts {
    /// What is to be stored.
    #[must_use]
    pub fn counters(&self) -> Vec<Counter> {
        self.counted.clone()
    }
}

impl Attempt {
    /// All its counters, its own first.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        std::iter::once(self.own).chain(self.shared.iter().map(|shared| shared.key)).collect()
    }

    /// Counts it on `counters`, which come in the order of [`keys`](Self::keys).
    ///
    /// # Errors
    /// When it has to wait; nothing is to be counted then.
    pub fn count(&self, counters: &[Counter], now: UnixMillis) -> Result<Counts, Held> {
        let (own, shared) = counters.split_first().expect("OK because the first is its own");
        let place = Place::of(own, now);
        let shared: Vec<(&Shared, &Counter)> = self.shared.iter().zip(shared).collect();
        let held_to = shared.iter().filter(|(shared, _)| !shared.is_spared(place));
        let theirs = held_to.map(|(shared, counter)| shared.rule.wait(counter, now)).max().unwrap_or_default();
        let own_wait = OWN.wait(own, now);
        let too_often = TooOften { retry_after: theirs.max(own_wait) };
        if !own_wait.is_zero() {
            return Err(Held::Own(too_often));
        }
        if !theirs.is_zero() {
            return Err(Held::Shared { too_often, is_known: is_known(own, now) });
        }
        let mut counted = vec![OWN.counted(own, now)];
        let mut is_last_free = OWN.is_last_free(&counted[0]);
        for (shared, counter) in shared {
            if shared.is_spared(place) {
                counted.push(*counter);
            } else {
                let one_more = shared.rule.counted(counter, now);
                // A network's are of many accounts.
                is_last_free |= shared.of.is_some() && shared.rule.is_last_free(&one_more);
                counted.push(one_more);
            }
        }
        Ok(Counts { place, is_last_free, before: counters.to_vec(), counted })
    }

    /// What the counters are after the right password.
    #[must_use]
    pub fn succeeded(&self, counters: &[Counter], counts: &Counts, now: UnixMillis) -> Vec<Counter> {
        let mut given_back = self.withdrawn(counters, counts);
        given_back[0] = Counter::succeeded(now);
        given_back
    }

    /// What the counters are after a success that was not counted before.
    #[must_use]
    pub fn first_succeeded(&self, counters: &[Counter], now: UnixMillis) -> Vec<Counter> {
        std::iter::once(Counter::succeeded(now)).chain(counters[1..].iter().copied()).collect()
    }

    /// What the counters are where nobody has looked at the password.
    #[must_use]
    pub fn withdrawn(&self, counters: &[Counter], counts: &Counts) -> Vec<Counter> {
        let times = counts.before.iter().zip(&counts.counted);
        let rules = std::iter::once((OWN, false))
            .chain(self.shared.iter().map(|shared| (shared.rule, shared.is_spared(counts.place))));
        counters
            .iter()
            .zip(times)
            .zip(rules)
            .map(
                |((counter, (before, counted)), (rule, spared))| {
                    if spared { *counter } else { rule.given_back(counter, before, counted) }
                },
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn after(seconds: u64) -> UnixMillis {
        NOW.plus(Duration::from_secs(seconds))
    }

    /// Counters as a store has them, and who tries.
    struct World {
        guessing: Guessing,
        stored: HashMap<Key, Counter>,
    }

    impl World {
        fn new() -> Self {
            Self { guessing: Guessing::new(Keys::for_tests(1)), stored: HashMap::new() }
        }

        fn counters(&self, attempt: &Attempt) -> Vec<Counter> {
            attempt.keys().iter().map(|key| self.stored.get(key).copied().unwrap_or_default()).collect()
        }

        fn store(&mut self, attempt: &Attempt, counters: Vec<Counter>) {
            self.stored.extend(attempt.keys().into_iter().zip(counters));
        }

        fn begin(&mut self, email: &str, ip: &str, now: UnixMillis) -> (Attempt, Result<Counts, Held>) {
            let attempt = self.guessing.sign_in(email, ip, now);
            let counted = attempt.count(&self.counters(&attempt), now);
            if let Ok(counts) = &counted {
                self.store(&attempt, counts.counters());
            }
            (attempt, counted)
        }

        /// The seconds that the answer to a wrong password names, or whether it was the last free one.
        fn wrong(&mut self, email: &str, ip: &str, now: UnixMillis) -> Result<bool, u64> {
            let (attempt, counted) = self.begin(email, ip, now);
            counted.map(|counts| counts.is_last_free).map_err(|held| match held {
                Held::Own(too_often) => too_often.retry_after.as_secs(),
                Held::Shared { too_often, is_known } => {
                    let _either = self.guessing.spare(&attempt, is_known, now);
                    too_often.retry_after.as_secs()
                }
            })
        }

        fn right(&mut self, email: &str, ip: &str, now: UnixMillis) -> Result<(), u64> {
            let (attempt, counted) = self.begin(email, ip, now);
            let counters = match counted {
                Ok(counts) => attempt.succeeded(&self.counters(&attempt), &counts, now),
                Err(Held::Own(too_often)) => return Err(too_often.retry_after.as_secs()),
                Err(Held::Shared { too_often, is_known }) => {
                    let spared = self.guessing.spare(&attempt, is_known, now);
                    if !spared.is_compared {
                        return Err(too_often.retry_after.as_secs());
                    }
                    self.guessing.give_back_spared(&attempt, spared);
                    attempt.first_succeeded(&self.counters(&attempt), now)
                }
            };
            self.store(&attempt, counters);
            Ok(())
        }
    }

    /// While the store is slow, the attempts of a few lines stay where they are.
    #[test]
    fn a_burst_of_one_line_leaves_others_leave_to_read_their_counters() {
        let guessing = World::new().guessing;
        let look = |ip: String| guessing.may_look(&guessing.sign_in("ada", &ip, NOW).shares);
        for burst in [|_| "192.0.2.1".to_owned(), |number| format!("2001:db8:1:{number:x}::1")] {
            let burst: Vec<_> = (0..500).filter_map(|number| look(burst(number))).collect();
            let others: Vec<_> = (0..30).map(|number| look(format!("198.51.100.{number}"))).collect();
            assert!(others.iter().all(Option::is_some), "{} looks of the burst", burst.len());
        }
    }

    /// RL-01
    #[test]
    fn five_wrong_passwords_are_free_and_the_right_one_after_the_wait_clears_them() {
        let mut world = World::new();
        let outcomes = [0; 6].map(|_| world.wrong("ada", "192.0.2.1", NOW));
        assert_eq!(outcomes, [Ok(false), Ok(false), Ok(false), Ok(false), Ok(true), Err(1)]);
        assert_eq!(world.right("ada", "192.0.2.1", after(1)), Ok(()));
        assert_eq!([0; 5].map(|_| world.wrong("ada", "192.0.2.1", after(1)).is_ok()), [true; 5]);
    }

    /// RL-01
    #[test]
    fn a_hundred_wrong_passwords_in_a_row_leave_a_quarter_of_an_hour_between_two() {
        let (mut world, mut now, mut tried) = (World::new(), NOW, 0);
        while tried < 100 {
            match world.wrong("ada", "192.0.2.1", now) {
                Ok(_) => tried += 1,
                Err(wait) => now = now.plus(Duration::from_secs(wait)),
            }
        }
        assert_eq!(world.wrong("ada", "192.0.2.1", now), Err(900));
    }

    /// RL-05
    #[test]
    fn whoever_guesses_from_anywhere_keeps_nobody_out_from_where_the_account_is_used() {
        let mut world = World::new();
        world.right("ada", "192.0.2.1", NOW).expect("first");
        for number in 0..1000 {
            let _either = world.wrong("ada", &format!("198.51.{}.{}", number / 250, number % 250), NOW);
        }
        assert_eq!(world.wrong("ada", "203.0.113.9", NOW), Err(180), "the account is held");
        assert_eq!(world.right("ada", "192.0.2.1", NOW), Ok(()));
        assert_eq!(world.wrong("ada", "203.0.113.9", NOW), Err(180), "and the others still are");
    }

    /// PW-07: an attacker in the owner's network, with accounts of his own there, reads what a target has left of the hidden
    /// allowance that they share.
    #[test]
    fn the_allowance_that_a_network_shares_tells_nothing_of_a_target() {
        let own_account_signs_in_after = |target_is_known: bool| {
            let (mut world, network) = (World::new(), "192.0.2.1");
            if target_is_known {
                world.right("target", network, NOW).expect("first");
            }
            for account in 0..10 {
                world.right(&format!("mallory {account}"), network, NOW).expect("first");
            }
            for number in 0..100 {
                let _either = world.wrong(&format!("made up {number}"), network, NOW);
            }
            for account in 0..9 {
                for _ in 0..10 {
                    let _either = world.wrong(&format!("mallory {account}"), network, NOW);
                }
            }
            for _ in 0..10 {
                let _either = world.wrong("target", network, NOW);
            }
            world.right("mallory 9", network, NOW)
        };
        assert_eq!(own_account_signs_in_after(true), own_account_signs_in_after(false));
    }

    /// RL-05: one that guesses whenever he may, from three networks, and an owner who is new where she is.
    #[test]
    fn whoever_guesses_from_a_few_networks_keeps_nobody_out_who_comes_from_a_new_one() {
        let mut world = World::new();
        for second in 0..86_400 {
            let now = after(second);
            for guesser in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
                let _either = world.wrong("ada", guesser, now);
            }
            // From somewhere else each time, and always after the others. The first half an hour they have much that is free.
            if second >= 1800 && second % 600 == 0 {
                let place = format!("203.0.{}.{}", second / 60_000, second / 600 % 100);
                assert_eq!(world.right("ada", &place, now), Ok(()), "after {second} s");
            }
        }
    }

    /// However many networks somebody has, an account hears of few guesses.
    #[test]
    fn many_networks_together_guess_hardly_more_often_than_one() {
        let mut world = World::new();
        let guessed = (0..86_400).filter(|second| {
            let place = format!("198.{}.{}.1", second / 250, second % 250);
            world.wrong("ada", &place, after(*second)).is_ok()
        });
        assert_eq!(guessed.count(), 10 + 86_400 / 180 - 1);
    }

    /// The owner is told once, when it begins.
    #[test]
    fn many_networks_that_guess_together_are_told_of_once() {
        let mut world = World::new();
        let outcomes: Vec<_> = (0..3600)
            .filter_map(|second| {
                world.wrong("ada", &format!("198.{}.{}.1", second / 250, second % 250), after(second)).ok()
            })
            .collect();
        assert_eq!(outcomes.iter().position(|is_last_free| *is_last_free), Some(9));
        assert_eq!(outcomes.iter().filter(|is_last_free| **is_last_free).count(), 1);
    }

    #[test]
    fn whoever_guesses_at_many_accounts_from_one_network_is_held_and_keeps_no_neighbour_out() {
        let mut world = World::new();
        world.right("ada", "192.0.2.1", NOW).expect("first");
        let tried = (0..150).filter(|n| world.wrong(&format!("nobody{n}"), "192.0.2.1", NOW).is_ok()).count();
        assert_eq!(tried, 100);
        assert_eq!(world.right("ada", "192.0.2.1", NOW), Ok(()), "a known place has as many again");
        assert_eq!(world.wrong("nobody", "192.0.2.1", NOW), Err(36), "and gives nothing back to him");
        assert_eq!(world.wrong("nobody", "192.0.2.2", NOW), Ok(false));
    }

    #[test]
    fn a_network_where_some_fail_all_the_time_takes_whoever_is_new_there() {
        let mut world = World::new();
        for minute in 0..10_000 {
            let now = after(minute * 60);
            assert!(world.wrong(&format!("typo{minute}"), "192.0.2.1", now).is_ok());
            assert_eq!(world.right(&format!("person{minute}"), "192.0.2.1", now), Ok(()));
        }
    }

    #[test]
    fn from_a_known_place_too_a_network_has_an_end() {
        let mut world = World::new();
        let tried = (0..150)
            .filter(|n| {
                let email = format!("person{n}");
                world.right(&email, "192.0.2.1", NOW).is_ok() && world.wrong(&email, "192.0.2.1", NOW).is_ok()
            })
            .count();
        assert_eq!(tried, 100);
        // Their right passwords are accepted all the same, until as many attempts again have come from there, to whatever accounts.
        assert_eq!(world.right("person0", "192.0.2.1", NOW), Ok(()));
        for n in 0..100 {
            assert_eq!(world.wrong(&format!("person{}", n % 50), "192.0.2.1", NOW), Err(36));
        }
        assert_eq!(world.right("person0", "192.0.2.1", NOW), Err(36));
    }

    /// RL-05, PW-08
    #[test]
    fn from_a_known_place_an_account_is_not_guessed_at_without_end_while_others_use_its_counters_up() {
        let mut world = World::new();
        world.right("ada", "192.0.2.1", NOW).expect("first");
        for number in 0..10 {
            world.wrong("ada", &format!("198.51.100.{number}"), NOW).expect("free");
        }
        for _ in 0..10 {
            assert_eq!(world.wrong("ada", "192.0.2.1", NOW), Err(180));
        }
        assert_eq!(world.right("ada", "192.0.2.1", NOW), Err(180), "the eleventh is not compared");
        assert_eq!(world.right("ada", "192.0.2.1", after(180)), Ok(()), "the account's own allowance");
    }

    /// PW-07, the attack "a neighbour's question": whatever a neighbour of the owner tries, wrong passwords are answered as they are
    /// for an account that is used elsewhere, by the same waits.
    #[test]
    fn wrong_passwords_are_answered_alike_in_a_known_place_and_elsewhere() {
        for seed in 0..200_u64 {
            let (mut world, mut now) = (World::new(), NOW);
            world.right("ada", "192.0.2.1", NOW).expect("first");
            world.right("bob", "203.0.113.1", NOW).expect("first");
            let mut state = seed;
            for step in 0..300 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let ip = match (state >> 33) % 4 {
                    0 | 1 => "192.0.2.1".to_owned(),
                    // Some guess at many accounts from the owner's network.
                    2 => {
                        let _either = world.wrong(&format!("nobody{step}"), "192.0.2.1", now);
                        "192.0.2.1".to_owned()
                    }
                    _ => format!("198.51.100.{}", (state >> 40) % 20),
                };
                let answers = ["ada", "bob"].map(|email| world.wrong(email, &ip, now));
                assert_eq!(answers[0], answers[1], "seed {seed}, step {step}");
                now = now.plus(Duration::from_secs((state >> 50) % 20));
            }
        }
    }

    /// A hash queue that is full costs nobody another wait.
    #[test]
    fn a_wait_that_is_over_stays_over_when_the_attempt_after_it_is_taken_back() {
        let mut world = World::new();
        let mut now = NOW;
        for _ in 0..20 {
            while let Err(wait) = world.wrong("ada", "192.0.2.1", now) {
                now = now.plus(Duration::from_secs(wait));
            }
        }
        now = now.plus(Duration::from_mins(15));
        let (attempt, counts) = world.begin("ada", "192.0.2.1", now);
        let counts = counts.expect("it has waited");
        let counters = attempt.withdrawn(&world.counters(&attempt), &counts);
        world.store(&attempt, counters);
        assert_eq!(world.right("ada", "192.0.2.1", now), Ok(()));
    }

    #[test]
    fn right_passwords_count_for_nothing() {
        let mut world = World::new();
        for number in 0..500 {
            assert_eq!(world.right(&format!("person{number}"), "192.0.2.1", NOW), Ok(()));
        }
    }

    #[test]
    fn an_attempt_that_nobody_looked_at_is_taken_back() {
        let mut world = World::new();
        for _ in 0..50 {
            let (attempt, counts) = world.begin("ada", "192.0.2.1", NOW);
            let counts = counts.expect("never too often");
            let counters = attempt.withdrawn(&world.counters(&attempt), &counts);
            world.store(&attempt, counters);
        }
    }

    #[test]
    fn a_network_is_forgotten_when_the_account_was_not_used_there_for_long() {
        let mut world = World::new();
        world.right("ada", "192.0.2.1", NOW).expect("first");
        let later = NOW.plus(KNOWN);
        for number in 0..10 {
            world.wrong("ada", &format!("198.51.100.{number}"), later).expect("free");
        }
        assert_eq!(world.right("ada", "192.0.2.1", later), Err(180));
    }

    #[test]
    fn counters_of_other_kinds_accounts_and_networks_are_others() {
        let guessing = Guessing::new(Keys::for_tests(1));
        let mut keys = guessing.sign_in("ada", "192.0.2.1", NOW).keys();
        keys.extend(guessing.sign_in("bob", "192.0.2.2", NOW).keys());
        keys.extend(guessing.confirmation(&SessionId::new("ada"), &UserId::new("ada"), "192.0.2.1", NOW).keys());
        keys.extend(Guessing::new(Keys::for_tests(2)).sign_in("ada", "192.0.2.1", NOW).keys());
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
