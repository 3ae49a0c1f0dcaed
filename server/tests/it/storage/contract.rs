//! The suite. Each function is a test of any store; [`holds_for`] makes them tests of one.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use server::{
    account::{Account, AccountChange, AccountRefusal},
    clock::{Clock, SystemClock},
    limits::counter::{Counter, Key},
    purge::Purge,
    revocation::{Revocations, feed},
    session::{
        Caller, Cap, Client, Decision, Ended, EventKind, NewHead, Policy, Presented, SecurityEvent, Session,
        UnixMillis, apply, decide,
    },
    storage::{
        AccountTransacted, Confirmation, Ending, EventFilter, Report, Scope, Step, StorageError, StoredEvent, Stores,
        Transacted, Trimmed,
    },
};
use sessionkeep_types::{EndReason, Role, SessionId, UserId};
use tokio_util::sync::CancellationToken;

use super::{Asked as _, Store};

pub(super) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// A clock that stands still.
pub(super) struct AtNow;

impl Clock for AtNow {
    fn now(&self) -> UnixMillis {
        NOW
    }

    fn shared(&self, _stored: UnixMillis) -> UnixMillis {
        NOW
    }
}

macro_rules! suite {
    ($($(#[$doc:meta])* $name:ident)*) => {
        /// Every test of the suite, for one adapter.
        macro_rules! holds_for {
            ($adapter:ident, $fixture:ty) => { crate::storage::contract::holds_for!($adapter, $fixture, cfg(all())); };
            ($adapter:ident, $fixture:ty, $attribute:meta) => {
                mod $adapter {
                    use crate::storage::{Fixture, contract};
                    $(
                        $(#[$doc])*
                        #[tokio::test]
                        #[$attribute]
                        async fn $name() {
                            let (_keep, store) = <$fixture as Fixture>::empty().await;
                            contract::$name(store).await;
                        }
                    )*
                }
            };
        }
        pub(super) use holds_for;
    };
}

suite! {
    a_row_comes_back_as_it_was_written
    racing_transactions_on_one_session_see_each_others_work
    of_racers_with_one_token_one_rotates_and_all_get_its_successor
    an_end_is_committed_reported_and_final
    a_decision_to_end_is_committed_with_its_event_though_the_client_is_refused
    a_transaction_that_fails_changes_nothing
    a_session_is_not_begun_for_an_account_that_has_changed_since_it_was_read
    a_use_confirms_the_head_and_no_other_generation
    /// LG-01
    a_sign_in_beyond_the_cap_ends_the_session_that_was_unused_for_longest_and_reports_it
    an_account_from_before_the_cap_gets_below_it_with_a_bounded_number_of_endings_a_sign_in
    /// LG-01
    of_sign_ins_at_the_same_time_no_more_than_those_exceed_the_cap
    a_sign_in_where_the_clock_is_ahead_takes_no_session_out_of_reach
    an_instance_whose_clock_is_wrong_hears_of_endings_and_remembers_them
    twenty_thousand_sessions_are_listed_in_bounded_pages_the_newest_first
    a_list_has_no_session_that_has_expired
    five_thousand_sessions_are_ended_by_transactions_of_at_most_a_batch
    operations_on_all_of_too_many_sessions_end_in_batches_those_that_were_unused_for_longest
    a_new_role_raises_all_of_too_many_sessions_and_ends_none
    a_change_that_is_refused_or_is_none_ends_no_session_for_the_cap
    sessions_that_have_expired_do_not_exceed_the_cap
    /// LG-01
    endings_for_the_cap_are_reported_whatever_becomes_of_the_operation
    an_account_with_thousands_of_ended_sessions_is_deleted_in_batches
    ending_others_spares_one_and_reports_once
    ending_older_ones_spares_what_began_at_that_time_or_later
    who_has_lost_the_right_ends_nothing
    ending_all_takes_what_its_scope_names_and_nothing_else
    a_purge_keeps_what_theft_detection_needs
    an_instance_whose_clock_is_ahead_deletes_nothing_that_is_needed
    an_address_is_taken_once
    the_costs_of_password_hashes_come_once_each
    a_role_raises_the_version_and_disabling_ends
    the_last_administrator_stays_unless_an_operator_insists
    a_new_password_ends_every_session_and_begins_one
    a_refused_change_of_password_changes_nothing
    a_deleted_account_leaves_tombstones_and_no_rows
    /// Attack 11
    the_events_of_a_deleted_account_lose_its_addresses_and_that_of_the_deletion_last
    accounts_are_found_and_come_in_parts
    events_are_filtered_and_come_in_parts
    old_events_are_forgotten_and_no_number_is_given_twice
    the_change_marker_stays_while_nothing_changes
    counters_come_back_as_they_were_written_and_are_purged_when_they_are_of_no_use
    racing_recounts_of_the_same_counters_lose_none
}

fn event(kind: EventKind) -> SecurityEvent {
    SecurityEvent::new(kind, &Caller { ip: "203.0.113.7".into(), user_agent: "x/1".into() }, NOW)
}

pub(super) fn account_of(id: &str) -> Account {
    Account {
        id: UserId::new(id),
        email: format!("{id}@example.com"),
        display_name: Some(format!("Name of {id}")),
        role: Role::User,
        password_hash: "$argon2id$".into(),
        password_changed_at: NOW,
        disabled_at: None,
        created_at: NOW,
    }
}

fn account() -> Account {
    account_of("u")
}

pub(super) fn session_of(user: &str, id: &str) -> Session {
    let client = Client { browser: true, names_refreshes: true };
    let mut session = Session::begin(SessionId::new(id), UserId::new(user), [7; 32], client, &Policy::default(), NOW);
    session.origin = Caller { ip: "203.0.113.7".into(), user_agent: "x/1".into() };
    session
}

fn session(id: &str) -> Session {
    session_of("u", id)
}

pub(super) async fn add_account(store: &impl Store, account: &Account) {
    assert!(server::storage::Accounts::insert(store, account, &event(EventKind::Registered)).await.expect("works"));
}

/// A cap that no test reaches that is not about it.
pub(super) fn no_cap() -> Cap {
    cap(1_000_000)
}

fn cap(at_most: u32) -> Cap {
    Cap { at_most, report: event(EventKind::SessionLimitReached).of(&UserId::new("u")) }
}

pub(super) async fn try_to_begin(
    store: &impl Store,
    session: &Session,
    account: &Account,
) -> Result<bool, StorageError> {
    let signed_in = event(EventKind::LoginSucceeded).of_session(&session.user_id, &session.id);
    let begun = server::storage::Sessions::insert(store, session, account, &signed_in, &no_cap(), &AtNow).await?;
    Ok(begun.is_some())
}

async fn begin(store: &impl Store, session: &Session, account: &Account) -> bool {
    try_to_begin(store, session, account).await.expect("works")
}

/// Signs `u` in under a cap. Returns what that ended.
async fn begin_under(store: &impl Store, session: &Session, at_most: u32) -> Vec<Ending> {
    let signed_in = event(EventKind::LoginSucceeded).of_session(&session.user_id, &session.id);
    let begun = server::storage::Sessions::insert(store, session, &account(), &signed_in, &cap(at_most), &AtNow).await;
    begun.expect("works").expect("begun")
}

/// The sessions of `u` but this one.
fn others_of(asking: &str, begun_before: Option<UnixMillis>) -> Scope {
    Scope::OthersOf { user: UserId::new("u"), asking: SessionId::new(asking), begun_before }
}

/// Ends the sessions of `scope`, part by part.
pub(super) async fn end_all(
    store: &impl Store,
    scope: &Scope,
    reason: EndReason,
    report: &SecurityEvent,
) -> Result<Option<Vec<Ending>>, StorageError> {
    let (mut all, mut after) = (vec![], None);
    loop {
        let Some(part) = store.end_part(scope, after.as_deref(), &reason, report).await? else { return Ok(None) };
        all.extend(part.endings);
        after = part.next;
        if after.is_none() {
            return Ok(Some(all));
        }
    }
}

/// The living sessions of an account.
pub(super) async fn living(store: &impl Store, user: &str) -> Vec<Session> {
    store.living(&UserId::new(user), NOW, None, u32::MAX).await.expect("works")
}

/// With one account, `u`, and one session of it, `s`.
async fn filled(store: &impl Store) {
    add_account(store, &account()).await;
    assert!(begin(store, &session("s"), &account()).await);
}

async fn find(store: &impl Store, id: &str) -> Option<Session> {
    store.find(&SessionId::new(id)).await.expect("works")
}

async fn events(store: &impl Store) -> Vec<EventKind> {
    let all = store.after(0, 1000).await.expect("works");
    all.into_iter().map(|stored| stored.event.kind).collect()
}

fn end(session: &Session, reason: EndReason) -> Session {
    Session { ended: Some(Ended { at: NOW, reason }), ..session.clone() }
}

fn rotate(session: &Session) -> Session {
    Session { generation: session.generation + 1, prev_hash: Some(session.head_hash), ..session.clone() }
}

pub(super) async fn a_row_comes_back_as_it_was_written(store: impl Store) {
    filled(&store).await;
    let mut written = session("s");
    assert_eq!(find(&store, "s").await, Some(written.clone()));
    written.client.names_refreshes = false;
    written.prev_hash = Some([1; 32]);
    written.sealed_head = Some(vec![1, 2, 3]);
    written.head_attempt = Some("a".into());
    written.confirmed_at = None;
    written.is_contested = true;
    written.streak = 2;
    written.origin.ip = "198.51.100.1".into();
    let mut step = |_: &Session, _| Step { next: Some(written.clone()), ..Step::default() };
    store.transact(&SessionId::new("s"), &AtNow, &mut step).await.expect("works");
    assert_eq!(find(&store, "s").await, Some(written));
    assert_eq!(find(&store, "t").await, None);
}

pub(super) async fn racing_transactions_on_one_session_see_each_others_work(store: impl Store) {
    filled(&store).await;
    let store = Arc::new(store);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut step = |session: &Session, _| Step { next: Some(rotate(session)), ..Step::default() };
                store.transact(&SessionId::new("s"), &AtNow, &mut step).await.expect("works")
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("runs"), Transacted::Done { ended: vec![] });
    }
    assert_eq!(store.find(&SessionId::new("s")).await.expect("works").expect("there").generation, 50);
}

pub(super) async fn of_racers_with_one_token_one_rotates_and_all_get_its_successor(store: impl Store) {
    filled(&store).await;
    let store = Arc::new(store);
    let tasks: Vec<_> = (1..=50_u8)
        .map(|racer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let presented = Presented { generation: 0, hash: [7; 32] };
                let mut seen = None;
                let mut step = |session: &Session, _| {
                    let policy = Policy::default();
                    let decision = decide(session, presented, Some("attempt"), &policy, NOW);
                    let head = decision.makes_head().then(|| NewHead { hash: [racer; 32], sealed: vec![racer] });
                    let next = apply(session, &decision, Some("attempt"), head, &policy, NOW);
                    seen = next.clone().map(|next| (decision, next.sealed_head));
                    Step { next, ..Step::default() }
                };
                store.transact(&SessionId::new("s"), &AtNow, &mut step).await.expect("works");
                seen.expect("decided")
            })
        })
        .collect();
    let (mut winners, mut successors) = (0, HashSet::new());
    for task in tasks {
        let (decision, successor) = task.await.expect("runs");
        winners += usize::from(decision == Decision::Rotate);
        assert!(matches!(decision, Decision::Rotate | Decision::Repeat), "{decision:?}");
        successors.insert(successor);
    }
    assert_eq!((winners, successors.len()), (1, 1));
    assert_eq!(store.find(&SessionId::new("s")).await.expect("works").expect("there").generation, 1);
}

