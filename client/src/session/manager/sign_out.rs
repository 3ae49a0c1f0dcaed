//! Signing out: at once for the person, and for the server as soon as it can be told.

use std::rc::Rc;

use sessionkeep_types::{AccessToken, ErrorCode, SessionId, TokenResponse};

use super::{Manager, SIGN_PATIENCE, cookie::COOKIE_DROPPED};
use crate::{
    api::{ApiError, session_of},
    session::{
        pending_sign_out::PendingSignOut,
        ports::News,
        reason::SignedOut,
        state::{Event, Jar, Phase},
        token::HeldToken,
    },
};

/// Where all tabs read which session the cookie is of. A form that the browser sends itself does not write it.
const SESSION: &str = "sessionkeep.session";

/// Which session a sign-out ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// That of the cookie, whichever it is.
    Any,
    /// The one that was signed out of, as far as is known: another may have begun since.
    Noted,
}

/// What became of a sign-out.
enum Told {
    Ended,
    AnotherHasBegun,
}

impl Manager {
    /// Signs out, here and in the other tabs at once. The server hears of it as soon as it can be reached.
    pub fn sign_out(self: &Rc<Self>) {
        self.sign_outs.update(|before| before + 1);
        self.pending_sign_out.begin(self.session_of_cookie().as_ref());
        self.ports.storage.remove(SESSION);
        self.ports.storage.remove(COOKIE_DROPPED);
        // Without its cookie the server does not learn from the sign-out which session is meant.
        let token = (self.snapshot().jar != Jar::Keeps).then(|| self.token.take()).flatten();
        self.happened(Event::SignedOutHere);
        self.ports.tabs.tell(News::SignedOut);
        if let Some(token) = token {
            self.end_session_of(token.into_token());
        }
        // The person looks at the page, and means whichever session the browser has.
        self.tell_server_of_sign_out(Meant::Any);
    }

    /// A sign-out that the server has not heard of yet comes before the next sign-in: the new cookie would take the place
    /// of the old one, and the old session would live on. The caller holds the lock.
    pub(super) async fn finish_sign_out(&self) -> Result<(), ApiError> {
        if let Some(note) = self.pending_sign_out.note() {
            self.tell(&note, Meant::Noted).await?;
        }
        Ok(())
    }

    /// Tells the server of this one, and whether it ended the session. It did not where the cookie is of a session that has begun since.
    async fn tell(&self, note: &str, meant: Meant) -> Result<Told, ApiError> {
        let session = PendingSignOut::session(note).filter(|_| meant == Meant::Noted);
        let told = match self.api.logout(session).await {
            Ok(()) => Told::Ended,
            Err(error) if error.code() == Some(&ErrorCode::OtherSession) => Told::AnotherHasBegun,
            Err(error) => return Err(error),
        };
        self.pending_sign_out.is_told(note);
        Ok(told)
    }

    /// The session of the browser's cookie, as far as is known: another tab may have replaced this page's when the password was changed.
    fn session_of_cookie(&self) -> Option<SessionId> {
        let written = self.ports.storage.read(SESSION).map(SessionId::new);
        written.or_else(|| self.token.borrow().as_ref().and_then(HeldToken::session))
    }

    /// The token's session is the cookie's.
    pub(super) fn write_session_of_cookie(&self, token: &HeldToken) {
        if let Some(session) = token.session()
            && self.ports.storage.read(SESSION).as_deref() != Some(session.as_str())
        {
            self.ports.storage.write(SESSION, session.as_str());
        }
    }

    /// Until it has heard. A repetition means the session that was noted.
    pub(super) fn tell_server_of_sign_out(self: &Rc<Self>, mut meant: Meant) {
        let (manager, epoch) = (Rc::clone(self), self.epoch());
        self.spawn(async move {
            for failures in 1_u32.. {
                let answer = {
                    let _held = manager.lock(SIGN_PATIENCE).await;
                    if manager.epoch() != epoch {
                        return;
                    }
                    // Another tab has told the server, and may have signed in since: its session is not ours to end.
                    let Some(note) = manager.pending_sign_out.note() else {
                        manager.happened(Event::SignOutConfirmed);
                        return;
                    };
                    manager.tell(&note, std::mem::replace(&mut meant, Meant::Noted)).await
                };
                if manager.epoch() != epoch {
                    return;
                }
                let error = match answer {
                    Ok(Told::Ended) => {
                        manager.happened(Event::SignOutConfirmed);
                        return;
                    }
                    // A form that the browser sent itself began it, and no tab was told.
                    Ok(Told::AnotherHasBegun) => {
                        manager.heard(News::SignedIn);
                        return;
                    }
                    Err(error) => error,
                };
                manager.happened(Event::SignOutDelayed);
                manager.wait_after(failures, &error, || manager.epoch() != epoch).await;
            }
        });
    }

    /// The answer to a request that was under way when its session ended here: it may have brought a new cookie. Who has
    /// signed out stays signed out, and whoever has signed in since does so.
    pub(crate) fn came_too_late(self: &Rc<Self>, answer: Result<TokenResponse, ApiError>) {
        use SignedOut::{Here, HereOnly, InAnotherTab};
        let session = match answer {
            Ok(token) => {
                let session = session_of(&token.access_token);
                self.end_session_of(token.access_token);
                session
            }
            Err(error) if !error.is_unclear() => return,
            // No token to end it by, and perhaps a cookie. (A deleted account has none; one sign-out more harms nobody.)
            Err(_) => None,
        };
        // Once more for the new cookie; for the person nothing has happened.
        if matches!(self.snapshot().phase, Phase::SignedOut(Here | HereOnly | InAnotherTab)) {
            self.pending_sign_out.begin(session.as_ref());
            self.tell_server_of_sign_out(Meant::Any);
        }
    }

    /// Ends the session that a token belongs to, in its own name: whichever cookie the browser has is neither sent nor
    /// cleared.
    pub(super) fn end_session_of(self: &Rc<Self>, token: AccessToken) {
        let manager = Rc::clone(self);
        self.spawn(async move {
            for failures in 1_u32.. {
                match manager.api.end_session_of(&token).await {
                    Err(error) if error.is_unclear() || error.code() == Some(&ErrorCode::RateLimited) => {
                        // Who signs in meanwhile is no reason to ask sooner.
                        manager.wait_after(failures, &error, || false).await;
                    }
                    _ => return,
                }
            }
        });
    }
}
