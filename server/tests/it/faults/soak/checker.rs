//! Judges a [`History`]. Pure: the same history gives the same verdict.
//!
//! The rules are the invariants I1 to I6 of the product. An operation whose outcome is unknown may have been done or not, so
//! every rule accepts what follows from either.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    super::token::Token,
    client::Kind,
    history::{Answer, Broken, Cookie, History, Operation, Outcome, Party, Verb},
};

/// After this time an ended session's access tokens are dead on every instance.
const REVOCATION_REACHES_EVERYBODY: Duration = Duration::from_secs(1);
/// C: for so long after the successor's first use a browser that names no attempts may be late with the token before.
const TOLERANCE: Duration = Duration::from_secs(10);
/// W, at the least: before that no successor is made in place of one that nobody used.
const NOT_SUPERSEDED: Duration = Duration::from_secs(10);

/// The longest quiet period of a run, the memory of attempts, and the time in which an answer arrives.
const QUIET_AT_MOST: Duration = Duration::from_secs(3 + 120 + 30);

/// What must not have happened.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    pub(super) rule: Rule,
    pub(super) what: String,
    /// Whose history shows it.
    pub(super) about: About,
    /// When.
    pub(super) at: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// I1: nobody is logged out who does not have to be.
    NobodyIsLoggedOut,
    /// I2: what was ended stays ended.
    EndedStaysEnded,
    /// I3: what was acknowledged is not lost.
    AcknowledgedIsKept,
    /// I4: the same attempt gives the same successor, and a session has one line of tokens.
    OneLineage,
    /// I5: trouble is a 503, and never anything that a client acts upon; and without trouble everybody is answered.
    HonestFailure,
    /// Who presents a replaced token whose successor was used is a thief.
    TheftIsCaught,
    /// A thief who looks before he leaps is given nothing after the owner's third refresh, and the head is not quiet for long.
    ThiefIsBounded,
    /// I6: when nothing is broken any more, everything works again.
    Recovers,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    Session(String),
    Account(usize),
}

impl Violation {
    pub(super) fn of(rule: Rule, operation: &Operation, what: impl Into<String>) -> Self {
        let session = operation.session().map(|session| About::Session(session.to_owned()));
        let about = session.unwrap_or(About::Account(operation.account));
        Self { rule, what: what.into(), about, at: operation.ended.unwrap_or(operation.started) }
    }
}

/// All that is wrong with it.
pub(super) fn check(history: &History) -> Vec<Violation> {
    let mut accounts: BTreeMap<usize, Vec<&Operation>> = BTreeMap::new();
    let mut violations = vec![];
    for operation in &history.operations {
        accounts.entry(operation.account).or_default().push(operation);
        violations.extend(manners(operation));
        violations.extend(unanswered(operation, history));
    }
    violations.extend(history.complaints.iter().map(|(at, account, what)| Violation {
        rule: Rule::Recovers,
        what: what.clone(),
        about: About::Account(*account),
        at: *at,
    }));
    for operations in accounts.values() {
        violations.extend(account(operations));
    }
    for line in lines(history) {
        violations.extend(line.nobody_is_logged_out());
        violations.extend(line.ended_stays_ended());
        violations.extend(line.one_owner());
        violations.extend(line.same_attempt_same_successor());
        violations.extend(line.one_token_a_generation());
        violations.extend(line.generations_never_go_back());
        violations.extend(line.replaced_tokens_are_dead());
        violations.extend(line.theft_is_caught());
        violations.extend(line.thieves_are_bounded());
        violations.extend(line.the_head_is_quiet_for_a_short_time());
    }
    violations.sort_by_key(|violation| violation.at);
    violations
}

/// What is known of one session, in the order in which it was asked for.
pub(super) struct Line<'a> {
    pub(super) session: &'a str,
    operations: Vec<&'a Operation>,
}

/// One for each session that anybody knows of.
pub(super) fn lines(history: &History) -> Vec<Line<'_>> {
    let mut sessions: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in &history.operations {
        if let Some(session) = operation.session() {
            sessions.entry(session).or_default().push(operation);
        }
    }
    for operations in sessions.values_mut() {
        operations.sort_by_key(|operation| operation.started);
    }
    sessions.into_iter().map(|(session, operations)| Line { session, operations }).collect()
}

/// Codes that end a session in the client although nobody ended it in the server.
const NEVER: [&str; 4] = ["REFRESH_MISSING", "REFRESH_INVALID", "SESSION_EXPIRED", "TOKEN_INVALID"];