pub(super) async fn an_end_is_committed_reported_and_final(store: impl Store) {
    filled(&store).await;
    let id = SessionId::new("s");
    let mut step =
        |session: &Session, _| Step { next: Some(end(session, EndReason::ReuseDetected)), ..Step::default() };
    let done = store.transact(&id, &AtNow, &mut step).await.expect("works");
    assert_eq!(done, Transacted::Done { ended: vec![id.clone()] });
    let endings = store.endings_since(NOW).await.expect("works");
    assert_eq!(
        endings.iter().map(|ending| (&ending.session_id, ending.ended_at)).collect::<Vec<_>>(),
        [(&id, Some(NOW))]
    );
    assert_eq!(store.endings_since(UnixMillis(NOW.0 + 1)).await.expect("works"), []);
    let mut revive =
        |session: &Session, _| Step { next: Some(Session { ended: None, ..session.clone() }), ..Step::default() };
    store.transact(&id, &AtNow, &mut revive).await.expect_err("a revoked row is never written again");
    assert!(find(&store, "s").await.expect("there").ended.is_some());
}

/// RT-04
pub(super) async fn a_decision_to_end_is_committed_with_its_event_though_the_client_is_refused(store: impl Store) {
    filled(&store).await;
    assert!(begin(&store, &session("t"), &account()).await);
    let id = SessionId::new("s");
    let mut rotations = |session: &Session, _| Step { next: Some(rotate(&rotate(session))), ..Step::default() };
    store.transact(&id, &AtNow, &mut rotations).await.expect("works");
    let mut theft = |session: &Session, _| {
        let policy = Policy::default();
        let decision = decide(session, Presented { generation: 0, hash: [9; 32] }, None, &policy, NOW);
        assert_eq!(decision, Decision::Reuse);
        Step {
            next: apply(session, &decision, None, None, &policy, NOW),
            end_others: Some(EndReason::ReuseDetected),
            events: vec![event(EventKind::RefreshReused)],
        }
    };
    let Transacted::Done { mut ended } = store.transact(&id, &AtNow, &mut theft).await.expect("works") else {
        panic!("it is there")
    };
    ended.sort();
    assert_eq!(ended, [SessionId::new("s"), SessionId::new("t")]);
    for id in ["s", "t"] {
        assert_eq!(find(&store, id).await.expect("there").ended.expect("ended").reason, EndReason::ReuseDetected);
    }
    assert_eq!(events(&store).await.last(), Some(&EventKind::RefreshReused));
}

pub(super) async fn a_transaction_that_fails_changes_nothing(store: impl Store) {
    filled(&store).await;
    let id = SessionId::new("s");
    let mut finish = |session: &Session, _| Step { next: Some(end(session, EndReason::SignedOut)), ..Step::default() };
    store.transact(&id, &AtNow, &mut finish).await.expect("works");
    let before = (find(&store, "s").await, events(&store).await);
    let mut write = |session: &Session, _| Step {
        next: Some(rotate(session)),
        end_others: Some(EndReason::Admin),
        events: vec![event(EventKind::RefreshReused)],
    };
    store.transact(&id, &AtNow, &mut write).await.expect_err("the row has ended");
    assert_eq!((find(&store, "s").await, events(&store).await), before);
    let mut never = |_: &Session, _| panic!("there is nothing to ask about");
    assert_eq!(store.transact(&SessionId::new("x"), &AtNow, &mut never).await.expect("works"), Transacted::NotFound);
}

pub(super) async fn a_session_is_not_begun_for_an_account_that_has_changed_since_it_was_read(store: impl Store) {
    filled(&store).await;
    let other_password = Account { password_changed_at: UnixMillis(NOW.0 - 1), ..account() };
    let other_role = Account { role: Role::Admin, ..account() };
    let before = events(&store).await;
    for read in [other_password, other_role] {
        assert!(!begin(&store, &session("t"), &read).await);
    }
    let disable =
        AccountChange { disabled: Some((true, event(EventKind::AccountDisabled))), ..AccountChange::default() };
    store.change(&UserId::new("u"), &disable, NOW).await.expect("works");
    assert!(!begin(&store, &session("t"), &account()).await);
    assert_eq!(find(&store, "t").await, None);
    assert_eq!(events(&store).await.len(), before.len() + 1, "and nothing is reported but the disabling");
}

pub(super) async fn a_use_confirms_the_head_and_no_other_generation(store: impl Store) {
    filled(&store).await;
    let id = SessionId::new("s");
    let mut step = |session: &Session, _| Step {
        next: Some(Session { confirmed_at: None, ..rotate(session) }),
        ..Step::default()
    };
    store.transact(&id, &AtNow, &mut step).await.expect("works");
    let later = UnixMillis(NOW.0 + 1);
    for (generation, at, confirmed_at) in [(0, NOW, None), (1, NOW, Some(NOW)), (1, later, Some(NOW))] {
        let used = Confirmation { session_id: id.clone(), generation, at };
        store.confirm(&[used], &AtNow).await.expect("works");
        assert_eq!(find(&store, "s").await.expect("there").confirmed_at, confirmed_at);
    }
}

/// A session that was used last so many minutes after [`NOW`].
fn used(id: &str, minutes: u64) -> Session {
    let at = NOW.plus(Duration::from_mins(minutes));
    let policy = Policy::default();
    Session { last_used_at: at, idle_deadline: at.plus(policy.idle_lifetime), ..session(id) }
}

