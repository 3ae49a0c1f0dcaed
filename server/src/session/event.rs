use sessionkeep_types::{SessionId, UserId};

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
    /// Where the request came from.
    pub origin: Origin,
}

/// Where a request came from. Both are what the client says; they inform, and decide nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, behind trusted proxies the one they report.
    pub ip: String,
    /// The `User-Agent` header.
    pub user_agent: String,
}

/// What happened, in the words of OWASP's logging vocabulary where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An account was made.
    Registered,
    /// Signed in.
    LoginSucceeded,
    /// Tried to, with a wrong password, or for an account that is disabled.
    LoginFailed,
    /// Signed out, or ended by its owner.
    SignedOut,
    /// The same refresh attempt was made again and answered again.
    RefreshRepeated,
    /// The answer to a refresh had been lost; the successor was given again.
    RefreshAnswerLost,
    /// As before, but so late that a new successor was made.
    RefreshSuperseded,
    /// A late copy of a request that had been answered.
    RefreshLateCopy,
    /// A token that had been replaced and used was presented again.
    RefreshReused,
    /// Three rotations in a row were also tried by somebody else.
    CloneSuspected,
    /// A token of a later generation than the database knows: it was restored from a backup.
    DatabaseRestored,
    /// The account was disabled.
    AccountDisabled,
}

impl EventKind {
    /// The kind as it is stored and shown to programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "user_created",
            Self::LoginSucceeded => "authn_login_success",
            Self::LoginFailed => "authn_login_fail",
            Self::SignedOut => "session_signed_out",
            Self::RefreshRepeated => "refresh_repeated",
            Self::RefreshAnswerLost => "refresh_answer_lost",
            Self::RefreshSuperseded => "refresh_superseded",
            Self::RefreshLateCopy => "refresh_late_copy",
            Self::RefreshReused => "authn_token_reuse",
            Self::CloneSuspected => "authn_token_clone_suspected",
            Self::DatabaseRestored => "database_restored",
            Self::AccountDisabled => "user_disabled",
        }
    }
}
