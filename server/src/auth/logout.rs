//! Sign-out: ends the session of a refresh token.

use sessionkeep_types::EndReason;

use super::{Auth, end_step};
use crate::{
    session::{EventKind, Origin, Session},
    storage::{StorageError, Transacted},
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