pub(super) async fn a_sign_in_beyond_the_cap_ends_the_session_that_was_unused_for_longest_and_reports_it(
    store: impl Store,
) {
    add_account(&store, &account()).await;
    add_account(&store, &account_of("v")).await;
    assert!(begin(&store, &session_of("v", "o"), &account_of("v")).await);
    for (id, minutes) in [("s", 30), ("t", 10), ("r", 20)] {
        assert_eq!(begin_under(&store, &used(id, minutes), 3).await, []);
    }
    let endings = begin_under(&store, &used("n", 0), 3).await;
    let ended: Vec<_> = endings.iter().map(|ending| (&ending.session_id, ending.ended_at)).collect();
    let last_use = NOW.plus(Duration::from_mins(10));
    assert_eq!(ended, [(&SessionId::new("t"), Some(last_use))], "never the new one, though nobody has used it since");
    assert_eq!(find(&store, "t").await.expect("there").ended.expect("ended").reason, EndReason::SessionLimit);
    assert_eq!(store.endings_since(NOW).await.expect("works"), endings, "every instance hears of it");
    let reported = store.after(0, 1000).await.expect("works").pop().expect("an event").event;
    assert_eq!(reported, cap(3).report(&[SessionId::new("t")]));
    let mut left: Vec<_> = living(&store, "u").await.into_iter().map(|session| session.id.to_string()).collect();
    left.sort();
    assert_eq!(left, ["n", "r", "s"]);
    assert_eq!(living(&store, "v").await.len(), 1, "another account is another matter");
    // Lowered, the setting takes effect at the next sign-in.
    assert_eq!(begin_under(&store, &used("m", 40), 2).await.len(), 2);
    let reported = store.after(0, 1000).await.expect("works").pop().expect("an event").event;
    assert_eq!(reported, cap(2).report(&[]), "it names the session only where it is one");
}

/// So many sessions of `u`, as a version without a cap leaves them.
async fn crowd(store: &impl Store, account: &Account, name: &str, count: u32) {
    assert!(begin(store, &used(name, 0), account).await);
    store.copy_session(&SessionId::new(name), count - 1).await;
}

pub(super) async fn an_account_from_before_the_cap_gets_below_it_with_a_bounded_number_of_endings_a_sign_in(
    store: impl Store,
) {
    add_account(&store, &account()).await;
    crowd(&store, &account(), "old", 1201).await;
    let mut living_before = 1201;
    for (id, ended) in [("n", 500), ("m", 500), ("l", 104), ("k", 1)] {
        assert_eq!(begin_under(&store, &used(id, 1), 100).await.len(), ended, "{id}");
        living_before = living_before + 1 - ended;
        assert_eq!(living(&store, "u").await.len(), living_before);
    }
    assert_eq!(living_before, 100);
}

pub(super) async fn of_sign_ins_at_the_same_time_no_more_than_those_exceed_the_cap(store: impl Store) {
    const CAP: u32 = 5;
    const AT_ONCE: usize = 8;
    add_account(&store, &account()).await;
    let store = Arc::new(store);
    for round in 0..3_u64 {
        let sign_ins = (0..AT_ONCE).map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                begin_under(&*store, &used(&format!("{round}-{number}"), round), CAP).await;
            })
        });
        for sign_in in sign_ins.collect::<Vec<_>>() {
            sign_in.await.expect("runs");
        }
        assert!(living(&*store, "u").await.len() < CAP as usize + AT_ONCE);
    }
    begin_under(&*store, &used("last", 9), CAP).await;
    assert_eq!(living(&*store, "u").await.len(), CAP as usize, "the next sign-in ends what they left");
}

/// Attack 4 of November 2026: the list of 20,000 sessions was one answer of 14 MiB.
pub(super) async fn twenty_thousand_sessions_are_listed_in_bounded_pages_the_newest_first(store: impl Store) {
    add_account(&store, &account()).await;
    crowd(&store, &account(), "old", 20_000).await;
    let u = UserId::new("u");
    let page = async |before: Option<&SessionId>| store.living(&u, NOW, before, 200).await.expect("works");
    let (mut seen, mut before) = (HashSet::new(), None);
    loop {
        let part = page(before.as_ref()).await;
        assert!(part.len() <= 200);
        assert!(part.windows(2).all(|pair| pair[0].id > pair[1].id), "the newest first");
        assert!(before.as_ref().is_none_or(|before| part.iter().all(|session| session.id < *before)));
        let Some(last) = part.last() else { break };
        before = Some(last.id.clone());
        seen.extend(part.into_iter().map(|session| session.id));
        if seen.len() == 600 {
            break;
        }
    }
    assert_eq!(seen.len(), 600);
}

pub(super) async fn a_list_has_no_session_that_has_expired(store: impl Store) {
    filled(&store).await;
    assert!(begin(&store, &used("t", 60), &account()).await);
    let ids = async |now| {
        let living = store.living(&UserId::new("u"), now, None, 9).await.expect("works");
        living.into_iter().map(|session| session.id.to_string()).collect::<Vec<_>>()
    };
    let ends = session("s").idle_deadline;
    assert_eq!(ids(UnixMillis(ends.0 - 1)).await, ["t", "s"]);
    assert_eq!(ids(ends).await, ["t"]);
}

/// Attack 4 of November 2026: to end 50,000 sessions held the only writer for eight seconds.
pub(super) async fn five_thousand_sessions_are_ended_by_transactions_of_at_most_a_batch(store: impl Store) {
    filled(&store).await;
    crowd(&store, &account(), "old", 5000).await;
    let scopes = [others_of("s", None), Scope::BegunBefore(UnixMillis(NOW.0 + 1))];
    let report = event(EventKind::SessionsEnded);
    let (mut parts, mut ended, mut after) = (0, 0, None);
    loop {
        let reason = EndReason::SignedOutElsewhere;
        let part = store.end_part(&scopes[0], after.as_deref(), &reason, &report).await.expect("works").expect("may");
        assert!(part.endings.len() <= 1000, "{} at once", part.endings.len());
        (parts, ended, after) = (parts + 1, ended + part.endings.len(), part.next);
        if after.is_none() {
            break;
        }
    }
    assert_eq!((ended, living(&store, "u").await.len()), (5000, 1));
    assert!(parts >= 5, "{parts}");
    assert_eq!(end_all(&store, &scopes[1], EndReason::Admin, &report).await.expect("works").expect("may").len(), 1);
}

pub(super) async fn operations_on_all_of_too_many_sessions_end_in_batches_those_that_were_unused_for_longest(
    store: impl Store,
) {
    const MANY: u32 = 1700;
    let u = UserId::new("u");
    let admin = Account { role: Role::Admin, ..account() };
    add_account(&store, &admin).await;
    crowd(&store, &admin, "second", MANY).await;
    let mut theft = |session: &Session, _| Step {
        next: Some(end(session, EndReason::ReuseDetected)),
        end_others: Some(EndReason::ReuseDetected),
        events: vec![event(EventKind::RefreshReused)],
    };
    let stolen = used("stolen", 0);
    assert!(begin(&store, &stolen, &admin).await);
    let Transacted::Done { ended } = store.transact(&stolen.id, &AtNow, &mut theft).await.expect("works") else {
        panic!("it is there")
    };
    assert!(ended.len() > MANY as usize && living(&store, "u").await.is_empty(), "{}", ended.len());
    assert_eq!(find(&store, "stolen").await.expect("there").ended.expect("ended").reason, EndReason::ReuseDetected);

    crowd(&store, &admin, "third", MANY).await;
    let asks = used("asks", 0);
    assert!(begin(&store, &asks, &admin).await);
    let (changed, ended) = change_password(&store, &admin, &asks.id, "n").await;
    assert!(
        matches!(changed, AccountTransacted::Done { endings: _, .. }) && ended.len() > MANY as usize,
        "{changed:?}"
    );
    assert_eq!(living(&store, "u").await, [session("n")]);
    assert_eq!(find(&store, "asks").await.expect("there").ended.expect("ended").reason, EndReason::PasswordChanged);

    let admin = store.by_id(&u).await.expect("works").expect("there");
    crowd(&store, &admin, "fourth", MANY).await;
    let (changed, ended) = change(&store, "u", &disabling(true)).await;
    assert!(matches!(changed, AccountTransacted::Done { .. }) && ended.len() > MANY as usize, "{changed:?}");
    assert_eq!(living(&store, "u").await, []);
}

fn disabling(disabled: bool) -> AccountChange {
    let event = event(EventKind::AccountDisabled).of(&UserId::new("u"));
    AccountChange { disabled: Some((disabled, event)), ..AccountChange::default() }
}

fn to_role(role: Role) -> AccountChange {
    let event = event(EventKind::RoleChanged).of(&UserId::new("u"));
    AccountChange { role: Some((role, event)), ..AccountChange::default() }
}

/// What one transaction ended for the cap: no more than a batch.
fn part(trimmed: Trimmed) -> Vec<Ending> {
    assert!((1..=500).contains(&trimmed.endings.len()), "{}", trimmed.endings.len());
    trimmed.endings
}

/// Changes an account as callers do. Returns, too, all sessions that were ended or raised.
async fn change(store: &impl Store, user: &str, change: &AccountChange) -> (AccountTransacted, Vec<Ending>) {
    let mut all = vec![];
    loop {
        let changed = store.change(&UserId::new(user), change, NOW).await.expect("works");
        match changed {
            AccountTransacted::Trimmed(trimmed) => all.extend(part(trimmed)),
            changed => {
                if let AccountTransacted::Done { endings, .. } = &changed {
                    all.extend(endings.clone());
                }
                return (changed, all);
            }
        }
    }
}

