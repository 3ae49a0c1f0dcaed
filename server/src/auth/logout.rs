//! Sign-out: ends the session of a refresh token.

use sessionkeep_types::EndReason;

use super::{Auth, event};
use crate::{
    session::{Ended, EventKind, Origin, Session},
    storage::{Step, StorageError, Transacted},
    token::refresh::RefreshToken,
};

impl Auth {
    /// Ends the sessions that these tokens belong to, whatever their generation: who signs out with an old token means it.
    /// Without a genuine one there is nothing to end, which is fine, too.
    ///
    /// # Errors
    /// When the store fails: then nobody may be told that they are signed out.
    pub async fn logout(&self, sent: &[RefreshToken], origin: &Origin) -> Result<(), StorageError> {
        for (_, genuine) in self.recognise(sent) {
            let mut step = |session: &Session| {
                let now = self.clock.now();
                if session.ended.is_some() {
                    return Step::default();
                }
                let mut next = session.clone();
                next.ended = Some(Ended { at: now, reason: EndReason::SignedOut });
                Step {
                    next: Some(next),
                    end_others: None,
                    events: vec![event(EventKind::SignedOut, Some(&session.user_id), Some(&session.id), origin, now)],
                }
            };
            if let Transacted::Done { ended } = self.sessions.transact(&genuine.session_id, &mut step).await? {
                self.note_ended(&ended);
            }
        }
        Ok(())
    }
}
