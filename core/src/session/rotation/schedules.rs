//! Honest clients, who must never be signed out, and thieves, who must be caught, over a simulated clock. Each run is made
//! from a seed that a failure prints. `ROTATION_RUNS=10000` runs each schedule that often.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Debug,
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::{
    Decision,
    line::{Answer, BROWSER, DIRECT, Line, PLAIN_BROWSER, PLAIN_DIRECT, START, Token, grants},
};
use crate::session::{Client, Policy, RotationMode};

pub(super) const SECOND: i64 = 1000;
pub(super) const HOUR: i64 = 3600 * SECOND;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) fn runs() -> u64 {
    std::env::var("ROTATION_RUNS").map_or(1000, |runs| runs.parse().expect("ROTATION_RUNS is a number"))
}

/// How a session ended, and how long after its beginning.
#[derive(Debug)]
pub(super) struct End {
    pub(super) decision: Decision,
    pub(super) at: i64,
}

/// A line whose lifetimes are of no account: an honest end is not what is looked for here.
pub(super) fn line(client: Client, rotation: RotationMode) -> Line {
    const YEAR: Duration = Duration::from_hours(365 * 24);
    let policy = Policy { rotation, idle_lifetime: YEAR * 9, absolute_lifetime: YEAR * 9, ..Policy::default() };
    Line::under(policy, client)
}

/// How often each thing was decided, and how many rotations in a row were contested at most.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) times: BTreeMap<String, u64>,
    contested_in_a_row: u32,
}

impl Counts {
    pub(super) fn add(&mut self, what: &impl Debug) {
        *self.times.entry(format!("{what:?}")).or_default() += 1;
    }

    pub(super) fn of(&self, what: &impl Debug) -> u64 {
        self.times.get(&format!("{what:?}")).copied().unwrap_or_default()
    }
}

/// A simulated session with what is to happen to it, in the order of time.
pub(super) struct World<Event> {
    pub(super) line: Line,
    events: BTreeMap<(i64, u64), Event>,
    scheduled: u64,
}

impl<Event> World<Event> {
    pub(super) fn new(line: Line) -> Self {
        Self { line, events: BTreeMap::new(), scheduled: 0 }
    }

    /// Milliseconds since the beginning.
    pub(super) fn now(&self) -> i64 {
        self.line.now.0 - START.0
    }

    pub(super) fn at(&mut self, when: i64, event: Event) {
        self.scheduled += 1;
        self.events.insert((when, self.scheduled), event);
    }

    /// What is next, and moves the clock there.
    pub(super) fn next(&mut self) -> Option<Event> {
        let ((when, _), event) = self.events.pop_first()?;
        let now = self.now();
        self.line.wait(when - now);
        Some(event)
    }

    pub(super) fn refresh(&mut self, token: Token, attempt: Option<&str>, decided: &mut Counts) -> Result<Answer, End> {
        let answer = self.line.refresh(token, attempt);
        decided.add(&answer.decision);
        decided.contested_in_a_row =
            decided.contested_in_a_row.max(self.line.session.streak + u32::from(self.line.session.is_contested));
        if grants(&answer.decision) || answer.decision == Decision::LateCopy {
            Ok(answer)
        } else {
            Err(End { decision: answer.decision, at: self.now() })
        }
    }
}

mod honest {
    use super::*;

    /// Tabs of a browser that share the cookie jar and, with attempts, the id of the refresh that has no answer yet. No
    /// locks at all. Answers overtake each other and get lost; a stalled request is given up, and its copy arrives later.
    #[derive(Clone, Copy)]
    struct Browser {
        attempts: bool,
        /// Whether the sign-in said so.
        declared: bool,
        /// Milliseconds, at most.
        uplink: i64,
        /// Zero: none stall.
        late_copy: i64,
        /// One answer in ten is late by up to this.
        late_cookie: i64,
    }

    const TABS: u32 = 4;
    const STEPS: u32 = 300;
    const LOSS: f64 = 0.2;
    const STALLED: f64 = 0.05;
    const DOWNLINK: i64 = 6 * SECOND;