/// Deletes an account as callers do. Returns, too, all sessions that were ended.
async fn delete(store: &impl Store, account: &Account, asking: &SessionId) -> (AccountTransacted, Vec<Ending>) {
    let (mut all, report) = (vec![], event(EventKind::AccountDeleted).of(&account.id));
    loop {
        match store.delete(account, asking, &report).await.expect("works") {
            AccountTransacted::Trimmed(trimmed) => all.extend(part(trimmed)),
            changed => {
                if let AccountTransacted::Done { endings, .. } = &changed {
                    all.extend(endings.clone());
                }
                return (changed, all);
            }
        }
    }
}

/// Changes the password of `u` as callers do. Returns, too, all sessions that were ended.
async fn change_password(
    store: &impl Store,
    read: &Account,
    asking: &SessionId,
    new: &str,
) -> (AccountTransacted, Vec<Ending>) {
    let (mut all, report) = (vec![], event(EventKind::PasswordChanged).of(&read.id));
    loop {
        match store.change_password(read, asking, "$new$", &session(new), &report).await.expect("works") {
            AccountTransacted::Trimmed(trimmed) => all.extend(part(trimmed)),
            changed => {
                if let AccountTransacted::Done { endings, .. } = &changed {
                    all.extend(endings.clone());
                }
                return (changed, all);
            }
        }
    }
}

pub(super) async fn a_new_role_raises_all_of_too_many_sessions_and_ends_none(store: impl Store) {
    const MANY: u32 = 1700;
    add_account(&store, &account()).await;
    crowd(&store, &account(), "old", MANY).await;
    let before = events(&store).await;
    let (changed, raised) = change(&store, "u", &to_role(Role::Admin)).await;
    let AccountTransacted::Done { reported, .. } = changed else { panic!("{changed:?}") };
    assert_eq!(reported.len(), 1);
    assert!(raised.iter().all(|ending| ending.ended_at.is_none() && ending.ver == 1));
    assert_eq!(raised.iter().map(|ending| &ending.session_id).collect::<HashSet<_>>().len(), MANY as usize);
    let all = living(&store, "u").await;
    assert_eq!(all.len(), MANY as usize, "none is ended");
    assert!(all.iter().all(|session| session.ver == 1), "all are raised");
    assert_eq!(store.endings_since(NOW).await.expect("works").len(), MANY as usize, "every instance hears of it");
    assert_eq!(events(&store).await[before.len()..], [EventKind::RoleChanged]);
}

pub(super) async fn a_change_that_is_refused_or_is_none_ends_no_session_for_the_cap(store: impl Store) {
    const MANY: u32 = 1200;
    let admin = Account { role: Role::Admin, ..account() };
    add_account(&store, &admin).await;
    add_account(&store, &account_of("v")).await;
    crowd(&store, &admin, "old", MANY).await;
    let by = |change: AccountChange, actor: &str| AccountChange { by: Some(UserId::new(actor)), ..change };
    let before = events(&store).await;
    let nothing = AccountTransacted::Done { endings: vec![], reported: vec![] };
    for (user, asked, outcome) in [
        ("u", by(disabling(true), "v"), AccountTransacted::Refused(AccountRefusal::Forbidden)),
        ("u", by(disabling(true), "u"), AccountTransacted::Refused(AccountRefusal::LastAdministrator)),
        ("u", by(to_role(Role::User), "u"), AccountTransacted::Refused(AccountRefusal::LastAdministrator)),
        ("u", to_role(Role::Admin), nothing.clone()),
        ("u", disabling(false), nothing),
        ("nobody", disabling(true), AccountTransacted::Refused(AccountRefusal::NotFound)),
    ] {
        assert_eq!(change(&store, user, &asked).await, (outcome.clone(), vec![]), "{outcome:?}");
    }
    let (asks, gone) = (SessionId::new("old"), SessionId::new("another"));
    let other_password = Account { password_changed_at: UnixMillis(1), ..admin.clone() };
    let other_role = account();
    for (read, asking) in [(&other_password, &asks), (&other_role, &asks), (&admin, &gone)] {
        assert_eq!(
            change_password(&store, read, asking, "n").await,
            (AccountTransacted::Refused(AccountRefusal::Superseded), vec![])
        );
    }
    let superseded = AccountTransacted::Refused(AccountRefusal::Superseded);
    assert_eq!(delete(&store, &other_password, &asks).await, (superseded.clone(), vec![]));
    assert_eq!(delete(&store, &admin, &gone).await, (superseded, vec![]));
    assert_eq!(
        delete(&store, &admin, &asks).await,
        (AccountTransacted::Refused(AccountRefusal::LastAdministrator), vec![])
    );
    assert_eq!(living(&store, "u").await.len(), MANY as usize);
    assert_eq!(store.endings_since(UnixMillis(0)).await.expect("works"), []);
    assert_eq!(events(&store).await, before);
}

/// Within the cap live 300 sessions of an account; 900 more were never ended, and have expired.
async fn living_among_expired(store: &impl Store, account: &Account, name: &str) -> SessionId {
    let minute_ago = NOW.minus(Duration::from_mins(1));
    let (id, living) = (format!("{name}-expired"), format!("{name}-living"));
    let expired = Session { last_used_at: minute_ago, idle_deadline: minute_ago, ..session(&id) };
    assert!(begin(store, &expired, account).await);
    store.copy_session(&SessionId::new(&*id), 899).await;
    crowd(store, account, &living, 300).await;
    SessionId::new(living)
}

pub(super) async fn sessions_that_have_expired_do_not_exceed_the_cap(store: impl Store) {
    add_account(&store, &account()).await;
    let reason_of = async |id: String| find(&store, &id).await.expect("there").ended.expect("ended").reason;
    let check = async |name: &str, reason: EndReason| {
        assert_eq!(living(&store, "u").await.iter().filter(|session| session.id.as_str() != "n").count(), 0, "{name}");
        for which in ["expired", "expired-00001", "expired-00899", "living-00001", "living-00299"] {
            assert_eq!(reason_of(format!("{name}-{which}")).await, reason, "{name}-{which}");
        }
    };
    let id = living_among_expired(&store, &account(), "theft").await;
    let mut theft = |session: &Session, _| Step {
        next: Some(end(session, EndReason::ReuseDetected)),
        end_others: Some(EndReason::ReuseDetected),
        events: vec![event(EventKind::RefreshReused)],
    };
    let done = store.transact(&id, &AtNow, &mut theft).await.expect("works");
    assert!(matches!(&done, Transacted::Done { ended } if ended.len() == 1200), "{done:?}");
    check("theft", EndReason::ReuseDetected).await;

    let id = living_among_expired(&store, &account(), "password").await;
    let (changed, ended) = change_password(&store, &account(), &id, "n").await;
    assert!(matches!(changed, AccountTransacted::Done { endings: _, .. }) && ended.len() == 1200, "{changed:?}");
    check("password", EndReason::PasswordChanged).await;

    let current = store.by_id(&account().id).await.expect("works").expect("there");
    living_among_expired(&store, &current, "disable").await;
    let (changed, ended) = change(&store, "u", &disabling(true)).await;
    assert!(matches!(changed, AccountTransacted::Done { .. }) && ended.len() == 1201, "{changed:?}");
    check("disable", EndReason::AccountDisabled).await;

    change(&store, "u", &disabling(false)).await;
    let id = living_among_expired(&store, &current, "delete").await;
    let (changed, _) = delete(&store, &current, &id).await;
    assert!(matches!(changed, AccountTransacted::Done { .. }), "{changed:?}");
    store.tend().await.expect("works");
    assert!(!events(&store).await.contains(&EventKind::SessionLimitReached), "nobody had too many sessions");
}

/// What was reported: how often that the cap was exceeded, and which sessions were ended.
#[derive(Default)]
struct Heard {
    over_the_cap: Mutex<usize>,
    revoked: Mutex<Vec<SessionId>>,
}

impl Report for Heard {
    fn committed(&self, event: &SecurityEvent) {
        *self.over_the_cap.lock().expect("whole") += usize::from(event.kind == EventKind::SessionLimitReached);
    }

    fn token_created(&self, _: &UserId, _: &SessionId, _: &Caller) {}

    fn tokens_revoked(&self, sessions: &[SessionId]) {
        self.revoked.lock().expect("whole").extend_from_slice(sessions);
    }
}

