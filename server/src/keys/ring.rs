//! What each key does at which time.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::jwk::Jwk;

use super::Key;
use crate::session::UnixMillis;

/// The keys of one kind of token, by the time of their first use.
///
/// The newest key whose time has come signs, in its own algorithm. A key whose time is still to come is published already, so that
/// every verifier knows it before the first token. One that another has followed verifies until its last token has ended.
#[derive(Clone, Debug)]
pub struct Ring {
    /// The earliest first.
    keys: Vec<Dated>,
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

    /// Whether a token that it has signed may live.
    #[must_use]
    pub fn verifies(&self, now: UnixMillis) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Whether its time stands in the name of its file. One without a time was put there by an operator.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.first_use != UnixMillis(0)
    }
}

impl Ring {
    /// Keys whose tokens live for `lifetime` at most. `None` where no key can sign.
    #[must_use]
    pub fn new(mut keys: Vec<Dated>, lifetime: Duration) -> Option<Self> {
        keys.sort_by(|a, b| (a.first_use, a.key.id()).cmp(&(b.first_use, b.key.id())));
        let mut followed_at = None;
        for dated in keys.iter_mut().rev().filter(|dated| !dated.retired) {
            dated.until = followed_at.map(|at: UnixMillis| at.plus(lifetime));
            followed_at = Some(dated.first_use);
        }
        followed_at.is_some().then_some(Self { keys })
    }

    fn can_sign(&self) -> impl Iterator<Item = &Dated> {
        self.keys.iter().filter(|dated| !dated.retired)
    }

    /// The key that nothing has followed: it signs, or will.
    #[must_use]
    pub fn newest(&self) -> &Dated {
        self.can_sign().last().expect("OK because a ring is made with a key that can sign")
    }

    /// The key that signs.
    #[must_use]
    pub fn signing(&self, now: UnixMillis) -> &Key {
        // Before the time of the first there is no other.
        let followed = self.can_sign().skip(1).take_while(|dated| dated.first_use <= now);
        let first = self.can_sign().next().expect("OK because a ring is made with a key that can sign");
        &followed.last().unwrap_or(first).key
    }

    /// Since when the key that signs has done so; `None` for one that bears no time.
    #[must_use]
    pub fn signing_since(&self, now: UnixMillis) -> Option<UnixMillis> {
        let signing = self.find(self.signing(now).id())?;
        signing.has_time().then_some(signing.first_use)
    }

    /// The key of this name, whether tokens of its may live or not.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Dated> {
        self.keys.iter().find(|dated| dated.key.id() == id)
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
            } else if !dated.retired && dated.first_use > now {
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
pub struct Keys(Arc<RwLock<Current>>);

#[derive(Clone, Debug)]
struct Current {
    ring: Arc<Ring>,
    withdrawn: bool,
}

impl Keys {
    /// Begins with this ring.
    #[must_use]
    pub fn new(ring: Ring) -> Self {
        Self(Arc::new(RwLock::new(Current { ring: Arc::new(ring), withdrawn: false })))
    }

    fn current(&self) -> Current {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ring of now.
    #[must_use]
    pub fn ring(&self) -> Arc<Ring> {
        self.current().ring
    }

    /// Whether its keys were taken away and there is no other: nothing can be signed or believed until there is.
    #[must_use]
    pub fn are_withdrawn(&self) -> bool {
        self.current().withdrawn
    }

    /// From now on everybody uses this one.
    pub fn replace(&self, ring: Ring) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Current { ring: Arc::new(ring), withdrawn: false };
    }

    /// From now on nobody uses any.
    pub fn withdraw(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).withdrawn = true;
    }
}

#[cfg(test)]
impl Keys {
    /// One secret of 32 times this byte.
    pub(crate) fn for_tests(byte: u8) -> Self {
        let key = Key::from_secret(&vec![byte; 32].into()).expect("long enough");
        Self::new(Ring::new(vec![Dated::new(key, UnixMillis(0))], Duration::ZERO).expect("it has a key"))
    }
}

#[cfg(test)]
mod tests;