    enum Event {
        Send,
        Arrive { token: Token, attempt: Option<u64>, lost: bool },
        Answer { cookie: Option<Token>, access: Token, attempt: Option<u64> },
        Use(Token),
    }

    impl Browser {
        const USUAL: Self =
            Self { attempts: true, declared: true, uplink: 3 * SECOND, late_copy: 90 * SECOND, late_cookie: 0 };

        fn run(self, seed: u64, decided: &mut Counts) -> Result<(), End> {
            let mut random = SmallRng::seed_from_u64(seed);
            let client = if self.declared { BROWSER } else { PLAIN_BROWSER };
            let mut world = World::new(line(client, RotationMode::Confirmed));
            let (mut jar, mut pending, mut ids) = (0, None, 0);
            let mut now = 0;
            for _ in 0..STEPS {
                const STEP: [i64; 9] = [50, 300, 1000, 5000, 13_000, 30_000, 100_000, 900_000, 8 * HOUR];
                now += STEP[random.random_range(0..STEP.len())];
                for _ in 0..random.random_range(1..=TABS) {
                    world.at(now + random.random_range(0..=500), Event::Send);
                }
            }
            while let Some(event) = world.next() {
                let now = world.now();
                match event {
                    Event::Send => {
                        if self.attempts && pending.is_none() {
                            ids += 1;
                            pending = Some(ids);
                        }
                        let (token, attempt) = (jar, pending);
                        if random.random_bool(STALLED) && self.late_copy > 0 {
                            let later = random.random_range(10 * SECOND..=self.late_copy);
                            world.at(now + later, Event::Arrive { token, attempt, lost: true });
                        } else {
                            let later = random.random_range(10..=self.uplink);
                            let lost = random.random_bool(LOSS);
                            world.at(now + later, Event::Arrive { token, attempt, lost });
                        }
                    }
                    Event::Arrive { token, attempt, lost } => {
                        let name = attempt.map(|attempt| attempt.to_string());
                        let answer = world.refresh(token, name.as_deref(), decided)?;
                        if let (Some(access), false) = (answer.access, lost) {
                            let late = if random.random_bool(0.1) { self.late_cookie } else { 0 };
                            let later = random.random_range(20..=DOWNLINK + late);
                            world.at(now + later, Event::Answer { cookie: answer.cookie, access, attempt });
                        }
                    }
                    Event::Answer { cookie, access, attempt } => {
                        jar = cookie.unwrap_or(jar);
                        if attempt == pending {
                            pending = None;
                        }
                        if random.random_bool(0.8) {
                            world.at(now + 200, Event::Use(access));
                        }
                    }
                    Event::Use(access) => {
                        world.line.used_access_of(access);
                    }
                }
            }
            Ok(())
        }
    }

    /// One sequential program: waits for its answer or its time-out, then tries again with what it has.
    fn program(client: Client, seed: u64, decided: &mut Counts) -> Result<(), End> {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut world = World::new(line(client, RotationMode::Confirmed));
        let (mut have, mut attempt, mut now) = (0, 0_u64, 0);
        for _ in 0..400 {
            const STEP: [i64; 6] = [10, 1000, 11_000, 60_000, 900_000, 2 * DAY];
            now += STEP[random.random_range(0..STEP.len())];
            world.at(now, ());
        }
        while world.next().is_some() {
            let name = attempt.to_string();
            let answer = world.refresh(have, client.names_refreshes.then_some(name.as_str()), decided)?;
            if random.random_bool(0.7) {
                have = answer.cookie.unwrap_or(have);
                attempt += 1;
                let access = answer.access.expect("a program that does one thing at a time sends no late copies");
                if random.random_bool(0.7) {
                    world.line.used_access_of(access);
                }
            }
        }
        Ok(())
    }

