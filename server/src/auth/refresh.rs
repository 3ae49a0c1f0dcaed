//! Refresh: trades a refresh token for an access token, and mostly for its successor.

use sessionkeep_types::{EndReason, SessionId};

use super::{Auth, IssuedAccess, IssuedRefresh, sent::Sent};
use crate::{
    limits::{Refreshes, TooOften, network},
    metrics::RefreshOutcome,
    session::{
        Caller, Decision, EventKind, NewHead, OnReuse, Presented, RotationMode, SecurityEvent, Session, UnixMillis,
        apply, decide,
    },
    storage::{Step, StorageError},
    token::{
        refresh::{Genuine, RefreshToken},
        seal::{self, SealBroken},
    },
};

/// What a refresh gives.
#[derive(Debug)]
pub struct Refreshed {
    /// The new access token.
    pub access: IssuedAccess,
    /// The refresh token for the cookie; `None` in the quiet period, when the cookie stays as it is.
    pub refresh: Option<IssuedRefresh>,
}

/// Why a refresh gives nothing. What is decided is committed all the same.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// No refresh token was sent.
    #[error("no refresh token was sent")]
    Missing,
    /// No refresh token that was sent has its companion beside it. The session, if it lives, is as it was.
    #[error("no refresh token was sent with its companion")]
    Unaccompanied,
    /// Forged, malformed, or of no session that is known.
    #[error("the refresh token is not one of ours")]
    Invalid,
    /// Its session has reached its idle or absolute end.
    #[error("the session has expired")]
    Expired,
    /// Its session was ended earlier.
    #[error("the session was ended")]
    Ended(EndReason),
    /// The token is in two hands. The session is ended now.
    #[error("the refresh token had been replaced and used")]
    Reused,
    /// A late copy of a request that was answered.
    #[error("a late copy of a request that was answered")]
    LateCopy,
    /// Several tokens of living sessions were sent, and nothing tells which is meant.
    #[error("several live refresh tokens were sent")]
    Conflict,
    /// Too many refreshes of this session; nothing was consumed.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// The store failed; nothing was consumed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row was tampered with.
    #[error(transparent)]
    Seal(#[from] SealBroken),
}

/// What the transaction on the session decided.
struct Decided {
    decision: Decision,
    /// The row after it.
    session: Session,
    /// The head, where one was made.
    head: Option<RefreshToken>,
}

impl Auth {
    /// Looks at the tokens that were sent (usually one) and does what [`decide`] says.
    ///
    /// # Errors
    /// [`RefreshError`].
    pub async fn refresh(
        &self,
        sent: &Sent,
        attempt: Option<&str>,
        origin: &Caller,
    ) -> Result<Refreshed, RefreshError> {
        let mut decision = None;
        let refreshed = self.decide_and_answer(sent, attempt, origin, &mut decision).await;
        self.metrics.refreshed(outcome(decision.as_ref(), refreshed.as_ref().err()));
        refreshed
    }

