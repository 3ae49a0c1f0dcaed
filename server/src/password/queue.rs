//! Which of the attempts that wait for a hashing thread is next, and which of them is refused when there are too many. Pure: no
//! clock, no thread, no randomness, so that every order can be tested.
//!
//! Every attempt belongs to three shares, from the widest to the narrowest: a subscriber line, a network of that line, an
//! account in that network. At each level the shares take turns, in the order in which they came, or came back after they were served
//! (start-time fair queueing, Goyal, Vin and Cheng 1996): an endless line of new shares does not pass a waiting attempt. Within the
//! narrowest share the attempt that came first is first. A full queue drops the attempt that would be served last, which
//! is the newest of the share with the most attempts (longest queue drop, as in stochastic fairness queueing), so that no share keeps
//! another one out. Where all shares have the same number, a share that was not served lately takes the place of one that was.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// How many levels of shares there are.
pub(super) const LEVELS: usize = 3;

/// Names a place in the queue. No two are alike.
pub(super) type Ticket = u64;

/// The bounds of a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// So many are served at once.
    pub(super) workers: usize,
    /// So many are in the queue, including those that are being served.
    pub(super) places: usize,
    /// So many of these belong to one share of each level.
    pub(super) most: [usize; LEVELS],
    /// For so many turns a share counts as served lately.
    pub(super) remembered: u64,
}

/// There is no place for this attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// A new place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entered {
    pub(super) ticket: Ticket,
    /// The attempt that has lost its place to this one.
    pub(super) displaced: Option<Ticket>,
}

/// Attempts that wait, and those that are being served.
#[derive(Debug)]
pub(super) struct Queue<K> {
    sizes: Sizes,
    /// In the order in which they came.
    entries: Vec<Entry<K>>,
    /// In which turn a share was served last. Bounded by [`Sizes::remembered`].
    served: HashMap<(usize, K), u64>,
    turn: u64,
    next_ticket: Ticket,
}

#[derive(Clone, Copy, Debug)]
struct Entry<K> {
    ticket: Ticket,
    shares: [K; LEVELS],
    /// The turn in which it came.
    came: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The place is kept while the account is looked up.
    Reserved,
    Ready,
    Running,
}

impl<K: Copy + Ord + Hash> Queue<K> {
    pub(super) fn new(sizes: Sizes) -> Self {
        Self { sizes, entries: vec![], served: HashMap::new(), turn: 0, next_ticket: 0 }
    }

    /// Reserves a place for an attempt of these shares.
    pub(super) fn enter(&mut self, shares: [K; LEVELS]) -> Result<Entered, Full> {
        let displaced = self.displaced_by(shares)?;
        if let Some(displaced) = displaced {
            self.leave(displaced);
        }
        let entry = self.newcomer(shares);
        self.next_ticket += 1;
        self.entries.push(entry);
        Ok(Entered { ticket: entry.ticket, displaced })
    }

    /// Whether [`enter`](Self::enter) would succeed.
    pub(super) fn has_place(&self, shares: [K; LEVELS]) -> bool {
        self.displaced_by(shares).is_ok()
    }

    /// From now on the attempt waits for its turn. False: it has lost its place.
    pub(super) fn ready(&mut self, ticket: Ticket) -> bool {
        let entry = self.entries.iter_mut().find(|entry| entry.ticket == ticket);
        entry.map(|entry| entry.state = State::Ready).is_some()
    }

    /// The attempt that is served next, if a worker is free and an attempt waits.
    pub(super) fn next(&mut self) -> Option<Ticket> {
        if self.running() >= self.sizes.workers {
            return None;
        }
        let waiting: Vec<_> = self.entries.iter().copied().filter(|entry| entry.state == State::Ready).collect();
        let in_turn = |came: u64, served: Option<u64>| served.map_or(came, |served| came.max(served + 1));
        let Entry { ticket, shares, .. } = *self.in_turn(waiting, 0, &in_turn).first()?;
        self.turn += 1;
        for (level, share) in shares.into_iter().enumerate() {
            self.served.insert((level, share), self.turn);
        }
        self.forget();
        let entry = self.entries.iter_mut().find(|entry| entry.ticket == ticket)?;
        entry.state = State::Running;
        Some(ticket)
    }

