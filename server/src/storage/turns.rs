//! One transaction on a session at a time, and the next ones wait here: while they waited for its row, each would keep a
//! connection from other sessions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sessionkeep_types::SessionId;
use tokio::sync::{Mutex as Turn, MutexGuard as Served};

/// Who is at work on which session. Holds what somebody waits for or has, and nothing else.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<SessionId, Arc<Turn<()>>>>);

impl Turns {
    /// A place in the queue of this session.
    pub(super) fn queue(&self, session: &SessionId) -> Place<'_> {
        let turn = Arc::clone(self.lock().entry(session.clone()).or_default());
        Place { turns: self, session: session.clone(), turn }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Turn<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kept until the work is done, or given up.
pub(super) struct Place<'a> {
    turns: &'a Turns,
    session: SessionId,
    turn: Arc<Turn<()>>,
}

impl Place<'_> {
    /// Waits for those who came before.
    pub(super) async fn turn(&self) -> Served<'_, ()> {
        self.turn.lock().await
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut turns = self.turns.lock();
        // Copies are made under this lock alone: the map's and this one are the last.
        if Arc::strong_count(&self.turn) == 2 {
            turns.remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt as _, future::join_all};

    use super::*;

    #[tokio::test]
    async fn whoever_comes_second_waits_and_another_session_does_not() {
        let turns = Turns::default();
        let [first, second, other] = ["s", "s", "t"].map(|session| turns.queue(&SessionId::new(session)));
        let turn = first.turn().await;
        assert!(second.turn().now_or_never().is_none());
        assert!(other.turn().now_or_never().is_some());
        drop(turn);
        assert!(second.turn().now_or_never().is_some());
    }

    #[tokio::test]
    async fn nothing_is_kept_of_those_who_were_served_or_gave_up() {
        let turns = Turns::default();
        let session = SessionId::new("s");
        let first = turns.queue(&session);
        let turn = first.turn().await;
        let gave_up = turns.queue(&session);
        assert!(gave_up.turn().now_or_never().is_none());
        let waiting = join_all((0..5).map(async |_| {
            let place = turns.queue(&session);
            drop(place.turn().await);
        }));
        drop(turn);
        drop(first);
        waiting.await;
        assert_eq!(turns.lock().len(), 1);
        drop(gave_up);
        assert!(turns.lock().is_empty());
    }
}
