//! The numbers of a run.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use super::{
    checker::{Rule, Violation, certain_thefts},
    history::{History, Verb},
};

/// What was broken so far.
#[derive(Debug, Default)]
pub(super) struct Damage {
    pub(super) kills: AtomicU64,
    pub(super) disk_full_episodes: AtomicU64,
    pub(super) requests_cut: AtomicU64,
    pub(super) answers_cut: AtomicU64,
    pub(super) late_copies: AtomicU64,
}

pub(super) struct Figures<'a> {
    pub(super) history: &'a History,
    pub(super) damage: &'a Damage,
    /// `None` while the run goes on.
    pub(super) violations: Option<&'a [Violation]>,
}

impl fmt::Display for Figures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations = &self.history.operations;
        let answered = |verb| operations.iter().filter(|it| it.verb == verb && it.success().is_some()).count();
        let unavailable = operations.iter().filter(|it| it.answer().is_some_and(|answer| answer.status == 503)).count();
        let unknown = operations.iter().filter(|it| it.answer().is_none()).count();
        let thefts = operations.iter().filter(|it| it.refused() == Some("REFRESH_REUSED")).count();
        let damage = |counter: &AtomicU64| counter.load(Relaxed);
        write!(
            f,
            "refreshes {}, uses {}, logins {}, logouts {}, kills {}, connections cut {} ({} requests, {} answers), \
             late copies {}, disk-full episodes {}, 503s {unavailable}, unknown outcomes {unknown}, thefts caught {thefts}",
            answered(Verb::Refresh),
            answered(Verb::Use),
            answered(Verb::Login),
            answered(Verb::Logout),
            damage(&self.damage.kills),
            damage(&self.damage.requests_cut) + damage(&self.damage.answers_cut),
            damage(&self.damage.requests_cut),
            damage(&self.damage.answers_cut),
            damage(&self.damage.late_copies),
            damage(&self.damage.disk_full_episodes),
        )?;
        let Some(violations) = self.violations else { return Ok(()) };
        let lost = violations.iter().filter(|violation| violation.rule == Rule::NobodyIsLoggedOut).count();
        write!(f, ", of tokens whose successor was used {}", certain_thefts(self.history))?;
        write!(f, ", sessions lost: {lost}, other violations: {}", violations.len() - lost)
    }
}
