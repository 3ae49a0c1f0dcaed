//! What a comparison costs, so that it costs the same for every account and for an address that has none.
//!
//! The accounts of one store may have hashes of several costs: the settings were changed, or other instances have others. Every refused
//! sign-in therefore does the work of the dearest of them: after a comparison that took less, the difference is hashed on top. An
//! address without an account is given one of the costs in use, so that it is refused by the same steps as one with an account.

use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock},
};

use argon2::Params;

use super::FollowedCosts;
use crate::limits::counter::Key;

/// Dearer hashes are compared, and do not raise the work of everybody else: one row must not be able to.
const MOST_TIMES: u64 = 16;

/// The memory of a hash, and how often it is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    memory_kib: u32,
    iterations: u32,
}

impl Cost {
    pub(super) fn of(params: &Params) -> Self {
        Self { memory_kib: params.m_cost(), iterations: params.t_cost() }
    }

    /// The cost that stands in a PHC string, or in its beginning.
    pub(super) fn in_phc(phc: &str) -> Option<Self> {
        let mut parameters = phc.split('$').nth(3)?.split(',');
        let mut parameter = |name: &str| parameters.next()?.strip_prefix(name)?.parse().ok();
        Some(Self { memory_kib: parameter("m=")?, iterations: parameter("t=")? })
    }

    /// KiB that are gone through. The number of lanes does not change it.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.iterations)
    }

    pub(super) fn params(self) -> Option<Params> {
        Params::new(self.memory_kib, self.iterations, 1, None).ok()
    }

    /// A cost of this much work that takes no more memory than this one. `None`: there is hardly any left.
    fn sharing(self, work: u64) -> Option<Params> {
        let iterations = work.div_ceil(u64::from(self.memory_kib)).max(1);
        let memory_kib = u32::try_from(work / iterations).ok()?;
        Self { memory_kib, iterations: u32::try_from(iterations).ok()? }.params()
    }
}

/// The costs that hashes of the store have, and those of the settings.
#[derive(Debug)]
pub(super) struct InUse {
    ours: Cost,
    stored: RwLock<BTreeSet<Cost>>,
}

impl InUse {
    pub(super) fn new(ours: Cost) -> Self {
        Self { ours, stored: RwLock::default() }
    }

    pub(super) fn ours(&self) -> Cost {
        self.ours
    }

    /// The store has these, and no others.
    pub(super) fn replace(&self, beginnings: &[String]) -> FollowedCosts {
        let costs: BTreeSet<_> = beginnings.iter().filter_map(|phc| Cost::in_phc(phc)).collect();
        let too_dear = costs.iter().filter(|cost| !self.is_followed(**cost)).count();
        let followed = FollowedCosts { in_use: costs.len(), too_dear };
        *self.stored.write().unwrap_or_else(PoisonError::into_inner) = costs;
        followed
    }

    /// A hash of this cost was seen: another instance may have made it.
    pub(super) fn note(&self, cost: Cost) {
        if cost != self.ours && !self.stored.read().unwrap_or_else(PoisonError::into_inner).contains(&cost) {
            self.stored.write().unwrap_or_else(PoisonError::into_inner).insert(cost);
        }
    }

    /// The work of every comparison.
    fn dearest(&self) -> u64 {
        self.followed().into_iter().map(Cost::work).max().unwrap_or_default()
    }

    /// What is to be hashed after a comparison that has done `work`.
    pub(super) fn missing(&self, work: u64) -> Option<Params> {
        self.dearest().checked_sub(work).and_then(|missing| self.ours.sharing(missing))
    }

    /// The cost of the hash that an address without an account might have: always the same one for an address.
    pub(super) fn of_nobody(&self, address: &Key) -> Cost {
        let costs: Vec<_> = self.followed().into_iter().collect();
        let beginning = address.first_chunk().expect("OK because a key has 32 bytes");
        let choice = u64::from_be_bytes(*beginning) % costs.len() as u64;
        usize::try_from(choice).ok().and_then(|choice| costs.get(choice)).copied().unwrap_or(self.ours)
    }

    fn followed(&self) -> BTreeSet<Cost> {
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        stored.iter().copied().filter(|cost| self.is_followed(*cost)).chain([self.ours]).collect()
    }

    fn is_followed(&self, cost: Cost) -> bool {
        cost.work() <= self.ours.work().saturating_mul(MOST_TIMES) && cost.params().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Cost = Cost { memory_kib: 1024, iterations: 2 };

    #[test]
    fn the_cost_is_read_from_a_hash_and_from_its_beginning() {
        let expected = Some(Cost { memory_kib: 19456, iterations: 2 });
        for phc in ["$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA$pepper=1", "$argon2id$v=19$m=19456,t=2"] {
            assert_eq!(Cost::in_phc(phc), expected, "{phc}");
        }
        for other in ["", "$argon2id$", "$argon2id$v=19$t=2,m=19456", "$2b$12$abc", "$argon2id$v=19$m=-1,t=2,p=1"] {
            assert_eq!(Cost::in_phc(other), None, "{other}");
        }
    }

    /// DS-01: whatever one row says.
    #[test]
    fn a_hash_that_is_far_too_dear_raises_the_work_of_nobody_else() {
        let in_use = InUse::new(OURS);
        let hostile = "$argon2id$v=19$m=4194304,t=100,p=1$".to_owned();
        let followed = in_use.replace(&["$argon2id$v=19$m=8192,t=4,p=1$".to_owned(), hostile]);
        assert_eq!(followed, FollowedCosts { in_use: 2, too_dear: 1 });
        assert_eq!(in_use.dearest(), 8192 * 4);
        in_use.note(Cost { memory_kib: u32::MAX, iterations: u32::MAX });
        assert_eq!(in_use.dearest(), 8192 * 4);
        in_use.replace(&[]);
        assert_eq!(in_use.dearest(), OURS.work(), "the last of them is gone");
    }

    #[test]
    fn what_is_missing_takes_no_more_memory_than_a_hash_of_the_settings() {
        for work in (0..100_000).step_by(37) {
            let Some(params) = OURS.sharing(work) else {
                assert!(work < 8, "{work}");
                continue;
            };
            assert!(params.m_cost() <= OURS.memory_kib, "{work}");
            let done = u64::from(params.m_cost()) * u64::from(params.t_cost());
            assert!(done <= work && work - done < u64::from(params.t_cost()), "{work}: {params:?}");
        }
    }

    #[test]
    fn addresses_without_an_account_have_all_costs_in_use_and_each_always_the_same() {
        let in_use = InUse::new(OURS);
        in_use.replace(&["$argon2id$v=19$m=8192,t=4,p=1$".to_owned()]);
        let costs: Vec<_> = (0..64).map(|first| in_use.of_nobody(&[first; 32])).collect();
        assert_eq!(costs, (0..64).map(|first| in_use.of_nobody(&[first; 32])).collect::<Vec<_>>());
        assert_eq!(costs.iter().collect::<BTreeSet<_>>().len(), 2);
    }
}