pub(super) async fn endings_for_the_cap_are_reported_whatever_becomes_of_the_operation(store: impl Store) {
    const MANY: u32 = 1700;
    let (store, heard) = (Arc::new(store), Arc::new(Heard::default()));
    let stores = Stores {
        accounts: Arc::clone(&store) as _,
        sessions: Arc::clone(&store) as _,
        events: Arc::clone(&store) as _,
        attempts: Arc::clone(&store) as _,
        watched: Arc::clone(&store) as _,
    };
    let reported = stores.reported_to(Arc::clone(&heard) as _);
    let check = async || {
        store.tend().await.expect("works");
        let kinds = events(&*store).await;
        let over_the_cap = kinds.iter().filter(|kind| **kind == EventKind::SessionLimitReached).count();
        assert_eq!(*heard.over_the_cap.lock().expect("whole"), over_the_cap);
        let endings = store.endings_since(UnixMillis(0)).await.expect("works");
        let ended: HashSet<_> = endings.into_iter().map(|ending| ending.session_id).collect();
        let revoked = heard.revoked.lock().expect("whole").clone();
        assert_eq!(revoked.len(), ended.len(), "each once");
        assert_eq!(revoked.into_iter().collect::<HashSet<_>>(), ended);
        (over_the_cap, ended.len())
    };
    add_account(&*store, &account()).await;
    crowd(&*store, &account(), "theft", MANY).await;
    let mut theft = |session: &Session, _| Step {
        next: Some(end(session, EndReason::ReuseDetected)),
        end_others: Some(EndReason::ReuseDetected),
        events: vec![event(EventKind::RefreshReused)],
    };
    reported.sessions.transact(&SessionId::new("theft"), &AtNow, &mut theft).await.expect("works");
    let (reports, ended) = check().await;
    assert!(reports >= 3 && ended == MANY as usize, "{reports} {ended}");

    // Refused after a part of it was done: the account is disabled meanwhile.
    crowd(&*store, &account(), "password", MANY).await;
    let (asks, report) = (SessionId::new("password"), event(EventKind::PasswordChanged).of(&account().id));
    let ask = async || {
        reported.accounts.change_password(&account(), &asks, "$new$", &session("n"), &report).await.expect("works")
    };
    if matches!(ask().await, AccountTransacted::Trimmed(_)) {
        let (more_reports, more_ended) = check().await;
        assert!(more_reports == reports + 1 && (1..=500).contains(&(more_ended - ended)), "{more_ended}");
        while let AccountTransacted::Trimmed(_) =
            reported.accounts.change(&account().id, &disabling(true), NOW).await.expect("works")
        {
            check().await;
        }
    }
    assert_eq!(ask().await, AccountTransacted::Refused(AccountRefusal::Superseded));
    let (_, ended) = check().await;
    assert_eq!(ended, 2 * MANY as usize);
}

pub(super) async fn an_account_with_thousands_of_ended_sessions_is_deleted_in_batches(store: impl Store) {
    filled(&store).await;
    crowd(&store, &account(), "old", 1300).await;
    let others = others_of("s", None);
    let report = event(EventKind::SessionsEnded);
    end_all(&store, &others, EndReason::SignedOutElsewhere, &report).await.expect("works").expect("may");
    let deleted = store.delete(&account(), &SessionId::new("s"), &event(EventKind::AccountDeleted)).await;
    let AccountTransacted::Done { endings, .. } = deleted.expect("works") else { panic!("it was there") };
    assert_eq!(endings.len(), 1, "those that had ended before are no news");
    assert!(store.by_id(&UserId::new("u")).await.expect("works").is_none());
    assert_eq!(find(&store, "s").await, None);
    assert_eq!(store.endings_since(NOW).await.expect("works").len(), 1301, "all of their access tokens stay dead");
}

pub(super) async fn ending_others_spares_one_and_reports_once(store: impl Store) {
    filled(&store).await;
    add_account(&store, &account_of("v")).await;
    assert!(begin(&store, &session("t"), &account()).await);
    assert!(begin(&store, &session("r"), &account()).await);
    assert!(begin(&store, &session_of("v", "o"), &account_of("v")).await);
    let scope = others_of("s", None);
    let before = events(&store).await.len();
    let report = event(EventKind::SessionsEnded);
    let mut ended: Vec<_> =
        (end_all(&store, &scope, EndReason::SignedOutElsewhere, &report).await.expect("works").expect("may"))
            .into_iter()
            .map(|ending| (ending.session_id, ending.ended_at))
            .collect();
    ended.sort();
    assert_eq!(ended, [(SessionId::new("r"), Some(NOW)), (SessionId::new("t"), Some(NOW))]);
    assert_eq!(living(&store, "u").await, [session("s")]);
    assert_eq!(living(&store, "v").await.len(), 1);
    assert!(end_all(&store, &scope, EndReason::Admin, &report).await.expect("works").expect("may").is_empty());
    assert_eq!(find(&store, "t").await.expect("there").ended.expect("ended").reason, EndReason::SignedOutElsewhere);
    assert_eq!(events(&store).await.len(), before + 1);
}

/// SM-02: a sign-in that comes between the look at the sessions and this is not ended by it.
pub(super) async fn ending_older_ones_spares_what_began_at_that_time_or_later(store: impl Store) {
    filled(&store).await;
    let begun = |id, time| Session { created_at: UnixMillis(NOW.0 + time), ..session(id) };
    for other in [begun("a", -1), begun("b", 0), begun("c", 1)] {
        assert!(begin(&store, &other, &account()).await);
    }
    let older = others_of("s", Some(NOW));
    let before = events(&store).await.len();
    let report = event(EventKind::SessionsEnded);
    let ended = end_all(&store, &older, EndReason::SignedOutElsewhere, &report).await.expect("works").expect("may");
    assert_eq!(ended.into_iter().map(|ending| ending.session_id).collect::<Vec<_>>(), [SessionId::new("a")]);
    let ids: HashSet<_> = living(&store, "u").await.into_iter().map(|session| session.id.to_string()).collect();
    assert_eq!(ids, HashSet::from(["s", "b", "c"].map(str::to_owned)));
    assert_eq!(events(&store).await.len(), before + 1);

    // One that has ended ends no older ones, either.
    assert!(begin(&store, &begun("d", -1), &account()).await);
    end_all(&store, &others_of("b", None), EndReason::SignedOutElsewhere, &report).await.expect("works").expect("may");
    assert_eq!(end_all(&store, &older, EndReason::Admin, &report).await.expect("works"), None);
    // More than one transaction ends: the newer one outlives every part.
    assert!(begin(&store, &begun("e", 1), &account()).await);
    crowd(&store, &account(), "old", 1300).await;
    let older = others_of("b", Some(UnixMillis(NOW.0 + 1)));
    end_all(&store, &older, EndReason::SignedOutElsewhere, &report).await.expect("works").expect("may");
    let ids: HashSet<_> = living(&store, "u").await.into_iter().map(|session| session.id.to_string()).collect();
    assert_eq!(ids, HashSet::from(["b", "e"].map(str::to_owned)));
}

pub(super) async fn who_has_lost_the_right_ends_nothing(store: impl Store) {
    filled(&store).await;
    assert!(begin(&store, &session("t"), &account()).await);
    let others = |asking| others_of(asking, None);
    let report = event(EventKind::SessionsEnded);
    end_all(&store, &others("t"), EndReason::SignedOutElsewhere, &report).await.expect("works").expect("may");
    let before = events(&store).await;
    for (scope, by) in [(others("s"), None), (others("x"), None), (Scope::Of(UserId::new("u")), Some(UserId::new("u")))]
    {
        let report = report.clone().by(by.as_ref());
        assert_eq!(end_all(&store, &scope, EndReason::Admin, &report).await.expect("works"), None, "{scope:?}");
    }
    assert_eq!(find(&store, "t").await.expect("there").ended, None);
    assert_eq!(events(&store).await, before);
}

pub(super) async fn ending_all_takes_what_its_scope_names_and_nothing_else(store: impl Store) {
    filled(&store).await;
    add_account(&store, &account_of("v")).await;
    let later = Session { created_at: UnixMillis(NOW.0 + 1), ..session_of("v", "o") };
    assert!(begin(&store, &later, &account_of("v")).await);
    let report = event(EventKind::SessionsEnded);
    let begun_before = async |time| {
        let scope = Scope::BegunBefore(UnixMillis(time));
        end_all(&store, &scope, EndReason::Admin, &report).await.expect("works").expect("may").len()
    };
    assert_eq!(begun_before(NOW.0).await, 0);
    assert_eq!(begun_before(NOW.0 + 1).await, 1);
    let told = store.after(0, 100).await.expect("works").pop().expect("an event").event;
    assert_eq!((told.kind, told.user_id), (EventKind::SessionsEnded, Some(UserId::new("u"))), "the person is told");
    assert!(find(&store, "s").await.expect("there").ended.is_some());
    let all = Scope::Of(UserId::new("v"));
    assert_eq!(end_all(&store, &all, EndReason::Admin, &report).await.expect("works").expect("may").len(), 1);
    assert!(find(&store, "o").await.expect("there").ended.is_some());
}

