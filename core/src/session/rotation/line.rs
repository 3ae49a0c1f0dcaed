//! A simulated session for the tests: the row, its tokens, and a clock that stands still until it is moved. No cryptography:
//! tokens are numbers, and what is sealed says in clear under which token it was sealed.

use sessionkeep_types::{SessionId, UserId};

use super::{Decision, NewHead, Presented, apply, decide};
use crate::session::{Client, Policy, RotationMode, Session, TokenHash, UnixMillis};

pub(super) const START: UnixMillis = UnixMillis(1_800_000_000_000);

pub(super) const BROWSER: Client = Client { browser: true, names_refreshes: true };
pub(super) const PLAIN_BROWSER: Client = Client { browser: true, names_refreshes: false };
pub(super) const DIRECT: Client = Client { browser: false, names_refreshes: true };
pub(super) const PLAIN_DIRECT: Client = Client { browser: false, names_refreshes: false };
pub(super) const ALL_CLIENTS: [Client; 4] = [BROWSER, PLAIN_BROWSER, DIRECT, PLAIN_DIRECT];

/// The token that was made `n`th; the one from signing in is number 0. Since one is made a generation, its number is its
/// generation, too.
pub(super) type Token = u64;

pub(super) fn hash(token: Token) -> TokenHash {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&token.to_le_bytes());
    hash
}

pub(super) fn presented(token: Token) -> Presented {
    Presented { generation: token, hash: hash(token) }
}

/// What a refresh was answered.
pub(super) struct Answer {
    pub(super) decision: Decision,
    /// The refresh token in `Set-Cookie`.
    pub(super) cookie: Option<Token>,
    /// The refresh token that the access token belongs to; `None` where there is no access token.
    pub(super) access: Option<Token>,
}

#[derive(Clone)]
pub(super) struct Line {
    pub(super) session: Session,
    pub(super) policy: Policy,
    pub(super) now: UnixMillis,
    newest: Token,
}

impl Line {
    pub(super) fn of(client: Client) -> Self {
        Self::under(Policy::default(), client)
    }

    pub(super) fn under(policy: Policy, client: Client) -> Self {
        let session = Session::begin(SessionId::new("s"), UserId::new("u"), hash(0), client, &policy, START);
        Self { session, policy, now: START, newest: 0 }
    }

    pub(super) fn strict(client: Client) -> Self {
        Self::under(Policy { rotation: RotationMode::Strict, ..Policy::default() }, client)
    }

    /// Moves the clock, also back.
    pub(super) fn wait(&mut self, millis: i64) -> &mut Self {
        self.now = UnixMillis(self.now.0 + millis);
        self
    }

    /// Somebody uses an access token that came with the head.
    pub(super) fn used(&mut self) -> &mut Self {
        self.used_access_of(self.newest)
    }

    /// Somebody uses an access token that came with `token`.
    pub(super) fn used_access_of(&mut self, token: Token) -> &mut Self {
        self.session.confirm(token, self.now);
        self
    }

    /// Presents `token` and says what was decided.
    pub(super) fn present(&mut self, token: Token, attempt: Option<&str>) -> Decision {
        self.refresh(token, attempt).decision
    }

    /// Presents `token` and says what the client gets.
    pub(super) fn refresh(&mut self, token: Token, attempt: Option<&str>) -> Answer {
        self.refresh_with(presented(token), attempt)
    }

    pub(super) fn refresh_with(&mut self, presented: Presented, attempt: Option<&str>) -> Answer {
        let decision = decide(&self.session, presented, attempt, &self.policy, self.now);
        let new_head = decision.makes_head().then(|| {
            self.newest += 1;
            let hash = hash(self.newest);
            NewHead { hash, sealed: [presented.hash, hash].concat() }
        });
        if let Some(next) = apply(&self.session, &decision, attempt, new_head, &self.policy, self.now) {
            self.session = next;
        }
        let access = grants(&decision).then_some(self.newest);
        let cookie = match decision {
            Decision::Rotate | Decision::Supersede => Some(self.newest),
            Decision::Repeat | Decision::LostAnswer | Decision::InFlight => Some(self.unsealed_with(presented)),
            _ => None,
        };
        Answer { decision, cookie, access }
    }

    /// What the holder of `presented` gets out of the row. Only the token that the head replaced opens it.
    fn unsealed_with(&self, presented: Presented) -> Token {
        let sealed = self.session.sealed_head.as_deref().expect("a head that was rotated to is sealed");
        let (under, head) = sealed.split_at(32);
        assert_eq!(under, presented.hash, "the head is sealed under another token than the one that was presented");
        assert_eq!(head, self.session.head_hash, "what is sealed is not the head");
        self.newest
    }
}

/// Whether an access token is given.
pub(super) fn grants(decision: &Decision) -> bool {
    match decision {
        Decision::Quiet
        | Decision::Rotate
        | Decision::Repeat
        | Decision::LostAnswer
        | Decision::Supersede
        | Decision::InFlight => true,
        Decision::LateCopy
        | Decision::Reuse
        | Decision::CloneSuspected
        | Decision::Ended(_)
        | Decision::Expired
        | Decision::Restored => false,
    }
}
