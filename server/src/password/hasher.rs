use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use argon2::{
    Params,
    password_hash::{
        PasswordHasher as _, PasswordVerifier as _,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use password_rules::Person;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use super::{
    Normalised, PasswordRules, PepperMissing, Peppers, Place, Refused,
    cost::{Cost, InUse},
    kept_memory::KeptMemory,
    places::Places,
    queue::Sizes,
    workers::Workers,
};
use crate::{
    limits::{Shares, counter::Key, under_way},
    metrics::{HashQueue, Metrics},
    presence,
    random::{self, Random},
};

/// At most this many hash at once: each takes megabytes and a whole core.
const MOST_PERMITS: usize = 4;
/// At most this many wait for a permit.
const QUEUE: usize = 64;
/// At most this many of the waiting attempts come from one line or network: an office whose people sign in at the same time fits in,
/// and five of them fill the queue, so that a full queue always has attempts of several networks.
const MOST_OF_A_NETWORK: usize = QUEUE / 4;
/// At most this many belong to one account in one network. Further attempts to sign in wait before they enter the queue.
const MOST_OF_AN_ACCOUNT: usize = under_way::AT_ONCE;
/// After so many other attempts a network counts as new. Longer than the queue, and few enough to be forgotten within a minute.
const REMEMBERED: u64 = 1024;
/// Nobody waits longer for a permit.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Too many passwords are being hashed: come back later. Refusing keeps memory bounded and everything else quick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at once")]
pub struct Busy;

/// Why it could not be told whether a password is right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverifiable {
    /// Too many wait.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The pepper of its hash is not in the settings.
    #[error(transparent)]
    PepperMissing(#[from] PepperMissing),
}

/// What a password is compared with.
#[derive(Clone, Debug)]
pub enum Stored {
    /// The hash of an account.
    Hash {
        /// As it is stored.
        hash: SecretString,
        /// Whether the right password has an effect. If not, it takes as long as a wrong one.
        matters: bool,
    },
    /// Nothing: there is no account, or its password must not be compared. The key names the address, so that it always
    /// takes the same steps.
    Nothing(Key),
}

/// What checking a password showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is another one, or there is no such account.
    Wrong,
    /// It is the right one.
    Right {
        /// The same password under the current parameters, where the stored hash has others and the password matters.
        rehashed: Option<String>,
    },
}

/// What an attacker knows of a person who chooses a password.
#[derive(Clone, Debug)]
pub struct KnownBy {
    /// The email address.
    pub email: String,
    /// The name that others see.
    pub display_name: Option<String>,
    /// What the operator calls the service.
    pub service: String,
}

impl KnownBy {
    fn as_ref(&self) -> Person<'_> {
        let Self { email, display_name, service } = self;
        Person { email, display_name: display_name.as_deref(), service }
    }
}

/// The parameters of the hashes in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowedCosts {
    /// How many different ones there are.
    pub in_use: usize,
    /// How many of them are so dear that other comparisons do not take as long.
    pub too_dear: usize,
}

/// Hashes and verifies with argon2id (RFC 9106).
pub struct Passwords {
    hashing: Arc<Hashing>,
    workers: Workers,
    places: Arc<Places>,
    metrics: Arc<Metrics>,
}

impl Passwords {
    /// `memory_kib` and `iterations` as in OWASP's Password Storage Cheat Sheet, one lane.
    ///
    /// # Errors
    /// When argon2 does not take these parameters.
    pub fn new(
        memory_kib: u32,
        iterations: u32,
        peppers: Peppers,
        random: Arc<dyn Random>,
    ) -> Result<Self, argon2::Error> {
        let params = Params::new(memory_kib, iterations, 1, None)?;
        let workers = permits();
        let costs = InUse::new(Cost::of(&params));
        Ok(Self {
            hashing: Arc::new(Hashing { params, costs, peppers, random, work: AtomicU64::default() }),
            workers: Workers::new(workers),
            places: Arc::new(Places::new(Sizes {
                workers,
                places: workers + QUEUE,
                most: [MOST_OF_A_NETWORK, MOST_OF_A_NETWORK, MOST_OF_AN_ACCOUNT],
                remembered: REMEMBERED,
            })),
            metrics: Arc::default(),
        })
    }