/// SM-08
pub(super) async fn a_purge_keeps_what_theft_detection_needs(store: impl Store) {
    filled(&store).await;
    let id = SessionId::new("s");
    let mut finish =
        |session: &Session, _| Step { next: Some(end(session, EndReason::ReuseDetected)), ..Step::default() };
    store.transact(&id, &AtNow, &mut finish).await.expect("works");
    let absolute = session("s").absolute_deadline;
    assert_eq!(store.purge(absolute).await.expect("works"), 0, "an ended session is remembered to its absolute end");
    assert_eq!(find(&store, "s").await.expect("there").ended.expect("ended").reason, EndReason::ReuseDetected);
    assert_eq!(store.purge(UnixMillis(absolute.0 + 1)).await.expect("works"), 1);
    assert_eq!(find(&store, "s").await, None);
}

/// The machine's clock, ahead by this. It moves no other clock.
pub(super) struct Ahead(pub(super) Duration);

impl Clock for Ahead {
    fn now(&self) -> UnixMillis {
        SystemClock.now().plus(self.0)
    }
}

pub(super) fn purge_of<S: Store>(store: &Arc<S>, clock: Ahead) -> Purge {
    let stores = Stores {
        accounts: Arc::clone(store) as _,
        sessions: Arc::clone(store) as _,
        events: Arc::clone(store) as _,
        attempts: Arc::clone(store) as _,
        watched: Arc::clone(store) as _,
    };
    let event_retention = Some(Duration::from_hours(24 * 90));
    Purge { stores, clock: Arc::new(clock), metrics: Arc::default(), event_retention }
}

/// A session that begins now, by a clock that is ahead by this.
fn session_begun_now(id: &str, clock: &Ahead) -> Session {
    let client = Client { browser: true, names_refreshes: true };
    let now = clock.now();
    Session::begin(SessionId::new(id), UserId::new("u"), [7; 32], client, &Policy::default(), now)
}

/// What one instance takes for expired lives for the others: a change of password must end it.
pub(super) async fn a_sign_in_where_the_clock_is_ahead_takes_no_session_out_of_reach(store: impl Store) {
    add_account(&store, &account()).await;
    let signed_in = event(EventKind::LoginSucceeded);
    let begin = async |id: &str, ahead: Duration| {
        let clock = Ahead(ahead);
        let session = session_begun_now(id, &clock);
        let begun = server::storage::Sessions::insert(&store, &session, &account(), &signed_in, &cap(3), &clock).await;
        begun.expect("works").expect("begun").len()
    };
    for id in ["c", "d", "e"] {
        assert_eq!(begin(id, Duration::ZERO).await, 0);
    }
    let ended = begin("n", Duration::from_hours(24 * 8)).await;
    if store.time().await.expect("works").is_some() {
        assert_eq!(ended, 1, "the store knows that three live");
    }
    let report = event(EventKind::SessionsEnded);
    end_all(&store, &Scope::Of(UserId::new("u")), EndReason::PasswordChanged, &report).await.expect("works");
    for id in ["c", "d", "e", "n"] {
        assert!(find(&store, id).await.expect("there").ended.is_some(), "{id}");
    }
}

