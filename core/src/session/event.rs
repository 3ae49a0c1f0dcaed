use sessionkeep_types::{EventKind, SessionId, UserId};

use super::UnixMillis;

/// Something that a person or an operator may want to know of later. Stored in the same transaction as what it reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// When.
    pub at: UnixMillis,
    /// What.
    pub kind: EventKind,
    /// Whose account, where it is known.
    pub user_id: Option<UserId>,
    /// Which session, where there is one.
    pub session_id: Option<SessionId>,
    /// Who did it, where that was somebody else: an administrator.
    pub by: Option<UserId>,
    /// Where the request came from.
    pub origin: Caller,
    /// Where the session was used last before that, where it was ended from elsewhere or its token is in two hands.
    pub other: Option<Caller>,
}

impl SecurityEvent {
    /// An event that concerns nobody yet.
    #[must_use]
    pub fn new(kind: EventKind, origin: &Caller, at: UnixMillis) -> Self {
        Self { at, kind, user_id: None, session_id: None, by: None, origin: origin.clone(), other: None }
    }

    /// The same event, about this account.
    #[must_use]
    pub fn of(mut self, user: &UserId) -> Self {
        self.user_id = Some(user.clone());
        self
    }

    /// The same event, about this session of this account.
    #[must_use]
    pub fn of_session(mut self, user: &UserId, session: &SessionId) -> Self {
        self.session_id = Some(session.clone());
        self.of(user)
    }

    /// The same event, done by somebody else.
    #[must_use]
    pub fn by(mut self, actor: Option<&UserId>) -> Self {
        self.by = actor.cloned();
        self
    }
}

/// Where a request came from. Both are what the client says; they inform, and decide nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The client's address, behind trusted proxies the one they report.
    pub ip: String,
    /// The `User-Agent` header.
    pub user_agent: String,
}
