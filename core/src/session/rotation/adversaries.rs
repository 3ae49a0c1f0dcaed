//! Thieves who look before they leap: they repeat one attempt id, read the refusals, come often or seldom, leave when they are
//! content, or send more than is answered. The owner refreshes once a period, or is away for a while. Each run is made from a
//! seed that a failure prints; `ROTATION_RUNS=10000` runs each schedule that often.

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::{
    Decision, decide,
    line::{BROWSER, DIRECT, Token, grants, presented},
    schedules::{Counts, SECOND, World, line, runs},
};
use crate::session::{Client, RotationMode};

/// Our own client refreshes this often.
const PERIOD: i64 = 720 * SECOND;
const PERIODS: i64 = 30;
/// How long after its refresh the owner uses the access token.
const OWNERS_USE: i64 = 200;
/// How long a served attempt is known.
const MEMORY: i64 = 120 * SECOND;

/// For less than this after it was given out the head is quiet, whatever is repeated.
fn quiet_at_most(client: Client) -> i64 {
    MEMORY + if client.browser { 75 * SECOND } else { 0 }
}

/// What a thief does. He copies the owner's cookie at one moment, and from then on has what he is given.
#[expect(clippy::struct_excessive_bools, reason = "each is a habit, independent of the others")]
#[derive(Clone, Copy, Debug)]
struct Thief {
    steals_at: i64,
    /// Between two of his requests.
    gap: i64,
    /// Sends one attempt id until it is refused as a late copy; otherwise a new one each time.
    repeats: bool,
    /// Has copied the id of the owner's latest attempt as well, and sends that.
    knows_attempt: bool,
    /// Now and then sends the token before the one that he has.
    looks_back: bool,
    /// After a refusal as a late copy (409): tries again with a new id, or leaves.
    leaps: bool,
    /// Leaves after so many answers to a new id that was none of the owner's.
    content_after: u32,
    /// How long after a refresh he uses the access token; `None`: never.
    uses: Option<i64>,
}

impl Thief {
    fn any(random: &mut SmallRng) -> Self {
        const GAPS: [i64; 8] = [1, 10, 20, 50, 100, 119, 190, 700];
        Self {
            steals_at: random.random_range(PERIOD + OWNERS_USE..3 * PERIOD),
            gap: GAPS[random.random_range(0..GAPS.len())] * SECOND + random.random_range(0..SECOND),
            repeats: random.random_bool(0.8),
            knows_attempt: random.random_bool(0.3),
            looks_back: random.random_bool(0.3),
            leaps: random.random_bool(0.5),
            content_after: if random.random_bool(0.5) { random.random_range(1..4) } else { u32::MAX },
            uses: [Some(100), Some(30 * SECOND), None][random.random_range(0..3)],
        }
    }
}

#[derive(Clone, Copy)]
enum Event {
    Owner,
    Thief,
    Use(Token),
}

/// What came of a thief.
#[derive(Debug, Default)]
struct Outcome {
    /// Why the session ended, if it did.
    ended: Option<Decision>,
    /// How often the owner had refreshed between the theft and the thief's last access token.
    owners_refreshes: u32,
    /// How long after the head was given out last the thief was given an access token, without a rotation: at most.
    longest_quiet: i64,
    /// How long after the owner was given the head last the thief was given his last access token.
    last_access_token: i64,
    /// Whether something happened that is a mark of a second party: a contested rotation, or the end.
    marked: bool,
    /// How many access tokens the thief was given.
    access_tokens: u32,
}

