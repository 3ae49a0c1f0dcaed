use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::counter::Key;

/// A number of places that no key can take from all others: a key is given another place only while it has fewer than are free
/// (a dynamic threshold, Choudhury and Hahne 1998). One key alone gets half of them, two get a third each, and a key that has
/// none is refused only when none is free.
pub(crate) struct FairShares {
    places: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_key: HashMap<Key, usize>,
}

impl FairShares {
    pub(crate) fn new(places: usize) -> Self {
        Self { places, taken: Mutex::default() }
    }

    /// A place, until it is dropped.
    pub(crate) fn take(&self, key: Key) -> Option<FairShare<'_>> {
        let mut taken = self.lock();
        let free = self.places - taken.all;
        if taken.by_key.get(&key).copied().unwrap_or_default() >= free {
            return None;
        }
        taken.all += 1;
        *taken.by_key.entry(key).or_default() += 1;
        Some(FairShare { all: self, key })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the places.
pub(crate) struct FairShare<'a> {
    all: &'a FairShares,
    key: Key,
}

impl Drop for FairShare<'_> {
    fn drop(&mut self) {
        let mut taken = self.all.lock();
        taken.all -= 1;
        if let Some(own) = taken.by_key.get_mut(&self.key) {
            *own -= 1;
            if *own == 0 {
                taken.by_key.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greedy(shares: &FairShares, key: u8) -> Vec<FairShare<'_>> {
        std::iter::from_fn(|| shares.take([key; 32])).collect()
    }

    #[test]
    fn a_key_that_takes_all_it_gets_leaves_places_to_those_that_have_none() {
        let shares = FairShares::new(64);
        let (first, second) = (greedy(&shares, 1), greedy(&shares, 2));
        assert_eq!((first.len(), second.len()), (32, 16));
        let others: Vec<_> = (3..19).map(|key| shares.take([key; 32])).collect();
        assert!(others.iter().all(Option::is_some), "one for each until none is free");
        assert!(shares.take([99; 32]).is_none());
        drop(first);
        assert_eq!(greedy(&shares, 99).len(), 16);
    }

    #[test]
    fn what_is_given_back_leaves_nothing() {
        let shares = FairShares::new(3);
        drop(greedy(&shares, 1));
        drop((shares.take([2; 32]), shares.take([3; 32])));
        let taken = shares.lock();
        assert!(taken.all == 0 && taken.by_key.is_empty());
    }
}