impl Line<'_> {
    /// Since when somebody may have signed out.
    pub(super) fn logout_asked(&self) -> Option<Duration> {
        self.first(|operation| operation.verb == Verb::Logout).map(|operation| operation.started)
    }

    /// Since when a thief has taken part.
    pub(super) fn robbed(&self) -> Option<Duration> {
        self.first(|operation| operation.party == Party::Thief && operation.verb == Verb::Refresh)
            .map(|operation| operation.started)
    }

    /// The first answer that says that the session was ended.
    pub(super) fn end_acknowledged(&self) -> Option<&Operation> {
        let says_so = |operation: &&&Operation| match operation.verb {
            Verb::Logout => operation.success().is_some(),
            _ => matches!(operation.refused(), Some("REFRESH_REUSED" | "SESSION_REVOKED" | "TOKEN_REVOKED")),
        };
        self.operations.iter().filter(says_so).min_by_key(|operation| operation.ended).copied()
    }

    /// The newest refresh token that a complete answer brought.
    pub(super) fn newest_acknowledged(&self) -> Option<&Token> {
        self.operations
            .iter()
            .filter(|operation| operation.success().is_some())
            .filter_map(|operation| operation.issued())
            .max_by_key(|token| token.generation)
    }

    fn first(&self, so: impl Fn(&Operation) -> bool) -> Option<&Operation> {
        self.operations.iter().copied().find(|operation| so(operation))
    }

    fn nobody_is_logged_out(&self) -> Vec<Violation> {
        let (logout, theft) = (self.logout_asked(), self.robbed());
        let wrong = |operation: &&&Operation| {
            let before = |since: Option<Duration>| since.is_some_and(|since| operation.was_over(since));
            let unasked = |since: Option<Duration>| since.is_none() || before(since);
            let reason = operation.answer().map_or("", |answer| answer.reason.as_str());
            match (operation.refused(), reason) {
                (Some(code), _) if NEVER.contains(&code) => true,
                (Some("REFRESH_REUSED"), _) | (Some("SESSION_REVOKED"), "REUSE_DETECTED" | "CLONE_SUSPECTED") => {
                    unasked(theft)
                }
                (Some("SESSION_REVOKED"), "SIGNED_OUT") => unasked(logout),
                (Some("TOKEN_REVOKED"), _) => unasked(logout) && unasked(theft),
                (Some("SESSION_REVOKED"), _) => true,
                _ => false,
            }
        };
        let violation = |operation: &&Operation| {
            let code = operation.refused().unwrap_or_default();
            Violation::of(Rule::NobodyIsLoggedOut, operation, format!("{code}, though nobody gave a reason for it"))
        };
        self.operations.iter().filter(wrong).map(violation).collect()
    }

    fn ended_stays_ended(&self) -> Vec<Violation> {
        let Some(end) = self.end_acknowledged() else { return vec![] };
        let wrong = |operation: &&&Operation| {
            let alive = operation.success().is_some();
            match operation.verb {
                Verb::Refresh => alive && end.was_over(operation.started),
                Verb::Use => {
                    let since = operation.started.saturating_sub(REVOCATION_REACHES_EVERYBODY);
                    alive && end.was_over(since)
                }
                Verb::Register | Verb::Login | Verb::Logout => false,
            }
        };
        let violation = |operation: &&Operation| {
            Violation::of(Rule::EndedStaysEnded, operation, "alive after its end was acknowledged")
        };
        self.operations.iter().filter(wrong).map(violation).collect()
    }

    fn one_owner(&self) -> Vec<Violation> {
        let owner = self.operations.first().map(|operation| operation.account);
        let others = self.operations.iter().filter(|operation| Some(operation.account) != owner);
        others.map(|operation| Violation::of(Rule::OneLineage, operation, "a session of another account")).collect()
    }

    fn same_attempt_same_successor(&self) -> Vec<Violation> {
        let mut successors: BTreeMap<(&Token, &str), &Token> = BTreeMap::new();
        let mut violations = vec![];
        for operation in self.operations.iter().filter(|operation| operation.verb == Verb::Refresh) {
            let (Some(presented), Some(issued)) = (&operation.presented, operation.issued()) else { continue };
            if issued.session != presented.session || issued.generation <= presented.generation {
                let what = format!("{issued:?} is no successor of {presented:?}");
                violations.push(Violation::of(Rule::OneLineage, operation, what));
            }
            let Some(attempt) = operation.attempt.as_deref() else { continue };
            let first = *successors.entry((presented, attempt)).or_insert(issued);
            if first != issued {
                let what = format!("the same attempt gave {first:?} before and {issued:?} now");
                violations.push(Violation::of(Rule::OneLineage, operation, what));
            }
        }
        violations
    }

    fn one_token_a_generation(&self) -> Vec<Violation> {
        let mut generations: BTreeMap<u64, &Token> = BTreeMap::new();
        let mut violations = vec![];
        for operation in &self.operations {
            let Some(issued) = operation.issued() else { continue };
            let first = *generations.entry(issued.generation).or_insert(issued);
            if first != issued {
                let what = format!("two tokens of one generation: {first:?} and {issued:?}");
                violations.push(Violation::of(Rule::OneLineage, operation, what));
            }
        }
        violations
    }

    /// Whoever asks after an answer has arrived gets that answer's generation or a later one.
    fn generations_never_go_back(&self) -> Vec<Violation> {
        let generation = |operation: &Operation| {
            let answer = operation.success()?;
            Some(answer.access.as_ref()?.generation)
        };
        let mut by_end: Vec<_> = self.operations.iter().filter(|operation| generation(operation).is_some()).collect();
        by_end.sort_by_key(|operation| operation.ended);
        let mut over = by_end.into_iter().peekable();
        let mut latest = 0;
        let mut violations = vec![];
        for operation in &self.operations {
            while let Some(earlier) = over.next_if(|earlier| earlier.was_over(operation.started)) {
                latest = latest.max(generation(earlier).unwrap_or_default());
            }
            if generation(operation).is_some_and(|generation| generation < latest) {
                let what = format!("a generation before {latest}, which was answered before this was asked");
                violations.push(Violation::of(Rule::OneLineage, operation, what));
            }
        }
        violations
    }

    /// A token is dead once a successor of it was presented and gave a successor itself.
    fn replaced_tokens_are_dead(&self) -> Vec<Violation> {
        let rotated = |operation: &&&Operation| operation.verb == Verb::Refresh && operation.issued().is_some();
        let mut by_end: Vec<_> = self.operations.iter().filter(rotated).collect();
        by_end.sort_by_key(|operation| operation.ended);
        let mut over = by_end.into_iter().peekable();
        let mut replaced = 0;
        let mut violations = vec![];
        for operation in self.operations.iter().filter(|operation| operation.verb == Verb::Refresh) {
            while let Some(earlier) = over.next_if(|earlier| earlier.was_over(operation.started)) {
                replaced = replaced.max(earlier.presented.as_ref().map_or(0, |token| token.generation));
            }
            let presented = operation.presented.as_ref().map_or(u64::MAX, |token| token.generation);
            if operation.success().is_some() && presented < replaced {
                let what =
                    format!("a token was accepted though its successor of generation {replaced} was replaced, too");
                violations.push(Violation::of(Rule::EndedStaysEnded, operation, what));
            }
        }
        violations
    }

    /// Each theft has attempt ids of its own, which begin with the theft's name.
    fn thieves_are_bounded(&self) -> Vec<Violation> {
        let theft = |operation: &Operation| Some(operation.attempt.as_deref()?.split_once('.')?.0.to_owned());
        let granted = |operation: &&&Operation| {
            operation.party == Party::Thief && operation.verb == Verb::Refresh && operation.success().is_some()
        };
        let mut first: BTreeMap<String, &Operation> = BTreeMap::new();
        let mut violations = vec![];
        for operation in self.operations.iter().filter(granted) {
            let Some(name) = theft(operation) else { continue };
            let begun = *first.entry(name).or_insert(operation);
            let rotations: BTreeSet<u64> = (self.operations.iter())
                .filter(|other| other.party == Party::Owner && other.verb == Verb::Refresh && other.success().is_some())
                .filter(|other| begun.was_over(other.started) && other.was_over(operation.started))
                .filter_map(|other| Some(other.issued()?.generation))
                .collect();
            if rotations.len() >= 3 {
                let what = format!("a thief is given access after the owner's rotations to {rotations:?}");
                violations.push(Violation::of(Rule::ThiefIsBounded, operation, what));
            }
        }
        violations
    }

    /// Whoever presents the head later than Q and the memory of attempts after it was given out causes a rotation.
    fn the_head_is_quiet_for_a_short_time(&self) -> Vec<Violation> {
        let quiet = |operation: &&&Operation| {
            operation.verb == Verb::Refresh && operation.success().is_some() && operation.issued().is_none()
        };
        let mut violations = vec![];
        for operation in self.operations.iter().filter(quiet) {
            let Some(presented) = &operation.presented else { continue };
            // Where an answer was lost it may have been given out at any time while the client waited for it.
            let given_out = |other: &&Operation| match &other.outcome {
                Outcome::Answered(_) => other.issued() == Some(presented),
                Outcome::Unknown { .. } => other.verb == Verb::Refresh,
            };
            let latest = (self.operations.iter().copied().filter(given_out))
                .filter(|other| other.started < operation.started)
                .map(|other| other.ended.unwrap_or(operation.started))
                .max();
            if latest.is_none_or(|latest| operation.started > latest + QUIET_AT_MOST) {
                let what = format!("the head is quiet long after it was given out ({latest:?})");
                violations.push(Violation::of(Rule::ThiefIsBounded, operation, what));
            }
        }
        violations
    }

    fn theft_is_caught(&self) -> Vec<Violation> {
        let missed =
            |operation: &&&Operation| operation.success().is_some() || operation.refused() == Some("REFRESH_DUPLICATE");
        let violation = |operation: &&Operation| {
            Violation::of(Rule::TheftIsCaught, operation, "a replaced token, whose successor was used, is no theft")
        };
        self.certain_thefts().filter(missed).map(violation).collect()
    }

    /// The refreshes that can be nothing but theft, if they are answered at all: with a token of a generation before one
    /// whose access token was used, in an attempt that nobody has made before.
    fn certain_thefts(&self) -> impl Iterator<Item = &&Operation> {
        self.operations.iter().filter(|theft| {
            let known = |earlier: &&Operation| {
                earlier.started < theft.started && earlier.attempt.is_some() && earlier.attempt == theft.attempt
            };
            theft.verb == Verb::Refresh
                && !self.operations.iter().any(known)
                && self.operations.iter().any(|using| self.proves(using, theft))
        })
    }

    /// Whether this use of an access token had confirmed, for certain, a successor of the token that is presented.
    fn proves(&self, using: &Operation, theft: &Operation) -> bool {
        let (Some(used), Some(presented)) = (&using.presented, &theft.presented) else { return false };
        let Kind { browser, attempts } = Kind::of(theft.client);
        let tolerance = if browser && !attempts { TOLERANCE } else { Duration::ZERO };
        // Only the head is confirmed. It is one until somebody supersedes it, which is too early in this time.
        let made = || {
            let making = self.operations.iter().filter(|making| {
                making.verb == Verb::Refresh
                    && making.presented.as_ref().is_some_and(|token| token.generation + 1 == used.generation)
            });
            making.map(|making| making.started).min()
        };
        using.verb == Verb::Use
            && using.success().is_some()
            && used.generation > presented.generation
            && using.was_over(theft.started.saturating_sub(tolerance))
            && made().is_some_and(|made| using.was_over(made + NOT_SUPERSEDED))
    }
}