    /// Runs a schedule with many seeds. Exactly `decisions` are taken: a schedule in which one of these does not occur is not
    /// worth its name.
    #[track_caller]
    fn never_ended(name: &str, decisions: &[Decision], run: impl Fn(u64, &mut Counts) -> Result<(), End>) {
        let mut decided = Counts::default();
        for seed in 0..runs() {
            if let Err(End { decision, at }) = run(seed, &mut decided) {
                panic!("{name}: seed {seed}: ended with {decision:?} after {} s", at / SECOND);
            }
        }
        let contested_in_a_row = decided.contested_in_a_row;
        eprintln!(
            "never ended in {} runs: {name}: {:?}, contested in a row: {contested_in_a_row}",
            runs(),
            decided.times
        );
        let expected: Vec<_> = decisions.iter().map(|decision| format!("{decision:?}")).collect();
        assert_eq!(decided.times.into_keys().collect::<Vec<_>>(), expected, "{name}");
    }

    /// In the order of the alphabet, as they are counted. None of them is a mark of a second party.
    const OF_A_BROWSER_WITH_ATTEMPTS: [Decision; 4] =
        [Decision::LateCopy, Decision::Quiet, Decision::Repeat, Decision::Rotate];

    #[test]
    fn browsers_with_late_copies_are_never_ended() {
        never_ended("browser, attempt ids, late copies up to 90 s", &OF_A_BROWSER_WITH_ATTEMPTS, |seed, decided| {
            Browser::USUAL.run(seed, decided)
        });
    }

    #[test]
    fn browsers_with_late_cookies_are_never_ended() {
        let browser = Browser { late_cookie: 60 * SECOND, ..Browser::USUAL };
        never_ended("browser, attempt ids, cookies up to 60 s late", &OF_A_BROWSER_WITH_ATTEMPTS, |seed, decided| {
            browser.run(seed, decided)
        });
    }

    #[test]
    fn browsers_on_a_slow_network_are_never_ended() {
        let browser = Browser { uplink: 12 * SECOND, ..Browser::USUAL };
        never_ended("browser, attempt ids, slow network 12 s / 6 s", &OF_A_BROWSER_WITH_ATTEMPTS, |seed, decided| {
            browser.run(seed, decided)
        });
    }

    #[test]
    fn browsers_with_all_of_it_at_once_are_never_ended() {
        let browser = Browser { uplink: 12 * SECOND, late_cookie: 60 * SECOND, ..Browser::USUAL };
        never_ended("browser, attempt ids, all of it at once", &OF_A_BROWSER_WITH_ATTEMPTS, |seed, decided| {
            browser.run(seed, decided)
        });
    }

    #[test]
    fn browsers_that_signed_in_by_a_form_are_never_ended() {
        let browser = Browser { declared: false, uplink: 12 * SECOND, late_cookie: 60 * SECOND, ..Browser::USUAL };
        never_ended("browser, sign-in by a form, all of it at once", &OF_A_BROWSER_WITH_ATTEMPTS, |seed, decided| {
            browser.run(seed, decided)
        });
    }

    #[test]
    fn browsers_without_attempt_ids_are_never_ended() {
        let browser = Browser { attempts: false, declared: false, late_copy: 0, ..Browser::USUAL };
        let decisions =
            [Decision::InFlight, Decision::LostAnswer, Decision::Quiet, Decision::Rotate, Decision::Supersede];
        never_ended("browser without attempt ids, uplink under C", &decisions, |seed, decided| {
            browser.run(seed, decided)
        });
    }

    #[test]
    fn direct_clients_with_attempt_ids_are_never_ended() {
        never_ended("direct client with attempt ids", &[Decision::Repeat, Decision::Rotate], |seed, decided| {
            program(DIRECT, seed, decided)
        });
    }

    #[test]
    fn direct_clients_without_attempt_ids_are_never_ended() {
        let decisions = [Decision::LostAnswer, Decision::Rotate, Decision::Supersede];
        never_ended("direct client without attempt ids", &decisions, |seed, decided| {
            program(PLAIN_DIRECT, seed, decided)
        });
    }
}

mod thieves {
    use super::*;

    const PERIOD: i64 = 900 * SECOND;
    /// How much earlier or later than the victim the thief refreshes.
    const OFFSETS: [i64; 16] = [
        -450_000, -74_000, -12_000, -5000, -1000, -100, 100, 500, 3000, 9900, 10_500, 60_000, 74_000, 76_000, 450_000,
        899_000,
    ];
    /// How long after its refresh the thief uses its access token; `None`: never.
    const USES: [Option<i64>; 3] = [Some(200), Some(30 * SECOND), None];