/// Where a store has a clock of its own, endings bear its time, and that of the instance may be another one.
pub(super) async fn an_instance_whose_clock_is_wrong_hears_of_endings_and_remembers_them(store: impl Store) {
    if store.time().await.expect("works").is_none() {
        return;
    }
    let store = Arc::new(store);
    filled_now(&*store).await;
    let clocks = [Duration::ZERO, Duration::from_mins(32), Duration::from_hours(1), Duration::from_hours(24 * 400)];
    let instances = clocks.map(|ahead| (Arc::new(Revocations::default()), Arc::new(Ahead(ahead))));
    let stop = CancellationToken::new();
    for (revocations, clock) in &instances {
        feed::load(&*store, revocations, &**clock).await.expect("works");
        let sessions: Arc<dyn server::storage::Sessions> = Arc::clone(&store) as _;
        tokio::spawn(feed::follow(sessions, Arc::clone(revocations), Arc::clone(clock) as _, stop.clone()));
    }
    let id = SessionId::new("s");
    let mut finish = |session: &Session, now| {
        let ended = Some(session.end(EndReason::SignedOut, now));
        Step { next: Some(Session { ended, ..session.clone() }), ..Step::default() }
    };
    store.transact(&id, &Ahead(Duration::ZERO), &mut finish).await.expect("works");
    let knows = || instances.each_ref().map(|(revocations, _)| revocations.has_ended(&id));
    let hearing = async {
        while knows() != [true; 4] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let heard = tokio::time::timeout(Duration::from_secs(3), hearing).await;
    assert!(heard.is_ok(), "{:?}", knows());
    for (revocations, clock) in &instances {
        // Whatever else it notes.
        revocations.note_ended(&[SessionId::new("another")], clock.now());
        let restarted = Revocations::default();
        feed::load(&*store, &restarted, &**clock).await.expect("works");
        assert!(restarted.has_ended(&id));
    }
    assert_eq!(knows(), [true; 4]);
    stop.cancel();
}

/// An account with a session, three events and a counter, all of this moment.
pub(super) async fn filled_now(store: &impl Store) {
    let now = SystemClock.now();
    let event = |kind| SecurityEvent { at: now, ..event(kind) };
    let added = server::storage::Accounts::insert(store, &account(), &event(EventKind::Registered)).await;
    assert!(added.expect("works"));
    let session = session_begun_now("s", &Ahead(Duration::ZERO));
    let cap = Cap { at_most: 500, report: event(EventKind::SessionLimitReached) };
    let signed_in = event(EventKind::LoginSucceeded);
    let begun = server::storage::Sessions::insert(store, &session, &account(), &signed_in, &cap, &SystemClock).await;
    assert!(begun.expect("works").is_some());
    store.record(&event(EventKind::LoginFailed)).await.expect("works");
    let counter = Counter { failures: 3, counted_at: now, succeeded_at: None };
    store.recount(&[[1; 32]], &mut |_| Some(vec![counter])).await.expect("works");
    store.tend().await.expect("works");
}

/// Whether there are the session, how many events, and how many failures.
pub(super) async fn kept(store: &impl Store) -> (bool, usize, u32) {
    (find(store, "s").await.is_some(), events(store).await.len(), counters(store, [[1; 32]]).await[0].failures)
}

pub(super) async fn an_instance_whose_clock_is_ahead_deletes_nothing_that_is_needed(store: impl Store) {
    let store = Arc::new(store);
    filled_now(&*store).await;
    let purge = purge_of(&store, Ahead(Duration::from_hours(24 * 400)));
    let before = kept(&*store).await;
    assert!(before.0 && before.1 >= 3 && before.2 == 3, "{before:?}");
    // It starts again and again, people sign in with that clock, and then it runs for some hours.
    for ran in [0, 0, 0, 1, 1, 1] {
        purge.pass(Duration::from_hours(ran)).await;
        assert_eq!(kept(&*store).await, before);
        store
            .recount(&[[2; 32]], &mut |_| Some(vec![Counter { counted_at: purge.clock.now(), ..Counter::default() }]))
            .await
            .expect("works");
    }
}

pub(super) async fn an_address_is_taken_once(store: impl Store) {
    filled(&store).await;
    let twin = Account { id: UserId::new("w"), ..account() };
    let inserted = server::storage::Accounts::insert(&store, &twin, &event(EventKind::Registered)).await;
    assert!(!inserted.expect("works"));
    assert!(store.by_id(&twin.id).await.expect("works").is_none());
    assert_eq!(store.by_email("u@example.com").await.expect("works").expect("there").id, account().id);
    assert_eq!(events(&store).await, [EventKind::Registered, EventKind::LoginSucceeded]);
}

/// PW-07
pub(super) async fn the_costs_of_password_hashes_come_once_each(store: impl Store) {
    assert_eq!(store.password_costs().await.expect("works"), Vec::<String>::new());
    let hashes = [
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$b25l",
        "$argon2id$v=19$m=19456,t=2,p=1$dGxhc3RsYXM$dHdv",
        "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$dGhyZWU$pepper=0123456789abcdef",
    ];
    for (number, hash) in hashes.into_iter().enumerate() {
        let account = Account { password_hash: hash.into(), ..account_of(&format!("u{number}")) };
        add_account(&store, &account).await;
    }
    let mut costs = store.password_costs().await.expect("works");
    costs.sort();
    assert_eq!(costs, ["$argon2id$v=19$m=19456,t=2", "$argon2id$v=19$m=65536,t=3"]);
}

pub(super) async fn a_role_raises_the_version_and_disabling_ends(store: impl Store) {
    filled(&store).await;
    let u = UserId::new("u");
    let role = |role| AccountChange { role: Some((role, event(EventKind::RoleChanged))), ..AccountChange::default() };
    let disabled =
        |flag| AccountChange { disabled: Some((flag, event(EventKind::AccountDisabled))), ..AccountChange::default() };
    let AccountTransacted::Done { endings, .. } = store.change(&u, &role(Role::Admin), NOW).await.expect("works")
    else {
        panic!("it is there")
    };
    assert_eq!(endings.iter().map(|ending| (ending.ended_at, ending.ver)).collect::<Vec<_>>(), [(None, 1)]);
    assert_eq!(store.endings_since(NOW).await.expect("works"), endings);
    assert_eq!(find(&store, "s").await.expect("there").ver, 1);
    // The same again is no change.
    let before = events(&store).await.len();
    let again = store.change(&u, &role(Role::Admin), NOW).await.expect("works");
    assert_eq!(again, AccountTransacted::Done { endings: vec![], reported: vec![] });
    assert_eq!((find(&store, "s").await.expect("there").ver, events(&store).await.len()), (1, before));

    let AccountTransacted::Done { endings, reported } = store.change(&u, &disabled(true), NOW).await.expect("works")
    else {
        panic!("it is there")
    };
    assert_eq!(reported, [event(EventKind::AccountDisabled)]);
    assert_eq!(endings.iter().map(|ending| ending.ended_at).collect::<Vec<_>>(), [Some(NOW)]);
    assert_eq!(find(&store, "s").await.expect("there").ended.expect("ended").reason, EndReason::AccountDisabled);
    assert!(store.by_id(&u).await.expect("works").expect("there").disabled_at.is_some());
    store.change(&u, &disabled(false), NOW).await.expect("works");
    assert!(store.by_id(&u).await.expect("works").expect("there").disabled_at.is_none());
    assert!(find(&store, "s").await.expect("there").ended.is_some(), "what was ended stays ended");
    let nobody = UserId::new("nobody");
    assert_eq!(
        store.change(&nobody, &disabled(true), NOW).await.expect("works"),
        AccountTransacted::Refused(AccountRefusal::NotFound)
    );
}

pub(super) async fn the_last_administrator_stays_unless_an_operator_insists(store: impl Store) {
    let admin = |id| Account { role: Role::Admin, ..account_of(id) };
    for id in ["u", "v"] {
        add_account(&store, &admin(id)).await;
    }
    assert!(begin(&store, &session("s"), &admin("u")).await);
    let u = UserId::new("u");
    let demote = |by: Option<&str>| AccountChange {
        role: Some((Role::User, event(EventKind::RoleChanged))),
        disabled: None,
        by: by.map(UserId::new),
    };
    let disable = |by: Option<&str>| AccountChange {
        role: None,
        disabled: Some((true, event(EventKind::AccountDisabled))),
        by: by.map(UserId::new),
    };
    let done = |changed| matches!(changed, AccountTransacted::Done { .. });
    assert!(done(store.change(&UserId::new("v"), &disable(Some("u")), NOW).await.expect("works")));
    let before = events(&store).await;
    for change in [demote(Some("u")), disable(Some("u"))] {
        assert_eq!(
            store.change(&u, &change, NOW).await.expect("works"),
            AccountTransacted::Refused(AccountRefusal::LastAdministrator)
        );
    }
    let deleted = store.delete(&admin("u"), &SessionId::new("s"), &event(EventKind::AccountDeleted)).await;
    assert_eq!(deleted.expect("works"), AccountTransacted::Refused(AccountRefusal::LastAdministrator));
    for no_admin in ["v", "nobody"] {
        let changed = store.change(&u, &demote(Some(no_admin)), NOW).await.expect("works");
        assert_eq!(
            changed,
            AccountTransacted::Refused(AccountRefusal::Forbidden),
            "{no_admin} cannot administrate any more"
        );
    }
    assert!(store.has_admin().await.expect("works"));
    assert_eq!(events(&store).await, before, "a refusal changes and reports nothing");
    assert!(done(store.change(&u, &demote(None), NOW).await.expect("works")));
    assert!(!store.has_admin().await.expect("works"));
}

pub(super) async fn a_new_password_ends_every_session_and_begins_one(store: impl Store) {
    filled(&store).await;
    assert!(begin(&store, &session("t"), &account()).await);
    let report = event(EventKind::PasswordChanged);
    let changed =
        store.change_password(&account(), &SessionId::new("s"), "$new$", &session("n"), &report).await.expect("works");
    assert!(matches!(&changed, AccountTransacted::Done { endings, .. } if endings.len() == 2), "{changed:?}");
    for id in ["s", "t"] {
        assert_eq!(find(&store, id).await.expect("there").ended.expect("ended").reason, EndReason::PasswordChanged);
    }
    assert_eq!(find(&store, "n").await, Some(session("n")));
    let now = store.by_id(&account().id).await.expect("works").expect("there");
    assert_ne!(now.password_changed_at, account().password_changed_at, "even within a millisecond");
    assert!(!begin(&store, &session("o"), &account()).await, "a sign-in with the old password comes too late");
    assert_eq!(events(&store).await.last(), Some(&EventKind::PasswordChanged));
}

pub(super) async fn a_refused_change_of_password_changes_nothing(store: impl Store) {
    filled(&store).await;
    let stale = Account { password_changed_at: UnixMillis(1), ..account() };
    let before = (find(&store, "s").await, events(&store).await);
    let report = event(EventKind::PasswordChanged);
    let change = async |read: &Account, asking| {
        let asking = SessionId::new(asking);
        store.change_password(read, &asking, "$new$", &session("n"), &report).await.expect("works")
    };
    assert_eq!(change(&stale, "s").await, AccountTransacted::Refused(AccountRefusal::Superseded));
    assert_eq!(
        change(&account(), "another").await,
        AccountTransacted::Refused(AccountRefusal::Superseded),
        "a session that has ended changes no password"
    );
    assert_eq!((find(&store, "s").await, events(&store).await), before);
    assert_eq!(find(&store, "n").await, None);
    let kept = store.by_id(&account().id).await.expect("works").expect("there");
    assert_eq!(kept.password_changed_at, NOW);
}

pub(super) async fn a_deleted_account_leaves_tombstones_and_no_rows(store: impl Store) {
    filled(&store).await;
    let u = UserId::new("u");
    let delete = async |read: &Account, asking| {
        store.delete(read, &SessionId::new(asking), &event(EventKind::AccountDeleted)).await.expect("works")
    };
    let stale = Account { password_changed_at: UnixMillis(1), ..account() };
    let superseded = AccountTransacted::Refused(AccountRefusal::Superseded);
    assert_eq!(delete(&stale, "s").await, superseded, "its password has changed");
    assert_eq!(delete(&account(), "another").await, superseded, "the session that asked has ended");
    assert!(find(&store, "s").await.is_some());
    let deleted = delete(&account(), "s").await;
    let AccountTransacted::Done { endings, .. } = deleted else { panic!("it was there") };
    assert_eq!(
        endings.iter().map(|ending| (&ending.session_id, ending.ended_at)).collect::<Vec<_>>(),
        [(&SessionId::new("s"), Some(NOW))]
    );
    assert_eq!((find(&store, "s").await, store.by_id(&u).await.expect("works").is_some()), (None, false));
    assert_eq!(store.endings_since(NOW).await.expect("works"), endings);
    assert_eq!(delete(&account(), "s").await, AccountTransacted::Refused(AccountRefusal::NotFound));
    store.purge(NOW.plus(Duration::from_millis(1))).await.expect("works");
    assert_eq!(store.endings_since(NOW).await.expect("works"), [], "a tombstone goes when nothing needs it");
}

pub(super) async fn the_events_of_a_deleted_account_lose_its_addresses_and_that_of_the_deletion_last(
    store: impl Store,
) {
    filled(&store).await;
    add_account(&store, &account_of("other")).await;
    let (u, other) = (UserId::new("u"), UserId::new("other"));
    // More than are changed at once.
    for number in 0..450 {
        let mut event = event(EventKind::LoginFailed).of(&u);
        event.other = (number % 2 == 0).then(|| event.origin.clone());
        store.record(&event).await.expect("works");
    }
    store.record(&event(EventKind::LoginFailed).of(&other)).await.expect("works");
    store.record(&event(EventKind::LoginFailed)).await.expect("works");
    let kept = async |user: Option<&UserId>| {
        let events = store.after(0, 10_000).await.expect("works").into_iter().map(|stored| stored.event);
        let about = |origin: &Caller| !origin.ip.is_empty() || !origin.user_agent.is_empty();
        let tells = |event: &SecurityEvent| about(&event.origin) || event.other.as_ref().is_some_and(about);
        events
            .filter(|event| event.user_id.as_ref() == user && tells(event))
            .map(|event| event.kind)
            .collect::<Vec<_>>()
    };
    let others = (kept(Some(&other)).await, kept(None).await);
    assert!(!others.0.is_empty() && !others.1.is_empty());
    assert!(!store.erase_deleted(NOW).await.expect("works"));
    assert!(kept(Some(&u)).await.len() >= 450, "a living account keeps them");
    let deletion = event(EventKind::AccountDeleted).of(&u);
    let deleted = store.delete(&account(), &SessionId::new("s"), &deletion).await.expect("works");
    assert!(matches!(deleted, AccountTransacted::Done { .. }), "{deleted:?}");

    assert!(store.erase_deleted(NOW).await.expect("works"), "the deletion is too young");
    assert_eq!(kept(Some(&u)).await, [EventKind::AccountDeleted]);
    // What was under way when the account was deleted.
    store.record(&event(EventKind::LoginFailed).of(&u)).await.expect("works");
    let settled = NOW.plus(Duration::from_millis(1));
    assert!(!store.erase_deleted(settled).await.expect("works"));
    assert_eq!(kept(Some(&u)).await, []);
    assert_eq!((kept(Some(&other)).await, kept(None).await), others, "of others nothing is lost");

    let at = NOW.plus(Duration::from_hours(24 * 400));
    let deletion = SecurityEvent { at, ..event(EventKind::AccountDeleted).of(&other) };
    store.record(&deletion).await.expect("works");
    assert!(!store.erase_deleted(settled).await.expect("works"), "a clock was ahead: its time says nothing");
    assert_eq!(kept(Some(&other)).await, []);
}

pub(super) async fn accounts_are_found_and_come_in_parts(store: impl Store) {
    for id in ["a", "b", "c"] {
        add_account(&store, &account_of(id)).await;
    }
    let page = async |query, before: Option<&str>, limit| {
        let before = before.map(UserId::new);
        let accounts = server::storage::Accounts::page(&store, query, before.as_ref(), limit).await.expect("works");
        accounts.into_iter().map(|account| account.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(page(None, None, 10).await, ["c", "b", "a"]);
    assert_eq!(page(None, None, 2).await, ["c", "b"]);
    assert_eq!(page(None, Some("b"), 2).await, ["a"]);
    assert_eq!(page(Some("B@EX"), None, 10).await, ["b"]);
    assert_eq!(page(Some("of c"), None, 10).await, ["c"]);
    for no_wildcard in ["%", "_", "\\", "a%m", "\0"] {
        assert_eq!(page(Some(no_wildcard), None, 10).await, Vec::<String>::new(), "{no_wildcard}");
    }
}

pub(super) async fn events_are_filtered_and_come_in_parts(store: impl Store) {
    assert_eq!(store.latest().await.expect("works"), 0);
    let (u, v) = (UserId::new("u"), UserId::new("v"));
    let theft = SecurityEvent {
        other: Some(Caller { ip: "198.51.100.1".into(), user_agent: "y/2".into() }),
        ..event(EventKind::RefreshReused).of_session(&u, &SessionId::new("s")).by(Some(&v))
    };
    let recorded = [
        event(EventKind::LoginFailed).of(&u),
        event(EventKind::RefreshRepeated).of(&u),
        theft,
        event(EventKind::LoginFailed).of(&v),
    ];
    for event in &recorded {
        store.record(event).await.expect("works");
    }
    let page = async |filter: &EventFilter, before, limit| -> Vec<StoredEvent> {
        server::storage::Events::page(&store, filter, before, limit).await.expect("works")
    };
    let ids = |stored: &[StoredEvent]| stored.iter().map(|stored| stored.id).collect::<Vec<_>>();
    let all = page(&EventFilter::default(), None, 10).await;
    let mut read: Vec<_> = all.iter().map(|stored| stored.event.clone()).collect();
    read.reverse();
    assert_eq!(read, recorded, "each comes back as it was");
    let latest = store.latest().await.expect("works");
    assert_eq!(ids(&all), [latest, latest - 1, latest - 2, latest - 3]);
    assert_eq!(ids(&page(&EventFilter::default(), Some(latest - 1), 1).await), [latest - 2]);
    let of_u = EventFilter { user: Some(u.clone()), ..EventFilter::default() };
    assert_eq!(ids(&page(&of_u, None, 10).await), [latest - 1, latest - 2, latest - 3]);
    let quiet = EventFilter { without_routine: true, ..of_u };
    assert_eq!(ids(&page(&quiet, None, 10).await), [latest - 1, latest - 3]);
    let of_v = EventFilter { user: Some(v), kinds: vec![EventKind::LoginFailed], without_routine: false };
    assert_eq!(ids(&page(&of_v, None, 10).await), [latest]);
    let failed = EventFilter { kinds: vec![EventKind::LoginFailed], ..EventFilter::default() };
    assert_eq!(ids(&page(&failed, None, 10).await), [latest, latest - 3]);
    assert_eq!(ids(&store.after(latest - 2, 10).await.expect("works")), [latest - 1, latest], "oldest first");
}

pub(super) async fn the_change_marker_stays_while_nothing_changes(store: impl Store) {
    filled(&store).await;
    let marker = store.change_marker().await.expect("works");
    find(&store, "s").await;
    assert_eq!(store.change_marker().await.expect("works"), marker);
    let mut finish = |session: &Session, _| Step { next: Some(end(session, EndReason::SignedOut)), ..Step::default() };
    store.transact(&SessionId::new("s"), &AtNow, &mut finish).await.expect("works");
    // The word of it may be under way for a moment.
    let moved = async { while store.change_marker().await.expect("works") == marker {} };
    tokio::time::timeout(Duration::from_secs(1), moved).await.expect("within a second");
}

async fn counters<const N: usize>(store: &impl Store, keys: [Key; N]) -> [Counter; N] {
    let mut read = vec![];
    let mut decide = |counters: &[Counter]| {
        read = counters.to_vec();
        None
    };
    store.recount(&keys, &mut decide).await.expect("works");
    read.try_into().expect("as many as were asked for")
}

pub(super) async fn counters_come_back_as_they_were_written_and_are_purged_when_they_are_of_no_use(store: impl Store) {
    let [old, known, new] = [[1; 32], [2; 32], [3; 32]];
    let long_ago = NOW.minus(Duration::from_hours(48));
    let written = [
        Counter { failures: 3, counted_at: long_ago, succeeded_at: None },
        Counter { failures: 0, counted_at: long_ago, succeeded_at: Some(long_ago) },
        Counter { failures: u32::MAX, counted_at: NOW, succeeded_at: None },
    ];
    assert_eq!(counters(&store, [old, known, new]).await, [Counter::default(); 3]);
    store.recount(&[old, known, new], &mut |_| Some(written.to_vec())).await.expect("works");
    assert_eq!(
        counters(&store, [new, [4; 32], old, known]).await,
        [written[2], Counter::default(), written[0], written[1]]
    );

    let day_ago = NOW.minus(Duration::from_hours(24));
    assert_eq!(store.purge_attempts(day_ago, NOW.minus(Duration::from_hours(72))).await.expect("works"), 1);
    assert_eq!(counters(&store, [old, known, new]).await, [Counter::default(), written[1], written[2]]);
    assert_eq!(store.purge_attempts(day_ago, day_ago).await.expect("works"), 1);
    assert_eq!(counters(&store, [known, new]).await, [Counter::default(), written[2]]);
}

/// RL-02
pub(super) async fn racing_recounts_of_the_same_counters_lose_none(store: impl Store) {
    const EACH: u32 = 20;
    let store = Arc::new(store);
    let (one, other): (Key, Key) = ([1; 32], [2; 32]);
    let racers = (0..EACH).flat_map(|_| [[one, other], [other, one]]).map(|keys| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let more = |counter: &Counter| Counter { failures: counter.failures + 1, ..*counter };
            store.recount(&keys, &mut |counters| Some(counters.iter().map(more).collect())).await
        })
    });
    for racer in racers.collect::<Vec<_>>() {
        racer.await.expect("runs").expect("works");
    }
    assert_eq!(counters(&*store, [one, other]).await.map(|counter| counter.failures), [2 * EACH; 2]);
}