/// I3 and I5 for the sign-ups and sign-ins of one account.
fn account(operations: &[&Operation]) -> Vec<Violation> {
    let sign_ups = || operations.iter().filter(|operation| operation.verb == Verb::Register);
    let acknowledged = sign_ups().filter(|operation| operation.success().is_some());
    let mut violations: Vec<_> = (acknowledged.clone().skip(1))
        .map(|operation| Violation::of(Rule::AcknowledgedIsKept, operation, "the account was made a second time"))
        .collect();
    let known_since = acknowledged.filter_map(|operation| operation.ended).min();
    for operation in operations {
        let wrong = match (operation.verb, operation.refused()) {
            (Verb::Login, Some("INVALID_CREDENTIALS")) => known_since.is_some_and(|known| known < operation.started),
            (Verb::Register, Some("EMAIL_TAKEN")) => !sign_ups().any(|earlier| earlier.started < operation.started),
            _ => false,
        };
        if wrong {
            let what = "what the server says of the account is not so";
            violations.push(Violation::of(Rule::AcknowledgedIsKept, operation, what));
        }
    }
    violations
}

/// I5: whether this answer may be given to such a request at all, whatever happened before.
fn manners(operation: &Operation) -> Vec<Violation> {
    let Some(answer) = operation.answer() else { return vec![] };
    let Answer { status, code, cookie, access, retry_after, .. } = answer;
    let final_codes = ["REFRESH_MISSING", "SESSION_EXPIRED", "REFRESH_INVALID", "REFRESH_REUSED", "SESSION_REVOKED"];
    let known = match (operation.verb, *status, code.as_str()) {
        (_, 503, "UNAVAILABLE")
        | (Verb::Register, 201, "")
        | (Verb::Register, 409, "EMAIL_TAKEN")
        | (Verb::Login | Verb::Refresh | Verb::Use, 200, "")
        | (Verb::Login, 401, "INVALID_CREDENTIALS")
        | (Verb::Use, 403, "TOKEN_REVOKED" | "TOKEN_INVALID")
        | (Verb::Logout, 204, "") => true,
        // The settings leave it its longest life, and none is older than the run.
        (Verb::Use, 401, "TOKEN_EXPIRED") => operation.started >= Duration::from_mins(15),
        (Verb::Refresh, 409, "REFRESH_DUPLICATE") => operation.attempt.is_some(),
        (Verb::Refresh, 401 | 403, code) => final_codes.contains(&code),
        _ => false,
    };
    let cookie_is_right = match (operation.verb, answer.is_success()) {
        (Verb::Register | Verb::Login, true) => matches!(cookie, Cookie::Set(_)),
        (Verb::Refresh, true) => !matches!(cookie, Cookie::Cleared),
        (Verb::Logout, true) => matches!(cookie, Cookie::Cleared),
        (_, false) | (Verb::Use, true) => matches!(cookie, Cookie::Untouched),
    };
    let gives_access = matches!(operation.verb, Verb::Register | Verb::Login | Verb::Refresh) && answer.is_success();
    let wrong = [
        (!known, "an answer that this request never gets"),
        (!cookie_is_right, "a cookie that this answer must not touch, or must"),
        (gives_access != access.is_some(), "an access token where none belongs, or none where one does"),
        (*status == 503 && !retry_after, "503 without Retry-After"),
    ];
    let violation = |(_, what)| Violation::of(Rule::HonestFailure, operation, what);
    wrong.into_iter().filter(|(wrong, _)| *wrong).map(violation).collect()
}