    /// The same, counted there.
    #[must_use]
    pub fn counted(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// How many are being hashed, how many wait, and what all of them have cost so far.
    #[must_use]
    pub fn queue(&self) -> HashQueue {
        let (running, waiting) = self.places.counts();
        HashQueue { running, waiting, work_kib: self.hashing.work.load(Relaxed) }
    }

    /// The hashes of the store begin so, each beginning once. From now on a wrong password takes as long as with the
    /// dearest of them, and so does an address without an account.
    pub fn follow_costs(&self, beginnings: &[String]) -> FollowedCosts {
        self.hashing.costs.replace(beginnings)
    }

    /// Checks a new password against `rules` for this person.
    ///
    /// # Errors
    /// The outer one when too many wait, the inner one when the password is refused.
    pub async fn check(
        &self,
        shares: &Shares,
        rules: PasswordRules,
        password: Normalised,
        person: KnownBy,
    ) -> Result<Result<(), Refused>, Busy> {
        self.run(shares, move |_| rules.check(password.expose(), person.as_ref())).await
    }

    /// A PHC string with a new salt, and the id of the pepper where there is one.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn hash(&self, shares: &Shares, password: Normalised) -> Result<String, Busy> {
        self.run(shares, move |hashing| hashing.hash(password.expose().as_bytes(), &Cell::default())).await
    }

    /// Whether there is a place in the queue for an attempt of these shares.
    #[must_use]
    pub fn has_place(&self, shares: &Shares) -> bool {
        self.places.has_place(shares)
    }

    /// A place in the queue. Whoever has one keeps others from it, so it is not to be kept for long.
    ///
    /// # Errors
    /// When too many wait.
    pub fn place(&self, shares: &Shares) -> Result<Place, Busy> {
        self.places.enter(shares).ok_or_else(|| self.refused())
    }

    /// Compares with what is stored. A wrong password, and one that does not matter, takes the same work whatever that is.
    ///
    /// # Errors
    /// When it waits too long, and when the hash's pepper is not in the settings.
    pub async fn verify(&self, place: Place, password: Normalised, stored: Stored) -> Result<Verified, Unverifiable> {
        let work = move |hashing: &Hashing| hashing.verify(password.expose().as_bytes(), &stored);
        Ok(self.run_at(place, work).await??)
    }

    /// Counts an attempt that found no place.
    pub(crate) fn refused(&self) -> Busy {
        self.metrics.hash_refused();
        Busy
    }

    async fn run<T: Send + 'static>(
        &self,
        shares: &Shares,
        work: impl FnOnce(&Hashing) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        self.run_at(self.place(shares)?, work).await
    }

    async fn run_at<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce(&Hashing) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let asked = Instant::now();
        let is_called = tokio::select! {
            called = timeout(LONGEST_WAIT, place.turn()) => called.unwrap_or(false),
            // Its place is free for others.
            () = presence::client_gone() => return Err(Busy),
        };
        if !is_called {
            return Err(self.refused());
        }
        let (hashing, metrics) = (Arc::clone(&self.hashing), Arc::clone(&self.metrics));
        let done = self.workers.run(move || {
            // Moved in here: a client that goes away does not free it while the hashing goes on.
            let _place = place;
            let begun = Instant::now();
            let done = work(&hashing);
            metrics.hashed(begun.duration_since(asked), begun.elapsed());
            done
        });
        done.await.map_err(|_| Busy)
    }
}

/// How many are hashed at once. Where there are several cores one is left to everything else: a thread that gives way still does
/// so only after its slice of time, and a request has several such waits.
fn permits() -> usize {
    thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).clamp(1, MOST_PERMITS)
}

