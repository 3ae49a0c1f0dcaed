//! The invariants of `docs/rotation.md` over random sequences of operations: any earlier token, any attempt id, any use of
//! an access token, a clock that also goes back, and policies from strict to no windows at all. proptest prints the
//! smallest sequence that breaks one.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::{option, prelude::*, sample::select};
use sessionkeep_types::EndReason;

use super::{
    Decision, Presented, decide,
    line::{ALL_CLIENTS, Answer, Line, Token, grants, presented},
};
use crate::session::{Client, Ended, OnReuse, Policy, RotationMode, ServedAttempts, Session, UnixMillis};

/// How long a served attempt is known.
const MEMORY: Duration = Duration::from_mins(2);

#[derive(Clone, Copy, Debug)]
enum Which {
    Head,
    /// The token that the head replaced.
    Previous,
    /// The one made so many tokens before the head.
    Back(u64),
    /// Newer than the database.
    Ahead,
    /// Genuine, but of none of the tokens that this line ever made: what another line of the same session has made, before
    /// the database was restored.
    Foreign {
        generation: u64,
    },
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Present(Which, Option<u8>),
    UseAccessOf(Which),
    Wait(i64),
    SignOut,
}

/// One presented token: the row before and after, and what was answered.
struct Step {
    before: Session,
    after: Session,
    token: Presented,
    attempt: Option<String>,
    answer: Answer,
    now: UnixMillis,
    /// When what came with the head was used first, if it was before this.
    head_was_used: Option<UnixMillis>,
    /// When the head was given out last, if it was since signing in.
    head_given_out: Option<UnixMillis>,
}

impl Step {
    fn draws_on_allowance(&self, policy: &Policy) -> bool {
        self.answer.decision.draws_on_allowance(&self.before, self.attempt.as_deref(), policy)
    }
}

struct World {
    client: Client,
    policy: Policy,
    operations: Vec<Operation>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:?}\n{:?}", self.client, self.policy)?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "  {operation:?}"))
    }
}

impl World {
    /// Runs the operations. What the row says of use is kept a second time, by other means.
    fn run(&self) -> (Line, Vec<Step>) {
        let mut line = Line::under(self.policy.clone(), self.client);
        let mut steps = vec![];
        let mut used = BTreeMap::from([(0, line.now)]);
        let mut given_out = BTreeMap::new();
        let token = |line: &Line, which| match which {
            Which::Head => line.session.generation,
            Which::Previous => previous(line).unwrap_or(line.session.generation),
            Which::Back(back) => line.session.generation.saturating_sub(back),
            Which::Ahead | Which::Foreign { .. } => line.session.generation + 1,
        };
        for operation in &self.operations {
            match *operation {
                Operation::Wait(millis) => {
                    line.wait(millis);
                }
                Operation::SignOut => {
                    line.session.ended.get_or_insert(Ended { at: line.now, reason: EndReason::SignedOut });
                }
                Operation::UseAccessOf(which) => {
                    let token = token(&line, which);
                    if token == line.session.generation {
                        used.entry(token).or_insert(line.now);
                    }
                    line.used_access_of(token);
                }
                Operation::Present(which, attempt) => {
                    let token = match which {
                        Which::Foreign { generation } => Presented { generation, hash: [0xff; 32] },
                        _ => presented(token(&line, which)),
                    };
                    let attempt = attempt.map(|attempt| attempt.to_string());
                    let before = line.session.clone();
                    let head = before.generation;
                    let answer = line.refresh_with(token, attempt.as_deref());
                    let (head_was_used, head_given_out) = (used.get(&head).copied(), given_out.get(&head).copied());
                    if token.hash == before.head_hash && grants(&answer.decision) {
                        used.entry(head).or_insert(line.now);
                    }
                    if let Some(cookie) = answer.cookie {
                        given_out.insert(cookie, line.now);
                    }
                    steps.push(Step {
                        token,
                        attempt,
                        now: line.now,
                        head_was_used,
                        head_given_out,
                        after: line.session.clone(),
                        before,
                        answer,
                    });
                }
            }
        }
        (line, steps)
    }
}