/// I5, I6: who asks is answered. Excused is
/// * silence, if the line has cut that very request off, or the process was killed while it was under way;
/// * 503, if the disk was full while it was under way (the first use of an access token is written, too), or if it needs a password hashed and the server
///   logged that it had too much of that to do.
///
/// Nothing excuses a client's waiting in vain for as long as it has patience: whatever breaks says so at once.
fn unanswered(operation: &Operation, history: &History) -> Option<Violation> {
    let broken = |what| {
        let faults = history.faults.iter().filter(|fault| fault.broken == what);
        faults.into_iter().any(|fault| fault.touches(operation.started, operation.ended))
    };
    let shed = |answer: &Answer| {
        [Verb::Register, Verb::Login].contains(&operation.verb) && history.shed.contains(&answer.request_id)
    };
    if operation.answer().is_some_and(|answer| answer.status == 503 && shed(answer)) {
        return None;
    }
    let (excused, what) = match &operation.outcome {
        Outcome::Unknown { timed_out: true, .. } => (false, "no answer for as long as the client waits"),
        Outcome::Unknown { .. } => (operation.cut || broken(Broken::Process), "no answer, though nothing cut it off"),
        Outcome::Answered(Answer { status: 503, .. }) if is_used_again(operation, history) => {
            (false, "503 to somebody who only reads")
        }
        outcome if is_unavailable(outcome) => (broken(Broken::Disk), "503, though the disk has room"),
        Outcome::Answered(_) => return None,
    };
    if history.calm_since.is_some_and(|since| since <= operation.started) {
        return Some(Violation::of(Rule::Recovers, operation, "not answered, though nothing is broken"));
    }
    (!excused).then(|| Violation::of(Rule::HonestFailure, operation, what))
}

/// Whether this is a use of an access token of a generation that is known to have been used: the store is not asked to write.
fn is_used_again(operation: &Operation, history: &History) -> bool {
    let generation = |use_: &Operation| use_.presented.as_ref().map(|token| (token.session.clone(), token.generation));
    let used = |earlier: &Operation| {
        earlier.verb == Verb::Use
            && earlier.success().is_some()
            && earlier.was_over(operation.started)
            && generation(earlier) == generation(operation)
    };
    operation.verb == Verb::Use && history.operations.iter().any(used)
}

/// Whether it says that the store cannot be used.
pub(super) fn is_unavailable(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered(Answer { status: 503, code, .. }) if code == "UNAVAILABLE")
}

/// How many presentations could be nothing but theft, and were answered.
pub(super) fn certain_thefts(history: &History) -> usize {
    let answered = |theft: &&&Operation| theft.answer().is_some_and(|answer| answer.status != 503);
    lines(history).iter().map(|line| line.certain_thefts().filter(answered).count()).sum()
}