    /// The victim refreshes once a period and uses its access token 0.2 s later. The thief has a copy of the first token
    /// and refreshes at `times`. Every refresh of either has its own attempt id, where the client declared that.
    fn caught(client: Client, rotation: RotationMode, uses: Option<i64>, times: &[i64]) -> Option<End> {
        caught_by(client, [client.names_refreshes; 2], rotation, uses, times)
    }

    /// The same. `names` says whether the victim and the thief name their refreshes.
    fn caught_by(
        client: Client,
        names: [bool; 2],
        rotation: RotationMode,
        uses: Option<i64>,
        times: &[i64],
    ) -> Option<End> {
        #[derive(Clone, Copy)]
        enum Event {
            Refresh(usize),
            Use(Token),
        }

        let mut world = World::new(line(client, rotation));
        let mut hold = [0; 2];
        let mut ids = 0_u64;
        let mut periods: VecDeque<_> = times.iter().zip(1..).collect();
        let mut unnoticed = Counts::default();
        loop {
            // As far ahead as a thief may be early or late.
            while let Some((time, period)) = periods.front().copied()
                && world.events.len() < 8
            {
                world.at(period * PERIOD, Event::Refresh(0));
                world.at(*time, Event::Refresh(1));
                periods.pop_front();
            }
            match world.next()? {
                Event::Use(token) => {
                    world.line.used_access_of(token);
                }
                Event::Refresh(who) => {
                    ids += 1;
                    let attempt = ids.to_string();
                    let answer = match world.refresh(hold[who], names[who].then_some(attempt.as_str()), &mut unnoticed)
                    {
                        Ok(answer) => answer,
                        Err(end) => return Some(end),
                    };
                    hold[who] = answer.cookie.unwrap_or(hold[who]);
                    let delay = if who == 0 { Some(200) } else { uses };
                    if let (Some(delay), Some(access)) = (delay, answer.access) {
                        let now = world.now();
                        world.at(now + delay, Event::Use(access));
                    }
                }
            }
        }
    }

    fn at_offset(offset: i64) -> Vec<i64> {
        (1..600).map(|period| period * PERIOD + offset).collect()
    }

    /// Periods until the end, in tenths, rounded: what is compared with the figures of the documentation.
    fn tenths(end: &End) -> i64 {
        (end.at * 10 + PERIOD / 2) / PERIOD
    }

    /// Catches a thief at each offset within four periods, and says how often as what.
    #[track_caller]
    fn at_any_offset(client: Client, uses: Option<i64>) -> (u64, u64) {
        let mut ends = Counts::default();
        for offset in OFFSETS {
            let end = caught(client, RotationMode::Confirmed, uses, &at_offset(offset));
            let end = end.unwrap_or_else(|| panic!("a thief at {offset} ms, {client:?}, {uses:?}, was not caught"));
            assert!(tenths(&end) <= 41, "a thief at {offset} ms: {end:?}");
            ends.add(&end.decision);
        }
        eprintln!(
            "caught within 4 periods at every offset: {client:?}, uses its token after {uses:?}: {:?}",
            ends.times
        );
        (ends.of(&Decision::Reuse), ends.of(&Decision::CloneSuspected))
    }

    #[test]
    fn at_any_fixed_offset_are_caught_within_four_periods_in_a_browsers_session() {
        assert_eq!(USES.map(|uses| at_any_offset(BROWSER, uses)), [(14, 2), (11, 5), (10, 6)]);
    }

    #[test]
    fn at_any_fixed_offset_are_caught_within_four_periods_in_a_direct_clients_session() {
        assert_eq!(USES.map(|uses| at_any_offset(DIRECT, uses)), [(14, 2), (12, 4), (12, 4)]);
    }

    #[test]
    fn at_random_times_are_caught_within_five_periods() {
        for client in [BROWSER, DIRECT] {
            let mut longest = 0;
            for seed in 0..runs() {
                let mut random = SmallRng::seed_from_u64(seed);
                let times: Vec<_> =
                    (1..60).map(|period| period * PERIOD + random.random_range(-450_000..=450_000)).collect();
                let end = caught(client, RotationMode::Confirmed, Some(200), &times);
                let end = end.unwrap_or_else(|| panic!("seed {seed}: not caught, {client:?}"));
                assert!(tenths(&end) <= 50, "seed {seed}: {end:?}, {client:?}");
                longest = longest.max(tenths(&end));
            }
            eprintln!("caught in {} runs at random times: {client:?}: at most {longest} tenths of a period", runs());
        }
    }

