//! Tells an operator what happens, as it happens: one log line for each event that was committed and for each refusal that may
//! be an attack, in the words of OWASP's logging vocabulary ([`vocabulary`]), and a counter of each.
//!
//! The database's own record (`GET /api/admin/events`) is the one that counts: it is written in one transaction with what it
//! reports. A line is written after that, so a crash, or an answer of the database that was lost, may cost the line.
//!
//! What never stands in a line: an email address, a token, a session's id (its hash does).

pub(crate) mod violations;
pub mod webhook;

use std::{fmt::Write as _, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use sessionkeep_types::{ErrorCode, SessionId, UserId};

use self::webhook::Webhook;
use crate::{
    metrics::Metrics,
    session::{Caller, EventKind, SecurityEvent},
    storage::Report,
    vocabulary,
};

/// Writes the lines and counts them.
pub struct Audit {
    metrics: Arc<Metrics>,
    webhook: Option<Webhook>,
}

/// Whose access token a refused request had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

impl Audit {
    /// Counts there, and tells of thefts where somebody wants to hear of them.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, webhook: Option<Webhook>) -> Self {
        Self { metrics, webhook }
    }

    /// A request was refused. Of what is no attack nothing is said.
    pub fn refused(&self, code: &ErrorCode, who: Option<&Who>, origin: &Caller) {
        let Some(event) = vocabulary::of_refusal(code) else { return };
        tracing::warn!(
            target: TARGET,
            event,
            kind = code.as_str(),
            user_id = who.map(|who| who.user.as_str()),
            session = who.map(|who| hashed(&who.session)),
            ip = origin.ip,
            user_agent = origin.user_agent,
            "refused"
        );
        self.metrics.happened(event);
    }

    /// A cookie was ignored whose name only looks like one of ours. A page of a neighbouring site sets such cookies.
    pub(crate) fn look_alike(&self, origin: &Caller) {
        tracing::warn!(
            target: TARGET,
            event = vocabulary::LOOK_ALIKE,
            kind = "cookie_look_alike",
            ip = origin.ip,
            user_agent = origin.user_agent,
            "ignored"
        );
        self.metrics.happened(vocabulary::LOOK_ALIKE);
    }
}

/// What the lines can be chosen by (`RUST_LOG=sessionkeep::security=info`).
const TARGET: &str = "sessionkeep::security";

impl Report for Audit {
    fn committed(&self, event: &SecurityEvent) {
        let (name, kind) = (vocabulary::of_event(&event.kind), event.kind.as_str());
        let (user_id, by) = (event.user_id.as_ref().map(UserId::as_str), event.by.as_ref().map(UserId::as_str));
        let session = event.session_id.as_ref().map(hashed);
        let Caller { ip, user_agent } = &event.origin;
        if let Some(other) = &event.other
            && event.kind == EventKind::RefreshFromElsewhere
        {
            tracing::warn!(
                target: TARGET,
                event = name,
                kind,
                user_id,
                session,
                ip,
                user_agent,
                other_ip = other.ip,
                other_user_agent = other.user_agent,
                "a refresh was sent again from another network"
            );
        } else if let Some(other) = &event.other
            && EventKind::REUSE.contains(&event.kind)
        {
            tracing::error!(
                target: TARGET,
                event = name,
                kind,
                user_id,
                session,
                ip,
                user_agent,
                other_ip = other.ip,
                other_user_agent = other.user_agent,
                "a token is in two hands; its session is ended"
            );
        } else if vocabulary::is_failure(&event.kind) {
            tracing::warn!(target: TARGET, event = name, kind, user_id, session, by, ip, user_agent, "refused");
        } else {
            let other = event.other.as_ref();
            let (other_ip, other_user_agent) = (other.map(|other| &other.ip), other.map(|other| &other.user_agent));
            tracing::info!(
                target: TARGET,
                event = name,
                kind,
                user_id,
                session,
                by,
                ip,
                user_agent,
                other_ip,
                other_user_agent,
                "done"
            );
        }
        self.metrics.happened(kind);
        if let Some(webhook) = &self.webhook {
            webhook.committed(event);
        }
    }

    fn token_created(&self, user: &UserId, session: &SessionId, origin: &Caller) {
        let session = hashed(session);
        let Caller { ip, user_agent } = origin;
        tracing::info!(
            target: TARGET,
            event = vocabulary::TOKEN_CREATED,
            user_id = user.as_str(),
            session,
            ip,
            user_agent,
            "done"
        );
    }

    fn tokens_revoked(&self, sessions: &[SessionId]) {
        // Thousands at once are one line.
        let session = sessions.first().filter(|_| sessions.len() == 1).map(hashed);
        tracing::info!(target: TARGET, event = vocabulary::TOKEN_REVOKED, session, sessions = sessions.len(), "done");
    }
}

/// Tells the lines of one session from those of others, and is of no use to anybody else.
fn hashed(session: &SessionId) -> String {
    let hash = digest(&SHA256, session.as_str().as_bytes());
    hash.as_ref().iter().take(12).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("OK because a String takes anything");
        text
    })
}
