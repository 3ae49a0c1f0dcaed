//! Which of the refresh tokens that a request brings counts.
//!
//! A browser sends several cookies of one name when one was left from another path, or set by a page of a neighbouring site.
//! On https the companion decides: only a token of its session counts. Tokens that were issued without a companion (before
//! there were companions, or on http) count while none is sent.

use super::{Auth, refresh::RefreshError};
use crate::{
    storage::StorageError,
    token::{
        companion::Companion,
        refresh::{Genuine, RefreshToken},
    },
};

/// At most this many tokens that count are looked up. A browser gets more only from another site.
const MOST: usize = 8;

/// What a request's cookies hold.
#[derive(Debug, Default)]
pub struct Sent {
    /// Everything under the refresh token's name.
    pub tokens: Vec<RefreshToken>,
    /// Everything under the companion's name.
    pub companions: Vec<Companion>,
}

impl Auth {
    /// The one token to refresh with. Of several that count, the one of a living session is taken; of several living ones
    /// none, since nothing tells which is meant. More than [`MOST`] are a conflict as well: each costs a query, and the
    /// allowance is checked later. Tokens without a companion do not count beside one that has it, so they displace none.
    pub(super) async fn choose(&self, sent: &Sent) -> Result<(RefreshToken, Genuine), RefreshError> {
        if sent.tokens.is_empty() {
            return Err(RefreshError::Missing);
        }
        let genuine = self.recognise(sent);
        if genuine.is_empty() {
            return Err(RefreshError::Invalid);
        }
        let mut counting = self.counting(sent, genuine);
        if counting.len() > MOST {
            return Err(RefreshError::Conflict);
        }
        if counting.len() > 1 {
            let living = self.living(&counting).await?;
            if living.len() > 1 {
                return Err(RefreshError::Conflict);
            }
            if !living.is_empty() {
                counting = living;
            }
        }
        counting.into_iter().next().ok_or(RefreshError::Unaccompanied)
    }

    /// How many of the tokens count.
    #[must_use]
    pub fn how_many_count(&self, sent: &Sent) -> usize {
        self.counting(sent, self.recognise(sent)).len()
    }

    /// The tokens of ours among those that were sent, each once, whether they count or not.
    pub(super) fn recognise(&self, sent: &Sent) -> Vec<(RefreshToken, Genuine)> {
        let (now, mut genuine) = (self.clock.now(), Vec::<(RefreshToken, Genuine)>::new());
        for token in &sent.tokens {
            if let Ok(says) = self.refresh_tokens.recognise(token, now)
                && !genuine.iter().any(|(other, _)| other.hash() == token.hash())
            {
                genuine.push((token.clone(), says));
            }
        }
        genuine
    }

    /// Returns the tokens of `genuine` that count. If a companion was sent and matches no token, none counts: the companion may
    /// be all that is left of the browser's own session.
    pub(super) fn counting(&self, sent: &Sent, genuine: Vec<(RefreshToken, Genuine)>) -> Vec<(RefreshToken, Genuine)> {
        let now = self.clock.now();
        let is_accompanied = |(_, says): &(RefreshToken, Genuine)| {
            let companions = self.companions.as_ref();
            companions.is_some_and(|companions| companions.accompanies(&sent.companions, &says.session_id, now))
        };
        let (accompanied, mut alone): (Vec<_>, Vec<_>) = genuine.into_iter().partition(is_accompanied);
        if !accompanied.is_empty() {
            return accompanied;
        }
        alone.retain(|(_, says)| sent.companions.is_empty() && !says.companion);
        alone
    }

    async fn living(&self, tokens: &[(RefreshToken, Genuine)]) -> Result<Vec<(RefreshToken, Genuine)>, StorageError> {
        let now = self.clock.now();
        let mut living = vec![];
        for candidate in tokens {
            let session = self.sessions.find(&candidate.1.session_id).await?;
            if session.is_some_and(|session| session.ended.is_none() && !session.is_expired(now)) {
                living.push(candidate.clone());
            }
        }
        Ok(living)
    }
}
