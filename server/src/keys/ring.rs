//! What each key does at which time.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::jwk::Jwk;
use sessionkeep_verify::{Algorithm, VerifyingKey};

use super::Key;
use crate::session::UnixMillis;

/// The keys of one kind of token, by the time of their first use.
///
/// The newest key whose time has come signs. A key whose time is still to come is published already, so that every verifier
/// knows it before the first token. One that another has followed verifies until its last token has ended.
#[derive(Clone, Debug)]
pub struct Ring {
    /// The earliest first.
    keys: Vec<Dated>,
    signs: Algorithm,
}

/// A key and its time.
#[derive(Clone, Debug)]
pub struct Dated {
    /// The key.
    pub key: Key,
    /// When it begins to sign.
    pub first_use: UnixMillis,
    /// Whether it only verifies, for as long as it is there: a key that was taken out of use by hand.
    pub retired: bool,
    /// When the last token that it can have signed has ended. `None`: nothing has followed it yet.
    until: Option<UnixMillis>,
}

/// What a key does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is published, and signs from this time on.
    Published(UnixMillis),
    /// It signs.
    Signs,
    /// It verifies what it has signed, until this time; `None`: as long as it is there.
    Verifies(Option<UnixMillis>),
    /// It does nothing any more.
    Done,
}

impl Dated {
    /// A key that signs from `first_use` on.
    #[must_use]
    pub fn new(key: Key, first_use: UnixMillis) -> Self {
        Self { key, first_use, retired: false, until: None }
    }

    /// A key that has signed, and only verifies now.
    #[must_use]
    pub fn retired(key: Key) -> Self {
        Self { retired: true, ..Self::new(key, UnixMillis(0)) }
    }

    fn verifies(&self, now: UnixMillis) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl Ring {
    /// Keys whose newest one of `signs` signs tokens that live for `lifetime` at most. A key of another algorithm may have signed
    /// until `since`, when the algorithm was chosen: it verifies for `lifetime` from then on. `None` where no key can sign.
    #[must_use]
    pub fn new(mut keys: Vec<Dated>, signs: Algorithm, lifetime: Duration, since: UnixMillis) -> Option<Self> {
        keys.sort_by(|a, b| (a.first_use, a.key.id()).cmp(&(b.first_use, b.key.id())));
        let signing = |dated: &Dated| !dated.retired && dated.key.algorithm() == signs;
        let mut followed_at = None;
        for dated in keys.iter_mut().rev() {
            dated.until = if dated.retired {
                None
            } else if dated.key.algorithm() == signs {
                followed_at
            } else {
                // One that is newer than all that sign is there to be known before the algorithm is chosen.
                followed_at.map(|at: UnixMillis| at.max(since))
            }
            .map(|at| at.plus(lifetime));
            if signing(dated) {
                followed_at = Some(dated.first_use);
            }
        }
        keys.iter().any(signing).then_some(Self { keys, signs })
    }

    fn signs_at(&self, now: UnixMillis) -> &Dated {
        let mut candidates = self.keys.iter().filter(|dated| !dated.retired && dated.key.algorithm() == self.signs);
        let first = candidates.next().expect("OK because a ring is made with a key that signs");
        // Before the time of the first there is no other.
        candidates.take_while(|dated| dated.first_use <= now).last().unwrap_or(first)
    }

    /// The key that signs.
    #[must_use]
    pub fn signing(&self, now: UnixMillis) -> &Key {
        &self.signs_at(now).key
    }

    /// The key of this name, if tokens of its may live.
    #[must_use]
    pub fn verifying(&self, id: &str, now: UnixMillis) -> Option<&VerifyingKey> {
        let dated = self.keys.iter().find(|dated| dated.key.id() == id && dated.verifies(now))?;
        Some(dated.key.verifying())
    }

    /// The public parts of all keys whose tokens may live, or will.
    pub fn published(&self, now: UnixMillis) -> impl Iterator<Item = &Jwk> {
        self.keys.iter().filter(move |dated| dated.verifies(now)).filter_map(|dated| dated.key.public())
    }

    /// The names of all keys, the earliest first.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|dated| dated.key.id().to_owned()).collect()
    }

    /// All keys, the earliest first, with what each does.
    pub fn states(&self, now: UnixMillis) -> impl Iterator<Item = (&Dated, State)> {
        let signing = self.signing(now).id();
        self.keys.iter().map(move |dated| {
            let state = if dated.key.id() == signing {
                State::Signs
            } else if !dated.verifies(now) {
                State::Done
            } else if !dated.retired && dated.key.algorithm() == self.signs && dated.first_use > now {
                State::Published(dated.first_use)
            } else {
                State::Verifies(dated.until)
            };
            (dated, state)
        })
    }
}

/// The ring that everybody uses at the moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keys(Arc<RwLock<Arc<Ring>>>);

impl Keys {
    /// Begins with this ring.
    #[must_use]
    pub fn new(ring: Ring) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(ring))))
    }

    /// The ring of now.
    #[must_use]
    pub fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on everybody uses this one.
    pub fn replace(&self, ring: Ring) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }
}

#[cfg(test)]
impl Keys {
    /// One secret of 32 times this byte.
    pub(crate) fn for_tests(byte: u8) -> Self {
        let key = Key::from_secret(&vec![byte; 32].into()).expect("long enough");
        let ring = Ring::new(vec![Dated::new(key, UnixMillis(0))], Algorithm::HS256, Duration::ZERO, UnixMillis(0));
        Self::new(ring.expect("it has a key"))
    }
}

#[cfg(test)]
mod tests;