    /// `told` is what was decided, if it came to that: an answer alone does not say why it was given.
    async fn decide_and_answer(
        &self,
        sent: &Sent,
        attempt: Option<&str>,
        origin: &Caller,
        told: &mut Option<Decision>,
    ) -> Result<Refreshed, RefreshError> {
        let (token, genuine) = self.choose(sent).await?;
        let allowance = self.limits.refreshes(&genuine.session_id, &origin.ip);
        if let Err(too_often) = allowance.look(self.clock.now()) {
            // A read first, so that a flood does not keep the store's writer busy.
            if !self.needs_no_allowance(&token, &genuine, attempt).await? {
                return Err(too_often.into());
            }
        }
        // A token that was replaced is final in strict mode. If the accounts cannot be read, as while the database of a session store in
        // Redis is down, the answer would be 503 and the client's next try reuse.
        if self.policy.rotation == RotationMode::Strict {
            self.accounts.by_id(&genuine.user_id).await?;
        }
        let decided = self.rotate(&token, &genuine, attempt, origin, &allowance).await?;
        *told = Some(decided.decision.clone());
        let now = self.clock.now();
        let refresh_token = match decided.decision {
            Decision::Quiet => None,
            Decision::Rotate | Decision::Supersede => decided.head,
            Decision::Repeat | Decision::LostAnswer | Decision::InFlight => {
                let sealed = decided.session.sealed_head.as_deref().ok_or(SealBroken)?;
                Some(seal::open(sealed, &token, &decided.session.id, decided.session.generation)?)
            }
            Decision::LateCopy => return Err(RefreshError::LateCopy),
            Decision::Reuse => return Err(RefreshError::Reused),
            Decision::CloneSuspected => return Err(RefreshError::Ended(EndReason::CloneSuspected)),
            Decision::Ended(reason) => return Err(RefreshError::Ended(reason)),
            Decision::Expired | Decision::Restored => return Err(RefreshError::Expired),
        };
        // The row holds no role, and who is disabled gets nothing even while a session of theirs is still there.
        let account = self.accounts.by_id(&decided.session.user_id).await?.ok_or(RefreshError::Invalid)?;
        if account.disabled_at.is_some() {
            return Err(RefreshError::Ended(EndReason::AccountDisabled));
        }
        Ok(Refreshed {
            access: self.issue_access(&decided.session, account.role, now),
            refresh: refresh_token.map(|token| self.issued(&decided.session, token, now)),
        })
    }

    /// Whether this would be answered without the session's allowance, as the row is now. Decides nothing.
    async fn needs_no_allowance(
        &self,
        token: &RefreshToken,
        genuine: &Genuine,
        attempt: Option<&str>,
    ) -> Result<bool, StorageError> {
        let Some(session) = self.sessions.find(&genuine.session_id).await? else { return Ok(false) };
        let decision = decide(&session, presented(token, genuine), attempt, &self.policy, self.clock.now());
        Ok(!decision.draws_on_allowance(&session, attempt, &self.policy))
    }

    /// Decides and writes in one transaction. A decision to end the session is committed like any other. What draws on the
    /// session's allowance is not done once that is used up.
    async fn rotate(
        &self,
        token: &RefreshToken,
        genuine: &Genuine,
        attempt: Option<&str>,
        origin: &Caller,
        allowance: &Refreshes<'_>,
    ) -> Result<Decided, RefreshError> {
        let presented = presented(token, genuine);
        // Drawn once, however often the transaction begins again.
        let (mut drawn, mut reported) = (None, None::<(EventKind, bool)>);
        let step = |session: &Session, now: UnixMillis| {
            let decision = decide(session, presented, attempt, &self.policy, now);
            if decision.draws_on_allowance(session, attempt, &self.policy)
                && let Err(too_often) = *drawn.get_or_insert_with(|| allowance.take(self.clock.now()))
            {
                return (Step::default(), Err(too_often.into()));
            }
            let head = decision.makes_head().then(|| self.successor(session, now));
            let new_head = head.as_ref().map(|head| NewHead {
                hash: head.hash(),
                sealed: seal::seal(head, token, &session.id, session.generation + 1, &*self.random),
            });
            let mut next = apply(session, &decision, attempt, new_head, &self.policy, now);
            let event = decision.event().map(|kind| report(kind, session, origin, now));
            // What needs no allowance can happen a few times a head only, and is always reported.
            let event = event.filter(|event| {
                if !decision.draws_on_allowance(session, attempt, &self.policy) {
                    return true;
                }
                if reported.as_ref().is_none_or(|(kind, _)| *kind != event.kind) {
                    let may = self.limits.may_report(&session.id, &event.kind, self.clock.now());
                    reported = Some((event.kind.clone(), may));
                }
                reported.as_ref().is_some_and(|(_, may)| *may)
            });
            if let Some(next) = &mut next
                && decision.grants()
            {
                next.origin.clone_from(origin);
            }
            let widen = decision == Decision::Reuse && self.policy.on_reuse == OnReuse::User;
            let decided = Decided { decision, session: next.clone().unwrap_or_else(|| session.clone()), head };
            let end_others = widen.then_some(EndReason::ReuseDetected);
            (Step { next, end_others, events: event.into_iter().collect() }, Ok(decided))
        };
        let transacted = self.sessions.transact_with(&genuine.session_id, &*self.clock, step).await?;
        let (ended, decided) = transacted.ok_or(RefreshError::Invalid)?;
        self.note_ended(&ended);
        decided
    }

