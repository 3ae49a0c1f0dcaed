//! The sign-out that the server has not heard of yet.
//!
//! It is written down before the request, so that a reload does not bring the session back. Each one writes an id of its
//! own and removes no other: another tab may have signed out since, from a cookie that came later.

use std::{cell::RefCell, rc::Rc};

use sessionkeep_types::SessionId;

use super::ports::{Random, Storage};

const KEY: &str = "sessionkeep.sign-out-pending";

/// Keeps the note of it that all tabs share.
pub(super) struct PendingSignOut {
    storage: Rc<dyn Storage>,
    random: Rc<dyn Random>,
    /// Where nothing can be written down, this page remembers it at least.
    unwritten: RefCell<Option<String>>,
}

impl PendingSignOut {
    pub(super) fn new(storage: Rc<dyn Storage>, random: Rc<dyn Random>) -> Self {
        Self { storage, random, unwritten: RefCell::default() }
    }

    /// Which one the server has to be told of, if any.
    pub(super) fn note(&self) -> Option<String> {
        self.storage.read(KEY).or_else(|| self.unwritten.borrow().clone())
    }

    /// The person signs out, of this session as far as is known.
    pub(super) fn begin(&self, session: Option<&SessionId>) {
        let id = self.random.id();
        let note = session.map_or_else(|| id.clone(), |session| format!("{id} {session}"));
        let is_written = self.storage.write(KEY, &note);
        *self.unwritten.borrow_mut() = (!is_written).then_some(note);
    }

    /// The session that a note is about, as far as is known.
    pub(super) fn session(note: &str) -> Option<SessionId> {
        note.split_once(' ').map(|(_, session)| SessionId::new(session))
    }

    /// Somebody has signed in since.
    pub(super) fn forget(&self) {
        self.storage.remove(KEY);
        self.forget_unwritten();
    }

    /// Forgets what the other tabs do not know.
    pub(super) fn forget_unwritten(&self) {
        self.unwritten.take();
    }

    /// The server has heard of this one.
    pub(super) fn is_told(&self, note: &str) {
        if self.note().as_deref() == Some(note) {
            self.forget();
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::session::fake::{FakeRandom, FakeStorage};

    #[test]
    fn a_note_is_kept_until_the_server_has_heard_of_that_very_one() {
        for storage in [FakeStorage::default(), FakeStorage::broken()] {
            let pending = PendingSignOut::new(Rc::new(storage), Rc::new(FakeRandom::default()));
            assert_eq!(pending.note(), None);
            pending.begin(Some(&SessionId::new("s1")));
            let first = pending.note().unwrap();
            assert_eq!(PendingSignOut::session(&first), Some(SessionId::new("s1")));
            pending.begin(None);
            pending.is_told(&first);
            let second = pending.note().unwrap();
            assert_ne!(first, second);
            assert_eq!(PendingSignOut::session(&second), None);
            pending.is_told(&second);
            assert_eq!(pending.note(), None);
        }
    }

    #[test]
    fn the_other_tabs_know_of_it() {
        let storage = Rc::new(FakeStorage::default());
        let [tab, other] =
            [(); 2].map(|()| PendingSignOut::new(Rc::clone(&storage) as _, Rc::new(FakeRandom::default())));
        tab.begin(None);
        assert!(other.note().is_some());
        other.is_told(&other.note().unwrap());
        assert_eq!(tab.note(), None);
    }
}
