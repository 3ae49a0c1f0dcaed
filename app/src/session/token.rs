//! The access token in memory. Nothing here prints or serialises, and nothing writes it anywhere.

use core::time::Duration;

use sessionkeep_types::{AccessToken, TokenResponse};

use super::{schedule, state::Epoch};

/// The token that is in use. Its age is counted from its receipt on the page's own monotonic clock: the server's clock
/// and the browser's are never compared.
pub(super) struct HeldToken {
    token: AccessToken,
    serial: u64,
    expires: Duration,
    renew_ahead: Option<Duration>,
}

impl HeldToken {
    pub(super) fn received(answer: TokenResponse, serial: u64, now: Duration, dice: f64) -> Self {
        let life = Duration::from_secs(answer.expires_in);
        Self {
            token: answer.access_token,
            serial,
            expires: now.saturating_add(life),
            renew_ahead: schedule::renew_ahead_at(life, dice).map(|age| now.saturating_add(age)),
        }
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
        format!("Bearer {}", self.token.expose())
    }
}