fn previous(line: &Line) -> Option<Token> {
    (0..line.session.generation).find(|token| Some(presented(*token).hash) == line.session.prev_hash)
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![
        4 => Just(Which::Head),
        4 => Just(Which::Previous),
        2 => (0_u64..5).prop_map(Which::Back),
    ]
}

/// One operation, or a few that make sense together: blind chance alone would end most sessions before they are old.
fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let attempt = || option::weighted(0.9, 0_u8..4);
    prop_oneof![
        8 => operation().prop_map(|operation| vec![operation]),
        1 => attempt().prop_map(|attempt| vec![
            Operation::Wait(75_000),
            Operation::Present(Which::Head, attempt),
            Operation::UseAccessOf(Which::Head),
        ]),
        1 => (attempt(), attempt(), 0_i64..80_000).prop_map(|(one, other, later)| vec![
            Operation::Wait(121_000),
            Operation::Present(Which::Head, one),
            Operation::Wait(later),
            Operation::Present(Which::Previous, other),
        ]),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    // Each window of the default policy, exactly and a millisecond beside it, and whatever lies between.
    let boundaries: Vec<i64> = [0, 10_000, 75_000, 120_000, 7 * 86_400_000]
        .into_iter()
        .flat_map(|window: i64| [window - 1, window, window + 1, -window])
        .collect();
    prop_oneof![
        60 => (which(), option::weighted(0.9, 0_u8..4)).prop_map(|(which, attempt)| Operation::Present(which, attempt)),
        20 => which().prop_map(Operation::UseAccessOf),
        15 => select(boundaries).prop_map(Operation::Wait),
        20 => (0_i64..100_000).prop_map(Operation::Wait),
        5 => (-200_000_i64..7_200_000).prop_map(Operation::Wait),
        1 => Just(Operation::Present(Which::Ahead, None)),
        1 => (0_u64..9).prop_map(|generation| Operation::Present(Which::Foreign { generation }, Some(0))),
        1 => Just(Operation::SignOut),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let seconds = |options: &'static [u64]| select(options).prop_map(Duration::from_secs);
    (
        prop_oneof![9 => Just(RotationMode::Confirmed), 1 => Just(RotationMode::Strict)],
        prop_oneof![2 => Just(Duration::from_secs(75)), 1 => seconds(&[0, 1, 9, 11, 300])],
        prop_oneof![2 => Just(Duration::from_secs(10)), 1 => seconds(&[0, 1, 60])],
        select(&[OnReuse::Session, OnReuse::User]),
        prop_oneof![3 => Just(Duration::from_hours(7 * 24)), 1 => seconds(&[0, 200, 3600])],
        prop_oneof![3 => Just(Duration::from_hours(30 * 24)), 1 => seconds(&[0, 500, 3600])],
    )
        .prop_map(|(rotation, quiet_period, tolerance, on_reuse, idle_lifetime, absolute_lifetime)| Policy {
            rotation,
            quiet_period,
            tolerance,
            on_reuse,
            idle_lifetime,
            absolute_lifetime,
        })
}

fn world() -> impl Strategy<Value = World> {
    let names = prop_oneof![4 => Just(true), 1 => Just(false)];
    (select(&ALL_CLIENTS), names, policy(), proptest::collection::vec(operations(), 1..40)).prop_map(
        |(client, names, policy, operations)| {
            let mut operations = operations.concat();
            for operation in &mut operations {
                if let Operation::Present(_, attempt) = operation {
                    *attempt = attempt.filter(|_| names);
                }
            }
            World { client, policy, operations }
        },
    )
}

/// The columns in which two rows differ. A new column has to be named here before this compiles.
fn changed(before: &Session, after: &Session) -> BTreeSet<&'static str> {
    macro_rules! differing {
        ($($column:ident),*) => {{
            let Session { $($column: _),* } = before;
            let mut found = BTreeSet::new();
            $(if before.$column != after.$column { found.insert(stringify!($column)); })*
            found
        }};
    }
    differing!(
        id,
        user_id,
        ver,
        ver_at,
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
        client,
        remember_me,
        created_at,
        last_used_at,
        idle_deadline,
        absolute_deadline,
        ended,
        origin
    )
}