    /// The sign-in was by a form, so the session has no kind until a refresh is named. The thief names none, in order to keep the
    /// tolerance, or is the first to name one.
    #[test]
    fn after_a_sign_in_by_a_form_are_caught_within_four_periods_whether_they_name_their_refreshes_or_not() {
        for (thief_names, offset, uses) in [false, true]
            .into_iter()
            .flat_map(|names| OFFSETS.map(|offset| (names, offset)))
            .flat_map(|(names, offset)| USES.map(|uses| (names, offset, uses)))
        {
            let end = caught_by(PLAIN_BROWSER, [true, thief_names], RotationMode::Confirmed, uses, &at_offset(offset));
            let end =
                end.unwrap_or_else(|| panic!("a thief at {offset} ms, names: {thief_names}, {uses:?}, was not caught"));
            assert!(tenths(&end) <= 41, "a thief at {offset} ms, names: {thief_names}, {uses:?}: {end:?}");
        }
    }

    /// A thief who names a refresh in the session of a browser that cannot makes itself easier to catch.
    #[test]
    fn who_name_their_refreshes_beside_a_browser_that_does_not_are_caught_within_four_periods() {
        for (offset, uses) in OFFSETS.into_iter().flat_map(|offset| USES.map(|uses| (offset, uses))) {
            let end = caught_by(PLAIN_BROWSER, [false, true], RotationMode::Confirmed, uses, &at_offset(offset));
            let end = end.unwrap_or_else(|| panic!("a thief at {offset} ms, {uses:?}, was not caught"));
            assert!(tenths(&end) <= 41, "a thief at {offset} ms, {uses:?}: {end:?}");
        }
    }

    /// `None`: not caught in 600 periods.
    fn without_attempts(client: Client) -> Vec<(i64, Option<i64>)> {
        OFFSETS
            .map(|offset| {
                (offset, caught(client, RotationMode::Confirmed, Some(200), &at_offset(offset)).as_ref().map(tenths))
            })
            .to_vec()
    }

    /// The known weakness, so that the documentation says what is true.
    #[test]
    fn without_attempt_ids_are_caught_unless_within_the_tolerance_at_every_rotation() {
        let browser = without_attempts(PLAIN_BROWSER);
        eprintln!("without attempt ids, browser: offset in ms, tenths of a period until caught: {browser:?}");
        assert_eq!(
            browser,
            [
                (-450_000, Some(10)),
                (-74_000, Some(10)),
                (-12_000, Some(10)),
                (-5000, None),
                (-1000, None),
                (-100, None),
                (100, None),
                (500, None),
                (3000, None),
                (9900, None),
                (10_500, Some(10)),
                (60_000, Some(11)),
                (74_000, Some(11)),
                (76_000, Some(11)),
                (450_000, Some(15)),
                (899_000, Some(20)),
            ]
        );
        let direct = without_attempts(PLAIN_DIRECT);
        eprintln!("without attempt ids, direct: offset in ms, tenths of a period until caught: {direct:?}");
        for (offset, caught) in direct {
            assert_eq!(caught.is_none(), offset.abs() < 200, "a thief at {offset} ms: {caught:?}");
        }
    }

    #[test]
    fn in_strict_mode_are_caught_at_the_second_use() {
        for client in [BROWSER, PLAIN_BROWSER, DIRECT, PLAIN_DIRECT] {
            for (offset, uses) in OFFSETS.into_iter().flat_map(|offset| USES.map(|uses| (offset, uses))) {
                let end = caught(client, RotationMode::Strict, uses, &at_offset(offset)).expect("caught");
                assert_eq!(end.decision, Decision::Reuse);
                assert!(end.at <= 2 * PERIOD, "a thief at {offset} ms: {end:?}");
            }
        }
    }
}