    /// The attempt was served, has lost its place or has gone away.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        self.entries.retain(|entry| entry.ticket != ticket);
    }

    /// How many are being served.
    pub(super) fn running(&self) -> usize {
        self.entries.iter().filter(|entry| entry.state == State::Running).count()
    }

    /// How many wait, or have a place.
    pub(super) fn waiting(&self) -> usize {
        self.entries.len() - self.running()
    }

    fn newcomer(&self, shares: [K; LEVELS]) -> Entry<K> {
        Entry { ticket: self.next_ticket, shares, came: self.turn, state: State::Reserved }
    }

    /// Whose place an attempt of these shares would take, where there is no free one.
    fn displaced_by(&self, shares: [K; LEVELS]) -> Result<Option<Ticket>, Full> {
        let of = |level: usize, entry: &Entry<K>| entry.shares[level] == shares[level];
        let is_full =
            |level: usize| self.entries.iter().filter(|entry| of(level, entry)).count() >= self.sizes.most[level];
        // A place within the narrowest share that is full frees one of all wider ones, too.
        let scope = (0..LEVELS).rev().find(|level| is_full(*level));
        if scope.is_none() && self.entries.len() < self.sizes.places {
            return Ok(None);
        }
        let newcomer = self.newcomer(shares);
        let rivals = self.entries.iter().filter(|entry| scope.is_none_or(|level| of(level, entry)));
        let waiting = rivals.filter(|entry| entry.state != State::Running).copied().chain([newcomer]).collect();
        // Served lately or not, and not when: each place can be taken over a few times only.
        let in_turn = self.in_turn(waiting, 0, &|_came, served| u64::from(served.is_some()));
        match in_turn.last() {
            Some(last) if last.ticket != newcomer.ticket => Ok(Some(last.ticket)),
            _ => Err(Full),
        }
    }

    /// `entries` in the order in which they are served. The first of each share come before the second of any; between these
    /// `rank` decides, by the turn in which an entry came and that in which its share was served last, if that was lately.
    fn in_turn(&self, entries: Vec<Entry<K>>, level: usize, rank: &dyn Fn(u64, Option<u64>) -> u64) -> Vec<Entry<K>> {
        if level == LEVELS {
            return entries;
        }
        let mut shares = BTreeMap::<K, Vec<Entry<K>>>::new();
        for entry in entries {
            shares.entry(entry.shares[level]).or_default().push(entry);
        }
        let mut ranked = vec![];
        for (share, entries) in shares {
            let is_served = |entry: &&Entry<K>| entry.state == State::Running && entry.shares[level] == share;
            let ahead = self.entries.iter().filter(is_served).count();
            let served = self.served_in(level, share);
            let in_turn = self.in_turn(entries, level + 1, rank).into_iter().enumerate();
            ranked.extend(
                in_turn.map(|(position, entry)| ((ahead + position, rank(entry.came, served), entry.ticket), entry)),
            );
        }
        ranked.sort_unstable_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, entry)| entry).collect()
    }

    /// In which turn the share was served last, if that was lately.
    fn served_in(&self, level: usize, share: K) -> Option<u64> {
        let turn = self.served.get(&(level, share)).copied();
        turn.filter(|turn| turn + self.sizes.remembered > self.turn)
    }

    fn forget(&mut self) {
        let remembered = self.sizes.remembered;
        if self.served.len() as u64 > 2 * remembered * LEVELS as u64 {
            let now = self.turn;
            self.served.retain(|_, turn| *turn + remembered > now);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZES: Sizes = Sizes { workers: 1, places: 9, most: [4, 4, 2], remembered: 100 };

    /// An attempt of an account from a network that is the line's only one.
    fn of(line: u32, account: u32) -> [u32; LEVELS] {
        [line, line, line * 1000 + account]
    }

    struct World {
        queue: Queue<u32>,
        shares: HashMap<Ticket, [u32; LEVELS]>,
    }

    impl World {
        fn new(sizes: Sizes) -> Self {
            Self { queue: Queue::new(sizes), shares: HashMap::new() }
        }

        fn enter(&mut self, shares: [u32; LEVELS]) -> Result<Entered, Full> {
            let entered = self.queue.enter(shares)?;
            self.shares.insert(entered.ticket, shares);
            assert!(self.queue.ready(entered.ticket));
            Ok(entered)
        }

        /// The line of the attempt that is served now. The one before it is done.
        fn serve(&mut self) -> Option<u32> {
            let ticket = self.queue.next()?;
            self.queue.leave(ticket);
            Some(self.shares[&ticket][0])
        }
    }

    #[test]
    fn networks_take_turns_however_many_attempts_one_of_them_has() {
        let mut world = World::new(SIZES);
        for (line, account) in [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (3, 1), (3, 2)] {
            world.enter(of(line, account)).expect("room");
        }
        let served: Vec<_> = std::iter::from_fn(|| world.serve()).collect();
        assert_eq!(served, [1, 2, 3, 1, 3, 1, 1]);
    }

    #[test]
    fn networks_are_served_in_the_order_in_which_they_came_or_came_back() {
        let mut world = World::new(SIZES);
        for line in [1, 2, 3] {
            world.enter(of(line, 1)).expect("room");
            assert_eq!(world.serve(), Some(line));
        }
        for line in [3, 2, 1, 4] {
            world.enter(of(line, 1)).expect("room");
        }
        let served: Vec<_> = std::iter::from_fn(|| world.serve()).collect();
        assert_eq!(served, [2, 1, 4, 3], "3 was served last");
    }

    /// A person who had just signed up got 503 while attempts kept coming from new networks.
    #[test]
    fn a_network_that_was_served_lately_is_passed_by_no_endless_line_of_new_ones() {
        let mut world = World::new(SIZES);
        world.enter(of(1, 1)).expect("room");
        assert_eq!(world.serve(), Some(1));
        for line in [11, 12, 13, 1, 14] {
            world.enter(of(line, 1)).expect("room");
        }
        let mut served = vec![];
        for line in 15..30 {
            served.extend(world.serve());
            world.enter(of(line, 1)).expect("room");
        }
        assert_eq!(served.iter().position(|line| *line == 1), Some(4), "after those that were there: {served:?}");
    }

    #[test]
    fn within_a_network_accounts_take_turns_and_within_an_account_the_first_is_first() {
        let mut queue = Queue::new(SIZES);
        let tickets = [1, 1, 2, 2].map(|account| queue.enter(of(1, account)).expect("room").ticket);
        assert!(tickets.iter().all(|ticket| queue.ready(*ticket)));
        let served: Vec<_> = std::iter::from_fn(|| queue.next().inspect(|ticket| queue.leave(*ticket))).collect();
        assert_eq!(served, [tickets[0], tickets[2], tickets[1], tickets[3]]);
    }

    /// The networks of one IPv6 subscriber are many, and are one line.
    #[test]
    fn many_networks_of_one_line_have_one_turn() {
        let mut world = World::new(SIZES);
        for network in 0..4 {
            world.enter([1, 100 + network, 1000 + network]).expect("room");
        }
        world.enter(of(2, 1)).expect("room");
        assert_eq!([world.serve(), world.serve()], [Some(1), Some(2)]);
    }

    #[test]
    fn an_account_has_two_places_and_a_network_four() {
        let mut world = World::new(SIZES);
        assert!(world.enter(of(1, 1)).is_ok() && world.enter(of(1, 1)).is_ok());
        assert_eq!(world.enter(of(1, 1)), Err(Full));
        assert!(world.enter(of(1, 2)).is_ok() && world.enter(of(1, 3)).is_ok());
        assert!(world.enter(of(2, 1)).is_ok(), "another network has its own");
        let entered = world.enter(of(1, 4)).expect("each account of the network has one place");
        assert_eq!(entered.displaced, Some(1), "before one has two");
        assert_eq!(world.enter(of(1, 5)), Err(Full));
    }

    #[test]
    fn a_full_queue_takes_a_new_network_in_place_of_the_longest_backlog() {
        let mut world = World::new(SIZES);
        for line in [1, 2] {
            (1..=4).for_each(|account| assert!(world.enter(of(line, account)).is_ok()));
        }
        world.enter(of(3, 1)).expect("room");
        assert_eq!(world.enter(of(4, 1)).expect("a network without a place").displaced, Some(7), "the newest");
        assert_eq!(world.enter(of(5, 1)).expect("a network without a place").displaced, Some(3));
        assert_eq!(world.enter(of(2, 5)), Err(Full), "one of those with a backlog");
        assert!(!world.queue.ready(7), "it has lost its place");
    }

    #[test]
    fn a_network_that_was_not_served_lately_takes_the_place_of_one_that_was() {
        let mut world = World::new(Sizes { workers: 1, places: 3, ..SIZES });
        for line in [1, 2, 3] {
            world.enter(of(line, 1)).expect("room");
        }
        while world.serve().is_some() {}
        for line in [1, 2, 3] {
            world.enter(of(line, 1)).expect("room");
        }
        assert_eq!(world.enter(of(1, 1)), Err(Full));
        assert_eq!(world.enter(of(4, 1)).expect("it is new").displaced, Some(5));
        let served: Vec<_> = std::iter::from_fn(|| world.serve()).collect();
        assert_eq!(served, [1, 2, 4], "the place, and not the turn");
    }

    #[test]
    fn an_attempt_that_is_being_served_keeps_its_worker() {
        let mut world = World::new(Sizes { workers: 1, places: 1, ..SIZES });
        let first = world.enter(of(1, 1)).expect("room").ticket;
        assert_eq!(world.queue.next(), Some(first));
        assert_eq!(world.enter(of(2, 1)), Err(Full));
        assert_eq!((world.queue.running(), world.queue.waiting()), (1, 0));
        world.queue.leave(first);
        assert!(world.enter(of(2, 1)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut world = World::new(Sizes { remembered: 10, ..SIZES });
        for line in 0..10_000 {
            world.enter(of(line, 1)).expect("room");
            world.serve();
        }
        assert!(world.queue.served.len() <= 2 * 10 * LEVELS + LEVELS);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Enter(u32, u32),
        Leave(usize),
        Serve,
        Done,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..6_u32, 0..3_u32).prop_map(|(line, account)| Step::Enter(line, account)),
            1 => (0..20_usize).prop_map(Step::Leave),
            2 => Just(Step::Serve),
            2 => Just(Step::Done),
        ]
    }

    proptest! {
        /// Bounds hold after every step, every attempt has one outcome, and no line is served twice while another one waits.
        #[test]
        fn no_share_has_more_than_its_places_and_no_line_is_passed_over(
            workers in 1..4_usize,
            steps in prop::collection::vec(step(), 1..200),
        ) {
            let mut world = World::new(Sizes { workers, ..SIZES });
            let mut waiting: Vec<Ticket> = vec![];
            let mut running: Vec<Ticket> = vec![];
            // The lines that were served since this attempt has waited.
            let mut passed: HashMap<Ticket, Vec<u32>> = HashMap::new();
            for step in steps {
                match step {
                    Step::Enter(line, account) => {
                        let expected = world.queue.has_place(of(line, account));
                        let entered = world.enter(of(line, account));
                        prop_assert_eq!(entered.is_ok(), expected);
                        if let Ok(Entered { ticket, displaced }) = entered {
                            waiting.retain(|waits| Some(*waits) != displaced);
                            waiting.push(ticket);
                        }
                    }
                    Step::Leave(index) if !waiting.is_empty() => {
                        world.queue.leave(waiting.swap_remove(index % waiting.len()));
                    }
                    Step::Leave(_) => {}
                    Step::Serve => match world.queue.next() {
                        Some(ticket) => {
                            prop_assert!(waiting.contains(&ticket) && running.len() < workers);
                            waiting.retain(|waits| *waits != ticket);
                            running.push(ticket);
                            let line = world.shares[&ticket][0];
                            for waits in &waiting {
                                let mine = world.shares[waits][0];
                                let in_line = waiting.iter().chain(&running).filter(|other| world.shares[*other][0] == mine);
                                let seen = passed.entry(*waits).or_default();
                                if mine == line {
                                    seen.clear();
                                } else if in_line.count() == 1 {
                                    prop_assert!(!seen.contains(&line), "line {} twice before {}", line, mine);
                                    seen.push(line);
                                }
                            }
                        }
                        None => prop_assert!(waiting.is_empty() || running.len() == workers),
                    },
                    Step::Done => {
                        if let Some(ticket) = running.pop() {
                            world.queue.leave(ticket);
                        }
                    }
                }
                prop_assert_eq!((world.queue.waiting(), world.queue.running()), (waiting.len(), running.len()));
                prop_assert!(waiting.len() + running.len() <= SIZES.places);
                for level in 0..LEVELS {
                    let mut counts = HashMap::<u32, usize>::new();
                    for ticket in waiting.iter().chain(&running) {
                        *counts.entry(world.shares[ticket][level]).or_default() += 1;
                    }
                    prop_assert!(counts.values().all(|count| *count <= SIZES.most[level]));
                }
            }
        }
    }
}
