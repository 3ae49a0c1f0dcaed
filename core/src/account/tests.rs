//! The rules as tables.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use sessionkeep_types::EventKind;

use super::*;
use crate::session::{Caller, Client, OnReuse, Policy, RotationMode};

const NOW: UnixMillis = UnixMillis(1_000_000);
const EARLIER: UnixMillis = UnixMillis(1_000);

fn account(role: Role, disabled: bool) -> Account {
    Account {
        id: UserId::new("u"),
        email: "ada@example.com".to_owned(),
        display_name: None,
        role,
        password_hash: SecretString::from("$old$"),
        password_changed_at: EARLIER,
        disabled_at: disabled.then_some(EARLIER),
        created_at: EARLIER,
    }
}

fn facts(account: Option<Account>) -> AccountFacts {
    AccountFacts { account, may_administrate: true, others_administrate: true, asking_lives: true }
}

fn event(kind: EventKind) -> SecurityEvent {
    SecurityEvent::new(kind, &Caller::default(), NOW).of(&UserId::new("u"))
}

/// Asked for by an administrator where `by` names one, else by an operator.
fn asked(role: Option<Role>, disabled: Option<bool>, by: Option<&str>) -> AccountChange {
    let kind = |disabled| if disabled { EventKind::AccountDisabled } else { EventKind::AccountEnabled };
    AccountChange {
        role: role.map(|role| (role, event(EventKind::RoleChanged))),
        disabled: disabled.map(|disabled| (disabled, event(kind(disabled)))),
        by: by.map(UserId::new),
    }
}

fn change(facts: &AccountFacts, change: &AccountChange) -> Result<AccountStep, AccountRefusal> {
    decide(&AccountRequest::Change { id: &UserId::new("u"), change }, facts, NOW)
}

fn kinds(step: &AccountStep) -> Vec<EventKind> {
    step.events.iter().map(|event| event.kind.clone()).collect()
}

#[test]
fn a_change_does_what_is_not_so_already_and_nothing_else() {
    use EventKind::{AccountDisabled, AccountEnabled, RoleChanged};
    let end = || SessionsEffect::End(EndReason::AccountDisabled);
    let (user, admin) = (|| Role::User, || Role::Admin);
    for (before, role, disabled, after, sessions, events) in [
        ((user(), false), None, None, (user(), None), SessionsEffect::Keep, vec![]),
        ((user(), false), Some(user()), Some(false), (user(), None), SessionsEffect::Keep, vec![]),
        ((user(), false), Some(admin()), None, (admin(), None), SessionsEffect::Raise, vec![RoleChanged]),
        ((user(), false), None, Some(true), (user(), Some(NOW)), end(), vec![AccountDisabled]),
        ((user(), true), None, Some(true), (user(), Some(EARLIER)), SessionsEffect::Keep, vec![]),
        ((user(), true), None, Some(false), (user(), None), SessionsEffect::Keep, vec![AccountEnabled]),
        // Ended sessions need no newer version.
        ((user(), false), Some(admin()), Some(true), (admin(), Some(NOW)), end(), vec![RoleChanged, AccountDisabled]),
        (
            (admin(), true),
            Some(user()),
            Some(false),
            (user(), None),
            SessionsEffect::Raise,
            vec![RoleChanged, AccountEnabled],
        ),
    ] {
        let asked = asked(role, disabled, Some("a"));
        let step = change(&facts(Some(account(before.0, before.1))), &asked).expect("permitted");
        let account = step.account.as_ref().expect("it stays");
        assert_eq!((account.role.clone(), account.disabled_at), after, "{asked:?}");
        assert_eq!((&step.sessions, kinds(&step)), (&sessions, events), "{asked:?}");
        assert_eq!((account.password_changed_at, account.created_at), (EARLIER, EARLIER));
    }
}

#[test]
fn only_an_operator_may_leave_no_administrator() {
    let demote = |by| asked(Some(Role::User), None, by);
    let disable = |by| asked(None, Some(true), by);
    let alone = |role, disabled| AccountFacts { others_administrate: false, ..facts(Some(account(role, disabled))) };
    for (facts, wanted, refusal) in [
        (alone(Role::Admin, false), demote(Some("u")), Some(AccountRefusal::LastAdministrator)),
        (alone(Role::Admin, false), disable(Some("u")), Some(AccountRefusal::LastAdministrator)),
        (alone(Role::Admin, false), demote(None), None),
        (alone(Role::Admin, false), disable(None), None),
        (alone(Role::Admin, false), asked(Some(Role::Admin), Some(false), Some("u")), None),
        // It could not administrate before.
        (alone(Role::Admin, true), demote(Some("a")), None),
        (alone(Role::User, false), disable(Some("a")), None),
        (facts(Some(account(Role::Admin, false))), demote(Some("u")), None),
    ] {
        assert_eq!(change(&facts, &wanted).err(), refusal, "{wanted:?}");
    }
}

