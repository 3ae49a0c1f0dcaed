use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use password_rules::Person;
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{Normalised, PasswordRules, Refused};
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

/// Hashes and verifies with argon2id (RFC 9106).
pub struct Passwords {
    argon2: Argon2<'static>,
    /// Verified against where there is no account, so that this takes as long.
    dummy: String,
    permits: Arc<Semaphore>,
    queue: Semaphore,
    random: Arc<dyn Random>,
    metrics: Arc<Metrics>,
}

impl Passwords {
    /// `memory_kib` and `iterations` as in OWASP's Password Storage Cheat Sheet, one lane.
    ///
    /// # Errors
    /// When argon2 does not take these parameters.
    pub fn new(memory_kib: u32, iterations: u32, random: Arc<dyn Random>) -> Result<Self, argon2::Error> {
        let params = Params::new(memory_kib, iterations, 1, None)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let permits = permits();
        let dummy = hash(&argon2, b"nobody has this password", &*random);
        Ok(Self {
            argon2,
            dummy,
            permits: Arc::new(Semaphore::new(permits)),
            queue: Semaphore::new(permits + QUEUE),
            random,
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
        self.run(move |_, _| {
            let person = Person { email: &email, display_name: display_name.as_deref() };
            rules.check(password.expose(), person)
        })
        .await
    }

    /// A PHC string with a new salt.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn hash(&self, password: Normalised) -> Result<String, Busy> {
        self.run(move |argon2, random| hash(argon2, password.expose().as_bytes(), random)).await
    }

    /// Compares with the stored hash; with `None`, for an account that does not exist, takes as long and is wrong.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn verify(&self, password: Normalised, stored: Option<String>) -> Result<Verified, Busy> {
        let dummy = self.dummy.clone();
        self.run(move |argon2, random| {
            let Some(stored) = stored else {
                let _never = argon2.verify_password(password.expose().as_bytes(), dummy.as_str());
                return Verified::Wrong;
            };
            let password = password.expose().as_bytes();
            if argon2.verify_password(password, stored.as_str()).is_err() {
                return Verified::Wrong;
            }
            let rehashed = (!is_current(argon2, &stored)).then(|| hash(argon2, password, random));
            Verified::Right { rehashed }
        })
        .await
    }

    /// Whether somebody more may wait.
    ///
    /// # Errors
    /// When too many wait.
    pub fn has_room(&self) -> Result<(), Busy> {
        if self.queue.available_permits() == 0 { Err(Busy) } else { Ok(()) }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>, &dyn Random) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let asked = Instant::now();
        let refused = || {
            self.metrics.hash_refused();
            Busy
        };
        let _place = self.queue.try_acquire().map_err(|_| refused())?;
        let permit = timeout(LONGEST_WAIT, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| refused())?.map_err(|_| refused())?;
        let (argon2, random, metrics) = (self.argon2.clone(), Arc::clone(&self.random), Arc::clone(&self.metrics));
        let done = spawn_blocking(move || {
            // Moved in here: a client that goes away does not free it while the hashing goes on.
            let _permit = permit;
            let begun = Instant::now();
            let done = work(&argon2, &*random);
            metrics.hashed(begun.duration_since(asked), begun.elapsed());
            done
        });
        done.await.map_err(|_| Busy)
    }
}

/// How many are hashed at once.
fn permits() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_PERMITS)
}

fn hash(argon2: &Argon2<'_>, password: &[u8], random: &dyn Random) -> String {
    let salt: [u8; 16] = random::bytes(random);
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password, &salt)
        .expect("OK because the parameters were checked and the password is short");
    hash.to_string()
}

fn is_current(argon2: &Argon2<'_>, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    let ours = argon2.params();
    stored.algorithm.as_str() == "argon2id"
        && Params::try_from(&stored).is_ok_and(|theirs| {
            (theirs.m_cost(), theirs.t_cost(), theirs.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
        })
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::Password;

    use super::*;
    use crate::random::SystemRandom;

    fn passwords(memory_kib: u32) -> Passwords {
        Passwords::new(memory_kib, 1, Arc::new(SystemRandom)).expect("parameters are fine")
    }

    fn password(text: &str) -> Normalised {
        Normalised::new(&Password::new(text)).expect("short")
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_any_other_is_wrong() {
        let passwords = passwords(64);
        let stored = passwords.hash(password("a")).await.expect("not busy");
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        let verify = |text: &'static str| passwords.verify(password(text), Some(stored.clone()));
        assert_eq!(verify("a").await, Ok(Verified::Right { rehashed: None }));
        for other in ["A", "a ", " a", "a\0b"] {
            assert_eq!(verify(other).await, Ok(Verified::Wrong), "{other:?}");
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_renewed() {
        let old = passwords(64).hash(password("a")).await.expect("not busy");
        let now = passwords(128);
        let Ok(Verified::Right { rehashed: Some(new) }) = now.verify(password("a"), Some(old)).await else {
            panic!("expected a new hash");
        };
        assert_eq!(now.verify(password("a"), Some(new)).await, Ok(Verified::Right { rehashed: None }));
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_costs_a_verification_and_is_wrong() {
        assert_eq!(passwords(64).verify(password("a"), None).await, Ok(Verified::Wrong));
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