/// The columns that a decision may write.
fn permitted(decision: &Decision) -> &'static [&'static str] {
    match decision {
        // A quiet answer writes `emitted_at`, and the others `confirmed_at`, only where it lies in the future.
        Decision::Quiet | Decision::Repeat | Decision::InFlight => {
            &["confirmed_at", "emitted_at", "last_used_at", "served_attempts"]
        }
        Decision::Rotate => &[
            "generation",
            "head_hash",
            "prev_hash",
            "sealed_head",
            "head_attempt",
            "emitted_at",
            "confirmed_at",
            "streak",
            "is_contested",
            "idle_deadline",
            "last_used_at",
            "served_attempts",
        ],
        Decision::LostAnswer => &["emitted_at", "is_contested", "last_used_at", "served_attempts"],
        Decision::Supersede => &[
            "generation",
            "head_hash",
            "sealed_head",
            "head_attempt",
            "emitted_at",
            "streak",
            "is_contested",
            "last_used_at",
            "served_attempts",
        ],
        Decision::Reuse | Decision::CloneSuspected => &["ended"],
        Decision::Restored => &["idle_deadline"],
        Decision::LateCopy | Decision::Ended(_) | Decision::Expired => &[],
    }
}

/// Every time in the row, moved by as much.
fn moved(session: &Session, by: i64) -> Session {
    let moved = |time: UnixMillis| UnixMillis(time.0 + by);
    let mut row = session.clone();
    for time in [&mut row.emitted_at, &mut row.idle_deadline, &mut row.absolute_deadline] {
        *time = moved(*time);
    }
    row.confirmed_at = row.confirmed_at.map(moved);
    row.served_attempts =
        ServedAttempts::from_stored(row.served_attempts.iter().map(|(id, at)| (id.to_owned(), moved(at))).collect());
    row
}