    fn successor(&self, session: &Session, now: UnixMillis) -> RefreshToken {
        let says = Genuine {
            user_id: session.user_id.clone(),
            session_id: session.id.clone(),
            generation: session.generation + 1,
            companion: self.companions.is_some(),
        };
        self.refresh_tokens.issue(says, session.absolute_deadline, now, &*self.random)
    }

    pub(super) fn note_ended(&self, sessions: &[SessionId]) {
        self.revocations.note_ended(sessions, self.clock.now());
    }
}

fn presented(token: &RefreshToken, genuine: &Genuine) -> Presented {
    Presented { generation: genuine.generation, hash: token.hash() }
}

/// The event of a refresh. Where a second party may have sent it, it names both: either may be the thief.
fn report(kind: EventKind, session: &Session, origin: &Caller, now: UnixMillis) -> SecurityEvent {
    let is_elsewhere = network(&origin.ip) != network(&session.origin.ip);
    let (kind, names_both) = match kind {
        EventKind::RefreshReused | EventKind::CloneSuspected => (kind, true),
        // Routine where a network lost an answer; from another network it is what a careful thief leaves behind.
        routine if EventKind::ROUTINE.contains(&routine) && is_elsewhere => (EventKind::RefreshFromElsewhere, true),
        kind => (kind, false),
    };
    let event = SecurityEvent::new(kind, origin, now).of_session(&session.user_id, &session.id);
    SecurityEvent { other: names_both.then(|| session.origin.clone()), ..event }
}

/// What a refresh is counted as: what was decided, unless the answer is not what that would give.
fn outcome(decision: Option<&Decision>, error: Option<&RefreshError>) -> RefreshOutcome {
    match (error, decision) {
        (Some(RefreshError::Missing), _) => RefreshOutcome::Missing,
        (Some(RefreshError::Unaccompanied), _) => RefreshOutcome::Unaccompanied,
        (Some(RefreshError::Invalid), _) => RefreshOutcome::Invalid,
        (Some(RefreshError::Conflict), _) => RefreshOutcome::Conflict,
        (Some(RefreshError::TooOften(_)), _) => RefreshOutcome::TooOften,
        (Some(RefreshError::Storage(_)), _) => RefreshOutcome::Unavailable,
        (Some(RefreshError::Seal(_)), _) => RefreshOutcome::Internal,
        (Some(RefreshError::Reused), _) => RefreshOutcome::Reused,
        (Some(RefreshError::LateCopy), _) => RefreshOutcome::LateCopy,
        (Some(RefreshError::Ended(_)), Some(Decision::CloneSuspected)) => RefreshOutcome::CloneSuspected,
        (Some(RefreshError::Ended(_)), _) => RefreshOutcome::Revoked,
        (Some(RefreshError::Expired), Some(Decision::Restored)) => RefreshOutcome::Restored,
        (Some(RefreshError::Expired), _) => RefreshOutcome::Expired,
        (None, Some(Decision::Quiet)) => RefreshOutcome::Quiet,
        (None, Some(Decision::Repeat)) => RefreshOutcome::Repeated,
        (None, Some(Decision::LostAnswer)) => RefreshOutcome::AnswerLost,
        (None, Some(Decision::Supersede)) => RefreshOutcome::Superseded,
        (None, Some(Decision::InFlight)) => RefreshOutcome::InFlight,
        (None, _) => RefreshOutcome::Rotated,
    }
}