/// What a hash is made with.
struct Hashing {
    params: Params,
    costs: InUse,
    peppers: Peppers,
    random: Arc<dyn Random>,
    /// KiB that were gone through so far, once for each pass.
    work: AtomicU64,
}

impl Hashing {
    fn hash(&self, password: &[u8], work: &Cell<u64>) -> String {
        let salt: [u8; 16] = random::bytes(&*self.random);
        let hash: PasswordHash = KeptMemory::new(self.params.clone(), self.peppers.current.as_ref(), work)
            .hash_password_with_salt(password, &salt)
            .expect("OK because the parameters were checked and neither password nor pepper has gigabytes");
        self.work.fetch_add(work.take(), Relaxed);
        self.peppers.mark(hash.to_string())
    }

    fn verify(&self, password: &[u8], stored: &Stored) -> Result<Verified, PepperMissing> {
        let work = Cell::default();
        let (compared, matters) = match stored {
            Stored::Hash { hash, matters } => (self.compare(password, hash.expose_secret(), &work), *matters),
            Stored::Nothing(address) => {
                let unlike_any = self.unlike_any(self.costs.of_nobody(address));
                (self.compare(password, &unlike_any, &work).map(|_| None), false)
            }
        };
        if let Ok(Some(is_current)) = compared
            && matters
        {
            self.work.fetch_add(work.take(), Relaxed);
            let rehashed = (!is_current).then(|| self.hash(password, &work));
            return Ok(Verified::Right { rehashed });
        }
        if let Some(missing) = self.costs.missing(work.get()) {
            let salt: [u8; 16] = random::bytes(&*self.random);
            let _made = KeptMemory::new(missing, None, &work).hash_password_with_salt(password, &salt);
        }
        self.work.fetch_add(work.take(), Relaxed);
        compared.map(|compared| compared.map_or(Verified::Wrong, |_| Verified::Right { rehashed: None }))
    }

    /// `Some` if it is the right one, with whether the hash is as one that would be made now.
    fn compare(&self, password: &[u8], stored: &str, work: &Cell<u64>) -> Result<Option<bool>, PepperMissing> {
        let (phc, pepper) = self.peppers.of(stored)?;
        let cost = Cost::in_phc(phc);
        if let Some(cost) = cost {
            self.costs.note(cost);
        }
        let argon2 = KeptMemory::new(self.params.clone(), pepper, work);
        let is_right = PasswordHash::new(phc).is_ok_and(|phc| argon2.verify_password(password, &phc).is_ok());
        Ok(is_right.then(|| self.peppers.is_current(pepper) && self.has_our_parameters(phc)))
    }

    /// A hash of this cost that no password has.
    fn unlike_any(&self, cost: Cost) -> String {
        let (salt, output) = (random::bytes::<16>(&*self.random), random::bytes::<32>(&*self.random));
        let made = || {
            Some(PasswordHash {
                algorithm: argon2::ARGON2ID_IDENT,
                version: Some(argon2::Version::V0x13.into()),
                params: ParamsString::try_from(&cost.params()?).ok()?,
                salt: Some(Salt::new(&salt).ok()?),
                hash: Some(Output::new(&output).ok()?),
            })
        };
        let hash =
            made().expect("OK because costs that are followed are parameters, and the lengths are those of hashes");
        self.peppers.mark(hash.to_string())
    }

