//! What every client asked for, when, and what became of it. Written while the run goes on, judged afterwards.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::super::token::Token;

/// Everything that happened in a run. Times count from its beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) operations: Vec<Operation>,
    pub(super) incidents: Vec<Incident>,
    pub(super) faults: Vec<Fault>,
    /// What did not recover from a fault, as whoever fixed it saw: the account with which it was tried, and what was wrong.
    pub(super) complaints: Vec<(Duration, usize, String)>,
    /// The requests that the server turned away because it had too much to hash, as it logged.
    pub(super) shed: HashSet<String>,
    /// From here on nothing is broken: whatever is asked later must be answered.
    pub(super) calm_since: Option<Duration>,
}

/// One request. It is in the history from the moment in which it is sent.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) client: usize,
    pub(super) party: Party,
    pub(super) account: usize,
    pub(super) verb: Verb,
    /// The refresh token of a refresh or a logout, the access token of a use.
    pub(super) presented: Option<Token>,
    pub(super) attempt: Option<String>,
    pub(super) started: Duration,
    /// `None` while it is under way.
    pub(super) ended: Option<Duration>,
    /// The line to the server has cut it off, at whatever moment.
    pub(super) cut: bool,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Owner,
    Thief,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Register,
    Login,
    Refresh,
    Use,
    Logout,
}

#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The connection broke, or the client lost patience: it may have been done or not. A cookie may have arrived before that.
    Unknown {
        why: String,
        timed_out: bool,
        cookie: Option<Token>,
    },
    Answered(Answer),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Empty for a success.
    pub(super) code: String,
    pub(super) reason: String,
    pub(super) cookie: Cookie,
    pub(super) access: Option<Token>,
    pub(super) retry_after: bool,
    /// As the answer names the request; empty for a success.
    pub(super) request_id: String,
}

/// What an answer does to the cookie jar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    Untouched,
    Set(Token),
    Cleared,
}

/// A time in which something was broken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) broken: Broken,
    pub(super) from: Duration,
    /// `None` while it is.
    pub(super) until: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The process was killed and does not listen again yet.
    Process,
    /// The disk is full.
    Disk,
}

impl Fault {
    /// Whether any of it lies between these two. What a client measures begins before the server knows of it and ends
    /// after that, so this needs no allowance.
    pub(super) fn touches(&self, from: Duration, until: Option<Duration>) -> bool {
        let over = |end: Option<Duration>, begin| end.is_some_and(|end| end < begin);
        !over(self.until, from) && !over(until, self.from)
    }
}

/// Something that was broken or fixed, for whoever reads the history.
#[derive(Clone, Debug)]
pub(super) struct Incident {
    pub(super) at: Duration,
    pub(super) what: String,
}

impl Operation {
    pub(super) fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Unknown { .. } => None,
        }
    }

    /// The answer, if it is a success.
    pub(super) fn success(&self) -> Option<&Answer> {
        self.answer().filter(|answer| answer.is_success())
    }

    /// The code of a refusal.
    pub(super) fn refused(&self) -> Option<&str> {
        self.answer().filter(|answer| !answer.is_success()).map(|answer| answer.code.as_str())
    }

    /// The refresh token that arrived, even where the rest of the answer did not.
    pub(super) fn issued(&self) -> Option<&Token> {
        match &self.outcome {
            Outcome::Answered(Answer { cookie: Cookie::Set(token), .. }) => Some(token),
            Outcome::Unknown { cookie, .. } => cookie.as_ref(),
            Outcome::Answered(_) => None,
        }
    }

    /// The session that it is about.
    pub(super) fn session(&self) -> Option<&str> {
        self.presented.as_ref().or_else(|| self.issued()).map(|token| token.session.as_str())
    }

    /// Whether its answer had arrived before `then`.
    pub(super) fn was_over(&self, then: Duration) -> bool {
        self.ended.is_some_and(|ended| ended < then)
    }
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Where the clients write down what they do.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    begun: Instant,
    history: Arc<Mutex<History>>,
}

/// An operation that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Invoked(pub(super) usize);

impl Recorder {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), history: Arc::default() }
    }

    pub(super) fn invoke(&self, mut operation: Operation) -> Invoked {
        let mut history = self.lock();
        operation.started = self.begun.elapsed();
        history.operations.push(operation);
        Invoked(history.operations.len() - 1)
    }

    pub(super) fn ended(&self, Invoked(index): Invoked, outcome: Outcome) {
        let mut history = self.lock();
        let operation = &mut history.operations[index];
        operation.ended = Some(self.begun.elapsed());
        operation.outcome = outcome;
    }

    pub(super) fn incident(&self, what: impl Into<String>) {
        let mut history = self.lock();
        let at = self.begun.elapsed();
        history.incidents.push(Incident { at, what: what.into() });
    }

    /// From now on this is broken.
    pub(super) fn breaks(&self, broken: Broken, what: &str) {
        self.incident(what);
        let mut history = self.lock();
        let from = self.begun.elapsed();
        history.faults.push(Fault { broken, from, until: None });
    }

    /// What was broken is fixed.
    pub(super) fn fixed(&self, broken: Broken, what: &str) {
        self.incident(what);
        let mut history = self.lock();
        let now = self.begun.elapsed();
        let open = history.faults.iter_mut().filter(|fault| fault.broken == broken && fault.until.is_none());
        open.for_each(|fault| fault.until = Some(now));
    }

    /// The line cuts off the operation of this number.
    pub(super) fn cut(&self, number: usize) {
        self.lock().operations[number].cut = true;
    }

    pub(super) fn complain(&self, account: usize, what: impl Into<String>) {
        let mut history = self.lock();
        let at = self.begun.elapsed();
        history.complaints.push((at, account, what.into()));
    }

    pub(super) fn calm(&self) {
        self.incident("nothing is broken any more");
        self.lock().calm_since = Some(self.begun.elapsed());
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&History) -> T) -> T {
        look(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |at: Duration| at.as_secs_f64();
        let ended = self.ended.map_or_else(|| "…".to_owned(), |ended| format!("{:.3}", seconds(ended)));
        write!(f, "{:9.3} to {ended:>9}  ", seconds(self.started))?;
        write!(f, "client {:<3} {:?} of account {}: {:?}", self.client, self.party, self.account, self.verb)?;
        if let Some(token) = &self.presented {
            write!(f, " {token:?}")?;
        }
        if let Some(attempt) = &self.attempt {
            write!(f, " attempt {attempt}")?;
        }
        match &self.outcome {
            Outcome::Unknown { why, cookie: None, .. } => write!(f, " -> unknown ({why})"),
            Outcome::Unknown { why, cookie: Some(cookie), .. } => {
                write!(f, " -> cookie {cookie:?}, then unknown ({why})")
            }
            Outcome::Answered(Answer { status, code, reason, cookie, access, .. }) => {
                write!(f, " -> {status} {code} {reason}")?;
                match cookie {
                    Cookie::Untouched => {}
                    Cookie::Set(token) => write!(f, " cookie {token:?}")?,
                    Cookie::Cleared => write!(f, " cookie cleared")?,
                }
                access.as_ref().map_or(Ok(()), |access| write!(f, " access {access:?}"))
            }
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:9.3}               ---- {}", self.at.as_secs_f64(), self.what)
    }
}
