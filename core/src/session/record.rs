use std::time::Duration;

use sessionkeep_types::{EndReason, SessionId, UserId};

use super::{Caller, Policy, UnixMillis};

/// SHA-256 of a whole refresh token.
pub type TokenHash = [u8; 32];

/// One sign-in on one device: the row that every rotation updates. O(1) storage, however many rotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Never changes.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Raised when what access tokens say of the person has changed (the role).
    pub ver: u32,
    /// When `ver` was raised last.
    pub ver_at: UnixMillis,
    /// Counts rotations; never decreases.
    pub generation: u64,
    /// Hash of the one refresh token that is current: the head.
    pub head_hash: TokenHash,
    /// Hash of the token that the head replaced.
    pub prev_hash: Option<TokenHash>,
    /// The head, encrypted under a key that only the holder of the previous token can derive.
    pub sealed_head: Option<Vec<u8>>,
    /// The refresh attempt that made the head.
    pub head_attempt: Option<String>,
    /// Refresh attempts that were answered lately.
    pub served_attempts: ServedAttempts,
    /// When the head was given out last. The epoch until the first rotation: signing in starts no quiet period.
    pub emitted_at: UnixMillis,
    /// When somebody first used what came with the head; `None` while the answer may have been lost.
    pub confirmed_at: Option<UnixMillis>,
    /// How many rotations in a row somebody else also tried, up to the head.
    pub streak: u32,
    /// Whether somebody else also tried the rotation that made the head.
    pub is_contested: bool,
    /// What kind of client it is.
    pub client: Client,
    /// False: the cookie ends with the browser's session.
    pub remember_me: bool,
    /// When it began.
    pub created_at: UnixMillis,
    /// The latest refresh; never goes back, even when the clock does.
    pub last_used_at: UnixMillis,
    /// Without a rotation it ends here.
    pub idle_deadline: UnixMillis,
    /// It ends here at the latest.
    pub absolute_deadline: UnixMillis,
    /// Set once and for ever when it was ended before its time.
    pub ended: Option<Ended>,
    /// Where the latest refresh that was granted came from; at first, the sign-in.
    pub origin: Caller,
}

/// When and why a session was ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub reason: EndReason,
}

/// The kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Tabs share a cookie jar and answers overtake each other.
    pub browser: bool,
    /// The client names each refresh with an attempt id: it declared so at sign-in, or a refresh with an id was granted.
    pub names_refreshes: bool,
}

impl Session {
    /// A session as it is right after signing in, with `head_hash` as generation 0. The head counts as confirmed: whoever
    /// lost the answer to a sign-in signs in again.
    #[must_use]
    pub fn begin(
        id: SessionId,
        user_id: UserId,
        head_hash: TokenHash,
        client: Client,
        policy: &Policy,
        now: UnixMillis,
    ) -> Self {
        let absolute_deadline = now.plus(policy.absolute_lifetime);
        Self {
            id,
            user_id,
            ver: 0,
            ver_at: UnixMillis(0),
            generation: 0,
            head_hash,
            prev_hash: None,
            sealed_head: None,
            head_attempt: None,
            served_attempts: ServedAttempts::default(),
            emitted_at: UnixMillis(0),
            confirmed_at: Some(now),
            streak: 0,
            is_contested: false,
            client,
            remember_me: true,
            created_at: now,
            last_used_at: now,
            idle_deadline: now.plus(policy.idle_lifetime).min(absolute_deadline),
            absolute_deadline,
            ended: None,
            origin: Caller::default(),
        }
    }

    /// Whether the idle or the absolute lifetime is over. Computed, never stored.
    #[must_use]
    pub fn is_expired(&self, now: UnixMillis) -> bool {
        now >= self.idle_deadline || now >= self.absolute_deadline
    }

    /// Whether `attempt` is remembered from before the head was made.
    pub(super) fn served_before_head(&self, attempt: Option<&str>) -> bool {
        let place = |attempt: Option<&str>| self.served_attempts.iter().position(|(served, _)| Some(served) == attempt);
        place(attempt).zip(place(self.head_attempt.as_deref())).is_some_and(|(attempt, heads)| attempt < heads)
    }

    /// Its end, now. Not before its latest use, even when the clock went back meanwhile: its access tokens die together
    /// with it only as long as its end is no older than they can be.
    #[must_use]
    pub fn end(&self, reason: EndReason, now: UnixMillis) -> Ended {
        Ended { at: now.max(self.last_used_at), reason }
    }

    /// Notes that an access token of `generation` was used at `at`: while that is the unconfirmed head, it confirms it.
    pub fn confirm(&mut self, generation: u64, at: UnixMillis) {
        if generation == self.generation && self.confirmed_at.is_none() {
            self.confirmed_at = Some(at);
        }
    }
}

/// The refresh attempts that were answered lately, the latest last. Only the one that made the head keeps its place
/// when it is repeated: what stands before it was answered before there was this head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServedAttempts(Vec<(String, UnixMillis)>);

impl ServedAttempts {
    /// More than a person's tabs can have in the air.
    const AT_MOST: usize = 16;
    /// A stalled request's late copy arrives within this time.
    pub const MEMORY: Duration = Duration::from_mins(2);

    /// Rebuilds what [`Self::iter`] gave.
    #[must_use]
    pub fn from_stored(stored: Vec<(String, UnixMillis)>) -> Self {
        Self(stored)
    }

    /// All that is remembered, for storing.
    pub fn iter(&self) -> impl Iterator<Item = (&str, UnixMillis)> {
        self.0.iter().map(|(attempt, at)| (attempt.as_str(), *at))
    }

    /// One that was served in the future is known, too: the clock went back, and a late copy must not become theft by it.
    pub(super) fn knows(&self, attempt: &str, now: UnixMillis) -> bool {
        self.0.iter().any(|(served, at)| served == attempt && now.since(*at).is_none_or(|ago| ago <= Self::MEMORY))
    }

    pub(super) fn note(&mut self, attempt: &str, now: UnixMillis) {
        self.0.retain(|(served, _)| served != attempt);
        self.0.push((attempt.to_owned(), now));
        let excess = self.0.len().saturating_sub(Self::AT_MOST);
        self.0.drain(..excess);
    }

    pub(super) fn renew(&mut self, attempt: &str, now: UnixMillis) {
        match self.0.iter_mut().find(|(served, _)| served == attempt) {
            Some((_, at)) => *at = now,
            None => self.note(attempt, now),
        }
    }
}