    fn has_our_parameters(&self, phc: &str) -> bool {
        let Ok(stored) = PasswordHash::new(phc) else { return false };
        stored.algorithm.as_str() == "argon2id"
            && Params::try_from(&stored)
                .is_ok_and(|theirs| Cost::of(&theirs) == self.costs.ours() && theirs.p_cost() == self.params.p_cost())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use futures::FutureExt as _;
    use sessionkeep_types::Password;

    use super::*;
    use crate::{password::Pepper, random::SystemRandom};

    fn passwords(memory_kib: u32) -> Passwords {
        peppered(memory_kib, None, None)
    }

    fn peppered(memory_kib: u32, current: Option<&str>, previous: Option<&str>) -> Passwords {
        let [current, previous] =
            [current, previous].map(|secret| secret.map(|secret| Pepper::new(secret.as_bytes().to_vec().into())));
        Passwords::new(memory_kib, 1, Peppers { current, previous }, Arc::new(SystemRandom))
            .expect("parameters are fine")
    }

    fn password(text: &str) -> Normalised {
        Normalised::new(&Password::new(text)).expect("short")
    }

    /// Of an account in a network of its own.
    fn shares(network: u8) -> Shares {
        Shares { line: [network; 32], network: [network; 32], account: [network; 32] }
    }

    async fn hash(passwords: &Passwords, text: &str) -> String {
        passwords.hash(&shares(0), password(text)).await.expect("not busy")
    }

    async fn verify(passwords: &Passwords, text: &str, hash: &str) -> Result<Verified, Unverifiable> {
        verify_stored(passwords, text, Stored::Hash { hash: hash.into(), matters: true }).await
    }

    async fn verify_stored(passwords: &Passwords, text: &str, stored: Stored) -> Result<Verified, Unverifiable> {
        passwords.verify(passwords.place(&shares(0)).expect("room"), password(text), stored).await
    }

    /// What `doing` costs.
    async fn work<T>(passwords: &Passwords, doing: impl Future<Output = T>) -> (T, u64) {
        let before = passwords.queue().work_kib;
        (doing.await, passwords.queue().work_kib - before)
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_any_other_is_wrong() {
        let passwords = passwords(64);
        let stored = hash(&passwords, "a").await;
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        let verify = |text: &'static str| verify(&passwords, text, &stored);
        assert_eq!(verify("a").await, Ok(Verified::Right { rehashed: None }));
        for other in ["A", "a ", " a", "a\0b"] {
            assert_eq!(verify(other).await, Ok(Verified::Wrong), "{other:?}");
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_renewed() {
        let old = hash(&passwords(64), "a").await;
        let now = passwords(128);
        let Ok(Verified::Right { rehashed: Some(new) }) = verify(&now, "a", &old).await else {
            panic!("expected a new hash");
        };
        assert_eq!(verify(&now, "a", &new).await, Ok(Verified::Right { rehashed: None }));
    }

    /// PW-07, the attack "who has an account, by the clock": whatever the parameters were and are, and whatever hashes the store has, a
    /// refused sign-in costs the same work, and as much as the dearest of them.
    #[tokio::test]
    async fn unknown_wrong_and_disabled_cost_the_same_work_whatever_the_parameters_were() {
        const PARAMETERS: [(u32, u32); 4] = [(64, 1), (64, 3), (256, 1), (96, 2)];
        let with = |(memory, iterations)| {
            Passwords::new(memory, iterations, Peppers::default(), Arc::new(SystemRandom)).expect("they are fine")
        };
        for now in PARAMETERS {
            for others in 0..1 << PARAMETERS.len() {
                let passwords = with(now);
                let mut stored = vec![];
                for (index, then) in PARAMETERS.into_iter().enumerate() {
                    if others & (1 << index) != 0 {
                        stored.push(hash(&with(then), "a").await);
                    }
                }
                passwords.follow_costs(&stored);
                let used = PARAMETERS.into_iter().enumerate().filter(|(index, _)| others & (1 << index) != 0);
                let dearest = used.map(|(_, used)| used).chain([now]).map(|(m, t)| u64::from(m * t)).max();
                let dearest = dearest.expect("the settings");
                stored.push(hash(&passwords, "a").await);
                let mut cases = vec![];
                for hash in &stored {
                    let stored = |matters| Stored::Hash { hash: hash.as_str().into(), matters };
                    cases.push(("wrong", "b", stored(true), Verified::Wrong));
                    cases.push(("wrong, disabled", "b", stored(false), Verified::Wrong));
                    cases.push(("right, disabled", "a", stored(false), Verified::Right { rehashed: None }));
                }
                for address in 0..8 {
                    cases.push(("unknown", "a", Stored::Nothing([address; 32]), Verified::Wrong));
                }
                for (what, text, stored, expected) in cases {
                    let (verified, work) = work(&passwords, verify_stored(&passwords, text, stored)).await;
                    assert_eq!(verified, Ok(expected), "{what}");
                    // Blocks come in fours, for each pass.
                    assert!(
                        work <= dearest && dearest - work <= 16,
                        "{what}: {work} of {dearest}, {now:?}, {others:b}"
                    );
                }
            }
        }
    }

    /// Another instance has dearer settings: what its hashes cost is known from the first one that is compared.
    #[tokio::test]
    async fn a_dearer_hash_that_is_seen_raises_the_work_for_everybody() {
        let passwords = passwords(64);
        let dear = Passwords::new(64, 4, Peppers::default(), Arc::new(SystemRandom)).expect("they are fine");
        verify(&passwords, "b", &hash(&dear, "a").await).await.expect("compared");
        let (_, work) = work(&passwords, verify_stored(&passwords, "b", Stored::Nothing([0; 32]))).await;
        assert_eq!(work, 64 * 4);
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_read_costs_as_much_as_any() {
        let passwords = passwords(64);
        let (verified, work) = work(&passwords, verify(&passwords, "a", "$argon2id$")).await;
        assert_eq!((verified, work), (Ok(Verified::Wrong), 64));
    }

    /// What is stored begins as any hash does, and differs from one without a pepper in more than the mark.
    #[tokio::test]
    async fn a_pepper_goes_into_the_hash() {
        let passwords = peppered(64, Some("one"), None);
        let stored = hash(&passwords, "a").await;
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert!(!stored.contains("one"));
        let verified = verify(&passwords, "a", &stored).await;
        assert_eq!(verified, Ok(Verified::Right { rehashed: None }));
        assert_eq!(verify(&passwords, "b", &stored).await, Ok(Verified::Wrong));
        let (unmarked, _) = stored.rsplit_once("$pepper=").expect("the mark");
        assert_eq!(verify(&passwords, "a", unmarked).await, Ok(Verified::Wrong));
    }

    #[tokio::test]
    async fn a_hash_with_another_pepper_or_none_is_renewed() {
        let settings = [(None, None), (Some("one"), None), (Some("two"), Some("one")), (None, Some("two"))];
        let mut stored = hash(&peppered(64, None, None), "a").await;
        for (current, previous) in settings.into_iter().skip(1) {
            let passwords = peppered(64, current, previous);
            assert_eq!(verify(&passwords, "b", &stored).await, Ok(Verified::Wrong));
            let Ok(Verified::Right { rehashed: Some(new) }) = verify(&passwords, "a", &stored).await else {
                panic!("expected a new hash with {current:?}");
            };
            let again = verify(&passwords, "a", &new).await;
            assert_eq!(again, Ok(Verified::Right { rehashed: None }));
            stored = new;
        }
        assert!(!stored.contains("pepper"), "{stored}");
    }

    #[tokio::test]
    async fn without_its_pepper_a_hash_is_neither_right_nor_wrong() {
        let stored = hash(&peppered(64, Some("one"), None), "a").await;
        for passwords in [peppered(64, None, None), peppered(64, Some("two"), Some("three"))] {
            for text in ["a", "b"] {
                let error = verify(&passwords, text, &stored).await.expect_err("nobody can tell");
                assert!(matches!(error, Unverifiable::PepperMissing(_)), "{error:?}");
                assert!(error.to_string().contains("PASSWORD_PEPPER_PREVIOUS"), "{error}");
            }
        }
    }

    /// A client that disconnects must not make room for the next while its hash is still being made.
    #[tokio::test]
    async fn a_permit_is_held_until_the_work_is_done_whoever_has_gone() {
        let passwords = passwords(64);
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (finish, may_finish) = std::sync::mpsc::channel::<()>();
        let shares = shares(0);
        let mut client = Box::pin(passwords.run(&shares, move |_| {
            started.send(()).expect("somebody listens");
            may_finish.recv().expect("somebody says so");
        }));
        tokio::select! {
            _ = &mut client => panic!("it cannot be done yet"),
            started = has_started => started.expect("runs"),
        }
        drop(client);
        assert_eq!(passwords.places.counts(), (1, 0), "the work goes on");
        finish.send(()).expect("it listens");
        while passwords.places.counts() != (0, 0) {
            tokio::task::yield_now().await;
        }
    }

    /// Keeps all hashing threads busy until it is dropped.
    async fn occupy(passwords: &Arc<Passwords>) -> Vec<std::sync::mpsc::Sender<()>> {
        let mut keep = vec![];
        for network in 0..permits() {
            let (finish, may_finish) = std::sync::mpsc::channel::<()>();
            let (started, has_started) = tokio::sync::oneshot::channel();
            keep.push(finish);
            let passwords = Arc::clone(passwords);
            tokio::spawn(async move {
                let shares = shares(200 + u8::try_from(network).expect("few"));
                let work = move |_: &Hashing| {
                    started.send(()).expect("somebody listens");
                    let _ended = may_finish.recv();
                };
                passwords.run(&shares, work).await
            });
            has_started.await.expect("runs");
        }
        keep
    }

    /// DS-01, the attack "sign-in for nobody": one account in one network asks as often as it can, and all others are served.
    #[tokio::test]
    async fn ninety_attempts_of_one_account_keep_nobody_else_out() {
        let passwords = Arc::new(passwords(64));
        let busy = occupy(&passwords).await;
        let attempts = |network: u8, count: usize| {
            let passwords = &passwords;
            (0..count).map(move |_| async move { passwords.hash(&shares(network), password("a")).await })
        };
        let mut outcomes =
            futures::future::join_all(attempts(1, 90).chain((2..18).flat_map(|other| attempts(other, 1))));
        assert!((&mut outcomes).now_or_never().is_none());
        drop(busy);
        let outcomes = outcomes.await;
        let served = |outcomes: &[Result<String, Busy>]| outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!((served(&outcomes[..90]), served(&outcomes[90..])), (MOST_OF_AN_ACCOUNT, 16));
    }

    #[tokio::test]
    async fn a_client_that_disconnects_while_it_waits_frees_its_place() {
        let passwords = Arc::new(passwords(64));
        let busy = occupy(&passwords).await;
        let gone = tokio_util::sync::CancellationToken::new();
        let shares = shares(1);
        let mut waiting = Box::pin(presence::of(gone.clone(), passwords.hash(&shares, password("a"))));
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(passwords.places.counts(), (permits(), 1));
        gone.cancel();
        assert_eq!(waiting.await, Err(Busy));
        assert_eq!(passwords.places.counts(), (permits(), 0));
        drop(busy);
    }

    /// However many ask: as many work at once as there are permits, as many wait as fit, and the others hear so at once.
    #[tokio::test]
    async fn no_more_work_at_once_than_there_are_permits() {
        let passwords = Arc::new(passwords(64));
        let all = permits();
        let (working, most, gate) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(())));
        let clients = (0..all + QUEUE + 10).map(|network| {
            let (passwords, working, most) = (Arc::clone(&passwords), Arc::clone(&working), Arc::clone(&most));
            let gate = Arc::clone(&gate);
            async move {
                let shares = shares(u8::try_from(network).expect("few"));
                passwords
                    .run(&shares, move |hashing| {
                        most.fetch_max(working.fetch_add(1, SeqCst) + 1, SeqCst);
                        drop(gate.lock());
                        hashing.hash(b"a", &Cell::default());
                        working.fetch_sub(1, SeqCst);
                    })
                    .await
            }
        });
        let mut outcomes = futures::future::join_all(clients);
        // Nobody is done before the last has asked.
        let closed = gate.lock();
        assert!((&mut outcomes).now_or_never().is_none());
        drop(closed);
        let outcomes = outcomes.await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(Busy)).count(), 10);
        let most = most.load(SeqCst);
        assert!(most >= 1 && most <= all, "{most} of {all}");
    }
}
