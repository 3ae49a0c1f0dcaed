//! Sign-out: ends the session of a refresh token.

use sessionkeep_types::EndReason;

use super::{Auth, Sent, end_step};
use crate::{
    session::{EventKind, Origin, Session},
    storage::{StorageError, Transacted},
};

impl Auth {
    /// Ends the sessions of the tokens that count, of whatever generation: an old token means a sign-out, too. Where none
    /// counts, every genuine one is ended, since a browser that has lost the companion must not leave its session alive.
    /// Without a genuine token there is nothing to end.
    ///
    /// # Errors
    /// When the store fails: then nobody may be told that they are signed out.
    pub async fn logout(&self, sent: &Sent, origin: &Origin) -> Result<(), StorageError> {
        let genuine = self.recognise(sent);
        let counting = self.counting(sent, genuine.clone());
        for (_, genuine) in if counting.is_empty() { genuine } else { counting } {
            let mut step =
                |session: &Session, now| end_step(session, now, &EndReason::SignedOut, EventKind::SignedOut, origin);
            if let Transacted::Done { ended } =
                self.sessions.transact(&genuine.session_id, &*self.clock, &mut step).await?
            {
                self.note_ended(&ended);
            }
        }
        Ok(())
    }
}
