use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use argon2::{
    Params,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use password_rules::Person;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    Normalised, PasswordRules, Pepper, PepperMissing, Peppers, Refused, kept_memory::KeptMemory, workers::Workers,
};
use crate::{
    metrics::{HashQueue, Metrics},
    random::{self, Random},
};

/// At most this many hash at once: each takes megabytes and a whole core.
const MOST_PERMITS: usize = 4;
/// At most this many wait for a permit.
const QUEUE: usize = 64;
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

/// What checking a password showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is another one, or there is no such account.
    Wrong,
    /// It is the right one.
    Right {
        /// The same password under the current parameters, where the stored hash has others.
        rehashed: Option<String>,
    },
}

/// A place among those who wait for a password to be checked.
#[derive(Debug)]
pub struct Place(OwnedSemaphorePermit);

/// Hashes and verifies with argon2id (RFC 9106).
pub struct Passwords {
    hashing: Arc<Hashing>,
    workers: Workers,
    permits: Arc<Semaphore>,
    queue: Arc<Semaphore>,
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
        let permits = permits();
        let mut hashing = Hashing { params, peppers, dummy: String::new(), random };
        // In a thread that ends, and gives the memory back that it has kept.
        let dummy = thread::scope(|scope| scope.spawn(|| hashing.hash(b"nobody has this password")).join());
        hashing.dummy = dummy.expect("OK because hashing does not panic");
        Ok(Self {
            hashing: Arc::new(hashing),
            workers: Workers::new(permits),
            permits: Arc::new(Semaphore::new(permits)),
            queue: Arc::new(Semaphore::new(permits + QUEUE)),
            metrics: Arc::default(),
        })
    }

    /// The same, counted there.
    #[must_use]
    pub fn counted(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// How many are being hashed, and how many wait.
    #[must_use]
    pub fn queue(&self) -> HashQueue {
        let most = permits();
        let running = most.saturating_sub(self.permits.available_permits());
        let inside = (most + QUEUE).saturating_sub(self.queue.available_permits());
        HashQueue { running, waiting: inside.saturating_sub(running) }
    }

    /// Checks a new password against `rules` for the person with these data.
    ///
    /// # Errors
    /// The outer one when too many wait, the inner one when the password is refused.
    pub async fn check(
        &self,
        rules: PasswordRules,
        password: Normalised,
        email: String,
        display_name: Option<String>,
    ) -> Result<Result<(), Refused>, Busy> {
        self.run(move |_| {
            let person = Person { email: &email, display_name: display_name.as_deref() };
            rules.check(password.expose(), person)
        })
        .await
    }

    /// A PHC string with a new salt, and the id of the pepper where there is one.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn hash(&self, password: Normalised) -> Result<String, Busy> {
        self.run(move |hashing| hashing.hash(password.expose().as_bytes())).await
    }

    /// Whether there is a place in the queue.
    ///
    /// # Errors
    /// When too many wait.
    pub fn has_place(&self) -> Result<(), Busy> {
        if self.queue.available_permits() == 0 { Err(self.refused()) } else { Ok(()) }
    }

    /// A place in the queue. Whoever has one keeps others from it, so it is not to be kept for long.
    ///
    /// # Errors
    /// When too many wait.
    pub fn place(&self) -> Result<Place, Busy> {
        Arc::clone(&self.queue).try_acquire_owned().map(Place).map_err(|_| self.refused())
    }

    /// Compares with the stored hash; with `None`, for an account that does not exist, takes as long and is wrong.
    ///
    /// # Errors
    /// When it waits too long, and when the hash's pepper is not in the settings.
    pub async fn verify(
        &self,
        place: Place,
        password: Normalised,
        stored: Option<String>,
    ) -> Result<Verified, Unverifiable> {
        let work = move |hashing: &Hashing| hashing.verify(password.expose().as_bytes(), stored.as_deref());
        Ok(self.run_at(place, work).await??)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Hashing) -> T + Send + 'static) -> Result<T, Busy> {
        self.run_at(self.place()?, work).await
    }

    fn refused(&self) -> Busy {
        self.metrics.hash_refused();
        Busy
    }

    async fn run_at<T: Send + 'static>(
        &self,
        Place(_place): Place,
        work: impl FnOnce(&Hashing) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let asked = Instant::now();
        let permit = timeout(LONGEST_WAIT, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| self.refused())?.map_err(|_| self.refused())?;
        let (hashing, metrics) = (Arc::clone(&self.hashing), Arc::clone(&self.metrics));
        let done = self.workers.run(move || {
            // Moved in here: a client that goes away does not free it while the hashing goes on.
            let _permit = permit;
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
    peppers: Peppers,
    /// Verified against where there is no account, so that this takes as long.
    dummy: String,
    random: Arc<dyn Random>,
}

impl Hashing {
    fn hash(&self, password: &[u8]) -> String {
        let salt: [u8; 16] = random::bytes(&*self.random);
        let hash: PasswordHash = self
            .argon2(self.peppers.current.as_ref())
            .hash_password_with_salt(password, &salt)
            .expect("OK because the parameters were checked and neither password nor pepper has gigabytes");
        self.peppers.mark(hash.to_string())
    }

    fn verify(&self, password: &[u8], stored: Option<&str>) -> Result<Verified, PepperMissing> {
        let (phc, pepper) = match self.peppers.of(stored.unwrap_or(&self.dummy)) {
            Ok(known) => known,
            Err(missing) => {
                // It takes as long as any other.
                let _never = self.verify(password, None)?;
                return Err(missing);
            }
        };
        let is_right =
            PasswordHash::new(phc).is_ok_and(|phc| self.argon2(pepper).verify_password(password, &phc).is_ok());
        if !is_right || stored.is_none() {
            return Ok(Verified::Wrong);
        }
        let is_current = self.peppers.is_current(pepper) && self.has_our_parameters(phc);
        Ok(Verified::Right { rehashed: (!is_current).then(|| self.hash(password)) })
    }

    fn has_our_parameters(&self, phc: &str) -> bool {
        let Ok(stored) = PasswordHash::new(phc) else { return false };
        stored.algorithm.as_str() == "argon2id"
            && Params::try_from(&stored).is_ok_and(|theirs| {
                let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
                costs(&theirs) == costs(&self.params)
            })
    }

    fn argon2<'key>(&self, pepper: Option<&'key Pepper>) -> KeptMemory<'key> {
        KeptMemory::new(self.params.clone(), pepper)
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
    use crate::random::SystemRandom;

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

    #[tokio::test]
    async fn the_right_password_is_right_and_any_other_is_wrong() {
        let passwords = passwords(64);
        let stored = passwords.hash(password("a")).await.expect("not busy");
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        let verify = |text: &'static str| {
            passwords.verify(passwords.place().expect("room"), password(text), Some(stored.clone()))
        };
        assert_eq!(verify("a").await, Ok(Verified::Right { rehashed: None }));
        for other in ["A", "a ", " a", "a\0b"] {
            assert_eq!(verify(other).await, Ok(Verified::Wrong), "{other:?}");
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_renewed() {
        let old = passwords(64).hash(password("a")).await.expect("not busy");
        let now = passwords(128);
        let Ok(Verified::Right { rehashed: Some(new) }) =
            now.verify(now.place().expect("room"), password("a"), Some(old)).await
        else {
            panic!("expected a new hash");
        };
        assert_eq!(
            now.verify(now.place().expect("room"), password("a"), Some(new)).await,
            Ok(Verified::Right { rehashed: None })
        );
    }

    /// PW-07
    #[tokio::test]
    async fn an_account_that_does_not_exist_costs_a_verification_and_is_wrong() {
        let passwords = peppered(64, Some("one"), None);
        assert_eq!(
            passwords.verify(passwords.place().expect("room"), password("nobody has this password"), None).await,
            Ok(Verified::Wrong)
        );
        let (dummy, _) = passwords.hashing.peppers.of(&passwords.hashing.dummy).expect("it has the current pepper");
        assert!(passwords.hashing.has_our_parameters(dummy), "{dummy}");
    }

    /// What is stored begins as any hash does, and differs from one without a pepper in more than the mark.
    #[tokio::test]
    async fn a_pepper_goes_into_the_hash() {
        let passwords = peppered(64, Some("one"), None);
        let stored = passwords.hash(password("a")).await.expect("not busy");
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert!(!stored.contains("one"));
        let verified = passwords.verify(passwords.place().expect("room"), password("a"), Some(stored.clone())).await;
        assert_eq!(verified, Ok(Verified::Right { rehashed: None }));
        assert_eq!(
            passwords.verify(passwords.place().expect("room"), password("b"), Some(stored.clone())).await,
            Ok(Verified::Wrong)
        );
        let (unmarked, _) = stored.rsplit_once("$pepper=").expect("the mark");
        assert_eq!(
            passwords.verify(passwords.place().expect("room"), password("a"), Some(unmarked.to_owned())).await,
            Ok(Verified::Wrong)
        );
    }

    #[tokio::test]
    async fn a_hash_with_another_pepper_or_none_is_renewed() {
        let settings = [(None, None), (Some("one"), None), (Some("two"), Some("one")), (None, Some("two"))];
        let mut stored = peppered(64, None, None).hash(password("a")).await.expect("not busy");
        for (current, previous) in settings.into_iter().skip(1) {
            let passwords = peppered(64, current, previous);
            assert_eq!(
                passwords.verify(passwords.place().expect("room"), password("b"), Some(stored.clone())).await,
                Ok(Verified::Wrong)
            );
            let Ok(Verified::Right { rehashed: Some(new) }) =
                passwords.verify(passwords.place().expect("room"), password("a"), Some(stored)).await
            else {
                panic!("expected a new hash with {current:?}");
            };
            let again = passwords.verify(passwords.place().expect("room"), password("a"), Some(new.clone())).await;
            assert_eq!(again, Ok(Verified::Right { rehashed: None }));
            stored = new;
        }
        assert!(!stored.contains("pepper"), "{stored}");
    }

    #[tokio::test]
    async fn without_its_pepper_a_hash_is_neither_right_nor_wrong() {
        let stored = peppered(64, Some("one"), None).hash(password("a")).await.expect("not busy");
        for passwords in [peppered(64, None, None), peppered(64, Some("two"), Some("three"))] {
            for text in ["a", "b"] {
                let error = passwords
                    .verify(passwords.place().expect("room"), password(text), Some(stored.clone()))
                    .await
                    .expect_err("nobody can tell");
                assert!(matches!(error, Unverifiable::PepperMissing(_)), "{error:?}");
                assert!(error.to_string().contains("PASSWORD_PEPPER_PREVIOUS"), "{error}");
            }
        }
    }

    /// A client that goes away must not make room for the next while its hash is still being made.
    #[tokio::test]
    async fn a_permit_is_held_until_the_work_is_done_whoever_has_gone() {
        let passwords = passwords(64);
        let all = passwords.permits.available_permits();
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (finish, may_finish) = std::sync::mpsc::channel::<()>();
        let mut client = Box::pin(passwords.run(move |_| {
            started.send(()).expect("somebody listens");
            may_finish.recv().expect("somebody says so");
        }));
        tokio::select! {
            _ = &mut client => panic!("it cannot be done yet"),
            started = has_started => started.expect("runs"),
        }
        drop(client);
        assert_eq!(passwords.permits.available_permits(), all - 1, "the work goes on");
        assert_eq!(passwords.queue.available_permits(), all + QUEUE, "but nobody waits for it");
        finish.send(()).expect("it listens");
        let whole = passwords.permits.acquire_many(u32::try_from(all).expect("few")).await;
        assert!(whole.is_ok(), "it is given back in the end");
    }

    /// However many ask: as many work at once as there are permits, as many wait as fit, and the others hear so at once.
    #[tokio::test]
    async fn no_more_work_at_once_than_there_are_permits() {
        let passwords = Arc::new(passwords(64));
        let all = passwords.permits.available_permits();
        let (working, most, gate) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(())));
        let clients = (0..all + QUEUE + 10).map(|_| {
            let (passwords, working, most) = (Arc::clone(&passwords), Arc::clone(&working), Arc::clone(&most));
            let gate = Arc::clone(&gate);
            async move {
                passwords
                    .run(move |hashing| {
                        most.fetch_max(working.fetch_add(1, SeqCst) + 1, SeqCst);
                        drop(gate.lock());
                        hashing.hash(b"a");
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

    #[tokio::test]
    async fn a_full_queue_is_refused_at_once() {
        let passwords = passwords(64);
        let all = passwords.queue.try_acquire_many(u32::try_from(passwords.queue.available_permits()).expect("small"));
        assert_eq!(passwords.hash(password("a")).await, Err(Busy));
        drop(all);
        assert!(passwords.hash(password("a")).await.is_ok());
    }
}