#[test]
fn a_refusal_says_the_first_thing_that_is_wrong() {
    let by_stranger = asked(Some(Role::User), None, Some("x"));
    let stranger = |account| AccountFacts { may_administrate: false, others_administrate: false, ..facts(account) };
    assert_eq!(change(&stranger(None), &by_stranger).err(), Some(AccountRefusal::NotFound));
    assert_eq!(
        change(&stranger(Some(account(Role::Admin, false))), &by_stranger).err(),
        Some(AccountRefusal::Forbidden)
    );
}

fn session() -> Session {
    let policy = Policy {
        idle_lifetime: Duration::from_hours(1),
        absolute_lifetime: Duration::from_hours(1),
        rotation: RotationMode::Confirmed,
        quiet_period: Duration::from_secs(10),
        tolerance: Duration::ZERO,
        on_reuse: OnReuse::Session,
    };
    let client = Client { browser: true, names_refreshes: true };
    Session::begin(SessionId::new("new"), UserId::new("u"), [0; 32], client, &policy, NOW)
}

#[test]
fn a_person_changes_the_password_and_deletes_the_account_only_while_it_is_as_it_was_when_they_proved_who_they_are() {
    let user = || account(Role::User, false);
    let other_password = Account { password_changed_at: NOW, ..user() };
    let renamed = Account { display_name: Some("Ada".to_owned()), ..user() };
    let rehashed = Account { password_hash: SecretString::from("$stronger$"), ..user() };
    for (what, now, asking_lives, may_change, may_delete) in [
        ("nothing changed", user(), true, true, true),
        ("another name", renamed, true, true, true),
        ("another hash of the same password", rehashed, true, true, true),
        ("the session has ended", user(), false, false, false),
        ("another password", other_password, true, false, false),
        ("disabled", account(Role::User, true), true, false, false),
        // The session that begins carries the role that was read.
        ("another role", account(Role::Admin, false), true, false, true),
    ] {
        let (read, asking, begin, event) = (user(), SessionId::new("s"), session(), event(EventKind::PasswordChanged));
        let facts = AccountFacts { asking_lives, ..facts(Some(now)) };
        let change = AccountRequest::ChangePassword {
            read: &read,
            asking: &asking,
            hash: &SecretString::from("$new$"),
            begin: &begin,
            event: &event,
        };
        let delete = AccountRequest::Delete { read: &read, asking: &asking, event: &event };
        for (request, may) in [(change, may_change), (delete, may_delete)] {
            let refusal = (!may).then_some(AccountRefusal::Superseded);
            assert_eq!(decide(&request, &facts, NOW).err(), refusal, "{what}: {request:?}");
        }
    }
}

#[test]
fn a_new_password_ends_every_session_and_has_a_time_of_its_own() {
    let (asking, begin) = (SessionId::new("s"), session());
    for (changed_before, at, changed) in [(999, 1_000, 1_000), (1_000, 1_000, 1_001), (2_000, 1_000, 2_001)] {
        let read = Account { password_changed_at: UnixMillis(changed_before), ..account(Role::User, false) };
        let event = event(EventKind::PasswordChanged);
        let request = AccountRequest::ChangePassword {
            read: &read,
            asking: &asking,
            hash: &SecretString::from("$new$"),
            begin: &begin,
            event: &event,
        };
        let step = decide(&request, &facts(Some(read.clone())), UnixMillis(at)).expect("permitted");
        let after = step.account.as_ref().expect("it stays");
        assert_eq!((after.password_hash.expose_secret(), after.password_changed_at), ("$new$", UnixMillis(changed)));
        assert_eq!(step.sessions, SessionsEffect::End(EndReason::PasswordChanged));
        assert_eq!(step.events, std::slice::from_ref(&event));
    }
}

#[test]
fn a_deletion_buries_the_sessions_and_leaves_an_administrator() {
    let (asking, event) = (SessionId::new("s"), event(EventKind::AccountDeleted));
    for (role, others_administrate, refusal) in [
        (Role::User, false, None),
        (Role::Admin, true, None),
        (Role::Admin, false, Some(AccountRefusal::LastAdministrator)),
    ] {
        let read = account(role, false);
        let facts = AccountFacts { others_administrate, ..facts(Some(read.clone())) };
        let decision = decide(&AccountRequest::Delete { read: &read, asking: &asking, event: &event }, &facts, NOW);
        if let Some(refusal) = refusal {
            assert_eq!(decision.err(), Some(refusal));
        } else {
            let step = decision.expect("permitted");
            assert!(step.account.is_none());
            assert_eq!((step.sessions, step.events), (SessionsEffect::Bury, vec![event.clone()]));
        }
    }
}
