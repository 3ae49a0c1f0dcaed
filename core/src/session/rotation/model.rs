//! Every interleaving of a small world: a browser's tabs that share a cookie jar and an attempt id, a stalled request's late
//! copy, lost answers, late cookies, a server that crashes, a thief with a copied token, a sign-out. The same `decide` and
//! `apply` as in production; the store is the weakest one that the design allows: a request reads the row, decides, and
//! writes only if what it decided on still holds.
//!
//! So that the space is finite, times are kept as ages (decisions depend on differences alone, see `properties.rs`), the
//! clock moves by a few steps, and whoever acts can act so and so often.

use std::{
    collections::BTreeSet,
    hash::{Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use sessionkeep_types::{EndReason, SessionId, UserId};
use stateright::{Checker, HasDiscoveries, Model, Property};

use super::{
    Decision, NewHead, Presented, apply, decide,
    line::{BROWSER, PLAIN_BROWSER, grants},
};
use crate::session::{Client, Ended, Policy, ServedAttempts, Session, TokenHash, UnixMillis};

/// It is always now; the clock moves by making everything older.
const NOW: UnixMillis = UnixMillis(1_000_000_000);
/// How long a served attempt is known.
const MEMORY: i64 = 120_000;
/// The head is quiet for less than this after it was given out, whatever is repeated.
const QUIET_AT_MOST: i64 = 75_000 + MEMORY;
/// Older than this is the same: it is outside every window.
const OLDEST: i64 = QUIET_AT_MOST + 1000;
/// The one attempt id of a thief who repeats it.
const REPEATED: u8 = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Token {
    generation: u8,
    /// Counts the tokens that were made: two of one generation would be siblings.
    serial: u8,
}

impl Token {
    fn presented(self) -> Presented {
        Presented { generation: u64::from(self.generation), hash: self.hash() }
    }

    fn hash(self) -> TokenHash {
        let mut hash = [0; 32];
        hash[0] = self.serial;
        hash[1] = self.generation;
        hash
    }

    fn hashed(hash: &[u8]) -> Self {
        Self { serial: hash[0], generation: hash[1] }
    }
}

/// The row in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row(Arc<Session>);

impl Hash for Row {
    /// All of it but what never differs here. A new column has to be named before this compiles.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Session {
            id: _,
            user_id: _,
            ver: _,
            ver_at: _,
            generation,
            head_hash,
            prev_hash,
            sealed_head,
            head_attempt,
            served_attempts,
            emitted_at,
            confirmed_at,
            streak,
            is_contested,
            client: _,
            remember_me: _,
            created_at: _,
            last_used_at,
            idle_deadline,
            absolute_deadline: _,
            ended,
            origin: _,
        } = &*self.0;
        (generation, head_hash, prev_hash, sealed_head, head_attempt).hash(state);
        (emitted_at, confirmed_at, streak, is_contested, last_used_at, idle_deadline).hash(state);
        ended.as_ref().map(|ended| (ended.at, ended.reason.as_str())).hash(state);
        for served in served_attempts.iter() {
            served.hash(state);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Who {
    Browser,
    Thief,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Request {
    who: Who,
    token: Token,
    attempt: Option<u8>,
    /// Whether somebody waits for the answer; otherwise it was given up, and this is a copy on its way.
    waited_for: bool,
    /// Whether the clock has moved since it was sent.
    old: bool,
    conflicts: u8,
    /// The row as it was read, and as it is with the uses that this instance has noted.
    read: Option<(Row, Row)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Answer {
    who: Who,
    attempt: Option<u8>,
    waited_for: bool,
    old: bool,
    cookie: Option<Token>,
    /// `None`: to be tried again later.
    access: Option<u8>,
    repeated: bool,
}

/// How often something may still happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Left {
    sends: u8,
    thiefs_sends: u8,
    ticks: u8,
    losses: u8,
    reloads: u8,
    crashes: u8,
    sign_outs: u8,
}

/// Which promise was broken. Set once, to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Broken {
    /// A token was given two successors, or a used one was superseded.
    Lineage,
    /// Something was granted after the end.
    EndIsFinal,
    /// Decided on a successor that nobody had used, and written after somebody had.
    UsedMeanwhile,
    /// An honest client was signed out or suspected while there was no thief.
    Honest,
    /// The browser and the thief went on together for a third rotation.
    Undetected,
    /// The head was quiet long after it was given out: an access token without the rotation that reveals a thief.
    HeldUp,
}

/// What the last step did, where that cannot be seen in the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Happened {
    Conflict,
    GaveUpAfterConflicts,
    LateCopy,
    LostAnswer,
    Superseded,
    InFlight,
    /// A successor arrived that an earlier answer had failed to bring.
    Recovered,
    /// A request that had decided to grant found the session ended.
    EndedMeanwhile,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    row: Row,
    made: u8,
    /// The generation whose use an instance has noted and not yet written: in a store that is wrong.
    noted: Option<u8>,
    /// Whether a use of the head was answered, and how long ago the head was given out. Kept apart from the row, which may be wrong.
    head_used: bool,
    given_out: i64,
    jar: Token,
    /// The attempt that has no answer yet, of all tabs.
    pending: Option<u8>,
    attempts: u8,
    /// The newest access token of the browser, by generation.
    access: Option<u8>,
    stolen: Option<Token>,
    thiefs_access: Option<u8>,
    requests: Vec<Request>,
    answers: Vec<Answer>,
    left: Left,
    /// By serial: the successor that its holder was given.
    successors: [Option<u8>; 8],
    /// Who was given the head since the last rotation, and how many rotations in a row both were.
    given: [bool; 2],
    together: u8,
    broken: Option<Broken>,
    happened: Option<Happened>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Send,
    Steal,
    ThiefSends,
    /// With the attempt id that it always sends.
    ThiefRepeats,
    ThiefSendsUnnamed,
    Read(usize),
    /// By an instance that does not know what another has noted.
    ReadElsewhere(usize),
    Commit(usize),
    Deliver(usize),
    Lose(usize),
    /// A reload: nobody waits for the request any more.
    GiveUp(usize),
    Use,
    ThiefUses,
    WriteNoted,
    SignOut,
    Crash,
    Tick(i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Store {
    /// The conditions of `docs/rotation.md`: the same head, the same served attempts, no end, and no use where the decision
    /// rests on that.
    CompareAndSet,
    /// Writes whatever was decided.
    Unconditional,
    /// Does not look whether the successor was used meanwhile.
    WithoutConfirmation,
    /// Does not look whether the session was ended meanwhile.
    WithoutEnd,
    /// Does not look whether another request of the same head was answered meanwhile.
    WithoutServed,
    /// The use of an access token is answered first and written later, and other instances do not know of it.
    NotesUses,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    Ours,
    /// A second use of the previous token makes another successor, as grace windows do.
    Siblings,
    /// Copies of requests that were answered before the head was made count as lost answers.
    CopiesAreLostAnswers,
    /// Nobody counts how many rotations in a row were contested.
    NoStreak,
    /// The head is quiet for as long as the attempt is known.
    KnownIsQuiet,
    /// An attempt that is known rotates the head as any other, once the head is old.
    KnownRotates,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a thing that may happen, independent of the others")]
struct Scenario {
    client: Client,
    /// Whether the browser names its refreshes. The sign-in may not have declared it.
    names: bool,
    tabs: usize,
    left: Left,
    thief: bool,
    /// Whether a request that is given up may still arrive.
    copies: bool,
    /// Whether the store serves one request after the other.
    one_at_a_time: bool,
    /// Whether the head was given out just now.
    quiet: bool,
    /// By how many milliseconds the clock moves.
    ticks: &'static [i64],
    store: Store,
    rules: Rules,
    policy: Policy,
}

/// A tick shorter than this gives nobody up.
const TIME_OUT: i64 = 10_000;

impl Scenario {
    fn of(client: Client, left: Left) -> Self {
        // Deadlines are not what is looked for here: the end of time stays where it is.
        let forever = Duration::from_millis(i64::MAX.unsigned_abs());
        Self {
            client,
            names: client.names_refreshes,
            tabs: 2,
            left,
            thief: false,
            copies: true,
            one_at_a_time: false,
            quiet: false,
            ticks: &[60_000, 80_000],
            store: Store::CompareAndSet,
            rules: Rules::Ours,
            policy: Policy { idle_lifetime: forever, absolute_lifetime: forever, ..Policy::default() },
        }
    }

    fn decide(&self, row: &Session, token: Token, attempt: Option<&str>) -> Decision {
        let decision = decide(row, token.presented(), attempt, &self.policy, NOW);
        match (self.rules, &decision) {
            (Rules::Siblings, Decision::Repeat | Decision::LostAnswer) => Decision::Supersede,
            (Rules::CopiesAreLostAnswers, Decision::LateCopy)
                if row.confirmed_at.is_none() && row.prev_hash == Some(token.hash()) =>
            {
                // The same question about an attempt that is not known.
                decide(row, token.presented(), Some("unknown"), &self.policy, NOW)
            }
            (Rules::NoStreak, Decision::CloneSuspected) => Decision::LostAnswer,
            (Rules::KnownIsQuiet, Decision::LateCopy) if row.head_hash == token.hash() => Decision::Quiet,
            (Rules::KnownRotates, Decision::LateCopy) if row.head_hash == token.hash() => Decision::Rotate,
            _ => decision,
        }
    }

    /// Whether what was decided on `read` may be written over `now`.
    fn may_write(&self, read: &Session, now: &Session, decision: &Decision) -> bool {
        let same_head = read.generation == now.generation && read.head_hash == now.head_hash;
        let rests_on_unused = match decision {
            Decision::LostAnswer | Decision::Supersede | Decision::CloneSuspected | Decision::Repeat => {
                read.confirmed_at.is_none()
            }
            _ => false,
        };
        let unused = !rests_on_unused || now.confirmed_at.is_none();
        let alive = now.ended.is_none();
        let same_served = read.served_attempts == now.served_attempts;
        match self.store {
            Store::CompareAndSet | Store::NotesUses => same_head && unused && alive && same_served,
            Store::Unconditional => true,
            Store::WithoutConfirmation => same_head && alive && same_served,
            Store::WithoutEnd => same_head && unused && same_served,
            Store::WithoutServed => same_head && unused && alive,
        }
    }

    fn commit(&self, world: &mut World, at: usize) {
        let request = world.requests.remove(at);
        let (read, seen) = request.read.clone().expect("it was read");
        let attempt = request.attempt.map(|attempt| attempt.to_string());
        let decision = self.decide(&seen.0, request.token, attempt.as_deref());
        let head =
            Token { generation: u8::try_from(read.0.generation).expect("a small world") + 1, serial: world.made + 1 };
        let new_head = decision
            .makes_head()
            .then(|| NewHead { hash: head.hash(), sealed: [request.token.hash(), head.hash()].concat() });
        let next = apply(&seen.0, &decision, attempt.as_deref(), new_head, &self.policy, NOW);
        let Some(next) = next else {
            if decision == Decision::LateCopy {
                world.happened = Some(Happened::LateCopy);
                world.answer(&request, None, None, false);
            }
            return;
        };
        if !self.may_write(&read.0, &world.row.0, &decision) {
            world.happened = Some(Happened::Conflict);
            if grants(&decision) && world.row.0.ended.is_some() {
                world.happened = Some(Happened::EndedMeanwhile);
            }
            let conflicts = request.conflicts + 1;
            if conflicts < 3 {
                world.requests.push(Request { conflicts, read: None, ..request });
            } else {
                world.happened = Some(Happened::GaveUpAfterConflicts);
                world.answer(&request, None, None, false);
            }
            return;
        }
        self.judge(world, &request, &decision, &read.0, head);
        let mut row = (*world.row.0).clone();
        write(&mut row, next, &decision);
        world.row = Row(Arc::new(row));
        if decision.makes_head() {
            world.made += 1;
            world.head_used = false;
        } else if decision == Decision::Quiet {
            world.head_used = true;
        }
        if grants(&decision) {
            let cookie = match decision {
                Decision::Quiet => None,
                Decision::Rotate | Decision::Supersede => Some(head),
                _ => Some(opened(&read.0, request.token)),
            };
            if cookie.is_some() {
                world.given_out = 0;
            }
            let access = cookie.map_or(request.token.generation, |cookie| cookie.generation);
            let repeated = matches!(decision, Decision::Repeat | Decision::LostAnswer | Decision::InFlight);
            world.answer(&request, cookie, Some(access), repeated);
        }
    }

    /// Compares what is about to be written with what is promised. Looks at the world only, never at how it was decided.
    fn judge(&self, world: &mut World, request: &Request, decision: &Decision, read: &Session, head: Token) {
        let row = Arc::clone(&world.row.0);
        world.happened = match decision {
            Decision::LostAnswer => Some(Happened::LostAnswer),
            Decision::Supersede => Some(Happened::Superseded),
            Decision::InFlight => Some(Happened::InFlight),
            _ => None,
        };
        let granted = grants(decision);
        if granted && row.ended.is_some() {
            world.broken.get_or_insert(Broken::EndIsFinal);
        }
        let suspicion = match decision {
            Decision::Reuse | Decision::CloneSuspected | Decision::Restored => true,
            // A browser that names its attempts gives no cause for these.
            Decision::LostAnswer | Decision::Supersede => self.names,
            _ => false,
        };
        if suspicion && world.stolen.is_none() && row.ended.is_none() {
            world.broken.get_or_insert(Broken::Honest);
        }
        if matches!(decision, Decision::LostAnswer | Decision::Supersede) && world.head_used {
            world.broken.get_or_insert(Broken::UsedMeanwhile);
        }
        if *decision == Decision::Quiet && world.given_out >= QUIET_AT_MOST {
            world.broken.get_or_insert(Broken::HeldUp);
        }
        if !granted || *decision == Decision::Quiet {
            return;
        }
        let given = if decision.makes_head() { head } else { opened(read, request.token) };
        let successor = &mut world.successors[usize::from(request.token.serial)];
        if *decision == Decision::Supersede && !world.head_used {
            *successor = None;
        }
        if *successor.get_or_insert(given.serial) != given.serial {
            world.broken.get_or_insert(Broken::Lineage);
        }
        if *decision == Decision::Rotate {
            world.together = if world.given == [true, true] { world.together + 1 } else { 0 };
            world.given = [false, false];
            if world.together == 3 {
                world.broken.get_or_insert(Broken::Undetected);
            }
        }
        world.given[request.who as usize] = true;
    }
}

/// The columns that a decision writes, over whatever the others hold by now.
fn write(row: &mut Session, next: Session, decision: &Decision) {
    match decision {
        Decision::Quiet => row.confirmed_at = next.confirmed_at,
        Decision::Rotate | Decision::Supersede => {
            row.generation = next.generation;
            row.head_hash = next.head_hash;
            row.prev_hash = next.prev_hash;
            row.sealed_head = next.sealed_head;
            row.head_attempt = next.head_attempt;
            row.emitted_at = next.emitted_at;
            row.confirmed_at = next.confirmed_at;
            row.streak = next.streak;
            row.is_contested = next.is_contested;
        }
        Decision::Repeat => row.emitted_at = next.emitted_at,
        Decision::LostAnswer | Decision::InFlight => {
            row.emitted_at = next.emitted_at;
            row.is_contested = next.is_contested;
        }
        Decision::Reuse | Decision::CloneSuspected => row.ended = next.ended,
        Decision::Restored => row.idle_deadline = next.idle_deadline,
        Decision::LateCopy | Decision::Ended(_) | Decision::Expired => {}
    }
    if grants(decision) {
        row.served_attempts = next.served_attempts;
        row.client = next.client;
    }
}

/// What the holder of `token` gets out of the row.
fn opened(row: &Session, token: Token) -> Token {
    let (under, head) = row.sealed_head.as_deref().expect("a successor").split_at(32);
    assert_eq!(under, token.hash(), "sealed under another token");
    Token::hashed(head)
}

impl World {
    fn answer(&mut self, request: &Request, cookie: Option<Token>, access: Option<u8>, repeated: bool) {
        // Whoever gave up has closed the connection.
        if request.waited_for {
            let Request { who, attempt, old, .. } = *request;
            self.answers.push(Answer { who, attempt, waited_for: true, old, cookie, access, repeated });
        }
    }

    fn waiting(&self, who: Who) -> usize {
        self.requests.iter().filter(|request| request.waited_for && request.who == who).count()
            + self.answers.iter().filter(|answer| answer.waited_for && answer.who == who).count()
    }

    fn deliver(&mut self, at: usize) {
        let answer = self.answers.remove(at);
        if answer.who == Who::Thief {
            self.stolen = answer.cookie.or(self.stolen);
            self.thiefs_access = self.thiefs_access.max(answer.access);
            return;
        }
        if let Some(cookie) = answer.cookie {
            if answer.repeated && self.jar != cookie {
                self.happened = Some(Happened::Recovered);
            }
            self.jar = cookie;
        }
        // A cookie that arrives when nobody waits any more is kept by the browser, and seen by no page.
        if answer.waited_for && answer.access.is_some() {
            if answer.attempt == self.pending {
                self.pending = None;
            }
            self.access = self.access.max(answer.access);
        }
    }

    fn write_noted(&mut self) {
        if let Some(generation) = self.noted.take() {
            let mut row = (*self.row.0).clone();
            row.confirm(u64::from(generation), NOW);
            self.row = Row(Arc::new(row));
        }
    }

    /// Makes everything older. What takes a minute to be written is written; who waits gives up; copies that were on their
    /// way before are gone, and so are answers.
    fn tick(&mut self, millis: i64, copies: bool) {
        if millis < TIME_OUT {
            self.requests.iter_mut().for_each(|request| request.old = true);
            self.answers.iter_mut().for_each(|answer| answer.old = true);
        } else {
            self.write_noted();
            self.requests.retain(|request| copies && !request.old);
            for request in &mut self.requests {
                (request.waited_for, request.old) = (false, true);
            }
            // A minute is as late as a cookie may be.
            self.answers.retain(|answer| millis <= 60_000 && !answer.old && answer.cookie.is_some());
            for answer in &mut self.answers {
                (answer.waited_for, answer.old) = (false, true);
            }
        }
        let older = |time: UnixMillis| UnixMillis((time.0 - millis).max(NOW.0 - OLDEST));
        self.given_out = (self.given_out + millis).min(OLDEST);
        let mut row = (*self.row.0).clone();
        row.emitted_at = older(row.emitted_at);
        row.confirmed_at = row.confirmed_at.map(older);
        row.served_attempts = ServedAttempts::from_stored(
            row.served_attempts
                .iter()
                .map(|(attempt, at)| (attempt.to_owned(), older(at)))
                // What is forgotten plays no part any more, but for the place of the attempt that made the head.
                .map(|(attempt, at)| (attempt, UnixMillis(at.0.max(NOW.0 - MEMORY - 1000))))
                .filter(|(attempt, at)| at.0 >= NOW.0 - MEMORY || Some(attempt) == row.head_attempt.as_ref())
                .collect(),
        );
        self.row = Row(Arc::new(row));
    }

    /// The order of what is in the air does not matter.
    fn in_order(mut self) -> Self {
        let place = |read: &Option<(Row, Row)>| {
            read.as_ref().map(|(row, seen)| {
                let served = row.0.served_attempts.iter().count();
                (row.0.generation, row.0.confirmed_at, row.0.emitted_at, seen.0.confirmed_at, served)
            })
        };
        self.requests.sort_by_key(|request| {
            let Request { who, token, attempt, waited_for, old, conflicts, read } = request;
            (*who, *token, *attempt, *waited_for, *old, *conflicts, place(read))
        });
        self.answers.sort_by_key(|answer| {
            let Answer { who, attempt, waited_for, old, cookie, access, repeated } = *answer;
            (who, attempt, waited_for, old, cookie, access, repeated)
        });
        self
    }
}

impl Model for Scenario {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let first = Token { generation: 0, serial: 0 };
        let mut row =
            Session::begin(SessionId::new("s"), UserId::new("u"), first.hash(), self.client, &self.policy, NOW);
        row.emitted_at = UnixMillis(NOW.0 - if self.quiet { 0 } else { OLDEST });
        vec![World {
            row: Row(Arc::new(row)),
            made: 0,
            noted: None,
            head_used: true,
            given_out: if self.quiet { 0 } else { OLDEST },
            jar: first,
            pending: None,
            attempts: 0,
            access: None,
            stolen: None,
            thiefs_access: None,
            requests: vec![],
            answers: vec![],
            left: self.left,
            successors: [None; 8],
            given: [true, false],
            together: 0,
            broken: None,
            happened: None,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        let left = world.left;
        if left.sends > 0 && world.waiting(Who::Browser) < self.tabs {
            steps.push(Step::Send);
        }
        if self.thief && world.stolen.is_none() {
            steps.push(Step::Steal);
        }
        if world.stolen.is_some() && left.thiefs_sends > 0 && world.waiting(Who::Thief) == 0 {
            steps.push(Step::ThiefSends);
            if self.names {
                steps.push(if self.client.names_refreshes { Step::ThiefRepeats } else { Step::ThiefSendsUnnamed });
            }
        }
        for (at, request) in world.requests.iter().enumerate() {
            if request.read.is_some() {
                steps.push(Step::Commit(at));
            } else {
                steps.push(Step::Read(at));
                if world.noted.is_some() {
                    steps.push(Step::ReadElsewhere(at));
                }
            }
            if self.copies && left.reloads > 0 && request.waited_for && request.who == Who::Browser {
                steps.push(Step::GiveUp(at));
            }
        }
        for at in 0..world.answers.len() {
            steps.push(Step::Deliver(at));
            if left.losses > 0 {
                steps.push(Step::Lose(at));
            }
        }
        steps.extend([Step::Use, Step::ThiefUses]);
        if world.noted.is_some() {
            steps.push(Step::WriteNoted);
        }
        if left.sign_outs > 0 {
            steps.push(Step::SignOut);
        }
        if left.crashes > 0 {
            steps.push(Step::Crash);
        }
        // A transaction is over before the clock moves; what has been in the air for a short tick has arrived.
        let reading = world.requests.iter().any(|request| request.read.is_some());
        let overdue = world.requests.iter().any(|request| request.waited_for && request.old)
            || world.answers.iter().any(|answer| answer.waited_for && answer.old);
        if left.ticks > 0 && !reading && !overdue {
            steps.extend(self.ticks.iter().copied().map(Step::Tick));
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        if world.broken.is_some() {
            return None;
        }
        let mut world = World { happened: None, ..world.clone() };
        let used = |world: &World, generation: Option<u8>| {
            let head = u8::try_from(world.row.0.generation).expect("a small world");
            (generation == Some(head) && world.row.0.confirmed_at.is_none() && world.noted != generation)
                .then_some(head)
        };
        match step {
            Step::Send => {
                world.left.sends -= 1;
                if self.names && world.pending.is_none() {
                    world.attempts += 1;
                    world.pending = Some(world.attempts);
                }
                let (token, attempt) = (world.jar, world.pending);
                world.requests.push(Request::new(Who::Browser, token, attempt));
            }
            Step::Steal => world.stolen = Some(world.jar),
            Step::ThiefSends | Step::ThiefRepeats | Step::ThiefSendsUnnamed => {
                world.left.thiefs_sends -= 1;
                let own = if step == Step::ThiefRepeats { REPEATED } else { 100 + world.left.thiefs_sends };
                let attempt = (self.names && step != Step::ThiefSendsUnnamed).then_some(own);
                let token = world.stolen.expect("it was stolen");
                world.requests.push(Request::new(Who::Thief, token, attempt));
            }
            Step::Read(at) => {
                let mut seen = (*world.row.0).clone();
                if let Some(generation) = world.noted {
                    seen.confirm(u64::from(generation), NOW);
                }
                world.requests[at].read = Some((world.row.clone(), Row(Arc::new(seen))));
                if self.one_at_a_time {
                    self.commit(&mut world, at);
                }
            }
            Step::ReadElsewhere(at) => world.requests[at].read = Some((world.row.clone(), world.row.clone())),
            Step::Commit(at) => self.commit(&mut world, at),
            Step::Deliver(at) => world.deliver(at),
            Step::Lose(at) => {
                world.left.losses -= 1;
                world.answers.remove(at);
            }
            Step::GiveUp(at) => {
                world.left.reloads -= 1;
                world.requests[at].waited_for = false;
            }
            Step::Use | Step::ThiefUses => {
                let access = if step == Step::Use { world.access } else { world.thiefs_access };
                world.noted = Some(used(&world, access)?);
                world.head_used = true;
                // Written before the request is answered.
                if self.store != Store::NotesUses {
                    world.write_noted();
                }
            }
            Step::WriteNoted => world.write_noted(),
            Step::SignOut => {
                world.left.sign_outs -= 1;
                let mut row = (*world.row.0).clone();
                row.ended = Some(Ended { at: NOW, reason: EndReason::SignedOut });
                world.row = Row(Arc::new(row));
            }
            // Before a commit nothing has happened; after it, the answer is lost.
            Step::Crash => {
                world.left.crashes -= 1;
                world.requests.retain(|request| request.read.is_none());
                world.answers.clear();
                world.noted = None;
            }
            Step::Tick(millis) => {
                world.left.ticks -= 1;
                world.tick(millis, self.copies);
            }
        }
        Some(world.in_order())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::<Self>::always(A_TOKEN_HAS_ONE_SUCCESSOR, |_, world| world.broken != Some(Broken::Lineage)),
            Property::<Self>::always(AN_END_IS_FINAL, |_, world| world.broken != Some(Broken::EndIsFinal)),
            Property::<Self>::always(USE_IS_NOT_OVERLOOKED, |_, world| world.broken != Some(Broken::UsedMeanwhile)),
            Property::<Self>::always(HONEST_TABS_ARE_NOT_SUSPECTED, |_, world| world.broken != Some(Broken::Honest)),
            Property::<Self>::always(AN_OLD_HEAD_ROTATES, |_, world| world.broken != Some(Broken::HeldUp)),
            Property::<Self>::always(NO_THIRD_ROTATION_TOGETHER, |_, world| world.broken != Some(Broken::Undetected)),
            Property::<Self>::sometimes("a lost successor is recovered", |_, world| {
                world.happened == Some(Happened::Recovered)
            }),
        ];
        if !self.one_at_a_time {
            properties.push(Property::<Self>::sometimes("two requests conflict", |_, world| {
                world.happened == Some(Happened::Conflict)
            }));
        }
        if self.names && self.copies {
            properties.push(Property::<Self>::sometimes("a late copy is turned away", |_, world| {
                world.happened == Some(Happened::LateCopy)
            }));
        }
        if !self.names || self.thief {
            properties.push(Property::<Self>::sometimes("a lost answer is given again", |_, world| {
                world.happened == Some(Happened::LostAnswer)
            }));
            properties.push(Property::<Self>::sometimes("a lost answer is superseded", |_, world| {
                world.happened == Some(Happened::Superseded)
            }));
        }
        if !self.names || (self.thief && !self.client.names_refreshes) {
            properties.push(Property::<Self>::sometimes("a duplicate in flight is answered", |_, world| {
                world.happened == Some(Happened::InFlight)
            }));
        }
        if self.left.crashes > 0 && self.names {
            properties.push(Property::<Self>::sometimes("three conflicts are too many", |_, world| {
                world.happened == Some(Happened::GaveUpAfterConflicts)
            }));
        }
        if self.thief {
            properties.push(Property::<Self>::sometimes("a thief is caught", |_, world| {
                ended_for(world, &EndReason::ReuseDetected)
            }));
        }
        if self.left.thiefs_sends >= 3 {
            properties.push(Property::<Self>::sometimes("a clone is suspected", |_, world| {
                ended_for(world, &EndReason::CloneSuspected)
            }));
        }
        if self.left.sign_outs > 0 {
            properties.push(Property::<Self>::sometimes("a sign-out overtakes a refresh", |_, world| {
                world.happened == Some(Happened::EndedMeanwhile)
            }));
        }
        properties
    }
}

const A_TOKEN_HAS_ONE_SUCCESSOR: &str = "a token, and so an attempt, has one successor until that is superseded unused";
const AN_END_IS_FINAL: &str = "after the end nothing is granted";
const USE_IS_NOT_OVERLOOKED: &str = "nothing is given for an earlier token once the head was used";
const HONEST_TABS_ARE_NOT_SUSPECTED: &str = "without a thief nobody is signed out or suspected";
const AN_OLD_HEAD_ROTATES: &str = "long after it was given out, the head gives an access token only with a rotation";
const NO_THIRD_ROTATION_TOGETHER: &str = "a thief and the browser do not go on together for a third rotation";

fn ended_for(world: &World, reason: &EndReason) -> bool {
    world.row.0.ended.as_ref().is_some_and(|ended| ended.reason == *reason)
}

impl Request {
    fn new(who: Who, token: Token, attempt: Option<u8>) -> Self {
        Self { who, token, attempt, waited_for: true, old: false, conflicts: 0, read: None }
    }
}

/// Explores all of it.
#[track_caller]
fn holds(name: &str, scenario: Scenario) {
    let checker = scenario.checker().threads(2).spawn_bfs().join();
    let states = checker.unique_state_count();
    eprintln!("{name}: {states} states, at most {} steps", checker.max_depth());
    checker.assert_properties();
    let row = format!("| {name} | {states} |");
    assert!(super::docs::page().contains(&row), "docs/rotation.md lacks the line {row}");
}

/// Finds a way to break the promise.
#[track_caller]
fn is_caught(promise: &'static str, scenario: Scenario) {
    let found = HasDiscoveries::AnyOf(BTreeSet::from([promise]));
    let checker = scenario.checker().finish_when(found).spawn_bfs().join();
    let path = checker.discovery(promise);
    let path = path.unwrap_or_else(|| panic!("not found in {} states: {promise}", checker.unique_state_count()));
    eprintln!("breaks \"{promise}\": {:?}", path.into_actions());
}

fn two_tabs() -> Scenario {
    let left = Left { sends: 4, ticks: 2, losses: 1, reloads: 1, crashes: 1, ..Left::default() };
    Scenario::of(BROWSER, left)
}

/// The head was given out just now, and two requests are given up.
fn two_copies() -> Scenario {
    let left = Left { sends: 5, ticks: 1, reloads: 2, ..Left::default() };
    Scenario { quiet: true, ticks: &[80_000], ..Scenario::of(BROWSER, left) }
}

/// The head was given out just now, and one attempt is repeated until the head is old, by one tab or both.
fn an_old_head() -> Scenario {
    let left = Left { sends: 5, ticks: 3, losses: 2, ..Left::default() };
    Scenario { quiet: true, copies: false, one_at_a_time: true, ticks: &[5000, 95_000], ..Scenario::of(BROWSER, left) }
}

fn two_tabs_without_attempts() -> Scenario {
    let left = Left { sends: 5, ticks: 3, losses: 2, crashes: 1, ..Left::default() };
    Scenario { copies: false, ticks: &[5000, 80_000], ..Scenario::of(PLAIN_BROWSER, left) }
}

fn two_tabs_and_a_thief() -> Scenario {
    let left = Left { sends: 3, thiefs_sends: 1, ticks: 2, ..Left::default() };
    Scenario { thief: true, ticks: &[80_000], ..Scenario::of(BROWSER, left) }
}

/// Four rotations, one request after the other.
fn a_long_theft() -> Scenario {
    let left = Left { sends: 4, thiefs_sends: 3, ticks: 3, ..Left::default() };
    Scenario {
        thief: true,
        tabs: 1,
        copies: false,
        one_at_a_time: true,
        ticks: &[80_000],
        ..Scenario::of(BROWSER, left)
    }
}

/// A thief who sends one attempt id again and again, and others.
fn a_repeated_attempt() -> Scenario {
    let left = Left { sends: 2, thiefs_sends: 4, ticks: 4, ..Left::default() };
    Scenario { left, ..a_long_theft() }
}

/// The sign-in was by a form, and every refresh of the browser is named.
fn two_tabs_after_a_form() -> Scenario {
    Scenario { client: PLAIN_BROWSER, ..two_tabs() }
}

/// The thief also sends requests without an id.
fn a_thief_after_a_form() -> Scenario {
    Scenario { client: PLAIN_BROWSER, ..a_long_theft() }
}

fn a_sign_out() -> Scenario {
    let left = Left { sends: 3, thiefs_sends: 1, ticks: 1, sign_outs: 1, ..Left::default() };
    Scenario { thief: true, ticks: &[80_000], ..Scenario::of(BROWSER, left) }
}

#[test]
fn two_tabs_with_a_crash_and_a_late_copy_are_never_suspected() {
    holds("two tabs, a crash, a late copy", two_tabs());
}

#[test]
fn two_tabs_with_two_late_copies_are_never_suspected() {
    holds("two tabs, two late copies", two_copies());
}

#[test]
fn two_tabs_that_repeat_an_attempt_until_the_head_is_old_are_never_suspected() {
    holds("two tabs, an old head", an_old_head());
}

#[test]
fn two_tabs_without_attempt_ids_and_a_crash_are_never_signed_out() {
    holds("two tabs without attempt ids, a crash", two_tabs_without_attempts());
}

#[test]
fn a_thief_beside_two_tabs_makes_no_second_line() {
    holds("two tabs and a thief", two_tabs_and_a_thief());
}

#[test]
fn a_thief_and_a_browser_do_not_go_on_together() {
    holds("a browser and a thief over four rotations", a_long_theft());
}

#[test]
fn two_tabs_after_a_sign_in_by_a_form_are_never_suspected() {
    holds("two tabs after a form, a crash, a late copy", two_tabs_after_a_form());
}

#[test]
fn a_thief_and_a_browser_do_not_go_on_together_after_a_sign_in_by_a_form() {
    holds("a browser and a thief after a form", a_thief_after_a_form());
}

#[test]
fn a_thief_who_repeats_one_attempt_holds_up_no_rotation() {
    holds("a browser and a thief who repeats an attempt", a_repeated_attempt());
}

#[test]
fn after_a_sign_out_nothing_is_granted() {
    holds("two tabs, a thief, a sign-out", a_sign_out());
}

// From here on the checker itself is checked: a store or a rule that is wrong is found.

#[test]
fn a_store_without_compare_and_set_is_caught() {
    is_caught(A_TOKEN_HAS_ONE_SUCCESSOR, Scenario { store: Store::Unconditional, ..two_tabs() });
}

#[test]
fn a_store_that_overlooks_a_use_is_caught() {
    is_caught(USE_IS_NOT_OVERLOOKED, Scenario { store: Store::WithoutConfirmation, ..two_tabs_and_a_thief() });
}

/// A thief who goes to another instance than the owner with a replaced token was given its successor there.
#[test]
fn a_store_that_answers_a_use_before_it_is_written_is_caught() {
    is_caught(USE_IS_NOT_OVERLOOKED, Scenario { store: Store::NotesUses, ..two_tabs_and_a_thief() });
}

#[test]
fn a_store_that_overlooks_an_end_is_caught() {
    is_caught(AN_END_IS_FINAL, Scenario { store: Store::WithoutEnd, ..a_sign_out() });
}

/// Two requests with the same head: the one that writes last must not write over what the other added to the served
/// attempts, or a late copy of that is taken for theft.
#[test]
fn a_store_that_forgets_a_served_attempt_is_caught() {
    is_caught(HONEST_TABS_ARE_NOT_SUSPECTED, Scenario { store: Store::WithoutServed, ..two_copies() });
}

#[test]
fn a_grace_window_that_makes_siblings_is_caught() {
    is_caught(HONEST_TABS_ARE_NOT_SUSPECTED, Scenario { rules: Rules::Siblings, ..two_tabs_without_attempts() });
}

#[test]
fn taking_late_copies_for_lost_answers_is_caught() {
    is_caught(HONEST_TABS_ARE_NOT_SUSPECTED, Scenario { rules: Rules::CopiesAreLostAnswers, ..two_copies() });
}

#[test]
fn not_counting_contested_rotations_is_caught() {
    is_caught(NO_THIRD_ROTATION_TOGETHER, Scenario { rules: Rules::NoStreak, ..a_long_theft() });
}

#[test]
fn a_head_that_is_quiet_for_as_long_as_an_attempt_is_known_is_caught() {
    is_caught(AN_OLD_HEAD_ROTATES, Scenario { rules: Rules::KnownIsQuiet, ..a_repeated_attempt() });
}

/// The attempt was answered by a quiet answer, and its copy rotated. The other tab had sent the next attempt with the token before.
#[test]
fn an_answered_attempt_that_rotates_an_old_head_is_caught() {
    is_caught(HONEST_TABS_ARE_NOT_SUSPECTED, Scenario { rules: Rules::KnownRotates, ..an_old_head() });
}