proptest! {
    // The smallest failing case is printed, and belongs into the table's tests rather than into a file beside them.
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Promise 1.
    #[test]
    fn there_is_one_head_and_its_generation_only_grows_by_one(world in world()) {
        for step in world.run().1 {
            let made = u64::from(step.answer.decision.makes_head());
            prop_assert_eq!(step.after.generation, step.before.generation + made);
            prop_assert_eq!(step.after.head_hash != step.before.head_hash, made == 1);
            if grants(&step.answer.decision) {
                prop_assert_eq!(step.answer.access, Some(step.after.generation), "an access token of what is not the head");
            }
            if let Some(cookie) = step.answer.cookie {
                prop_assert_eq!(presented(cookie).hash, step.after.head_hash, "a cookie that is not the head");
            }
        }
    }

    /// Promise 1.
    #[test]
    fn an_ended_session_never_grants_again_and_keeps_its_reason(world in world()) {
        for step in world.run().1 {
            if let Some(ended) = &step.before.ended {
                prop_assert_eq!(&step.answer.decision, &Decision::Ended(ended.reason.clone()));
                prop_assert_eq!(&step.after, &step.before);
            }
        }
    }

    /// Promise 1.
    #[test]
    fn a_session_of_a_restored_database_never_grants_again(world in world()) {
        let mut restored = false;
        for step in world.run().1 {
            prop_assert!(!(restored && grants(&step.answer.decision)));
            restored |= step.answer.decision == Decision::Restored;
        }
    }

    /// Promise 1: exactly one of any number of requests with the same token rotates.
    #[test]
    fn a_token_is_rotated_once(world in world()) {
        let mut rotated = BTreeSet::new();
        for step in world.run().1 {
            if step.answer.decision == Decision::Rotate {
                prop_assert!(rotated.insert(step.token.hash), "rotated twice");
            }
        }
    }

    /// Promise 2, and more: not only the same attempt gets the same successor, but everybody who presents the same token and gets
    /// one, until it is superseded, which happens only before anybody has used it.
    #[test]
    fn a_token_has_one_successor_until_that_is_superseded_unused(world in world()) {
        let mut successors = BTreeMap::new();
        for step in world.run().1 {
            if step.answer.decision == Decision::Supersede {
                prop_assert!(step.head_was_used.is_none(), "a used head was superseded");
                successors.remove(&step.token.hash);
            }
            if let Some(cookie) = step.answer.cookie {
                prop_assert_eq!(*successors.entry(step.token.hash).or_insert(cookie), cookie);
            }
        }
    }

    /// Promise 2: an attempt that was given a successor and is made again at once is given the same, whatever happened earlier and
    /// whether or not the successor was used. Only where another attempt had made it, and it is used by now, is the repeat
    /// turned away, which is not final.
    #[test]
    fn an_attempt_made_again_is_given_the_same_again(world in world()) {
        let (mut line, steps) = world.run();
        if let Some(step) = steps.last()
            && let Some(cookie) = step.answer.cookie
            && let Some(attempt) = step.attempt.as_deref()
            && line.session == step.after
            && line.session.client.names_refreshes
            && line.policy.rotation == RotationMode::Confirmed
        {
            line.now = step.now;
            for used in [false, true] {
                let again = line.refresh_with(step.token, Some(attempt));
                match again.decision {
                    // A rotation under a lifetime of zero.
                    Decision::Expired => prop_assert!(step.now >= line.session.idle_deadline),
                    Decision::LateCopy if step.before.client.names_refreshes => {
                        prop_assert!(used && step.answer.decision == Decision::LostAnswer);
                    }
                    // The head was made by a refresh without an id.
                    Decision::LateCopy => prop_assert!(!step.answer.decision.makes_head()),
                    _ => prop_assert_eq!(again.cookie, Some(cookie), "{:?}", again.decision),
                }
                line.used();
            }
        }
    }

    /// Promise 3.
    #[test]
    fn only_a_rotation_extends_idle_and_nothing_extends_absolute(world in world()) {
        for step in world.run().1 {
            prop_assert_eq!(step.after.absolute_deadline, step.before.absolute_deadline);
            prop_assert!(step.after.idle_deadline <= step.after.absolute_deadline);
            match step.answer.decision {
                Decision::Rotate => {
                    let mut expected = step.now.plus(world.policy.idle_lifetime);
                    // A clock that is behind brings no deadline nearer.
                    if step.now < step.before.last_used_at {
                        expected = expected.max(step.before.idle_deadline);
                    }
                    prop_assert_eq!(step.after.idle_deadline, expected.min(step.before.absolute_deadline));
                }
                Decision::Restored => prop_assert_eq!(step.after.idle_deadline, UnixMillis(0)),
                _ => prop_assert_eq!(step.after.idle_deadline, step.before.idle_deadline),
            }
        }
    }

    /// Promise 3.
    #[test]
    fn nothing_is_granted_at_or_after_a_deadline(world in world()) {
        for step in world.run().1 {
            let over = step.now >= step.before.idle_deadline || step.now >= step.before.absolute_deadline;
            prop_assert!(!(over && grants(&step.answer.decision)));
        }
    }

    /// What the compare-and-set writes.
    #[test]
    fn a_decision_writes_its_own_columns_and_no_others(world in world()) {
        for step in world.run().1 {
            let mut changed = changed(&step.before, &step.after);
            if step.attempt.is_some() && grants(&step.answer.decision) && !step.before.client.names_refreshes {
                changed.remove("client");
                changed.remove("is_contested");
            }
            let permitted = permitted(&step.answer.decision);
            prop_assert!(
                changed.iter().all(|column| permitted.contains(column)),
                "{:?} wrote {changed:?}", step.answer.decision
            );
        }
    }

    #[test]
    fn a_refusal_writes_nothing_but_an_end(world in world()) {
        for step in world.run().1 {
            if !grants(&step.answer.decision) {
                let mut after = step.after;
                after.ended.clone_from(&step.before.ended);
                if step.answer.decision == Decision::Restored {
                    after.idle_deadline = step.before.idle_deadline;
                }
                prop_assert_eq!(after, step.before);
            }
        }
    }

    /// A replaced token whose successor was used is evidence, but for the two cases in which it is known to be the same
    /// party: the same attempt, lately, and the short tolerance of a browser that names no attempts.
    #[test]
    fn once_the_head_was_used_no_earlier_token_gets_anything_but_from_the_same_party(world in world()) {
        for step in world.run().1 {
            if step.head_was_used.is_some() && step.token.hash != step.before.head_hash && grants(&step.answer.decision) {
                prop_assert_eq!(Some(step.token.hash), step.before.prev_hash);
                let named = step.before.client.names_refreshes
                    && step.attempt.is_some()
                    && step.attempt == step.before.head_attempt;
                let just_used = step.before.client.browser
                    && !step.before.client.names_refreshes
                    && step
                        .before
                        .confirmed_at
                        .and_then(|at| step.now.since(at))
                        .is_some_and(|ago| ago <= world.policy.tolerance);
                prop_assert!(named || just_used, "{:?}", step.answer.decision);
            }
        }
    }

    /// A client that presents the head later than Q and the memory of attempts after it was last given out gets an access token
    /// only with a rotation, whatever attempt it repeats.
    #[test]
    fn an_old_head_gives_an_access_token_only_with_a_rotation(world in world()) {
        for step in world.run().1 {
            if step.answer.decision == Decision::Quiet {
                let given_out = step.head_given_out.expect("signing in starts no quiet period");
                let longest = world.policy.quiet_period(step.before.client) + MEMORY;
                prop_assert!(step.now.since(given_out).is_none_or(|ago| ago < longest));
            }
        }
    }

    /// A client that has an answer to an attempt may have sent the next one with the same token. A new head made by a copy of the
    /// answered attempt would turn that request into reuse.
    #[test]
    fn an_attempt_that_was_answered_makes_no_head_while_it_is_known(mut world in world()) {
        world.policy.rotation = RotationMode::Confirmed;
        for step in world.run().1 {
            let known = step.attempt.as_deref().is_some_and(|attempt| {
                step.before.client.names_refreshes && step.before.served_attempts.knows(attempt, step.now)
            });
            prop_assert!(!(known && step.answer.decision.makes_head()), "{:?}", step.answer.decision);
        }
    }

    /// And it is given out for a short time only, once it was used: a thief who has copied the attempt id, too, cannot keep it
    /// young by repeating that.
    #[test]
    fn a_used_head_is_given_out_again_for_two_minutes_at_most(world in world()) {
        for step in world.run().1 {
            if let Some(used) = step.head_was_used
                && step.token.hash != step.before.head_hash
                && step.answer.cookie.is_some()
            {
                prop_assert!(step.now.since(used).is_none_or(|ago| ago <= MEMORY), "{:?}", step.answer.decision);
            }
        }
    }

    /// What may happen any number of times a head draws on the session's allowance of refreshes.
    #[test]
    fn without_the_allowance_a_head_is_answered_a_few_times_only(world in world()) {
        let mut free = BTreeMap::<u64, u32>::new();
        for step in world.run().1 {
            if grants(&step.answer.decision) && !step.draws_on_allowance(&world.policy) {
                *free.entry(step.before.generation).or_default() += 1;
            }
        }
        // Its first use, the mark that it was contested, and what replaced it.
        prop_assert!(free.values().all(|times| *times <= 3), "{free:?}");
    }

    #[test]
    fn a_token_that_this_line_never_made_gets_nothing(world in world()) {
        for step in world.run().1 {
            if step.token.hash != presented(step.token.generation).hash {
                prop_assert!(!grants(&step.answer.decision));
            }
        }
    }

    #[test]
    fn in_strict_mode_each_token_is_good_for_one_grant(mut world in world()) {
        world.policy.rotation = RotationMode::Strict;
        let mut granted = BTreeSet::new();
        for step in world.run().1 {
            if grants(&step.answer.decision) {
                prop_assert!(granted.insert(step.token.hash));
            }
        }
    }

    /// The first answer with an id is the one that would have been given without it: an id alone wins nothing.
    #[test]
    fn a_session_without_attempt_ids_is_decided_as_if_none_were_sent(world in world()) {
        for step in world.run().1 {
            if !step.before.client.names_refreshes {
                let without = decide(&step.before, step.token, None, &world.policy, step.now);
                prop_assert_eq!(step.answer.decision, without);
            }
        }
    }

    /// Nothing but an answer to a refresh with an id makes the client one that names its refreshes, and nothing undoes it.
    #[test]
    fn a_client_names_its_refreshes_from_the_first_answer_to_a_named_one_on(world in world()) {
        for step in world.run().1 {
            let named = grants(&step.answer.decision) && step.attempt.is_some();
            prop_assert_eq!(step.after.client.names_refreshes, step.before.client.names_refreshes || named);
            prop_assert_eq!(step.after.client.browser, step.before.client.browser);
        }
    }

    /// A sign-in by a form cannot declare attempt ids. Where every refresh has one, the session is the same as if it had.
    #[test]
    fn a_session_whose_refreshes_are_all_named_is_as_if_the_sign_in_had_declared_it(mut world in world()) {
        for operation in &mut world.operations {
            if let Operation::Present(_, attempt) = operation {
                attempt.get_or_insert(0);
            }
        }
        world.client.names_refreshes = true;
        let declared = world.run().1;
        world.client.names_refreshes = false;
        let undeclared = world.run().1;
        prop_assert_eq!(declared.len(), undeclared.len());
        for (declared, undeclared) in declared.iter().zip(&undeclared) {
            prop_assert_eq!(&declared.answer.decision, &undeclared.answer.decision);
            let after = Session { client: declared.after.client, ..undeclared.after.clone() };
            prop_assert_eq!(&declared.after, &after);
        }
    }

    #[test]
    fn the_row_stays_small_and_its_last_use_does_not_go_back(world in world()) {
        for step in world.run().1 {
            let served: Vec<_> = step.after.served_attempts.iter().map(|(attempt, _)| attempt).collect();
            prop_assert!(served.len() <= 16);
            prop_assert_eq!(served.iter().collect::<BTreeSet<_>>().len(), served.len(), "an attempt is remembered twice");
            prop_assert!(step.after.last_used_at >= step.before.last_used_at);
        }
    }

    /// No decision depends on the date, which is what lets `model.rs` count in ages.
    #[test]
    fn decisions_depend_on_differences_of_times_alone(world in world(), by in -1_000_000_000_i64..1_000_000_000) {
        for step in world.run().1 {
            let later = UnixMillis(step.now.0 + by);
            let decision = decide(&moved(&step.before, by), step.token, step.attempt.as_deref(), &world.policy, later);
            // But for a deadline that was moved to the epoch for good.
            if step.before.idle_deadline != UnixMillis(0) {
                prop_assert_eq!(decision, step.answer.decision);
            }
        }
    }
}

/// The random sequences are of use only if they reach every row of the table.
#[test]
fn random_sequences_reach_every_decision() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeMap::<String, usize>::new();
    for _ in 0..2000 {
        let world = world().new_tree(&mut runner).expect("a world").current();
        for step in world.run().1 {
            let name = format!("{:?}", step.answer.decision);
            let name = name.split('(').next().expect("a name").to_owned();
            *reached.entry(name).or_default() += 1;
        }
    }
    let rare: Vec<_> = reached.iter().filter(|(_, times)| **times < 20).collect();
    eprintln!("{reached:?}");
    assert!(reached.len() == 12 && rare.is_empty(), "{reached:?}");
}