pub(super) async fn old_events_are_forgotten_and_no_number_is_given_twice(store: impl Store) {
    let record = async |after: i64| {
        let at = NOW.plus(Duration::from_millis(after.unsigned_abs()));
        store.record(&SecurityEvent { at, ..event(EventKind::LoginFailed) }).await.expect("works");
    };
    let purge =
        async |after: i64| store.forget(NOW.plus(Duration::from_millis(after.unsigned_abs()))).await.expect("works");
    let left = async || {
        let left = store.after(0, 1000).await.expect("works");
        left.into_iter().map(|stored| stored.event.at.0 - NOW.0).collect::<Vec<_>>()
    };
    assert_eq!(purge(1).await, 0, "there is none");
    // More than a batch, and one whose clock was ahead among them.
    for after in 0..450 {
        record(if after == 7 { 1000 } else { after }).await;
    }
    let latest = store.latest().await.expect("works");
    assert_eq!(purge(440).await, 439);
    assert_eq!(left().await, [1000, 440, 441, 442, 443, 444, 445, 446, 447, 448, 449]);
    assert_eq!(purge(440).await, 0, "the same again does nothing");
    assert_eq!(purge(5000).await, 10);
    assert_eq!(left().await, [449], "the latest stays, whatever its age");
    record(500).await;
    assert!(store.latest().await.expect("works") > latest);
}
