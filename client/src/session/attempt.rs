//! The name of the refresh that has no answer yet.
//!
//! Every repeat of one refresh carries the same id, in whichever tab and after whatever reload: that is how the server
//! tells a repeat from a second party. It is random and not secret, and it is written down *before* the request.

use std::rc::Rc;

use sessionkeep_types::limits::ATTEMPT_MAX_LENGTH;

use super::ports::{Random, Storage};

const KEY: &str = "sessionkeep.refresh-attempt";
/// Written to find out whether anything can be written.
const PROBE: &str = "sessionkeep.probe";

/// Keeps the attempt id that all tabs share.
pub(super) struct Attempts {
    storage: Rc<dyn Storage>,
    random: Rc<dyn Random>,
}

impl Attempts {
    pub(super) fn new(storage: Rc<dyn Storage>, random: Rc<dyn Random>) -> Self {
        Self { storage, random }
    }

    /// An id for a sign-in: it tells the server that refreshes will carry one. None where nothing can be written down,
    /// for then two tabs would look like two parties.
    pub(super) fn declare(&self) -> Option<String> {
        // Under a name of its own: a refresh of another tab may be waiting for its answer, and keeps its id.
        let works = self.storage.write(PROBE, "1");
        self.storage.remove(PROBE);
        works.then(|| self.random.id())
    }

    /// The id for the next refresh: that of the one without an answer, or a new one.
    pub(super) fn open(&self) -> Option<String> {
        self.pending().or_else(|| {
            let id = self.random.id();
            // Read back: another tab may have written at the same time, and the last to write names it for both.
            if self.storage.write(KEY, &id) { self.pending() } else { None }
        })
    }

    /// An answer to this attempt has arrived.
    pub(super) fn close(&self, id: &str) {
        if self.pending().as_deref() == Some(id) {
            self.storage.remove(KEY);
        }
    }

    /// What stands in the storage may be anybody's; only what can be a header's value is an id.
    fn pending(&self) -> Option<String> {
        self.storage.read(KEY).filter(|id| {
            (1..=ATTEMPT_MAX_LENGTH).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::session::fake::{FakeRandom, FakeStorage};

    fn attempts(storage: &Rc<FakeStorage>) -> Attempts {
        Attempts::new(Rc::clone(storage) as _, Rc::new(FakeRandom::default()))
    }

    #[test]
    fn an_attempt_keeps_its_id_until_it_is_answered() {
        let tab = attempts(&Rc::default());
        let first = tab.open().unwrap();
        assert_eq!(tab.open().unwrap(), first);
        tab.close(&first);
        assert_ne!(tab.open().unwrap(), first);
    }

    #[test]
    fn tabs_share_the_id_and_a_reload_finds_it() {
        let storage = Rc::default();
        let first = attempts(&storage).open();
        assert_eq!(attempts(&storage).open(), first);
    }

    #[test]
    fn an_answer_to_an_older_attempt_closes_nothing() {
        let tab = attempts(&Rc::default());
        let id = tab.open();
        tab.close("older");
        assert_eq!(tab.open(), id);
    }

    #[test]
    fn a_sign_in_leaves_the_attempt_of_a_refresh_alone() {
        let tab = attempts(&Rc::default());
        let open = tab.open();
        assert!(tab.declare().is_some());
        assert_eq!(tab.open(), open);
    }

    #[test]
    fn without_storage_there_is_no_id_at_all() {
        let tab = attempts(&Rc::new(FakeStorage::broken()));
        assert_eq!((tab.open(), tab.declare()), (None, None));
    }

    #[test]
    fn what_cannot_be_a_header_is_replaced() {
        let storage = Rc::new(FakeStorage::default());
        for junk in ["", "two words", "line\nbreak", &"x".repeat(65)] {
            storage.write(KEY, junk);
            assert_ne!(attempts(&storage).open().as_deref(), Some(junk));
        }
    }
}
