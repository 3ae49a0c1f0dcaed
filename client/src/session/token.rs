//! The access token in memory. Nothing here prints or serialises, and nothing writes it anywhere.

use core::time::Duration;

use sessionkeep_types::{AccessToken, SessionId, TokenResponse, UserId};

use super::{schedule, state::Epoch};
use crate::api::{bearer, claims, session_of};

/// The token that is in use. Its age is counted from its receipt on the page's own monotonic clock: the server's clock
/// and the browser's are never compared.
pub(super) struct HeldToken {
    token: AccessToken,
    person: Option<UserId>,
    generation: Option<u64>,
    serial: u64,
    expires: Duration,
    renew_ahead: Option<Duration>,
}

impl HeldToken {
    pub(super) fn received(answer: TokenResponse, serial: u64, now: Duration, dice: f64) -> Self {
        let life = Duration::from_secs(answer.expires_in);
        let (person, generation) = claims(&answer.access_token).map(|claims| (claims.sub, claims.generation)).unzip();
        Self {
            person,
            generation: generation.flatten(),
            token: answer.access_token,
            serial,
            expires: now.saturating_add(life),
            renew_ahead: schedule::renew_ahead_at(life, dice).map(|age| now.saturating_add(age)),
        }
    }

    /// Whether both belong to one person, as far as can be read.
    pub(super) fn is_of_the_same_person_as(&self, other: &Self) -> bool {
        self.person == other.person
    }

    /// Whether it belongs to this person, as far as can be read.
    pub(super) fn is_of(&self, person: &UserId) -> bool {
        self.person.as_ref() == Some(person)
    }

    /// Which refresh token the browser has, if it kept what it was given, as far as can be read.
    pub(super) fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// The session that it belongs to, as far as can be read.
    pub(super) fn session(&self) -> Option<SessionId> {
        session_of(&self.token)
    }

    /// The token itself, when it is to be used for the last time.
    pub(super) fn into_token(self) -> AccessToken {
        self.token
    }

    pub(super) fn has_expired(&self, now: Duration) -> bool {
        now >= self.expires
    }

    /// When to renew it although it is still good.
    pub(super) fn renew_ahead(&self) -> Option<Duration> {
        self.renew_ahead
    }

    pub(super) fn pass(&self, epoch: Epoch) -> Pass {
        Pass { token: self.token.clone(), serial: self.serial, epoch }
    }
}

/// The right to send one request: a token, and the session that it belongs to.
pub struct Pass {
    token: AccessToken,
    pub(super) serial: u64,
    pub(super) epoch: Epoch,
}

impl Pass {
    /// The value of the `Authorization` header.
    pub(crate) fn bearer(&self) -> String {
        bearer(&self.token)
    }
}