/// Lets owner and thief go on until the session has ended or the time is over. `away`: periods in which the owner is not there.
fn run(client: Client, thief: Thief, away: std::ops::Range<i64>) -> Outcome {
    let mut world = World::new(line(client, RotationMode::Confirmed));
    let (mut owner, mut owners_attempts) = (0, 0_u32);
    let mut stolen: Option<(Token, Token)> = None;
    let (mut attempt, mut attempts) = (String::new(), 0_u32);
    let (mut owners_refreshes, mut lost_answers) = (0, 0);
    let (mut given_out, mut given_to_owner) = (0, 0);
    let (mut outcome, mut ignored) = (Outcome::default(), Counts::default());
    for period in 1..PERIODS {
        if !away.contains(&period) {
            world.at(period * PERIOD, Event::Owner);
        }
    }
    world.at(thief.steals_at, Event::Thief);
    while let Some(event) = world.next() {
        let now = world.now();
        if now > PERIODS * PERIOD {
            break;
        }
        match event {
            Event::Use(token) => {
                world.line.used_access_of(token);
            }
            Event::Owner => {
                owners_attempts += 1;
                let answer = match world.refresh(owner, Some(&format!("owner {owners_attempts}")), &mut ignored) {
                    Ok(answer) => answer,
                    Err(end) => {
                        outcome.ended = Some(end.decision);
                        outcome.marked = true;
                        break;
                    }
                };
                owners_refreshes += u32::from(stolen.is_some());
                outcome.marked |= world.line.session.is_contested || world.line.session.streak > 0;
                if let Some(cookie) = answer.cookie {
                    (owner, given_out, given_to_owner) = (cookie, now, now);
                }
                if let Some(access) = answer.access {
                    world.at(now + OWNERS_USE, Event::Use(access));
                }
            }
            Event::Thief => {
                let (has, before) = *stolen.get_or_insert_with(|| {
                    if thief.knows_attempt {
                        attempt = format!("owner {owners_attempts}");
                    }
                    (owner, owner.saturating_sub(1))
                });
                attempts += 1;
                if attempt.is_empty() || !thief.repeats {
                    attempt = format!("thief {attempts}");
                }
                let token = if thief.looks_back && attempts % 2 == 0 { before } else { has };
                let answer = match world.refresh(token, Some(&attempt), &mut ignored) {
                    Ok(answer) => answer,
                    Err(end) => {
                        outcome.ended = Some(end.decision);
                        outcome.marked = true;
                        break;
                    }
                };
                outcome.marked |= world.line.session.is_contested || world.line.session.streak > 0;
                if grants(&answer.decision) {
                    outcome.access_tokens += 1;
                    outcome.owners_refreshes = owners_refreshes;
                    outcome.last_access_token = now - given_to_owner;
                }
                match answer.decision {
                    Decision::Quiet => outcome.longest_quiet = outcome.longest_quiet.max(now - given_out),
                    Decision::LostAnswer | Decision::Supersede => lost_answers += 1,
                    Decision::LateCopy => {
                        if !thief.leaps {
                            continue;
                        }
                        attempt.clear();
                    }
                    _ => {}
                }
                if let Some(cookie) = answer.cookie {
                    if cookie != has {
                        stolen = Some((cookie, has));
                    }
                    given_out = now;
                }
                if let (Some(access), Some(later)) = (answer.access, thief.uses) {
                    world.at(now + later, Event::Use(access));
                }
                if lost_answers < thief.content_after {
                    // At once, where he has just learned that the owner has rotated.
                    world.at(now + if attempt.is_empty() { 100 } else { thief.gap }, Event::Thief);
                }
            }
        }
    }
    outcome
}

/// Every kind of thief, with an owner who is always there or away for some periods.
fn each_thief(client: Client, mut judge: impl FnMut(u64, &Thief, &Outcome)) {
    for seed in 0..runs() * 10 {
        let mut random = SmallRng::seed_from_u64(seed);
        let thief = Thief::any(&mut random);
        let left = random.random_range(2..10);
        let away = if random.random_bool(0.5) { 0..0 } else { left..left + random.random_range(1..6) };
        judge(seed, &thief, &run(client, thief, away));
    }
}

#[test]
fn who_look_first_get_nothing_after_the_owners_third_refresh() {
    for client in [BROWSER, DIRECT] {
        let mut most = 0;
        each_thief(client, |seed, thief, outcome| {
            most = most.max(outcome.owners_refreshes);
            assert!(most < 3, "seed {seed}: {client:?}, {thief:?}: {outcome:?}");
        });
        eprintln!("{} thieves: {client:?}: access tokens until after the owner's refresh number {most}", runs() * 10);
    }
}

#[test]
fn who_repeat_an_attempt_are_quiet_for_a_short_time_only() {
    for client in [BROWSER, DIRECT] {
        let mut longest = 0;
        each_thief(client, |seed, thief, outcome| {
            longest = longest.max(outcome.longest_quiet);
            assert!(longest < quiet_at_most(client), "seed {seed}: {client:?}, {thief:?}: {outcome:?}");
        });
        eprintln!("{} thieves: {client:?}: quiet for at most {longest} ms", runs() * 10);
        assert!(longest > quiet_at_most(client) - 5 * SECOND, "these thieves do not try");
    }
}

/// A mark is a contested rotation, which is reported, or the end of the session.
#[test]
fn who_leave_without_a_mark_had_access_for_minutes_only() {
    for client in [BROWSER, DIRECT] {
        let (mut unmarked, mut longest) = (0, 0);
        each_thief(client, |seed, thief, outcome| {
            if !outcome.marked {
                (unmarked, longest) = (unmarked + 1, longest.max(outcome.last_access_token));
                let at_most = OWNERS_USE + MEMORY + quiet_at_most(client);
                assert!(
                    outcome.owners_refreshes == 0 && longest < at_most,
                    "seed {seed}: {client:?}, {thief:?}: {outcome:?}"
                );
            }
        });
        eprintln!(
            "{} thieves: {client:?}: {unmarked} without a mark, with access for at most {longest} ms",
            runs() * 10
        );
        assert!(unmarked > 0, "no thief leaves in time");
    }
}

