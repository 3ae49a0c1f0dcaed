//! What happened to an account, for its owner and for administrators.

use serde::{Deserialize, Serialize};

use crate::{Password, SessionId, UserId, codes::codes};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SecurityEvent {
    /// Names it, and is the cursor of the page that begins after it.
    pub id: String,
    /// When. RFC 3339, UTC.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub at: String,
    /// What.
    pub kind: EventKind,
    /// Whose account; null where nobody knows, as for an unknown email address.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub user_id: Option<UserId>,
    /// Which session; null where it concerns none, or all.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub session_id: Option<SessionId>,
    /// Who did it, where that was somebody else: an administrator.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub by: Option<UserId>,
    /// Where the request came from that was reported.
    pub origin: Origin,
    /// Where the session was used last before that; with a session that was ended from elsewhere (the device that was signed out),
    /// and with what tells of a token in two hands.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub other: Option<Origin>,
}

/// Where a request came from: what the client says of itself. It informs, and proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The address; empty where it is not known.
    pub ip: String,
    /// The `User-Agent` header, as it was sent.
    pub user_agent: String,
    /// The user agent in words, such as `Firefox on Windows`.
    pub device: String,
}

/// A part of a long list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// To be given as `before` to get the next part; null at the end.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub next: Option<String>,
}

/// Answers a review: it was the person themselves (`POST` [`crate::routes::REVIEW`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DismissReviewRequest {
    /// The id of the event that was looked at. A later one stays open.
    pub event: String,
    /// Proves that it is the owner who answers. It is required where the session began before the event, and checked whenever
    /// it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_password: Option<Password>,
}

codes! {
    /// What happened, in the words of OWASP's logging vocabulary where it has one.
    EventKind {
        /// An account was made.
        Registered = "user_created",
        /// Signed in.
        LoginSucceeded = "authn_login_success",
        /// Tried to, with a wrong password, or for an account that is disabled.
        LoginFailed = "authn_login_fail",
        /// Tried to, and has now failed so often that whoever goes on has to wait.
        LoginFailedOften = "authn_login_fail_max",
        /// Signed out on the device itself.
        SignedOut = "session_signed_out",
        /// The session was ended by its owner from another device, by an administrator or by an operator.
        SessionEnded = "session_ended",
        /// All other sessions were ended by their owner, or all of them by an administrator or an operator.
        SessionsEnded = "sessions_ended",
        /// The account had more sessions than are allowed, so a sign-in or an operation on all sessions ended those that were
        /// unused for longest. The event names the session where it was one.
        SessionLimitReached = "session_limit_reached",
        /// The password was changed, and every session ended but the one that was begun for it.
        PasswordChanged = "authn_password_change",
        /// Somebody tried to change the password, or to delete the account, with a wrong one.
        PasswordConfirmationFailed = "authn_password_confirmation_fail",
        /// The same refresh attempt was made again and answered again.
        RefreshRepeated = "refresh_repeated",
        /// The answer to a refresh had been lost; the successor was given again.
        RefreshAnswerLost = "refresh_answer_lost",
        /// As before, but so late that a new successor was made.
        RefreshSuperseded = "refresh_superseded",
        /// A late copy of a request that had been answered.
        RefreshLateCopy = "refresh_late_copy",
        /// One of the four before, from another network than the session's latest refresh: the device changed its network, or
        /// somebody else has a copy of the token.
        RefreshFromElsewhere = "refresh_from_elsewhere",
        /// A token that had been replaced and used was presented again.
        RefreshReused = "authn_token_reuse",
        /// Three rotations in a row were also tried by somebody else.
        CloneSuspected = "authn_token_clone_suspected",
        /// Somebody who was signed in to the account said of such a report that it was they themselves.
        ReuseDismissed = "authn_token_reuse_dismissed",
        /// All that is kept of the account was downloaded by its owner.
        DataExported = "user_data_exported",
        /// A token of a later generation than the database knows: it was restored from a backup.
        DatabaseRestored = "database_restored",
        /// The role was changed.
        RoleChanged = "user_role_changed",
        /// The account was disabled, and all its sessions ended.
        AccountDisabled = "user_disabled",
        /// The account was enabled again.
        AccountEnabled = "user_enabled",
        /// The account was deleted by its owner.
        AccountDeleted = "user_deleted",
    }
}

impl EventKind {
    /// What says that somebody else has had the session. Its person is asked about it.
    pub const REUSE: &'static [Self] = &[Self::RefreshReused, Self::CloneSuspected];
    /// What rotation copes with by itself: of use to an operator, and nothing that a person has to know.
    pub const ROUTINE: &'static [Self] =
        &[Self::RefreshRepeated, Self::RefreshAnswerLost, Self::RefreshSuperseded, Self::RefreshLateCopy];
}