#[test]
fn who_do_not_leave_end_the_session() {
    for client in [BROWSER, DIRECT] {
        let mut ends = Counts::default();
        each_thief(client, |seed, thief, outcome| {
            if thief.leaps && thief.content_after == u32::MAX {
                let ended = outcome.ended.as_ref();
                ends.add(ended.unwrap_or_else(|| panic!("seed {seed}: {client:?}, {thief:?}: {outcome:?}")));
            }
        });
        eprintln!("thieves who do not leave: {client:?}: {:?}", ends.times);
    }
}

/// The thief sends the head so often that nothing is left of the session's allowance of refreshes.
#[test]
fn who_use_the_allowance_up_hold_up_no_refresh_of_the_owner() {
    for (uses, fresh) in [(None, false), (None, true), (Some(100), false), (Some(100), true)] {
        let mut world = World::new(line(BROWSER, RotationMode::Confirmed));
        let (mut owner, mut thief) = (0, 0);
        let (mut asked, mut answered) = (0, 0);
        let mut ignored = Counts::default();
        for time in 1..30 * PERIOD / SECOND {
            world.at(time * SECOND, if time * SECOND % PERIOD == 0 { Event::Owner } else { Event::Thief });
        }
        while let Some(event) = world.next() {
            let now = world.now();
            match event {
                Event::Use(token) => {
                    world.line.used_access_of(token);
                }
                Event::Owner => {
                    let attempt = format!("owner {now}");
                    let (session, policy) = (world.line.session.clone(), world.line.policy.clone());
                    let decision = decide(&session, presented(owner), Some(&attempt), &policy, world.line.now);
                    assert!(
                        !decision.draws_on_allowance(&session, Some(&attempt), &policy),
                        "{decision:?} after {} s",
                        now / SECOND
                    );
                    asked += 1;
                    let Ok(answer) = world.refresh(owner, Some(&attempt), &mut ignored) else { break };
                    answered += 1;
                    owner = answer.cookie.unwrap_or(owner);
                    // Stolen right after the first refresh.
                    thief = if answered == 1 { owner } else { thief };
                    world.at(now + OWNERS_USE, Event::Use(owner));
                }
                Event::Thief if answered > 0 => {
                    let attempt = if fresh { format!("thief {now}") } else { "thief".to_owned() };
                    let Ok(answer) = world.refresh(thief, Some(&attempt), &mut ignored) else { break };
                    thief = answer.cookie.unwrap_or(thief);
                    if let (Some(access), Some(later)) = (answer.access, uses) {
                        world.at(now + later, Event::Use(access));
                    }
                }
                Event::Thief => {}
            }
        }
        assert!(asked >= 2, "the owner has asked since the theft");
        assert!(world.line.session.ended.is_some(), "the thief is caught");
    }
}

/// Which attempt ids a thief sends who floods from the owner's own network.
#[derive(Clone, Copy, Debug)]
enum Flood {
    FreshIds,
    OneId,
    /// The one that made the head.
    TheHeadsOwnId,
    /// One id, and a fresh one where that supersedes the head before the owner does.
    OneIdAndFreshToSupersede,
}

/// The thief has rotated with a copy of the head, contests that rotation himself, and sends the replaced token so often that the
/// owner, on the same network, is answered only where no allowance is needed. The thief is always first.
#[test]
fn who_flood_a_contested_rotation_end_the_session() {
    for client in [BROWSER, DIRECT] {
        for flood in [Flood::FreshIds, Flood::OneId, Flood::TheHeadsOwnId, Flood::OneIdAndFreshToSupersede] {
            let mut line = line(client, RotationMode::Confirmed);
            line.present(0, Some("owner 1"));
            line.used().wait(PERIOD);
            assert_eq!(line.present(1, Some("thief rotates")), Decision::Rotate);
            assert_eq!(line.present(1, Some("thief")), Decision::LostAnswer);
            let began = line.now;
            let mut owner_is_served = false;
            for second in 0.. {
                let fresh = format!("thief {second}");
                let supersedes = decide(&line.session, presented(1), Some(&fresh), &line.policy, line.now).makes_head();
                let attempt = match flood {
                    Flood::FreshIds => fresh,
                    Flood::OneIdAndFreshToSupersede if supersedes => fresh,
                    Flood::TheHeadsOwnId => "thief rotates".to_owned(),
                    Flood::OneId | Flood::OneIdAndFreshToSupersede => "thief".to_owned(),
                };
                line.present(1, Some(&attempt));
                let decision = decide(&line.session, presented(1), Some("owner 2"), &line.policy, line.now);
                if !owner_is_served && !decision.draws_on_allowance(&line.session, Some("owner 2"), &line.policy) {
                    owner_is_served = grants(&line.present(1, Some("owner 2")));
                    line.used();
                }
                if line.session.ended.is_some() {
                    break;
                }
                line.wait(SECOND);
            }
            let took = line.now.since(began).expect("the clock goes on").as_secs();
            eprintln!("{client:?}, {flood:?}: over after {took} s, the owner was served: {owner_is_served}");
            assert!(took <= 241, "{client:?}, {flood:?}: {took} s");
        }
    }
}
